"""`anyq tap`: a proxy that shows the messages that pass between clients and a server."""

from __future__ import annotations

import argparse
import datetime
import json
import sys
import time
from base64 import b64encode
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from typing import Protocol

import anyio
import attrs
from anyio.abc import SocketAttribute, SocketStream

from anyq import codec
from anyq.console import visible
from anyq.errors import DecodeError, LimitError, QError

from ._frames import Frame, Splitter
from ._lines import Lines

_CHUNK = 1 << 16


class Record(Protocol):
    """Where entries are recorded."""

    def write(self, line: str, /) -> object:
        """Record a line, whole. Never raises."""


class Recorder:
    """A recording in a file: whole lines, also when the disk is full or the process is killed.

    A line that cannot be written ends the recording, which is said once; what passes goes on passing.
    """

    def __init__(self, path: str, complain: Callable[[str], object]) -> None:
        self._file = open(path, "wb", buffering=0)  # noqa: SIM115 - closed by `close`
        self._path = path
        self._complain = complain
        self._size = 0
        self.failed = False

    def write(self, line: str) -> None:
        if self.failed:
            return
        data = memoryview(line.encode())
        try:
            rest = data
            while rest:
                rest = rest[self._file.write(rest) or 0 :]
        except OSError as error:
            self.failed = True
            with suppress(OSError):
                self._file.truncate(self._size)
            self._complain(f"anyq tap: the recording {self._path} ends here: {error.strerror}; what it holds is whole")
        else:
            self._size += len(data)

    def close(self) -> None:
        with suppress(OSError):
            self._file.close()


@attrs.define
class Conversation:
    """One client and its server: the frames of both directions, numbered, timed and shown."""

    number: int
    peer: str
    show: Callable[[str], object]
    record: Record | None
    began: float
    lines: int
    keep: int
    asked: deque[float] = attrs.field(factory=deque, init=False)
    answered: deque[float] = attrs.field(factory=deque, init=False)

    def splitters(self) -> tuple[Splitter, Splitter]:
        """For what the client says and for what the server says."""
        return Splitter("login", self.keep), Splitter("verdict", self.keep)

    def passed(self, frame: Frame, to_server: bool) -> None:
        """Show and record one frame."""
        took = self._took(frame, to_server)
        clock = datetime.datetime.now().strftime("%H:%M:%S.%f")
        arrow = "->" if to_server else "<-"
        self.show(f"{clock} #{self.number} {arrow} {frame.what} {frame.size} B{took}  {self._text(frame)}")
        if self.record is not None:
            entry = {
                "t": round(time.perf_counter() - self.began, 6),
                "connection": self.number,
                "to": "server" if to_server else "client",
                "what": frame.what,
                "size": frame.size,
                "data": b64encode(frame.data).decode(),
            }
            self.record.write(json.dumps(entry) + "\n")

    def _took(self, frame: Frame, to_server: bool) -> str:
        """How long the answer took: responses come in the order of the requests of the other side."""
        waiting = self.asked if to_server == (frame.what == "sync") else self.answered
        if frame.what == "sync":
            waiting.append(time.perf_counter())
        elif frame.what == "response" and waiting:
            return f" after {(time.perf_counter() - waiting.popleft()) * 1e3:.2f} ms"
        return ""

    def _text(self, frame: Frame) -> str:
        if frame.what == "login":
            return f"user {frame.data.decode('utf-8', 'replace')!r}"
        if frame.what == "verdict":
            return f"capability {frame.data[0]}"
        if frame.what == "garbage":
            return f"no q message: {frame.data!r}"
        if not frame.data:
            return "(too long to show)"
        try:
            text = visible(str(codec.loads(frame.data)), lines=True).split("\n")
        except QError as error:
            return visible(f"'{error}")
        except (DecodeError, LimitError) as error:
            return visible(f"cannot be decoded: {error}")
        shown = text[: self.lines] + ([".."] if len(text) > self.lines else [])
        return "\n    ".join(shown)


async def pump(source: SocketStream, sink: SocketStream, splitter: Splitter, passed: Callable[[Frame], None]) -> None:
    """Forward bytes first, look at them after; at the end of the stream tell the other side."""
    try:
        async for data in source:
            await sink.send(data)
            for frame in splitter.feed(data):
                passed(frame)
        await sink.send_eof()
    except (anyio.BrokenResourceError, anyio.ClosedResourceError, OSError):
        await sink.aclose()


@attrs.define
class Tap:
    """The proxy. Each client gets a connection of its own to the server."""

    target: tuple[str, int]
    show: Callable[[str], object]
    record: Record | None
    lines: int
    keep: int
    numbers: count[int] = attrs.field(factory=lambda: count(1), init=False)
    began: float = attrs.field(factory=time.perf_counter, init=False)

    async def serve(self, client: SocketStream) -> None:
        """One client, from its connection to the end of both streams."""
        number = next(self.numbers)
        peer = client.extra(SocketAttribute.remote_address)
        self.show(f"#{number} opened by {peer[0]}:{peer[1]}" if isinstance(peer, tuple) else f"#{number} opened")
        async with client:
            try:
                server = await anyio.connect_tcp(*self.target)
            except OSError as error:
                self.show(f"#{number} {self.target[0]}:{self.target[1]} cannot be reached: {error}")
                return
            talk = Conversation(number, str(peer), self.show, self.record, self.began, self.lines, self.keep)
            there, back = talk.splitters()
            async with server, anyio.create_task_group() as both:
                both.start_soon(pump, client, server, there, lambda frame: talk.passed(frame, True))
                both.start_soon(pump, server, client, back, lambda frame: talk.passed(frame, False))
        self.show(f"#{number} closed")

    async def run(self, host: str, port: int, ready: Callable[[int], None] | None = None) -> None:
        """Serve until cancelled."""
        try:
            listener = await anyio.create_tcp_listener(local_host=host, local_port=port)
        except OSError as error:
            raise OSError(error.errno, f"cannot listen on {host}:{port}: {error.strerror or error}") from error
        async with listener:
            bound = listener.extra(SocketAttribute.local_port)
            self.show(f"tap on {host}:{bound}, to {self.target[0]}:{self.target[1]}")
            if ready is not None:
                ready(bound)
            await listener.serve(self.serve)


def run(arguments: argparse.Namespace) -> int:
    """The command; ends at Ctrl-C. The exit code is 2 when it cannot listen, or not write the recording, and 1 when
    the recording ended before that.
    """
    shown, complaints = Lines(sys.stdout), Lines(sys.stderr)
    recorder: Recorder | None = None
    try:
        if arguments.record:
            recorder = Recorder(arguments.record, complaints.put)
        tap = Tap(arguments.server, shown.put, recorder, arguments.lines, arguments.keep)
        anyio.run(tap.run, *arguments.listen)
    except OSError as error:
        named = f": {error.filename}" if error.filename else ""
        print(f"anyq tap: {error.strerror or error}{named}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 1 if recorder is not None and recorder.failed else 130
    finally:
        if recorder is not None:
            recorder.close()
        shown.finish()
        complaints.finish()
    return 0
