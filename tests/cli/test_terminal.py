"""Typed sessions: `anyq connect` and `anyq q` on a pseudo-terminal."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

pexpect = pytest.importorskip("pexpect")

WAIT = 60
TAB = "\t"
PASTE_OFF = "\x1b[?2004l"


@contextmanager
def terminal(state: Path, *arguments: str) -> Iterator[Any]:
    """A command of anyq with somebody at the keyboard."""
    environment = {**os.environ, "XDG_STATE_HOME": str(state), "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"}
    child = pexpect.spawn(
        sys.executable,
        ["-m", "anyq", *arguments],
        env=environment,
        timeout=WAIT,
        encoding="utf-8",
        dimensions=(40, 120),
    )
    try:
        yield child
    finally:
        child.close(force=True)


def test_a_console(tmp_path: Path) -> None:
    with terminal(tmp_path, "q") as q:
        q.expect("not kdb")
        q.expect(r"q\)")
        q.send("6*7\r")
        q.expect("42\r\n")
        q.send("twice:{\r")
        q.send("2*x}\r")
        q.expect(r"q\)")
        q.send("twi" + TAB)
        q.expect("twice")
        q.send(" 1000\r")
        q.expect("2000\r\n")
        q.send('-1"asleep";system"sleep 30"\r')
        q.expect("asleep\r\n")
        q.sendintr()
        q.expect("stop")
        q.send("5*11\r")
        q.expect("55\r\n")
        q.send("\\\\\r")
        q.expect(pexpect.EOF)
        q.wait()
        assert q.exitstatus == 0
    assert "6*7" in (tmp_path / "anyq" / "history").read_text()


def test_a_client(tmp_path: Path, served: int) -> None:
    with terminal(tmp_path, "connect", f"127.0.0.1:{served}", "--timing") as client:
        client.expect(f"{served}>")
        client.send("terminaltable:([]a:1 2 3)\r")
        client.expect("ms")
        client.send("count termin" + TAB)
        client.expect("terminaltable")
        client.send("\r")
        client.expect("3\r\n")
        client.send("{x+\r")
        client.send("y}[400;\r")
        client.send("44]\r")
        client.expect("444\r\n")
        client.send('system"sleep 3"')
        client.expect("sleep 3")
        client.send("\r")
        client.expect_exact(PASTE_OFF)  # the prompt has let go of the terminal
        time.sleep(0.5)
        client.sendintr()
        client.expect("abandoned")
        client.send("5*11\r")
        client.expect("55\r\n")
        client.send("nosuchname\r")
        client.expect("'nosuchname")
        client.send("\\\\\r")
        client.expect(pexpect.EOF)
        client.wait()
        assert client.exitstatus == 0


def test_progress_of_a_big_answer(tmp_path: Path, served: int) -> None:
    """The answer is 200 MB; on a quick machine it is here before there is a progress to show."""
    with terminal(tmp_path, "connect", f"127.0.0.1:{served}") as client:
        client.expect(f"{served}>")
        client.send("til 25000000\r")
        client.expect(r"(% of 200 MB)|(0 1 2 3 4 5)")
        client.send("5*11\r")
        client.expect("55\r\n")
