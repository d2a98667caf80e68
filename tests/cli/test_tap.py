"""The tap between a client and a server that speak plain bytes, and the replay of what it recorded."""

from __future__ import annotations

import argparse
import io
import json
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest
from anyio.abc import SocketAttribute, SocketStream
from anyio.streams.buffered import BufferedByteReceiveStream

import anyq
from anyq import codec
from anyq.cli import main
from anyq.cli._progress import NoDisplay, Transfer
from anyq.cli._replay import Play, Player, Tally, by_connection, read_log, read_recording
from anyq.cli._tap import Tap
from anyq.protocol import HEADER_SIZE, parse_header

pytestmark = pytest.mark.anyio


async def read_message(stream: BufferedByteReceiveStream) -> bytes:
    header = await stream.receive_exactly(HEADER_SIZE)
    return header + await stream.receive_exactly(parse_header(header).size - HEADER_SIZE)


async def answer(stream: SocketStream, heard: list[tuple[int, anyq.Value]]) -> None:
    """A server that answers a request with what it was asked, and `bad` with an error."""
    async with stream:
        buffered = BufferedByteReceiveStream(stream)
        login = await buffered.receive_until(b"\0", 100)
        await stream.send(login[-1:])
        while True:
            try:
                data = await read_message(buffered)
            except anyio.IncompleteRead:
                return
            value = codec.loads(data)
            heard.append((data[1], value))
            if data[1] == 1:
                back: object = anyq.QError("type") if value == anyq.chars("bad") else value
                await stream.send(codec.dumps(back, kind="response"))


@asynccontextmanager
async def echo_server() -> AsyncIterator[tuple[int, list[tuple[int, anyq.Value]]]]:
    heard: list[tuple[int, anyq.Value]] = []
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    async with listener, anyio.create_task_group() as group:
        group.start_soon(listener.serve, lambda stream: answer(stream, heard))
        yield listener.extra(SocketAttribute.local_port), heard
        group.cancel_scope.cancel()


@asynccontextmanager
async def tapped(port: int, out: io.StringIO, record: io.TextIOBase | None = None) -> AsyncIterator[int]:
    async with anyio.create_task_group() as group:
        ready = anyio.Event()
        ports: list[int] = []

        def listening(bound: int) -> None:
            ports.append(bound)
            ready.set()

        tap = Tap(("127.0.0.1", port), lambda line: print(line, file=out), record, 10, 1 << 16)
        group.start_soon(tap.run, "127.0.0.1", 0, listening)
        await ready.wait()
        yield ports[0]
        group.cancel_scope.cancel()


async def test_what_passes_is_shown_recorded_and_played_again(tmp_path: Path) -> None:
    out, record = io.StringIO(), io.StringIO()
    large = anyq.vector("x", bytes(1 << 17))
    async with echo_server() as (port, heard), tapped(port, out, record) as tap:
        async with await anyio.connect_tcp("127.0.0.1", tap) as client:
            await client.send(b"ann:secret\x03\0")
            buffered = BufferedByteReceiveStream(client)
            assert await buffered.receive_exactly(1) == b"\x03"
            await client.send(codec.dumps(anyq.long(7), kind="async"))
            for asked in (anyq.symbols(["a", "b"]), anyq.chars("bad"), large):
                await client.send(codec.dumps(asked, kind="sync"))
                await read_message(buffered)
            await client.send(codec.dumps(anyq.long(8), kind="async"))
        with anyio.fail_after(5):
            while "closed" not in out.getvalue():
                await anyio.sleep(0.01)
        first = list(heard)
    shown = out.getvalue()
    for text in ("user 'ann'", "capability 3", "-> async 17 B  7", "`a`b", "'type", "(too long to show)", " after "):
        assert text in shown
    assert "secret" not in shown + record.getvalue()
    file = tmp_path / "recording"
    file.write_text(record.getvalue())
    plays = list(read_recording(file))
    assert [play.wait for play in plays] == [False, True, True, False]
    async with echo_server() as (port, heard):
        tally = Tally(sum(play.size for play in plays), Transfer(NoDisplay))
        await Player(("127.0.0.1", port), "ann", None, 0, tally).run(by_connection(plays))
        assert heard[:4] == [one for one in first if one[1] != large]
    assert (tally.sent, tally.size, tally.errors) == (4, tally.total, 1)


async def test_a_server_that_is_away_ends_only_that_client() -> None:
    out = io.StringIO()
    async with tapped(1, out) as tap, await anyio.connect_tcp("127.0.0.1", tap) as client:
        with pytest.raises(anyio.EndOfStream):
            await client.receive()
    assert "127.0.0.1:1 cannot be reached" in out.getvalue()


