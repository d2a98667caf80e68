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
from functools import partial
from math import isfinite
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any, Final

import anyio
import attrs
from anyio.abc import SocketStream

from anyq import codec
from anyq.console import visible
from anyq.errors import AuthenticationError, ConnectionLost, DecodeError, ProtocolError, QError
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

from ._progress import Transfer, display_for

__all__ = ["Play", "read_log", "read_recording", "run"]

LOG_MAGIC: Final = b"\xff\x01"
_LOG_HEADER: Final = 8
_FLUSH: Final = codec.encode(chars(""))
_CHUNK: Final = 1 << 16
_TICK: Final = 0.25
_WHOLE_LOG: Final = codec.Limits(max_message_size=1 << 62)


@attrs.frozen
class Play:
    """One message to send: when (seconds from the beginning), on which connection, and as what."""

    at: float
    connection: int
    wait: bool
    body: bytes = attrs.field(repr=False)
    little_endian: bool = True
    compressed: int = 0

    @property
    def size(self) -> int:
        """Its bytes on the wire."""
        return len(self.body) + HEADER_SIZE


def read_recording(path: Path) -> Iterator[Play]:
    """What the clients sent in a recording of `anyq tap`.

    Raises `ValueError` naming the line that is no entry of a recording. Messages that were too long to be recorded
    are left out, and so is a last line without its end: a tap that was killed left it torn.
    """
    with path.open("rb") as lines:  # what is no text is no entry either
        for number, line in enumerate(lines, 1):
            if not line.endswith(b"\n"):
                return
            try:
                entry = json.loads(line)
                wanted = entry["to"] == "server" and entry["what"] in ("async", "sync") and entry["data"]
                if wanted:
                    yield _play(entry, b64decode(entry["data"]))
            except (ValueError, KeyError, TypeError, RecursionError, ProtocolError) as error:
                raise ValueError(f"{path}:{number}: not an entry of a recording ({error})") from None


def is_torn(path: Path) -> bool:
    """Whether the last line of a recording has no end."""
    with path.open("rb") as file:
        return bool(file.seek(0, os.SEEK_END)) and file.seek(-1, os.SEEK_END) >= 0 and file.read() != b"\n"


def _play(entry: dict[str, Any], message: bytes) -> Play:
    if len(message) <= HEADER_SIZE:
        raise ValueError(f"a message of {len(message)} bytes")
    header = parse_header(message)
    body = message[HEADER_SIZE:]
    wait, at = entry["what"] == "sync", float(entry["t"])
    if not isfinite(at):
        raise ValueError(f"the time {at}")
    return Play(at, int(entry["connection"]), wait, body, header.little_endian, header.compressed)


def read_log(path: Path, rate: float = 0) -> Iterator[Play]:
    """The messages of a tickerplant's log, ``rate`` a second (0: as fast as they go), each read when it is wanted.

    Raises `DecodeError` where the log is damaged; the messages before that place have been given.
    """
    if path.stat().st_size <= _LOG_HEADER:
        return
    with path.open("rb") as file:
        data = memoryview(mmap(file.fileno(), 0, access=ACCESS_READ))[_LOG_HEADER:]
    number = 0
    while data:
        _, size = codec.decode_first(data, limits=_WHOLE_LOG)
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
class Tally:
    """Counts what was sent, and shows how far that is."""

    total: int
    transfer: Transfer
    sent: int = attrs.field(default=0, init=False)
    size: int = attrs.field(default=0, init=False)
    errors: int = attrs.field(default=0, init=False)

    def count(self, play: Play, error: str | None) -> None:
        self.sent += 1
        self.size += play.size
        if error is not None:
            self.errors += 1
            self.transfer.print(visible(f"#{play.connection} at {play.at:.3f} s: '{error}"))
        self.show()

    def show(self) -> None:
        took = max(time.perf_counter() - self.transfer.began, 1e-9)
        self.transfer.update(self.size, self.total, f"{self.sent:,} messages, {self.sent / took:,.0f}/s, ")

    def summary(self) -> str:
        """What was done, in one line."""
        took = max(time.perf_counter() - self.transfer.began, 1e-9)
        return (
            f"{self.sent} messages, {self.size / 1e6:.1f} MB in {took:.1f} s, "
            f"{self.sent / took:.0f} messages/s, {self.errors} errors"
        )


