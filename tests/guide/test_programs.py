"""Every program in the README and in the guide runs, and prints what the page says that it prints.

The programs talk to port 5050; here that is an embedded q on a free port.
"""

from __future__ import annotations

import logging
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from tests.documents import BLOCK, DOCUMENTS, PROGRAMS, README, Program, whole

import anyq.guide

pytestmark = pytest.mark.newest
SHOWN = [program for program in PROGRAMS if not program.is_test]
TESTS = [program for program in PROGRAMS if program.is_test]


def trimmed(text: str) -> list[str]:
    """The lines without the blanks at their ends, which q fills its columns with."""
    return [line.rstrip() for line in text.splitlines()]


@pytest.mark.parametrize("program", SHOWN, ids=[program.name for program in SHOWN])
def test_programs(
    program: Program, served: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "program.py"
    source.write_text(whole(program.source, served), "utf-8")
    monkeypatch.chdir(tmp_path)
    handlers = logging.getLogger("anyq").handlers[:]
    try:
        runpy.run_path(str(source), run_name="__main__")
    finally:
        logging.getLogger("anyq").handlers[:] = handlers
    shown = capfd.readouterr()
    assert not shown.err
    if program.expected is not None:
        assert trimmed(shown.out) == trimmed(program.expected)


def test_tests(tmp_path: Path) -> None:
    """What the pages show as tests passes as tests."""
    for program in TESTS:
        (tmp_path / f"test_{program.name}.py").write_text(program.source, "utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:asyncio", "-p", "no:cacheprovider", "-W", "error"]
    done = subprocess.run([*command, str(tmp_path)], capture_output=True, text=True, timeout=90, check=False)
    assert done.returncode == 0, done.stdout
    assert int(re.findall(r"(\d+) passed", done.stdout)[0]) >= len(TESTS)


FILES = r"https://(?:github\.com/anyq/anyq/blob|raw\.githubusercontent\.com/anyq/anyq)/main/"


def headings(text: str) -> set[str]:
    """The anchors of the headings, as a reader's browser finds them."""
    found = re.findall(r"^#+ (.+)$", BLOCK.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in found}


@pytest.mark.parametrize("page", DOCUMENTS)
def test_links_lead_somewhere(page: str) -> None:
    text = DOCUMENTS[page]
    for link in re.findall(r"\]\(([^)]+)\)", BLOCK.sub("", text)):
        if link.startswith("#"):
            assert link[1:] in headings(text)
        elif page == "readme":  # absolute: it is the long description of the distribution too
            kept = re.fullmatch(rf"{FILES}(.+)", link)
            assert kept, link
            assert (README.parent / kept[1]).exists(), link
        else:
            assert link.removesuffix(".md") in DOCUMENTS, link


def test_the_readme_leads_to_every_page() -> None:
    text = DOCUMENTS["readme"]
    assert [page.topic for page in anyq.guide.pages() if f"anyq help {page.topic}`" not in text] == []


def test_the_readme_is_a_front_page() -> None:
    assert DOCUMENTS["readme"].count("\n") <= 250


def test_the_readme_has_the_two_commands() -> None:
    """A newcomer copies one line to see it work and one line to test it."""
    commands = [block[2] for block in BLOCK.finditer(DOCUMENTS["readme"]) if block[1] == "sh"]
    assert [command.count("\n") for command in commands[:2]] == [1, 1]
    assert commands[0].rstrip().endswith("anyq demo")
    assert commands[1].rstrip().endswith("nox")
