"""Settings of a session."""

from __future__ import annotations

import pytest

from anyq.engine.session._settings import FIRST_SEED, Settings


def drawn(settings: Settings) -> list[int]:
    return [int(number) for number in settings.random.integers(0, 10**9, 5)]


def test_the_first_sequence_is_that_of_the_first_seed() -> None:
    one, two = Settings(), Settings()
    two.reseed(FIRST_SEED)
    assert drawn(one) == drawn(two)


@pytest.mark.parametrize("seed", [1, -1, 2**63 - 1, -(2**63)])
def test_a_seed_repeats(seed: int) -> None:
    settings = Settings()
    settings.reseed(seed)
    first = drawn(settings)
    settings.reseed(seed)
    assert drawn(settings) == first
    assert settings.seed == seed


def test_a_mark_goes_on_as_the_sequence_would() -> None:
    settings = Settings()
    mark = settings.mark()
    rest = drawn(settings)
    settings.reseed(mark)
    assert drawn(settings) == rest


def test_seed_zero_is_the_systems_entropy() -> None:
    one, two = Settings(), Settings()
    one.reseed(0)
    two.reseed(0)
    assert drawn(one) != drawn(two)
