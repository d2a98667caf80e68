"""The programs in the README and in the guide: what they are, and how a reader runs them."""

from __future__ import annotations

import itertools
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

import attrs

from anyq.guide import pages

__all__ = ["BLOCK", "DOCUMENTS", "PROGRAMS", "README", "Program", "whole"]

README = Path(__file__).parent.parent / "README.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PORT = "5050"
DOCUMENTS = {"readme": README.read_text("utf-8")} | {page.topic: page.text for page in pages()}


@attrs.frozen
class Program:
    """A block of Python. ``expected`` is the block of text that follows it, if one does before any other block."""

    page: str
    line: int
    source: str
    expected: str | None

    @property
    def name(self) -> str:
        return f"{self.page}_{self.line}"

    @property
    def is_test(self) -> bool:
        return "def test_" in self.source


def programs(page: str, text: str) -> Iterator[Program]:
    found = list(BLOCK.finditer(text))
    for block, after in itertools.zip_longest(found, found[1:]):
        if block[1] == "python":
            expected = after[2] if after is not None and after[1] == "text" else None
            yield Program(page, text.count("\n", 0, block.start()) + 1, block[2], expected)


PROGRAMS = [program for page, text in DOCUMENTS.items() for program in programs(page, text)]

FRAGMENT = """\
import anyio
import anyq


async def main() -> None:
    async with anyq.connect("localhost", {port}) as q:
{body}


anyio.run(main)
"""


def whole(source: str, port: int) -> str:
    """The program; a piece of code that awaits at its top runs inside an open connection, as the pages say."""
    try:
        compile(source, "page", "exec")
    except SyntaxError:
        return FRAGMENT.format(port=port, body=textwrap.indent(source, " " * 8))
    return source.replace(PORT, str(port))