@attrs.define
class Player:
    """Sends messages to a server, each on its connection and at its time."""

    target: tuple[str, int]
    user: str
    password: str | None
    speed: float
    tally: Tally

    async def run(self, connections: Iterable[Iterable[Play]]) -> None:
        """Play everything, each of ``connections`` on one of its own.

        Raises an exception group of `AuthenticationError` when the login is refused, `ConnectionLost` when the server
        goes away, `OSError` when it cannot be reached, and of what reading the messages raises: those before it have
        been sent. Cancelled: what was sent has been sent.
        """
        began = anyio.current_time()
        async with anyio.create_task_group() as showing:
            showing.start_soon(self._show)
            async with anyio.create_task_group() as group:
                for plays in connections:
                    group.start_soon(self._connection, plays, began)
            showing.cancel_scope.cancel()

    async def _show(self) -> None:
        """The time left goes on while there is nothing to send."""
        while True:
            await anyio.sleep(_TICK)
            self.tally.show()

    async def _connection(self, plays: Iterable[Play], began: float) -> None:
        async with await anyio.connect_tcp(*self.target) as stream:
            peer = Peer(stream)
            await peer.log_in(self.user, self.password)
            last, damage = None, None
            try:
                for last in plays:
                    if self.speed:
                        await anyio.sleep_until(began + last.at / self.speed)
                    self.tally.count(last, await peer.play(last))
            except DecodeError as error:  # what was read before it is sent, and waited for
                damage = error
            if last is not None and not last.wait:
                await peer.play(Play(0.0, last.connection, True, _FLUSH))
            if damage is not None:
                raise damage


def is_log(path: Path) -> bool:
    """Whether the file is a tickerplant's log, by its first bytes."""
    with path.open("rb") as file:
        return file.read(len(LOG_MAGIC)) == LOG_MAGIC


def by_connection(plays: Iterable[Play]) -> list[list[Play]]:
    """The messages of each connection, timed from the first of them all."""
    found: dict[int, list[Play]] = {}
    for play in plays:
        found.setdefault(play.connection, []).append(play)
    first = min((one[0].at for one in found.values()), default=0.0)
    return [[attrs.evolve(play, at=play.at - first) for play in one] for one in found.values()]


def first_of(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first exception in a group that is no group itself."""
    error = group.exceptions[0]
    return first_of(error) if isinstance(error, BaseExceptionGroup) else error


def player_of(arguments: argparse.Namespace) -> tuple[Player, Iterable[Iterable[Play]]]:
    """Who plays, and what. Raises `OSError` and `ValueError` when the file cannot be read."""
    path: Path = arguments.file
    connections: Iterable[Iterable[Play]]
    if is_log(path):
        connections = [read_log(path, arguments.rate)]
        speed, total, lasts = 1.0, path.stat().st_size, None
    else:
        connections = found = by_connection(read_recording(path))
        if is_torn(path):
            print(f"{path}: the last line is torn, and left out", file=sys.stderr)
        speed = arguments.speed
        total = sum(play.size for plays in found for play in plays)
        lasts = max((plays[-1].at for plays in found), default=0.0) / speed if speed else None
    transfer = Transfer(partial(display_for, sys.stderr.isatty()), lasts)
    password = arguments.password or os.environ.get("ANYQ_PASSWORD")
    return Player(arguments.server, arguments.user, password, speed, Tally(total, transfer)), connections


def run(arguments: argparse.Namespace) -> int:
    """The command. Exit codes: 1 when a request was answered by an error, or something went wrong on the way, as a
    refused login or a damaged log; 2 when the file is none of ours.
    """
    try:
        player, connections = player_of(arguments)
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    transfer, failed = player.tally.transfer, False
    try:
        anyio.run(player.run, connections)
    except* (AuthenticationError, ConnectionLost, DecodeError, ProtocolError, OSError) as group:
        failed = True
        transfer.print(str(first_of(group)))
    finally:
        transfer.clear()
        print(player.tally.summary())
    return 1 if failed or player.tally.errors else 0
