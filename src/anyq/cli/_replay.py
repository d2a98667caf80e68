"""`anyq replay`: play what a tap recorded, or a tickerplant's log, into a server.

A recording goes out as it came: a connection for each that was recorded, the messages of the clients at the recorded
times divided by the speed, and a request waits for its response before the connection goes on. A tickerplant's log
has no times; its messages go out as async messages, at most so many a second, and one empty request at the end makes
sure that all of them have been processed (KX knowledge base, page kb/logging.md).
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from base64 import b64decode
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import anyio
import attrs
from anyio.abc import SocketStream

from anyq import codec
from anyq.errors import AuthenticationError, ConnectionLost, ProtocolError, QError
from anyq.protocol import (
    HEADER_SIZE,
    NEED_DATA,
    AsyncMessage,
    Connection,
    EndOfFile,
    Event,
    Login,
    Refuse,
    Response,
    Role,
    SyncRequest,
    parse_header,
)
from anyq.values import chars

__all__ = ["Play", "read_log", "read_recording", "run"]

LOG_MAGIC: Final = b"\xff\x01"
_LOG_HEADER: Final = 8
_FLUSH: Final = codec.encode(chars(""))
_CHUNK: Final = 1 << 16


@attrs.frozen
class Play:
    """One message to send: when (seconds from the beginning), on which connection, and as what."""

    at: float
    connection: int
    wait: bool
    body: bytes = attrs.field(repr=False)
    little_endian: bool = True
    compressed: int = 0


def read_recording(path: Path) -> Iterator[Play]:
    """What the clients sent in a recording of `anyq tap`.

    Raises `ValueError` naming the line that is no entry of a recording. Messages that were too long to be recorded
    are left out.
    """
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                entry = json.loads(line)
                wanted = entry["to"] == "server" and entry["what"] in ("async", "sync") and entry["data"]
                if wanted:
                    yield _play(entry, b64decode(entry["data"]))
            except (ValueError, KeyError, TypeError, ProtocolError) as error:
                raise ValueError(f"{path}:{number}: not an entry of a recording ({error})") from None


def _play(entry: dict[str, Any], message: bytes) -> Play:
    header = parse_header(message)
    body = message[HEADER_SIZE:]
    wait = entry["what"] == "sync"
    return Play(float(entry["t"]), int(entry["connection"]), wait, body, header.little_endian, header.compressed)


def read_log(path: Path, rate: float = 0) -> Iterator[Play]:
    """The messages of a tickerplant's log, ``rate`` a second (0: as fast as they go).

    Raises `DecodeError` where the log is damaged; the messages before that place have been given.
    """
    data = memoryview(path.read_bytes())[_LOG_HEADER:]
    number = 0
    while data:
        _, size = codec.decode_first(data)
        yield Play(number / rate if rate else 0.0, 0, False, bytes(data[:size]))
        data = data[size:]
        number += 1


@attrs.define
class Peer:
    """A connection to the server: the protocol's state, and the bytes under it."""

    stream: SocketStream
    state: Connection = attrs.field(factory=lambda: Connection(Role.CLIENT), init=False)

    async def event(self) -> Event:
        """The next thing that the server says."""
        while True:
            event = self.state.next_event()
            if event is not NEED_DATA:
                return event  # type: ignore[return-value]
            try:
                self.state.receive_data(await self.stream.receive(_CHUNK))
            except anyio.EndOfStream:
                self.state.receive_data(b"")

    async def log_in(self, user: str, password: str | None) -> None:
        await self.stream.send(self.state.send(Login(user, password)))
        if isinstance(await self.event(), Refuse):
            raise AuthenticationError("the server refused the login")

    async def play(self, play: Play) -> str | None:
        """Send one message; of a request the error that came back, if one did."""
        kind = SyncRequest if play.wait else AsyncMessage
        await self.stream.send(self.state.send(kind(play.body, play.little_endian, play.compressed)))
        while play.wait:
            event = await self.event()
            if isinstance(event, EndOfFile):
                raise ConnectionLost("the server closed the connection", outcome="unknown")
            if isinstance(event, Response):
                return self._error(event)
            if isinstance(event, SyncRequest):
                await self.stream.send(self.state.send(Response(codec.encode_error(QError("nyi")))))
        return None

    @staticmethod
    def _error(event: Response) -> str | None:
        if event.compressed or event.body[0] != codec.encode_error(QError(""))[0]:
            return None
        return bytes(event.body[1:-1]).decode("utf-8", "replace")


