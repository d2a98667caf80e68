"""Every program in the README runs, and prints what the README says it prints.

The programs talk to port 5050; here that is an embedded q on a free port.
"""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

README = Path(__file__).parent.parent / "README.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PORT = "5050"


@attrs.frozen
class Program:
    line: int
    source: str
    expected: str | None


def programs() -> Iterator[Program]:
    """The python blocks, each with the text block that follows it, if one does before any other block."""
    text = README.read_text("utf-8")
    found = list(BLOCK.finditer(text))
    for block, after in zip(found, [*found[1:], None], strict=True):
        if block[1] == "python":
            expected = after[2] if after is not None and after[1] == "text" else None
            yield Program(text.count("\n", 0, block.start()) + 1, block[2], expected)


PROGRAMS = list(programs())

FRAGMENT = """\
import anyio
import anyq


async def main() -> None:
    async with anyq.connect("localhost", {port}) as q:
{body}


anyio.run(main)
"""


def whole(source: str, port: int) -> str:
    """The program; a piece of code that awaits at its top runs inside an open connection, as the README says."""
    try:
        compile(source, "README.md", "exec")
    except SyntaxError:
        return FRAGMENT.format(port=port, body=textwrap.indent(source, " " * 8))
    return source.replace(PORT, str(port))


def trimmed(text: str) -> list[str]:
    """The lines without the blanks at their ends, which q fills its columns with."""
    return [line.rstrip() for line in text.splitlines()]


@pytest.mark.parametrize("program", PROGRAMS, ids=[f"line {p.line}" for p in PROGRAMS])
def test_programs(program: Program, served: int, tmp_path: Path) -> None:
    source = tmp_path / "program.py"
    source.write_text(whole(program.source, served), "utf-8")
    run = ["-m", "pytest", "-q", "-p", "no:asyncio"] if "def test_" in program.source else ["-W", "error"]
    done = subprocess.run(
        [sys.executable, *run, str(source)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    if program.expected is not None:
        assert trimmed(done.stdout) == trimmed(program.expected)


def test_links_lead_somewhere() -> None:
    text = BLOCK.sub("", README.read_text("utf-8"))
    headings = {re.sub(r"[^\w -]", "", name).lower().replace(" ", "-") for name in re.findall(r"^#+ (.+)$", text, re.M)}
    links = re.findall(r"\]\(([^)]+)\)", text)
    assert links
    lost = [
        link for link in links if (link[1:] not in headings if link[0] == "#" else not (README.parent / link).exists())
    ]
    assert not lost


def test_the_readme_has_the_two_commands() -> None:
    """A newcomer copies one line to see it work and one line to test it."""
    commands = [block[2] for block in BLOCK.finditer(README.read_text("utf-8")) if block[1] == "sh"]
    assert [command.count("\n") for command in commands[:2]] == [1, 1]
    assert commands[0].rstrip().endswith("anyq demo")
    assert commands[1].rstrip().endswith("nox")
