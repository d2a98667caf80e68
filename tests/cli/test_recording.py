"""`anyq tap` in a bad world: a full disk, a kill, a reader that does not read, and text meant for a terminal."""

from __future__ import annotations

import json
import os
import pty
import random
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from tests.processes import killed_over_and_over

import anyq
from anyq.cli._replay import is_torn, read_recording
from anyq.cli._tap import Recorder
from anyq.console import visible

TAP = [sys.executable, "-m", "anyq", "tap"]
LIMITED = """
import resource, runpy, signal
resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
runpy.run_module("anyq", run_name="__main__")
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@contextmanager
def tapping(
    server: int, *options: str, command: list[str] | None = None
) -> Iterator[tuple[subprocess.Popen[str], int]]:
    port = free_port()
    given = [*(command or TAP), str(port), str(server), *options]
    with subprocess.Popen(given, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline().startswith("tap on")
            yield process, port
        finally:
            process.kill()


def test_a_full_disk_ends_the_recording_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "recording"
    limited = [sys.executable, "-c", LIMITED, "tap"]
    with (
        anyq.sync.serve(port=0) as server,
        tapping(server.port, "--record", str(file), command=limited) as (tap, port),
    ):
        for _ in range(3):  # new connections too
            with anyq.sync.connect("127.0.0.1", port) as q:
                for number in range(60):
                    assert q(f"{number}+1") == number + 1
        tap.send_signal(signal.SIGINT)
        _, errors = tap.communicate(timeout=20)
    assert tap.returncode == 1
    assert errors.count("\n") == 1
    assert "the recording" in errors
    assert 10_000 < file.stat().st_size <= 20_000
    assert not is_torn(file)
    assert len(list(read_recording(file))) > 20


KILLS = int(os.environ.get("ANYQ_KILLS", "6"))
RECORDING = """
    import os, sys
    import anyq.cli, anyq.cli._tap
    def work():
        print(os.getpid(), flush=True)
        sys.stdout = open(os.devnull, "w")
        anyq.cli.main(["tap", *sys.argv[1:]])
"""


def test_kill_at_any_moment_leaves_whole_lines(tmp_path: Path) -> None:
    choose, file, asked = random.Random(7), tmp_path / "recording", 0
    answered = threading.Event()

    def ask(port: int) -> None:
        nonlocal asked
        steady: Any = {"connect_attempts": 0, "reconnection_delay": 0.01, "reconnection_function": lambda delay: delay}
        with suppress(anyq.Error), anyq.sync.connect("127.0.0.1", port, **steady) as q:
            while True:
                q("1+1")
                asked += 1
                answered.set()

    port = free_port()
    with (
        anyq.sync.serve(port=0) as server,
        killed_over_and_over(RECORDING, str(port), str(server.port), "--record", str(file), folder=tmp_path) as run,
    ):
        for _ in range(KILLS):
            asked, answered = 0, threading.Event()
            client = threading.Thread(target=ask, args=[port])
            client.start()
            run(choose.uniform(0.0, 0.1), answered.wait)
            client.join()
            plays = list(read_recording(file))  # no error, whatever the last line is
            assert len(plays) >= asked - 1 > -1


def test_a_torn_last_line_is_left_out(tmp_path: Path) -> None:
    entry = json.dumps({"to": "server", "what": "sync", "data": "AQEAAAkAAABlAA==", "t": 0.5, "connection": 1}).encode()
    file = tmp_path / "recording"
    for size in range(len(entry) + 1):
        file.write_bytes(entry + b"\n" + entry[:size])
        assert len(list(read_recording(file))) == 1
        assert is_torn(file) == (size > 0)
    file.write_bytes(b"")
    assert (list(read_recording(file)), is_torn(file)) == ([], False)


def test_output_that_nobody_reads_does_not_hold_up_the_proxy() -> None:
    with anyq.sync.serve(port=0) as server, tapping(server.port) as (tap, port):
        with anyq.sync.connect("127.0.0.1", port) as q:
            for _ in range(3000):
                assert q('1000#"x"') == anyq.chars("x" * 1000)
        tap.send_signal(signal.SIGINT)
        assert tap.wait(20) == 130


@pytest.mark.parametrize("text", ["\x1b[31mred", "a\rb", "\x9b31m", "\u202eleft", "\x07", "\udcff", "a\nb"])
def test_text_for_terminals_is_escaped(text: str) -> None:
    shown = visible(text)
    assert shown.isprintable()
    assert shown != text
    assert visible(text, lines=True).replace("\n", "").isprintable()
    assert visible("Grüße, 世界") == "Grüße, 世界"


def test_a_tap_shows_no_escapes() -> None:
    with anyq.sync.serve(port=0) as server, tapping(server.port) as (tap, port):
        with anyq.sync.connect("127.0.0.1", port) as q:
            q(anyq.symbol("type"), anyq.symbol("\x1b[31mred"))
            with pytest.raises(anyq.QError):
                q('\'`$"\\033[2J"')
        tap.send_signal(signal.SIGINT)
        output, _ = tap.communicate(timeout=20)
    assert "red" in output
    assert "\x1b" not in output


def on_terminal(*command: str) -> bytes:
    leader, follower = pty.openpty()
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=follower, stderr=follower) as process:
        os.close(follower)
        output = b""
        while True:
            try:
                piece = os.read(leader, 4096)
            except OSError:
                break
            output += piece
        process.wait(20)
    os.close(leader)
    return output


def test_connect_shows_no_escapes_on_a_terminal() -> None:
    connect = [sys.executable, "-m", "anyq", "connect"]
    with anyq.sync.serve(port=0) as server:
        for query in ('`$"\\033[31mred"', '\'`$"\\033[31mred"', '([]a:enlist`$"\\033[31mred")'):
            output = on_terminal(*connect, f"127.0.0.1:{server.port}", "-e", query)
            assert b"red" in output
            assert b"\x1b[31m" not in output
        piped = subprocess.run(
            [*connect, f"127.0.0.1:{server.port}", "-e", '`$"\\033[31mred"'],
            capture_output=True,
            timeout=60,
            check=True,
        )
        assert b"\x1b[31mred" in piped.stdout


def test_a_recorder_cuts_what_it_could_not_finish(tmp_path: Path) -> None:
    said: list[str] = []
    recorder = Recorder(str(tmp_path / "file"), said.append)
    recorder.write("one\n")
    if os.path.exists("/dev/full"):
        full = Recorder("/dev/full", said.append)
        full.write("two\n")
        full.write("three\n")
        assert (full.failed, len(said)) == (True, 1)
        assert "No space left" in said[0]
        full.close()
    recorder.close()
    assert (tmp_path / "file").read_text() == "one\n"
