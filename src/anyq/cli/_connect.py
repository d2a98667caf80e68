"""`anyq connect`: a client for people, and for scripts.

The connection lives on an event loop in a thread of its own. The thread here waits for the answer in short steps,
shows how far a big answer is, and on Ctrl-C cancels the call: the connection goes on.
"""

from __future__ import annotations

import argparse
import getpass
import os
import shutil
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final, TextIO

import attrs

import anyq
from anyq import completion, console
from anyq.console import visible
from anyq.errors import AuthenticationError, ConnectError, ConnectionLost, ConversionError, Error, QError
from anyq.values import NULL, Value

from ._console import complaint, is_terminal
from ._format import SUFFIXES, rendered, written
from ._profiles import Profile, profile_of
from ._progress import Transfer, display_for
from ._prompt import Prompt, unfinished

__all__ = ["run"]

OK, Q_ERROR, WRONG_USAGE, NO_CONNECTION, NO_ANSWER, NO_FORM = 0, 1, 2, 3, 4, 5
_STEP: Final = 0.1
HELP = """\
quit, \\\\     leave
help, \\help  this text
\\timing      show how long each answer took, or stop showing it
\\format F    print tables as: q table csv json arrow
anything else is sent to the server; an input goes on until its brackets are closed; Ctrl-C abandons a call
"""


_GIVEN: Final = ("connect_timeout", "ca_file", "cert_file", "key_file")
"""Options of `anyq.connect` that the command line and profiles have by the same names."""
ABANDONED: Final = """\
abandoned; the server goes on with it, for q cannot be told to stop, and answers the next query after that"""
OWED: Final = "waiting for the server to finish the query that was abandoned"


def shown(text: str, stream: TextIO | None = None) -> str:
    """Text of a server as a terminal may have it: without control characters. Files and pipes get it as it is."""
    return visible(text, lines=True) if (stream or sys.stdout).isatty() else text


def shown_bytes(data: bytes | memoryview) -> bytes | memoryview:
    """As `shown`, of what goes to standard output."""
    if not sys.stdout.isatty():
        return data
    return visible(bytes(data).decode("utf-8", "surrogateescape"), lines=True).encode()


@attrs.define
class Client:
    """A connection, asked from this thread."""

    portal: anyq.Portal
    q: anyq.Connection
    show_progress: bool
    timeout: float | None = None

    def ask(self, query: str, timeout: float | None = None) -> Value:
        """The answer. Raises what a call raises; `KeyboardInterrupt` abandons the call and nothing else."""
        progress = Transfer(partial(display_for, self.show_progress))
        call = partial(self.q, query, timeout=timeout or self.timeout)
        try:
            return self.portal.watch(call, lambda: progress.update(*self.q.statistics().receiving), _STEP)
        finally:
            progress.clear()

    @property
    def owed(self) -> int:
        """Answers that the server owes: of queries that were abandoned, while nobody asks."""
        return self.q.statistics().in_flight

    def names(self, word: str) -> list[str]:
        """The names on the server that begin with the word; none when it cannot say quickly."""
        return completion.names(lambda query: self.ask(query, timeout=1.0), word)


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
        if word == "\\\\" or text == "quit":
            return False
        if text == "help":
            word = "\\help"
        if word in self.commands:
            self.commands[word](rest.strip())
        elif text:
            self.answer(text)
        return True

    def answer(self, text: str) -> None:
        """One question; its answer or its error is printed."""
        if self.client.owed:
            print(OWED)
        began = time.perf_counter()
        try:
            value = self.client.ask(text)
            took = time.perf_counter() - began
            if value is not NULL:
                sys.stdout.buffer.write(shown_bytes(rendered(value, self.kind, terminal_style())))
        except KeyboardInterrupt:
            print(ABANDONED if self.client.owed else "abandoned before it was sent")
            return
        except QError as error:
            print(shown(complaint(error)), end="")
            return
        except (Error, ModuleNotFoundError) as error:
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
        began = time.perf_counter()
        value = client.ask(query)
        took = time.perf_counter() - began
        if arguments.output:
            written(value, arguments.output)
        elif value is not NULL or arguments.format == "json":
            style = terminal_style() if sys.stdout.isatty() else console.Style(2000, 2000)
            sys.stdout.buffer.write(shown_bytes(rendered(value, arguments.format, style)))
            sys.stdout.buffer.flush()
        if arguments.timing:
            print(f"{took * 1e3:.1f} ms", file=sys.stderr)
    return OK


