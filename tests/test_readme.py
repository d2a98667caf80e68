"""Every program in the README runs, and prints what the README says it prints.

The programs talk to port 5050; here that is an embedded q on a free port.
"""

from __future__ import annotations

import re
import subprocess
import sys
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


@pytest.mark.parametrize("program", PROGRAMS, ids=[f"line {p.line}" for p in PROGRAMS])
def test_programs(program: Program, served: int, tmp_path: Path) -> None:
    source = tmp_path / "program.py"
    source.write_text(program.source.replace(PORT, str(served)), "utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error", str(source)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    if program.expected is not None:
        assert done.stdout == program.expected


def test_the_readme_has_the_two_commands() -> None:
    """A newcomer copies one line to see it work and one line to test it."""
    commands = [block[2] for block in BLOCK.finditer(README.read_text("utf-8")) if block[1] == "sh"]
    assert [command.count("\n") for command in commands[:2]] == [1, 1]
    assert commands[0].rstrip().endswith("anyq demo")
    assert commands[1].rstrip().endswith("nox")
