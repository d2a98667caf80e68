"""The lines of one compiled function, each with the place in the q text that it came from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import attrs

from anyq.errors import QError
from anyq.values import Value

__all__ = ["Lines", "Unit"]

MAX_INDENT: Final = 90
"""Python's tokenizer takes 100 levels."""
_MOST: Final = 25_000
"""Lines of one statement or function. Python compiles some 30,000 a second, and no other thread runs meanwhile."""


@attrs.define
class Unit:
    """The text of one compiled function, and the place in it of each line of its code, for call chains."""

    source: str
    marks: list[int]
    label: str = ""
    offset: int = 0
    context: str = ""


class Lines:
    """Python source being written. ``mark`` is the place of the next lines; ``constants`` go with the code."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.lines: list[str] = []
        self.depth = 1
        self.temporaries = 0
        self.constants: dict[str, Any] = {}
        self.known: dict[int, str] = {}
        self.mark = 0

    def header(self, first: str, more: list[str]) -> None:
        self.lines.append(first)
        self.unit.marks.append(0)
        for line in ["if S.stop: halt()", *more]:
            self.emit(line)

    def emit(self, line: str) -> None:
        self.lines.append(" " * self.depth + line)
        self.unit.marks.append(self.mark)

    def indented(self) -> None:
        self.depth += 1
        if self.depth > MAX_INDENT:
            raise QError("limit", position=self.mark)

    def temporary(self, expression: str) -> str:
        name = f"t{self.temporaries}"
        self.temporaries += 1
        self.emit(f"{name} = {expression}")
        return name

    def constant(self, value: object, letter: str = "K") -> str:
        known = self.known.get(id(value))
        if known is None:
            known = self.known[id(value)] = f"{letter}{len(self.constants)}"
            self.constants[known] = value
        return known

    def finish(self, environment: dict[str, Any]) -> Callable[..., Value]:
        environment.update(self.constants)
        if len(self.lines) > _MOST:
            raise QError("limit")
        try:
            code = compile("\n".join(self.lines), "<q>", "exec")
        except (SyntaxError, RecursionError, MemoryError) as error:
            raise QError("limit") from error
        exec(code, environment)
        made: Callable[..., Value] = environment.pop("q")
        return made