@attrs.define
class Progress:
    """Counts, and says how far it is, at most four times a second, where somebody looks."""

    total: int
    show: bool
    sent: int = attrs.field(default=0, init=False)
    size: int = attrs.field(default=0, init=False)
    errors: int = attrs.field(default=0, init=False)
    began: float = attrs.field(factory=time.perf_counter, init=False)
    shown: float = attrs.field(default=0.0, init=False)

    def count(self, play: Play, error: str | None) -> None:
        self.sent += 1
        self.size += len(play.body) + HEADER_SIZE
        if error is not None:
            self.errors += 1
            print(f"\r#{play.connection} at {play.at:.3f} s: '{error}", file=sys.stderr)
        now = time.perf_counter()
        if self.show and now - self.shown > 0.25:
            self.shown = now
            print(f"\r{self.text()}", end="", file=sys.stderr, flush=True)

    def text(self) -> str:
        took = max(time.perf_counter() - self.began, 1e-9)
        share = f" ({100 * self.sent // self.total}%)" if self.total else ""
        return (
            f"{self.sent} messages{share}, {self.size / 1e6:.1f} MB in {took:.1f} s, "
            f"{self.sent / took:.0f} messages/s, {self.errors} errors"
        )


@attrs.define
class Player:
    """Sends messages to a server, each on its connection and at its time."""

    target: tuple[str, int]
    user: str
    password: str | None
    speed: float
    progress: Progress

    async def run(self, plays: Iterable[Play]) -> None:
        """Play everything.

        Raises `AuthenticationError` when the login is refused, `ConnectionLost` when the server goes away, `OSError`
        when it cannot be reached. Cancelled: what was sent has been sent.
        """
        by_connection: dict[int, list[Play]] = {}
        for play in plays:
            by_connection.setdefault(play.connection, []).append(play)
        began = anyio.current_time()
        async with anyio.create_task_group() as group:
            for mine in by_connection.values():
                group.start_soon(self._connection, mine, began)

    async def _connection(self, plays: list[Play], began: float) -> None:
        async with await anyio.connect_tcp(*self.target) as stream:
            peer = Peer(stream)
            await peer.log_in(self.user, self.password)
            for play in plays:
                if self.speed:
                    await anyio.sleep_until(began + play.at / self.speed)
                self.progress.count(play, await peer.play(play))
            if not plays[-1].wait:
                await peer.play(Play(0.0, plays[-1].connection, True, _FLUSH))


def run(arguments: argparse.Namespace) -> int:
    """The command. The exit code is 1 when a request was answered by an error or the login was refused."""
    path: Path = arguments.file
    with path.open("rb") as file:
        log = file.read(len(LOG_MAGIC)) == LOG_MAGIC
    plays = list(read_log(path, arguments.rate) if log else read_recording(path))
    progress = Progress(len(plays), sys.stderr.isatty())
    speed = 1.0 if log else arguments.speed
    password = arguments.password or os.environ.get("ANYQ_PASSWORD")
    player = Player(arguments.server, arguments.user, password, speed, progress)
    failed = False
    try:
        anyio.run(player.run, plays)
    except* (AuthenticationError, ConnectionLost, ProtocolError, OSError) as group:
        failed = True
        print(f"\n{group.exceptions[0]}", file=sys.stderr)
    print(progress.text())
    return 1 if failed or progress.errors else 0
