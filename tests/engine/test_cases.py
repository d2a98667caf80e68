"""The language's tests as data: ``expression / expected`` a line in ``cases/*.q``.

``expected`` is q text whose value must match the expression's (type and all), or ``'text`` for the error that it
raises. A line without the separator is set-up for the whole file; a line that starts with ``/`` is a comment.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from anyq.engine import Interpreter
from anyq.errors import QError
from anyq.values import match

CASES = Path(__file__).parent / "cases"
SEPARATOR = " / "


def lines(path: Path) -> list[tuple[int, str]]:
    """The lines that mean something, with their numbers."""
    numbered = enumerate(path.read_text("utf-8").splitlines(), 1)
    return [(number, line) for number, line in numbered if line.strip() and not line.startswith("/")]


def cases() -> list[object]:
    found: list[object] = []
    for path in sorted(CASES.glob("*.q")):
        for number, line in lines(path):
            expression, separator, expected = line.rpartition(SEPARATOR)
            if separator:
                found.append(pytest.param(path, expression, expected, id=f"{path.name}:{number}"))
    return found


SESSIONS: dict[Path, Interpreter] = {}


def session(path: Path) -> Interpreter:
    """An interpreter in which the file's set-up has run."""
    if path not in SESSIONS:
        q = SESSIONS[path] = Interpreter()
        for _, line in lines(path):
            if SEPARATOR not in line:
                q.eval(line)
    return SESSIONS[path]


@pytest.mark.parametrize(("path", "expression", "expected"), cases())
def test_case(path: Path, expression: str, expected: str) -> None:
    q = session(path)
    if expected.startswith("'"):
        with pytest.raises(QError) as caught:
            q.eval(expression)
        assert caught.value.text == expected[1:]
        return
    got, wanted = q.eval(expression), q.eval(expected)
    assert match(got, wanted), f"{expression}\ngives    {got!r}\nexpected {wanted!r}"
