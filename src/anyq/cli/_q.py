"""`anyq q`: a q console, and with a port a q server."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from anyq.embedded import SystemHost
from anyq.engine import Interpreter
from anyq.errors import QError

from ._console import Console, answer, complaint

__all__ = ["run"]


def banner() -> str:
    """What the console says first: that this is no kdb+."""
    from importlib.metadata import version

    return f"anyq {version('anyq')}: a q console (not kdb+). \\\\ leaves.\n"


def option_commands(arguments: argparse.Namespace) -> Iterator[str]:
    """The system commands that the options stand for."""
    if arguments.size:
        yield f"\\c {arguments.size[0]} {arguments.size[1]}"
    for letter, value in (
        ("P", arguments.precision),
        ("S", arguments.seed),
        ("o", arguments.offset),
        ("T", arguments.query_timeout),
        ("W", arguments.week),
        ("z", arguments.dates),
    ):
        if value is not None:
            yield f"\\{letter} {value}"


@contextmanager
def interrupts(stop: Callable[[], bool]) -> Iterator[None]:
    """While a line runs, Ctrl-C stops the line; else it ends the console. `stop` says whether a line ran."""

    def handler(number: int, frame: FrameType | None) -> None:
        if not stop():
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


class Session:
    """An interpreter in this thread, with the console on it."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self.host = SystemHost(script=arguments.script or "", arguments=arguments.arguments)
        self.q = Interpreter(self.host)
        self.console = Console(self.line, sys.stdout.buffer)
        self.running = False

    def line(self, text: bytes, k: bool) -> str:
        self.running = True
        try:
            return answer(self.q, text, k=k)
        finally:
            self.running = False

    def stop(self) -> bool:
        """Stop the line that runs, if one does."""
        if self.running:
            self.q.interrupt()
            self.host.wake()
        return self.running

    def start(self, arguments: argparse.Namespace) -> None:
        """Options first, then the script, as q does; an error of either is printed and the console goes on."""
        commands = list(option_commands(arguments))
        if arguments.script:
            commands.append(f"\\l {arguments.script}")
        for command in commands:
            try:
                self.line(command.encode("utf-8", "surrogateescape"), False)
            except QError as error:
                self.console.write(complaint(error))


def lines(console: Console) -> Iterator[bytes]:
    """The input, a line at a time, with a prompt where somebody types."""
    typed = sys.stdin.isatty()
    while True:
        if typed:
            console.write(console.prompt)
        line = sys.stdin.buffer.readline()
        if not line:
            return
        yield line


def run(arguments: argparse.Namespace) -> int:
    """Run the console; the exit code is that of `exit`, else 0."""
    session = Session(arguments)
    if not arguments.quiet:
        session.console.write(banner())
    try:
        with interrupts(session.stop):
            session.start(arguments)
            for line in lines(session.console):
                if not session.console.line(line):
                    break
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    except BrokenPipeError:
        return 0
    return 0
