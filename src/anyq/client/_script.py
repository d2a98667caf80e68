"""Statements of a q script.

The rules are q's for loading a file (KX reference, page basics/syntax.md, and the section on scripts): a
line that begins with white space goes on the statement before it; a line ``/`` alone opens a block
comment, which a line ``\\`` alone closes; a line ``\\`` alone elsewhere ends the script; a line that
begins with ``/`` is a comment, and so is what follows a ``/`` after white space, outside a string. A first
line ``#!`` is left out.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import attrs

from anyq.errors import QError
from anyq.values import Value, chars

__all__ = ["ScriptRequest", "Statement", "load_script", "script_error", "split_statements"]


@attrs.frozen
class Statement:
    """One statement: its text, and the number of the line on which it starts (from 1)."""

    line: int
    text: str


def split_statements(source: str) -> list[Statement]:
    """The statements of ``source``, without comments. Lines within one are joined by newlines."""
    lines = source.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    statements: list[Statement] = []
    current: list[str] = []
    start = 0
    in_comment = False

    def finish() -> None:
        if current:
            statements.append(Statement(start, "\n".join(current)))
            current.clear()

    for number, line in enumerate(lines, 1):
        bare = line.rstrip()
        if in_comment:
            in_comment = bare != "\\"
        elif bare == "/":
            finish()
            in_comment = True
        elif bare == "\\":
            break
        elif not bare or line.startswith("/") or (number == 1 and line.startswith("#!")):
            continue
        elif line[0] in " \t":
            text = without_comment(bare)
            if text and current:
                current.append(text)
            elif text:
                start = number
                current.append(text.lstrip())
        else:
            finish()
            start = number
            current.append(bare if line.startswith("\\") else without_comment(bare))
    finish()
    return statements


def without_comment(line: str) -> str:
    """``line`` up to a ``/`` that follows white space (or begins the line) outside a string."""
    in_string = False
    index = 0
    while index < len(line):
        character = line[index]
        if in_string and character == "\\":
            index += 1
        elif character == '"':
            in_string = not in_string
        elif character == "/" and not in_string and (index == 0 or line[index - 1] in " \t"):
            return line[:index].rstrip()
        index += 1
    return line


@attrs.frozen
class ScriptRequest:
    """What to ask the server to run one statement of a script."""

    line: int
    text: str
    query: str
    arguments: tuple[Value, ...] = ()


_IN_NAMESPACE: Final = (
    '{[n;s]o:string system"d";system"d ",n;r:@[{(0b;value x)};s;{(1b;x)}];system"d ",o;$[r 0;\'r 1;r 1]}'
)
"""A q function that runs a statement in a namespace and comes back, as a server forgets ``\\d`` between
requests.
"""


def load_script(path: str | os.PathLike[str], source: str) -> list[ScriptRequest]:
    """The requests that run a script; the suffix of ``path`` tells the language."""
    suffix = Path(path).suffix
    if suffix in (".p", ".py"):
        return [ScriptRequest(1, source, ".pykx.pyexec", (chars(source.encode()),))]
    prefix = "k)" if suffix == ".k" else ""
    requests: list[ScriptRequest] = []
    namespace = "."
    for statement in split_statements(source):
        line, text = statement.line, statement.text
        if text.startswith("\\d "):
            namespace = text[3:].strip()
        elif namespace == ".":
            requests.append(ScriptRequest(line, text, text if text.startswith("\\") else prefix + text))
        else:
            arguments = chars(namespace.encode()), chars((prefix + text).encode())
            requests.append(ScriptRequest(line, text, _IN_NAMESPACE, arguments))
    return requests


def script_error(error: QError, path: str | os.PathLike[str], request: ScriptRequest) -> QError:
    """``error`` with the place in the script where it happened."""
    place = f"{os.fspath(path)}, line {request.line}"
    located = QError(error.text, detail=f"{place}: {request.text}", position=error.position)
    located.add_note(f"in {place}")
    return located
