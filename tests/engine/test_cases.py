"""The language's tests as data: ``expression / expected`` a line in ``cases/*.q``.

``expected`` is q text whose value must match the expression's (type and all), or ``'text`` for the error that it
raises. A line without the separator is set-up for the whole file; a line that starts with ``/`` is a comment. A case
may build on those above it: what is run of a file, and in which process, changes nothing.
"""

from __future__ import annotations

import posixpath
from collections import deque
from contextlib import suppress
from pathlib import Path

import pytest

from anyq.engine import Host, Interpreter
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
                found.append(pytest.param(path, number, expression, expected, id=f"{path.name}:{number}"))
    return found


class Memory(Host):
    """A host whose files are in memory; ``made`` are the folders that were asked for."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.folder = ""

    def _full(self, path: str) -> str:
        return posixpath.normpath(posixpath.join("/", self.folder, path))

    def read(self, path: str, offset: int = 0, length: int | None = None) -> bytes:
        if self.kind(path) != "file":
            raise QError(f"{path}. OS reports: No such file or directory")
        data = self.files[self._full(path)][offset:]
        return data if length is None else data[:length]

    def write_file(self, path: str, data: bytes) -> None:
        self.files[self._full(path)] = data

    def kind(self, path: str) -> str:
        full = self._full(path)
        inside = full.rstrip("/") + "/"
        return "file" if full in self.files else "folder" if any(f.startswith(inside) for f in self.files) else ""

    def names(self, path: str) -> list[str]:
        inside = self._full(path).rstrip("/") + "/"
        return sorted({f[len(inside) :].split("/")[0] for f in self.files if f.startswith(inside)})

    def size(self, path: str) -> int:
        return len(self.read(path))

    def delete(self, path: str) -> None:
        self.read(path)
        del self.files[self._full(path)]

    def change_folder(self, path: str) -> None:
        self.folder = self._full(path)


class Session:
    """An interpreter in which a file's set-up has run, and then its cases, one after the other."""

    def __init__(self, path: Path) -> None:
        self.q = Interpreter(Memory())
        self.cases: deque[tuple[int, str]] = deque()
        for number, line in lines(path):
            expression, separator, _ = line.rpartition(SEPARATOR)
            if separator:
                self.cases.append((number, expression))
            else:
                self.q.eval(line)

    def before(self, number: int) -> Interpreter | None:
        """The interpreter after all cases above that line, which is taken to run now; ``None`` if it ran before."""
        while self.cases and self.cases[0][0] < number:
            with suppress(QError):
                self.q.eval(self.cases.popleft()[1])
        return self.q if self.cases and self.cases.popleft()[0] == number else None


SESSIONS: dict[Path, Session] = {}


def session(path: Path, number: int) -> Interpreter:
    """An interpreter in which the file has run down to that line."""
    q = SESSIONS[path].before(number) if path in SESSIONS else None
    if q is None:
        SESSIONS[path] = Session(path)
        q = SESSIONS[path].before(number)
    assert q is not None
    return q


@pytest.mark.parametrize(("path", "number", "expression", "expected"), cases())
def test_case(path: Path, number: int, expression: str, expected: str) -> None:
    q = session(path, number)
    if expected.startswith("'"):
        with pytest.raises(QError) as caught:
            q.eval(expression)
        assert caught.value.text == expected[1:]
        return
    got, wanted = q.eval(expression), q.eval(expected)
    assert match(got, wanted), f"{expression}\ngives    {got!r}\nexpected {wanted!r}"
