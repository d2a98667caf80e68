"""`anyq connect`: a client for people, and for scripts.

The connection lives on an event loop in a thread of its own. The thread here waits for the answer in short steps,
shows how far a big answer is, and on Ctrl-C cancels the call: the connection goes on.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import shutil
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any, Final

import attrs
from anyio.from_thread import BlockingPortal, start_blocking_portal

import anyq
from anyq import console
from anyq.errors import AuthenticationError, ConnectError, ConnectionLost, Error, QError
from anyq.values import NULL, Value

from ._console import complaint
from ._format import SUFFIXES, rendered, written
from ._prompt import Prompt, is_terminal

__all__ = ["run"]

OK, Q_ERROR, NO_CONNECTION, NO_ANSWER = 0, 1, 3, 4
_STEP: Final = 0.1
_SHOW_AFTER: Final = 0.5
HELP = """\
\\\\           leave
\\help        this text
\\timing      show how long each answer took, or stop showing it
\\format F    print tables as: q table csv json arrow
anything else is sent to the server; an input goes on until its brackets are closed; Ctrl-C abandons a call
"""


def size_text(count: float) -> str:
    """Bytes, for people."""
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}"
        count /= 1000
    return f"{count:.2f} GB"


@attrs.define
class Progress:
    """The line that says how much of a big answer is here."""

    receiving: Callable[[], tuple[int, int]]
    show: bool
    began: float = attrs.field(factory=time.perf_counter, init=False)
    first: tuple[float, int] | None = attrs.field(default=None, init=False)
    shown: bool = attrs.field(default=False, init=False)

    def tick(self) -> None:
        """Draw the line again, if there is something to say."""
        here, whole = self.receiving()
        now = time.perf_counter()
        if not self.show or not whole or now - self.began < _SHOW_AFTER:
            return
        if self.first is None:
            self.first = now, here
        since, before = self.first
        rate = (here - before) / (now - since) if now > since else 0.0
        left = f", {(whole - here) / rate:.0f} s left" if rate else ""
        text = f"{100 * here // whole}% of {size_text(whole)}, {size_text(rate)}/s{left}"
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)
        self.shown = True

    def clear(self) -> None:
        if self.shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


@attrs.define
class Client:
    """A connection, asked from this thread."""

    portal: BlockingPortal
    q: anyq.Connection
    show_progress: bool
    timeout: float | None = None

    def ask(self, query: str, timeout: float | None = None) -> Value:
        """The answer. Raises what a call raises; `KeyboardInterrupt` abandons the call and nothing else."""
        call = partial(self.q, query, timeout=timeout or self.timeout)
        future = self.portal.start_task_soon(call)
        progress = Progress(lambda: self.q.statistics().receiving, self.show_progress)
        try:
            while True:
                done, _ = concurrent.futures.wait([future], timeout=_STEP)
                if done:
                    return future.result()
                progress.tick()
        except KeyboardInterrupt:
            future.cancel()
            raise
        finally:
            progress.clear()

    def names(self, word: str) -> list[str]:
        """The names on the server that begin with the word; none when it cannot say quickly."""
        namespace, dot, _ = word.rpartition(".")
        query = f"string key `{namespace}" if namespace else "string (key `.),(key `.q),` sv' `,'key `"
        try:
            found = self.ask(query, timeout=1.0).py()
        except (Error, KeyboardInterrupt):
            return []
        prefix = f"{namespace}{dot}" if namespace else ""
        names = (prefix + name.decode("utf-8", "replace") for name in found if name)
        return sorted({name for name in names if name.startswith(word)})


@attrs.define
class Shell:
    """The conversation of one terminal with one server."""

    client: Client
    kind: str
    timing: bool
    prompt: str
    commands: dict[str, Callable[[str], None]] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.commands = {"\\help": self._help, "\\timing": self._timing, "\\format": self._format}

    def run(self, lines: Prompt) -> int:
        """Until the end of the input, or ``\\\\``."""
        while True:
            try:
                text = lines.read(self.prompt)
            except KeyboardInterrupt:
                continue
            if text is None or not self.input(text.strip()):
                return OK

    def input(self, text: str) -> bool:
        """One input: a command of ours, or a question. Whether there may be another."""
        word, _, rest = text.partition(" ")
        if word == "\\\\":
            return False
        if word in self.commands:
            self.commands[word](rest.strip())
        elif text:
            self.answer(text)
        return True

    def answer(self, text: str) -> None:
        """One question; its answer or its error is printed."""
        began = time.perf_counter()
        try:
            value = self.client.ask(text)
            took = time.perf_counter() - began
            if value is not NULL:
                sys.stdout.buffer.write(rendered(value, self.kind, terminal_style()))
        except KeyboardInterrupt:
            print("abandoned; the connection goes on")
            return
        except QError as error:
            print(complaint(error), end="")
            return
        except Error as error:
            print(f"{type(error).__name__}: {error}")
            return
        if self.timing:
            print(f"{took * 1e3:.1f} ms")
        sys.stdout.flush()

    def _help(self, _: str) -> None:
        print(HELP, end="")

    def _timing(self, _: str) -> None:
        self.timing = not self.timing
        print(f"timing is {'on' if self.timing else 'off'}")

    def _format(self, kind: str) -> None:
        from ._format import FORMATS

        if kind in FORMATS:
            self.kind = kind
        else:
            print(f"a format is one of {' '.join(FORMATS)}")


def terminal_style() -> console.Style:
    """As much as the terminal shows."""
    size = shutil.get_terminal_size((80, 25))
    return console.Style(min(max(size.lines, 10), 2000), min(max(size.columns, 10), 2000))


def once(client: Client, arguments: argparse.Namespace) -> int:
    """Ask each question of the command line in turn; the first error ends it."""
    for query in arguments.execute:
        value = client.ask(query)
        if arguments.output:
            written(value, arguments.output)
        elif value is not NULL:
            style = terminal_style() if sys.stdout.isatty() else console.Style(2000, 2000)
            sys.stdout.buffer.write(rendered(value, arguments.format, style))
            sys.stdout.buffer.flush()
    return OK


def converse(client: Client, arguments: argparse.Namespace) -> int:
    """Questions from the terminal, or from the standard input, a line each."""
    shell = Shell(client, arguments.format, arguments.timing, f"{client.q.address}> ")
    if is_terminal():
        return shell.run(Prompt(client.names))
    for line in sys.stdin:
        if not shell.input(line.strip()):
            break
    return OK


def options_of(arguments: argparse.Namespace) -> dict[str, Any]:
    """The keywords of `anyq.connect` that the options stand for."""
    options: dict[str, Any] = {"reconnection_attempts": 5, "tls": arguments.tls, "no_ctx": True}
    if arguments.user:
        options["username"] = arguments.user
    if arguments.connect_timeout:
        options["connect_timeout"] = arguments.connect_timeout
    return options


def run(arguments: argparse.Namespace) -> int:
    """The command. Exit codes: 0, 1 an error of q, 3 no connection, 4 no answer, 2 a wrong command line."""
    if arguments.output and arguments.output.suffix.lower() not in SUFFIXES:
        print(f"--output: {arguments.output.name} ends with none of {' '.join(SUFFIXES)}", file=sys.stderr)
        return 2
    try:
        with start_blocking_portal("asyncio") as portal:
            opened = anyq.connect(arguments.server, **options_of(arguments))
            with portal.wrap_async_context_manager(opened) as q:
                client = Client(portal, q, sys.stderr.isatty(), arguments.timeout)
                return once(client, arguments) if arguments.execute else converse(client, arguments)
    except QError as error:
        print(complaint(error), end="", file=sys.stderr)
        return Q_ERROR
    except (ConnectError, AuthenticationError, ConnectionLost) as error:
        print(error, file=sys.stderr)
        return NO_CONNECTION
    except (Error, TimeoutError) as error:
        print(error, file=sys.stderr)
        return NO_ANSWER
