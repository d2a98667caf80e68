"""Scripts: statements and their lines, and how they run."""

from __future__ import annotations

import pytest

from anyq.engine import Host, Interpreter
from anyq.engine.syntax._scripts import statements
from anyq.errors import QError


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a:1\nb:2", [("a:1", 1), ("b:2", 2)]),
        ("f:{\n  x+1\n  }\nb:2", [("f:{\n  x+1\n  }", 1), ("b:2", 4)]),
        ("f:{\n  x+1\n}\nb:2", [("f:{\n  x+1\n}", 1), ("b:2", 4)]),
        ("/ comment\na:1", [("a:1", 2)]),
        ("/\nall of\nthis\n\\\na:1", [("a:1", 5)]),
        ("a:1\n\\\nnever seen", [("a:1", 1)]),
        ("#!/usr/bin/q\na:1", [("a:1", 2)]),
        ("a:1\r\nb:2\r\n", [("a:1", 1), ("b:2", 2)]),
        ("a:1\n\n\nb:2", [("a:1", 1), ("b:2", 4)]),
        ("f:{x+\n /gone\n 1}", [("f:{x+\n 1}", 1)]),
        ("\\d .n\na:1", [("\\d .n", 1), ("a:1", 2)]),
        ("", []),
    ],
)
def test_statements(source: str, expected: list[tuple[str, int]]) -> None:
    assert [(s.text, s.line) for s in statements(source)] == expected


class Files(Host):
    """A host with a few files in memory."""

    def __init__(self, **files: str) -> None:
        self.files = {name.replace("_", "."): text.encode() for name, text in files.items()}
        self.out = b""

    def kind(self, path: str) -> str:
        return "file" if path in self.files else ""

    def read(self, path: str, offset: int = 0, length: int | None = None) -> bytes:
        if path not in self.files:
            raise QError(path)
        return self.files[path]

    def write(self, stream: int, data: bytes) -> None:
        self.out += data


def test_loading() -> None:
    host = Files(a_q="\\d .n\nx:1\nf:{[]\n  x+1}\n", b_q="\\l a.q\ny:.n.f[]\ny\n")
    q = Interpreter(host)
    q.eval("\\l b.q")
    assert q.eval("y") == 2
    assert (q.context, host.out) == ("", b"2\n")
    q.eval('system"l a.q"')


def test_an_error_names_file_and_line() -> None:
    q = Interpreter(Files(a_q="x:1\n\ny:x+`a\nz:1\n"))
    with pytest.raises(QError) as caught:
        q.eval("\\l a.q")
    assert caught.value.text == "type"
    assert "a.q:3:" in caught.value.detail
    with pytest.raises(QError, match=r"^z$"):
        q.eval("z")


def test_k_scripts() -> None:
    q = Interpreter(Files(a_k="n:#1 2 3\n"))
    q.eval("\\l a.k")
    assert q.eval("n") == 3
