"""What a session can be told about itself: the console's size and precision, the random seed, how dates are read."""

from __future__ import annotations

from typing import Final

import attrs
import numpy as np

from anyq.console import DEFAULT, Style

__all__ = ["FIRST_SEED", "Settings"]

FIRST_SEED: Final = -314159
"""The seed that q starts with (page basics/syscmds.md, ``\\S``)."""


@attrs.define
class Settings:
    """The settings of one session; the system commands read and set them.

    ``style`` is ``\\c`` and ``\\P``; ``seed`` is ``\\S`` and ``random`` the generator that it seeded; ``day_first`` is
    ``\\z``; ``utc_offset`` is ``\\o`` in minutes, ``None`` for the host's own; ``timer`` is ``\\t`` in milliseconds;
    ``web_size`` is ``\\C``; ``numbers`` keeps what the other commands were given.
    """

    style: Style = DEFAULT
    seed: int = FIRST_SEED
    _random: np.random.Generator | None = None
    day_first: bool = False
    utc_offset: int | None = None
    timer: int = 0
    web_size: tuple[int, int] = (36, 2000)
    numbers: dict[str, int] = attrs.field(factory=dict)

    def reseed(self, seed: int) -> None:
        """Start the random sequence of a seed; 0 takes one from the system's entropy."""
        self.seed = seed
        self._random = np.random.default_rng(seed % 2**64 if seed else None)

    def mark(self) -> int:
        """A seed from which the random sequence goes on as it will from here: what ``\\S 0N`` gives."""
        seed, mark = self.seed, int(self.random.integers(1, 2**31))
        self.reseed(mark)
        self.seed = seed
        return mark

    @property
    def random(self) -> np.random.Generator:
        """The generator; made when it is first asked for, since ``numpy.random`` takes a while to load."""
        if self._random is None:
            self.reseed(self.seed)
        assert self._random is not None
        return self._random
