"""q in notebooks: ``%load_ext anyq``, then ``%q`` lines and ``%%q`` cells.

    %load_ext anyq
    %q_connect localhost:5050          questions go to this q; `%q_embedded`, or nothing: to a q of the notebook's own
    %q 1+1                             one line; `x = %q til 10` keeps the answer
    %%q -i prices -o result            a script, a statement a line; sends a Python variable, fetches a q variable

Answers print as q prints them, tables as HTML. The name of a column or a function in braces stays q: IPython's own
``$name`` and ``{name}`` are not filled in. An error of q is shown as q shows it, and ends a run of all cells.
Interrupting the kernel abandons the call and keeps the connection.

A notebook's kernel runs an event loop in the thread of its cells, where nothing may block. So the connection lives on
a loop in a thread of its own, which ends with the kernel, with ``%unload_ext anyq``, and when another q is chosen.
"""

from __future__ import annotations

import argparse
import getpass
import os
import shlex
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager, ExitStack
from functools import partial
from typing import Any, Final, NoReturn
from weakref import WeakKeyDictionary

import anyio
import attrs

import anyq
from anyq.client import load_script, script_error
from anyq.errors import ClosedError, Error, QError
from anyq.values import NULL, Value

__all__ = ["NotebookQ", "load_ipython_extension", "unload_ipython_extension"]

_STEP: Final = 0.1
"""Seconds between two looks for an interrupt, where the system does not end a wait for it."""

_CELL: Final = "cell"
"""What an error calls the script that it happened in."""


class NotebookQ:
    """A q that the cells ask: a connection, or an embedded q, on an event loop in a thread of its own.

    Calling it asks, as calling a connection does, and blocks until the answer is here; unlike `anyq.sync` it may be
    used where an event loop runs, as a notebook's does. One thread may use it. Opening raises what `anyq.connect` does.
    """

    def __init__(self, opened: AbstractAsyncContextManager[Any], name: str) -> None:
        self.name = name
        self._closed = False
        self._stack = ExitStack()
        try:
            self._portal = self._stack.enter_context(anyq.start_portal(name="anyq notebook", blocks_loops=True))
            self._q = self._stack.enter_context(self._portal.wrap(opened))
        except BaseException:
            self._stack.close()
            raise

    def __repr__(self) -> str:
        return f"<NotebookQ {self.name}>"

    def __call__(self, query: str | bytes | Value, *arguments: object, timeout: float | None = None) -> Value:
        """The answer. Raises what a call of a connection raises.

        `KeyboardInterrupt` abandons the call and leaves the connection usable; an embedded q stops what it evaluates.
        """
        return self._wait(partial(self._q, query, *arguments, timeout=timeout))

    def run(self, script: str) -> Value:
        """Run a q script, statement by statement; the answer of the last one, the generic null if there is none.

        Raises `QError` with the line in its ``detail``; the statements before it have run.
        """
        value: Value = NULL
        for statement in load_script(_CELL, script):
            try:
                value = self(statement.query, *statement.arguments)
            except QError as error:
                raise script_error(error, _CELL, statement) from None
        return value

    def close(self) -> None:
        """End the connection, or the embedded q, and its thread. Closing twice does nothing."""
        self._closed = True
        self._stack.close()

    def _wait(self, call: Callable[[], Coroutine[Any, Any, Value]]) -> Value:
        if self._closed:
            raise ClosedError(f"{self!r} is closed; another q is asked now")
        try:
            return self._portal.watch(call, lambda: None, _STEP)
        except KeyboardInterrupt:
            if isinstance(self._q, anyq.embedded.Embedded):
                self._portal.call(anyio.sleep, 0)  # a call that has not begun is cancelled by then, and does not begin
                self._q.interrupt()
            raise


