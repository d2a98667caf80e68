"""What a line of a q console does, and what it prints."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import BinaryIO

import attrs

from anyq import console
from anyq.engine import Interpreter
from anyq.errors import QError
from anyq.values import NULL

__all__ = ["Console", "answer", "complaint", "is_terminal"]

QUIT = b"\\\\"
TOGGLE = b"\\"


def answer(q: Interpreter, line: bytes, *, k: bool = False) -> str:
    """Run one line; the text that q prints for it, which is empty after an assignment and for the generic null.

    Raises `QError`; what the line itself writes goes through the interpreter's host.
    """
    program = q.program(line, q.context, k=k)
    value = q.run(program)
    if program.silent or value is NULL:
        return ""
    return console.page(value, q.settings.style)


def complaint(error: QError) -> str:
    """What q prints for an error: its text after a quote, then the places it came through."""
    return f"'{error}\n" + (f"{error.detail}\n" if error.detail else "")


def is_terminal() -> bool:
    """Whether somebody types and somebody reads."""
    return sys.stdin.isatty() and sys.stdout.isatty()


@attrs.define
class Console:
    """Reads q, a statement a line, until ``\\\\`` or the end of the input.

    ``run`` gives the text that a line prints, wherever the interpreter lives; ``k`` says that the line is k.
    """

    run: Callable[[bytes, bool], str]
    out: BinaryIO
    k: bool = attrs.field(default=False, init=False)

    def write(self, text: str) -> None:
        self.out.write(text.encode("utf-8", "surrogateescape"))
        self.out.flush()

    def line(self, line: bytes) -> bool:
        """One line of input; whether there may be another. `SystemExit` passes through."""
        line = line.rstrip(b"\r\n")
        stripped = line.strip()
        if stripped.split(None, 1)[:1] == [QUIT]:
            return False
        if stripped == TOGGLE:
            self.k = not self.k
        elif stripped and not stripped.startswith(b"/"):
            try:
                self.write(self.run(line, self.k))
            except QError as error:
                self.write(complaint(error))
        return True

    @property
    def prompt(self) -> str:
        """What stands before the input on a terminal."""
        return "  " if self.k else "q)"
