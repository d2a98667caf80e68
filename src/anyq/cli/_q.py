"""`anyq q`: a q console, and with a port a q server.

The interpreter has a thread of its own. This thread reads the input and waits for what each line prints; signals
come to this thread, and stop what runs there.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from anyq.embedded import EmbeddedQ
from anyq.engine import Interpreter
from anyq.errors import QError
from anyq.values import QType, Vector, chars

from ._console import Console, answer, complaint, is_terminal
from ._logs import logging_to_stderr
from ._serve_options import kept_files, limits_of, serve_options
from ._serving import Serving

if TYPE_CHECKING:
    from anyq.server import Users

__all__ = ["run"]

_TERMINATED = 128 + signal.SIGTERM
_STRETCH = 0.5


def banner() -> str:
    """What the console says first: that this is no kdb+."""
    from importlib.metadata import version

    return f"anyq {version('anyq')}: a q console (not kdb+). \\\\ leaves.\n"


def option_commands(arguments: argparse.Namespace) -> Iterator[str]:
    """The system commands that the options stand for, in the order in which q needs them."""
    if arguments.size:
        yield f"\\c {arguments.size[0]} {arguments.size[1]}"
    for letter, value in (
        ("P", arguments.precision),
        ("S", arguments.seed),
        ("o", arguments.offset),
        ("W", arguments.week),
        ("z", arguments.dates),
        ("p", arguments.port),
    ):
        if value is not None:
            yield f"\\{letter} {value}"
    if arguments.script:
        yield f"\\l {arguments.script}"
    if arguments.timer is not None:
        yield f"\\t {arguments.timer}"


class Failed(Exception):
    """The command ends with status 1; the text is for standard error."""


class Session:
    """An embedded q with a console and, when it is asked for, a port."""

    def __init__(self, arguments: argparse.Namespace, users: Users | None) -> None:
        self.core = EmbeddedQ(script=arguments.script or "", arguments=tuple(arguments.arguments))
        self.serving = Serving(
            self.core,
            serve_options(arguments),
            limits_of(arguments),
            users,
            arguments.tls_mode,
            arguments.grace,
            arguments.metrics,
        )
        self.core.host.listening = self.serving
        self.core.host.on_exit = self.ended
        self.console = Console(self.line, sys.stdout.buffer)
        self.running = False
        self.typing = not is_terminal()
        """Whether Ctrl-C may end what this thread does."""
        self.exit_code: int | None = None

    def line(self, text: bytes, k: bool) -> str:
        """What a line prints, from the thread of the q."""

        def work(interpreter: Interpreter) -> str:
            if not k and ".z.pi" in interpreter.names:
                made = self.core.message(chars(text + b"\n"), self.core.author(".z.pi"), ".z.pi")
                if not (isinstance(made, Vector) and made.qtype is QType.CHAR):
                    return ""
                return bytes(made).decode("utf-8", "surrogateescape")
            return answer(interpreter, text, k=k)

        self.running = True
        try:
            return self.core.submit(work).wait()
        finally:
            self.running = False

    def names(self, word: str) -> list[str]:
        """The names that begin with the word, for completion."""

        def work(interpreter: Interpreter) -> list[str]:
            known = {*interpreter.names, *interpreter.vocabulary.entries}
            return sorted(name for name in known if name.startswith(word) and name[-1:].isalnum())

        return self.core.submit(work).wait()

    def ended(self, code: int) -> None:
        """`exit` was called, perhaps by the timer or a client while this thread waits for input.

        Raises `QError` for a client: what ends a process must not come out in the event loop that serves it, which this
        thread needs to close the port.
        """
        self.exit_code = code
        os.kill(os.getpid(), signal.SIGTERM)
        if self.core.host.acting.handle:
            raise QError("stop")

    def interrupted(self) -> None:
        """Ctrl-C: stop what is evaluated, also for a client; where nothing is, give up what is being typed."""
        if self.running or self.core.owner.busy:
            self.core.interrupt()
        elif self.typing:
            raise KeyboardInterrupt

    def terminated(self) -> None:
        raise SystemExit(_TERMINATED if self.exit_code is None else self.exit_code)

    def start(self, arguments: argparse.Namespace) -> None:
        """Do what the options say, then the script; an error is printed, and the console goes on.

        Raises `Failed` when q cannot serve and nobody is there to see it, and at any error with ``--strict``.
        """
        self.core.start()
        self.core.submit(lambda interpreter: None).wait()
        for command in option_commands(arguments):
            try:
                self.line(command.encode("utf-8", "surrogateescape"), False)
            except QError as error:
                if arguments.strict or (command.startswith("\\p ") and not is_terminal()):
                    raise Failed(complaint(error)) from error
                self.console.write(complaint(error))

    def converse(self) -> None:
        """Lines until the end of the input; a q that serves goes on after it."""
        for line in typed(self) if is_terminal() else iter(sys.stdin.buffer.readline, b""):
            if not self.console.line(line):
                break
        else:
            self.serve()
        self.core.submit(lambda _: self.core.farewell(0)).wait()

    def serve(self) -> None:
        """After the end of the input: go on for clients and the timer, if there are any, until a signal comes."""
        if self.serving.active or self.core.interpreter.settings.timer:
            while not threading.Event().wait(_STRETCH):  # a signal may come just before the thread sleeps
                pass

    def close(self) -> None:
        self.serving.close()
        self.core.stop(1.0)


def typed(session: Session) -> Iterator[bytes]:
    """What somebody types. Ctrl-C gives up the input, and nothing else."""
    from ._prompt import Prompt

    prompt = Prompt(session.names)
    while True:
        try:
            session.typing = True
            text = prompt.read(session.console.prompt)
        except KeyboardInterrupt:
            continue
        finally:
            session.typing = False
        if text is None:
            return
        yield text.encode("utf-8", "surrogateescape")


@contextmanager
def signals(handlers: dict[signal.Signals, Callable[[], None]]) -> Iterator[None]:
    """Have signals call these functions in this thread, until the end of the block."""

    def installed(act: Callable[[], None]) -> Any:
        return lambda number, frame: act()

    before = {number: signal.signal(number, installed(act)) for number, act in handlers.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def limit_memory(megabytes: int) -> None:
    """Let the data of this process grow by so much; what needs more is the q error ``wsfull``."""
    try:
        import resource

        with open("/proc/self/status", encoding="ascii") as status:
            used = next(int(line.split()[1]) for line in status if line.startswith("VmData")) << 10
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (used + (megabytes << 20), hard))
    except (ImportError, OSError, StopIteration):
        print("-w has no effect on this system", file=sys.stderr)


def users_of(path: str) -> Users:
    """The users of the file that ``-u`` names. Raises `ValueError`, which names the option."""
    from anyq.server import read_users

    try:
        return read_users(path)
    except (OSError, ValueError) as error:
        raise ValueError(f"-u: {error}") from error


def checked_data(arguments: argparse.Namespace) -> None:
    """Raise `ValueError` for a data folder in which clients could change what this process runs."""
    if arguments.data is not None:
        from anyq.embedded import data_folder

        data_folder(arguments.data, kept_files(arguments))


def forget_working_folder() -> None:
    """`python -m anyq` would import from the working folder, where clients may have written; `anyq` does not."""
    if sys.path and not sys.flags.safe_path and sys.path[0] in ("", os.getcwd()):
        del sys.path[0]


def run(arguments: argparse.Namespace) -> int:
    """Run the console; the exit code is that of `exit`, 143 after a termination signal, 1 when it failed, else 0."""
    try:
        path = arguments.users or arguments.users_only
        users = users_of(path) if path else None
        checked_data(arguments)
    except (OSError, ValueError) as error:
        print(f"anyq q: {error}", file=sys.stderr)
        return 2
    forget_working_folder()
    if arguments.memory:
        limit_memory(arguments.memory)
    with logging_to_stderr(arguments.log_level or ("warning" if is_terminal() else "info")):
        return serve_and_converse(arguments, users)


def serve_and_converse(arguments: argparse.Namespace, users: Users | None) -> int:
    """The console from its banner to its end; the exit code."""
    session = Session(arguments, users)
    if not arguments.quiet:
        session.console.write(banner())
    try:
        with signals({signal.SIGINT: session.interrupted, signal.SIGTERM: session.terminated}):
            session.start(arguments)
            session.converse()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    except Failed as error:
        print(f"anyq q: {error}", file=sys.stderr, end="", flush=True)
        return 1
    except BrokenPipeError:
        return 0
    finally:
        session.close()
    return 0
