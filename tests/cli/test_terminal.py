"""Typed sessions: `anyq connect` and `anyq q` on a pseudo-terminal."""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

import anyq
from anyq import codec

pexpect = pytest.importorskip("pexpect")

WAIT = 60
TAB = "\t"
WITHOUT_RICH = """\
import sys
sys.modules.update(rich=None, prompt_toolkit=None)
from anyq.cli import main
sys.exit(main())
"""
PASTE_OFF = "\x1b[?2004l"


@contextmanager
def terminal(state: Path, *arguments: str, rich: bool = True) -> Iterator[Any]:
    """A command of anyq with somebody at the keyboard; without ``rich`` as if the extra ``cli`` were not there."""
    environment = {**os.environ, "XDG_STATE_HOME": str(state), "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"}
    child = pexpect.spawn(
        sys.executable,
        ["-m", "anyq", *arguments] if rich else ["-c", WITHOUT_RICH, *arguments],
        env=environment,
        timeout=WAIT,
        encoding="utf-8",
        dimensions=(40, 120),
    )
    try:
        yield child
    finally:
        child.close(force=True)


@pytest.mark.parametrize("rich", [True, False])
def test_a_console(tmp_path: Path, rich: bool) -> None:
    with terminal(tmp_path, "q", rich=rich) as q:
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
        client.expect("connected to")
        client.expect(f"{served}>")
        client.send("help\r")
        client.expect("leave")
        client.send("terminaltable:([]acolumn:1 2 3)\r")
        client.expect("ms")
        client.send("exec acol" + TAB)
        client.expect("umn")
        client.send(" from terminaltable\r")
        client.expect("1 2 3\r\n")
        client.send("count termin" + TAB)
        client.expect("altable")  # what was typed before may stand there already
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
        client.expect("abandoned; the server goes on with it")
        client.send("5*11\r")
        client.expect("waiting for the server to finish")
        client.expect("55\r\n")
        client.send("nosuchname\r")
        client.expect("'nosuchname")
        client.send("quit\r")
        client.expect(pexpect.EOF)
        client.wait()
        assert client.exitstatus == 0


def test_a_server_that_restarts(tmp_path: Path) -> None:
    with ExitStack() as stack:
        with anyq.sync.serve(port=0) as server:
            port = server.port
            client = stack.enter_context(terminal(tmp_path, "connect", f"127.0.0.1:{port}"))
            client.expect(f"{port}>")
            client.send("6*7\r")
            client.expect("42\r\n")
        client.send("6*8\r")
        client.expect("trying again in")
        with anyq.sync.serve(port=port):
            client.expect("48\r\n")
            client.send("\\\\\r")
            client.expect(pexpect.EOF)
            client.wait()
        assert client.exitstatus == 0


class Gate:
    """A proxy to the server that holds back what is over ``after`` bytes of its answers until it is opened.

    So a big answer is on its way for as long as a test looks at it, however quick the machine.
    """

    def __init__(self, port: int, after: int) -> None:
        self.open = threading.Event()
        self._after = after
        self._server = socket.create_connection(("127.0.0.1", port))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._serve, daemon=True)]
        self._threads[0].start()

    def _serve(self) -> None:
        client, _ = self._listener.accept()
        self._threads.append(threading.Thread(target=self._pass, args=(client, self._server), daemon=True))
        self._threads[1].start()
        passed = 0
        with client, suppress(OSError):
            while data := self._server.recv(1 << 20):
                passed += len(data)
                if passed > self._after:
                    self.open.wait(WAIT)
                client.sendall(data)

    @staticmethod
    def _pass(source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(1 << 16):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> Gate:
        return self

    def __exit__(self, *_: object) -> None:
        self.open.set()
        for thread in self._threads:
            thread.join(WAIT)
        self._listener.close()
        self._server.close()


@pytest.mark.parametrize("rich", [True, False])
def test_progress_of_a_big_answer(tmp_path: Path, served: int, rich: bool) -> None:
    """200 MB, and somebody looks while a tenth of them is here; then all of it, or none."""
    with Gate(served, 20_000_000) as gate, terminal(tmp_path, "connect", f"127.0.0.1:{gate.port}", rich=rich) as client:
        client.expect(f"{gate.port}>")
        client.send("til 25000000\r")
        client.expect(r"\d% of 200 MB, \d+ [kM]?B/s")
        client.expect("left")
        gate.open.set()
        client.expect(r"0 1 2 3 4 5")
        client.send("5*11\r")
        client.expect("55\r\n")
        client.send("\\\\\r")
        client.expect(pexpect.EOF)


def test_a_big_answer_given_up_half_way(tmp_path: Path, served: int) -> None:
    with Gate(served, 20_000_000) as gate, terminal(tmp_path, "connect", f"127.0.0.1:{gate.port}") as client:
        client.expect(f"{gate.port}>")
        client.send("til 25000000\r")
        client.expect(r"\d% of 200 MB")
        client.sendintr()
        client.expect("abandoned")
        gate.open.set()
        client.send("5*11\r")
        client.expect("55\r\n")
        client.send("\\\\\r")
        client.expect(pexpect.EOF)


@pytest.mark.parametrize("rich", [True, False])
def test_progress_of_a_replay(tmp_path: Path, served: int, rich: bool) -> None:
    """Two messages, the second ten minutes after the first: what is sent, and when the rest will be."""
    data = b64encode(codec.dumps(anyq.chars("2+2"), kind="sync")).decode()
    entry = {"connection": 1, "to": "server", "what": "sync", "data": data}
    recording = tmp_path / "recording"
    recording.write_text("".join(json.dumps({"t": at, **entry}) + "\n" for at in (3.0, 603.0)))
    with terminal(tmp_path, "replay", str(recording), str(served), "--speed", "2", rich=rich) as replay:
        replay.expect(r"1 messages, \d+/s, 50% of 34 B, .*B/s, (5:00|4:59) left")
        replay.sendintr()
        replay.expect(r"1 messages, 0.0 MB in .*, 0 errors")
        replay.expect(pexpect.EOF)
        replay.wait()
        assert replay.exitstatus == 130
