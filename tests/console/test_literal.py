from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import anyq
import anyq.embedded
from anyq.console import literal
from anyq.embedded import BlockingEmbedded
from anyq.testing import strategies
from anyq.values import Value


@pytest.fixture(scope="module")
def q() -> Iterator[BlockingEmbedded]:
    with anyq.embedded.open_blocking() as opened:
        yield opened


PLAIN = st.one_of(
    strategies.atoms(),
    strategies.vectors(),
    strategies.string_lists(),
    strategies.values(allow_functions=False),
)


def _has_attributes(value: Value) -> bool:
    """Whether a part claims an attribute: the strategies give any, and q refuses what is not true."""
    todo: list[object] = [value]
    while todo:
        part = todo.pop()
        if getattr(part, "attr", 0) or getattr(part, "sorted", False):
            return True
        if isinstance(part, anyq.List):
            todo += part.items
        if isinstance(part, anyq.Table):
            todo += [part.names, part.columns]
        elif isinstance(part, anyq.Dict):
            todo += [part.key, part.value]
    return False


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(value=PLAIN)
def test_text_evaluates_to_the_value(q: BlockingEmbedded, value: Value) -> None:
    if not _has_attributes(value):
        assert q(literal(value)) == value


@pytest.mark.parametrize(
    "text",
    [
        "{x+y}",
        "neg",
        "+",
        "in",
        "(+)[1;]",
        "(+)[;1]",
        "('[neg;abs])",
        "(+)/",
        "count'",
        "(::)",
        "wavg",
        "`a",
        "-5",
        "0Wp",
    ],
)
def test_functions_and_constants(q: BlockingEmbedded, text: str) -> None:
    value = q(text)
    assert q(literal(value)) == value


def test_deep_nesting_is_no_recursion() -> None:
    value: Value = anyq.long(1)
    for _ in range(100_000):
        value = anyq.List.of((value, anyq.NULL))
    assert literal(value).startswith("((((")


def test_what_no_text_makes() -> None:
    with pytest.raises(TypeError, match="UTF-8"):
        literal(anyq.Lambda("", b"{\xff}"))
