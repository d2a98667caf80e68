"""`anyq help`."""

from __future__ import annotations

import pytest

from anyq.cli import main
from anyq.guide import pages


def test_the_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["help"]) == 0
    out = capsys.readouterr().out
    assert all(page.topic in out and page.title in out for page in pages())


def test_a_page_is_printed_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    for page in pages():
        assert main(["help", page.topic]) == 0
        assert capsys.readouterr().out == page.text


def test_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["help", "connect"]) == 0
    assert "usage: anyq connect" in capsys.readouterr().out


def test_words_of_a_title(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["help", "how", "it"]) == 0
    assert capsys.readouterr().out.startswith("# How it works")


def test_what_there_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["help", "tipes"]) == 2
    assert "did you mean types?" in capsys.readouterr().err
