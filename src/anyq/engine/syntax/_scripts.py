"""Scripts: text to statements.

A line that starts with a blank goes on with the statement before it. A line that is only ``/`` opens a comment that a
line that is only ``\\`` closes; such a line outside a comment ends the script. A first line of ``#!`` is skipped.
Facts: KX reference, pages basics/syntax.md ("Comments", "Multiline expressions").
"""

from __future__ import annotations

from collections.abc import Iterator

import attrs

__all__ = ["Statement", "statements"]


@attrs.frozen
class Statement:
    """One statement and the number of its first line, from 1."""

    text: str
    line: int


def statements(source: str) -> Iterator[Statement]:
    """The statements of a script (text as `source_of` gives it), without comments and blank lines."""
    pending: list[str] = []
    start, comment = 0, False
    for number, raw in enumerate(source.split("\n"), 1):
        line = raw.rstrip("\r")
        bare = line.strip()
        if comment:
            comment = not (bare == "\\" and line.startswith("\\"))
            continue
        if number == 1 and line.startswith("#!"):
            continue
        if line.startswith((" ", "\t", "}")) and pending:
            if bare and not bare.startswith("/"):
                pending.append(line)
            continue
        if not bare or (line.startswith("/") and bare != "/"):
            continue
        if pending:
            yield Statement("\n".join(pending), start)
            pending = []
        if line.startswith("/"):
            comment = True
        elif bare == "\\":
            return
        else:
            pending, start = [line], number
    if pending:
        yield Statement("\n".join(pending), start)