async def test_a_log_is_played_as_async_messages(tmp_path: Path) -> None:
    updates = [anyq.List([anyq.symbol("upd"), anyq.symbol("trade"), anyq.long(i)]) for i in range(3)]
    log = tmp_path / "log"
    log.write_bytes(b"\xff\x01\0\0\0\0\0\0" + b"".join(codec.encode(update) for update in updates))
    plays = list(read_log(log, rate=1000))
    assert [play.at for play in plays] == [0, 0.001, 0.002]
    async with echo_server() as (port, heard):
        await Player(("127.0.0.1", port), "", None, 1, Tally(0, Transfer(NoDisplay))).run([plays])
    assert [value for kind, value in heard if kind == 0] == updates
    assert heard[-1] == (1, anyq.chars(""))


async def test_a_damaged_log_gives_what_is_whole(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"\xff\x01\0\0\0\0\0\0" + codec.encode(anyq.long(1)) + codec.encode(anyq.long(2))[:-1])
    plays = read_log(log)
    assert next(plays) == Play(0.0, 0, False, codec.encode(anyq.long(1)))
    with pytest.raises(anyq.DecodeError):
        next(plays)


async def test_a_connection_begins_with_the_first_message() -> None:
    plays = [Play(at, number, True, b"") for at, number in ((600.0, 2), (600.5, 1), (601.0, 2))]
    assert [[play.at for play in one] for one in by_connection(plays)] == [[0.0, 1.0], [0.5]]


def replay(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "anyq", "replay", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


async def test_replay_into_a_file_or_a_pipe_is_plain(tmp_path: Path) -> None:
    """No progress where nobody looks: the complaints, one line each, and the summary."""
    log = tmp_path / "log"
    log.write_bytes(b"\xff\x01\0\0\0\0\0\0" + codec.encode(anyq.long(1)) + codec.encode(anyq.long(2))[:-1])
    async with echo_server() as (port, heard):
        done = await anyio.to_thread.run_sync(replay, str(log), str(port))
        assert heard == [(0, anyq.long(1)), (1, anyq.chars(""))]
    assert done.returncode == 1
    assert done.stdout.startswith("1 messages, 0.0 MB in ")
    assert done.stderr.count("\n") == 1
    assert "\r" not in done.stdout + done.stderr
    for name in ("nothing", "damaged"):
        (tmp_path / "damaged").write_text("{}\n")
        done = await anyio.to_thread.run_sync(replay, str(tmp_path / name), "1")
        assert (done.returncode, done.stdout) == (2, "")
        assert "Traceback" not in done.stderr
        assert name in done.stderr


async def test_a_bad_recording_names_its_line(tmp_path: Path) -> None:
    file = tmp_path / "recording"
    file.write_text(json.dumps({"to": "client", "what": "verdict", "data": ""}) + "\n{}\n")
    with pytest.raises(ValueError, match="recording:2: not an entry"):
        list(read_recording(file))
    entry = {"to": "server", "what": "sync", "data": "AQEAAAkAAABlAA==", "t": 0.5, "connection": 1}
    damaged = [{**entry, "data": "AQEAAA=="}, {**entry, "t": float("nan")}, {**entry, "connection": "x"}]
    for bad in (b"\x81\xff\x00", b"[" * 100_000, *[json.dumps(one).encode() for one in damaged]):
        file.write_bytes(json.dumps(entry).encode() + b"\n" + bad + b"\n")
        with pytest.raises(ValueError, match="recording:2: not an entry"):
            list(read_recording(file))


def test_what_a_tap_cannot_do_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert main(["tap", port, "127.0.0.1:1"]) == 2
        assert "in use" in capsys.readouterr().err
    assert main(["tap", "0", "127.0.0.1:1", "--record", str(tmp_path / "none" / "file")]) == 2
    assert "none/file" in capsys.readouterr().err


def test_addresses() -> None:
    from anyq.cli._address import host_and_port, listening

    assert host_and_port("5050") == ("127.0.0.1", 5050)
    assert host_and_port("q.example:5050") == ("q.example", 5050)
    assert host_and_port("[::1]:5050") == ("::1", 5050)
    assert listening("0W") == ("127.0.0.1", 0)
    assert listening("0.0.0.0:0W") == ("0.0.0.0", 0)
    for bad in ("", "host", "host:99999", "host:-1"):
        with pytest.raises(argparse.ArgumentTypeError, match="is not"):
            host_and_port(bad)