class _Arguments(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise ValueError(f"{message}; {self.format_usage().strip()}")


def _parser(magic: str) -> _Arguments:
    return _Arguments(prog=magic, add_help=False)


_CELL_OPTIONS: Final = _parser("%%q")
_CELL_OPTIONS.add_argument("-i", dest="sent", metavar="NAME", action="append", default=[])
_CELL_OPTIONS.add_argument("-o", dest="fetched", metavar="NAME", action="append", default=[])

_CONNECT_OPTIONS: Final = _parser("%q_connect")
_CONNECT_OPTIONS.add_argument("address", metavar="HOST:PORT")
_CONNECT_OPTIONS.add_argument("--user")
_CONNECT_OPTIONS.add_argument("--tls", action="store_true")


@attrs.define
class _Extension:
    """The magics of one shell, and the q that they ask."""

    shell: Any
    q: NotebookQ | None = None

    def ask(self, line: str, cell: str | None = None) -> Value | None:
        """``%q TEXT`` asks q; ``%%q [-i NAME]... [-o NAME]...`` runs the cell as a q script.

        -i sends a Python variable to the q variable of that name before the cell, -o fetches one after it. The last
        answer is shown.
        """
        q = self.q or self.embedded("")
        if cell is None:
            return _shown(q.run(line))
        options = _CELL_OPTIONS.parse_args(shlex.split(line))
        for name in options.sent:
            if name not in self.shell.user_ns:
                raise ValueError(f"-i {name}: there is no Python variable of that name")
            q("set", name, self.shell.user_ns[name])
        value = q.run(cell)
        self.shell.push({name: q("get", name) for name in options.fetched})
        return _shown(value)

    def connect(self, line: str) -> NotebookQ:
        """``%q_connect HOST:PORT [--user NAME] [--tls]``: questions go there; gives the `NotebookQ`, to be called.

        The password of --user is ANYQ_PASSWORD of the environment, or asked for: a cell keeps it for all to read.
        """
        options = _CONNECT_OPTIONS.parse_args(shlex.split(line))
        login: dict[str, Any] = {}
        if options.user:
            password = os.environ.get("ANYQ_PASSWORD")
            login = {"username": options.user, "password": getpass.getpass() if password is None else password}
        made = anyq.connect(options.address, tls=options.tls, no_ctx=True, reconnection_attempts=5, **login)
        return self.use(NotebookQ(made, str(anyq.parse_address(options.address))))

    def embedded(self, line: str) -> NotebookQ:
        """``%q_embedded``: questions go to a new q of this notebook's own; gives the `NotebookQ`, to be called."""
        if line.strip():
            raise ValueError("%q_embedded takes no arguments")
        return self.use(NotebookQ(anyq.open_embedded(), "embedded"))

    def use(self, q: NotebookQ) -> NotebookQ:
        """Ask this one from now on; the one before it is closed."""
        self.close()
        self.q = q
        return q

    def close(self) -> None:
        if self.q is not None:
            self.q.close()


def _shown(value: Value) -> Value | None:
    return None if value is NULL else value


def _text(error: Error) -> list[str]:
    """What is shown of an error of ours instead of a traceback through this file."""
    if not isinstance(error, QError):
        return [f"{type(error).__name__}: {error}"]
    return [f"'{error}", *(error.detail.splitlines() if error.detail else [])]


def _magic(function: Callable[..., Any]) -> Callable[..., Any]:
    """A method as a magic: braces and dollars stay as they are, errors are short."""
    from IPython.core.error import UsageError
    from IPython.core.magic import no_var_expand

    def magic(line: str, cell: str | None = None) -> Any:
        try:
            return function(line) if cell is None else function(line, cell)
        except Error as error:
            error._render_traceback_ = partial(_text, error)  # type: ignore[attr-defined]
            raise
        except ValueError as error:
            raise UsageError(str(error)) from None

    magic.__doc__ = function.__doc__
    wrapped: Callable[..., Any] = no_var_expand(magic)
    return wrapped


_extensions: Final[WeakKeyDictionary[Any, _Extension]] = WeakKeyDictionary()


def load_ipython_extension(shell: Any) -> None:
    """What IPython calls for ``%load_ext anyq``: the magics are there, and q values print as q prints them."""
    extension = _extensions[shell] = _Extension(shell)
    shell.register_magic_function(_magic(extension.ask), "line_cell", "q")
    shell.register_magic_function(_magic(extension.connect), "line", "q_connect")
    shell.register_magic_function(_magic(extension.embedded), "line", "q_embedded")
    plain = shell.display_formatter.formatters["text/plain"]
    plain.for_type(Value, lambda value, printer, cycle: printer.text(str(value)))


def unload_ipython_extension(shell: Any) -> None:
    """What IPython calls for ``%unload_ext anyq``: the q that was asked is closed, the magics are gone."""
    extension = _extensions.pop(shell, None)
    if extension is None:
        return
    extension.close()
    for kind, name in (("line", "q"), ("cell", "q"), ("line", "q_connect"), ("line", "q_embedded")):
        shell.magics_manager.magics[kind].pop(name, None)
    shell.display_formatter.formatters["text/plain"].pop(Value, None)