def greeting(address: anyq.Address) -> str:
    """Who is spoken to, and how to get on from there."""
    who = f" as {address.user}" if address.user else ""
    return f"anyq {anyq.__version__}: connected to {address}{who}; help, quit; TAB completes, Ctrl-C abandons a query"


def converse(client: Client, arguments: argparse.Namespace) -> int:
    """Questions from the terminal, or from the standard input, a line each."""
    shell = Shell(client, arguments.format, arguments.timing, f"{client.q.address}> ")
    if is_terminal():
        print(greeting(client.q.address))
        return shell.run(Prompt(client.names))
    text = ""
    for line in sys.stdin:
        text += line
        if unfinished(text):
            continue
        if not shell.input(text.strip()):
            return OK
        text = ""
    shell.input(text.strip())
    return OK


def options_of(arguments: argparse.Namespace) -> dict[str, Any]:
    """The keywords of `anyq.connect` that the options stand for."""
    options: dict[str, Any] = {"reconnection_attempts": 5, "tls": arguments.tls, "no_ctx": True}
    if arguments.user:
        profile: Profile | None = arguments.profile
        options["username"] = arguments.user
        options["password"] = os.environ.get("ANYQ_PASSWORD")
        if options["password"] is None and profile is not None and profile.user == arguments.user:
            options["password"] = profile.password()
        if options["password"] is None and is_terminal():
            options["password"] = getpass.getpass(f"password of {arguments.user}: ")
    for name in _GIVEN:
        if getattr(arguments, name, None):
            options[name] = getattr(arguments, name)
    return options


def use_profile(arguments: argparse.Namespace) -> None:
    """Take from a profile what the command line does not say. `ProfileError` for a name that is none."""
    profile = arguments.profile = profile_of(arguments.server)
    if profile is not None:
        arguments.server = profile.address
        arguments.tls = arguments.tls or profile.tls
        for name in ("user", "timeout", *_GIVEN):
            if getattr(arguments, name) is None:
                setattr(arguments, name, getattr(profile, name))


def wrong_usage(arguments: argparse.Namespace) -> str:
    """What is wrong with the options together; empty if nothing is."""
    output: Path | None = arguments.output
    if output and output.suffix.lower() not in SUFFIXES:
        return f"--output: {output.name} ends with none of {' '.join(SUFFIXES)}"
    if output and len(arguments.execute or ()) != 1:
        return "--output needs one -e QUERY, whose answer it writes"
    return ""


def run(arguments: argparse.Namespace) -> int:
    """The command. Exit codes: 0, 1 an error of q, 2 a wrong command line, 3 no connection, 4 no answer, 5 an answer
    that cannot be printed or written so.
    """
    if wrong := wrong_usage(arguments):
        print(wrong, file=sys.stderr)
        return WRONG_USAGE
    try:
        use_profile(arguments)
        opened = anyq.connect(arguments.server, **options_of(arguments))
    except (TypeError, ValueError) as error:  # the address is none
        print(error, file=sys.stderr)
        return WRONG_USAGE
    try:
        with anyq.start_portal("asyncio") as portal, portal.wrap(opened) as q:
            client = Client(portal, q, sys.stderr.isatty(), arguments.timeout)
            return once(client, arguments) if arguments.execute else converse(client, arguments)
    except QError as error:
        print(shown(complaint(error), sys.stderr), end="", file=sys.stderr)
        return Q_ERROR
    except (ConnectError, AuthenticationError, ConnectionLost) as error:
        print(error, file=sys.stderr)
        return NO_CONNECTION
    except BrokenPipeError:  # who read our answers has enough
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115  the interpreter flushes it at its end
        return OK
    except (Error, OSError, ModuleNotFoundError) as error:
        print(error, file=sys.stderr)
        no_form = isinstance(error, ConversionError | ModuleNotFoundError) or not isinstance(error, Error)
        return NO_FORM if no_form else NO_ANSWER
