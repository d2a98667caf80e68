"""The magics ``%q``, ``%%q``, ``%q_connect``, ``%q_use`` and ``%q_embedded`` of one IPython shell.

Theory of operation. A notebook's kernel runs an event loop in the thread of its cells. So a connection lives on a loop
in a thread of its own, which ends with the kernel, with ``%unload_ext anyq``, and when another one takes its name.
"""

from __future__ import annotations

import argparse
import getpass
import os
import re
import shlex
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import Any, Final, NoReturn
from weakref import WeakKeyDictionary

import attrs

from anyq.client import Address, load_script, parse_address, script_error
from anyq.embedded import BlockingEmbedded, open_blocking
from anyq.errors import Error, QError
from anyq.values import NULL, Value

from ._completion import matcher, names_of
from ._connection import NotebookConnection, connect

__all__ = ["load_ipython_extension", "unload_ipython_extension"]

Q = NotebookConnection | BlockingEmbedded
_CELL: Final = "cell"
"""What an error calls the script that it happened in."""
_WHO: Final = re.compile(r"\s*@(\w+)(?:\s+|$)")
_NAMED: Final = re.compile(r"(?:([A-Za-z_]\w*)=)?(.+)")
_LINE_MAGICS: Final = ("q", "q_connect", "q_use", "q_embedded")


class _Arguments(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise ValueError(f"{message}; {self.format_usage().strip()}")


def _parser(magic: str) -> _Arguments:
    return _Arguments(prog=magic, add_help=False)


_CELL_OPTIONS: Final = _parser("%%q")
_CELL_OPTIONS.add_argument("-i", dest="sent", metavar="NAME", action="append", default=[])
_CELL_OPTIONS.add_argument("-o", dest="fetched", metavar="NAME", action="append", default=[])

_CONNECT_OPTIONS: Final = _parser("%q_connect")
_CONNECT_OPTIONS.add_argument("addresses", metavar="[NAME=]HOST:PORT", nargs="*")
_CONNECT_OPTIONS.add_argument("--user")
_CONNECT_OPTIONS.add_argument("--tls", action="store_true")


@attrs.define
class Extension:
    """The magics of one shell, and the qs that they ask, by name; one may have none, ``""``."""

    shell: Any
    open: dict[str, Q] = attrs.field(factory=dict)
    current: str = ""

    # Asking

    def ask(self, line: str, cell: str | None = None) -> Value | None:
        """``%q [@NAME] TEXT`` asks q; ``%%q [@NAME] [-i NAME]... [-o NAME]...`` runs the cell as a q script.

        -i sends a Python variable to the q variable of that name before the cell, -o fetches one after it. The last
        answer is shown.
        """
        named = _WHO.match(line)
        q = self.of(named[1] if named else "")
        line = line[named.end() :] if named else line
        if cell is None:
            return _shown(run(q, line))
        options = _CELL_OPTIONS.parse_args(shlex.split(line))
        for name in options.sent:
            if name not in self.shell.user_ns:
                raise ValueError(f"-i {name}: there is no Python variable of that name")
            q("set", name, self.shell.user_ns[name])
        value = run(q, cell)
        self.shell.push({name: q("get", name) for name in options.fetched})
        return _shown(value)

    def of(self, name: str) -> Q:
        """The q of that name; of none, the one that is asked now, which is made if there is none."""
        if not name and self.current not in self.open:
            self.keep({"": _embedded()})
        found = self.open.get(name or self.current)
        if found is None:
            names = ", ".join(sorted(filter(None, self.open))) or "none has a name yet"
            raise ValueError(f"no q is connected as {name}: %q_connect {name}=HOST:PORT; there are: {names}")
        return found

    def names(self, name: str, word: str) -> list[str]:
        """What completes ``word``, of the q of that name; nothing where none is open."""
        q = self.open.get(name or self.current)
        return names_of(q, word) if q is not None else []

    # Which

    def connect(self, line: str) -> Q | tuple[Q, ...] | dict[str, Q]:
        """``%q_connect [NAME=]HOST:PORT ... [--user NAME] [--tls]``: connects, and asks the last one from now on.

        Gives the connections, which are variables of their names, too. Without an address: those that are open. If one
        cannot be made none is kept. The password of --user is ANYQ_PASSWORD of the environment, or asked for: a cell
        keeps it for all to read.
        """
        options = _CONNECT_OPTIONS.parse_args(shlex.split(line))
        if not options.addresses:
            return dict(self.open)
        login: dict[str, Any] = {}
        if options.user:
            password = os.environ.get("ANYQ_PASSWORD")
            login = {"username": options.user, "password": getpass.getpass() if password is None else password}
        wanted = dict(map(_named_address, options.addresses))
        if len(wanted) < len(options.addresses):
            raise ValueError("a name is given twice: %q_connect a=HOST:PORT b=HOST:PORT")
        made: dict[str, Q] = {}
        with ExitStack() as stack:
            for name, address in wanted.items():
                made[name] = q = connect(address, tls=options.tls, reconnection_attempts=5, **login)
                stack.callback(q.close)
            stack.pop_all()
        return self.keep(made)

    def embedded(self, line: str) -> Q | tuple[Q, ...]:
        """``%q_embedded [NAME]``: questions go to a new q of this notebook's own; gives it, to be called."""
        name = line.strip()
        if name and not name.isidentifier():
            raise ValueError(f"%q_embedded [NAME]: {name!r} is no name; it takes no other arguments")
        return self.keep({name: _embedded()})

    def use(self, line: str) -> None:
        """``%q_use NAME``: questions go to this one from now on."""
        name = line.strip()
        if not name:
            raise ValueError("%q_use NAME; %q_connect lists the names")
        self.of(name)
        self.current = name

    def keep(self, made: dict[str, Q]) -> Q | tuple[Q, ...]:
        """Take these in; those that had their names are closed. The last one is asked from now on."""
        for name, q in made.items():
            before = self.open.pop(name, None)
            self.open[name] = q
            self.current = name
            if before is not None:
                before.close()
        self.shell.push({name: q for name, q in made.items() if name})
        found = tuple(made.values())
        return found[0] if len(found) == 1 else found

    def close(self) -> None:
        """Close all."""
        while self.open:
            self.open.popitem()[1].close()


def _named_address(text: str) -> tuple[str, Address]:
    """``[NAME=]HOST:PORT``; without a name it is ``""``. `ValueError` for what is no address."""
    found = _NAMED.fullmatch(text)
    name, address = (found[1] or "", found[2]) if found else ("", text)
    try:
        return name, parse_address(address)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{text}: {error}; %q_connect [NAME=]HOST:PORT") from None


def run(q: Q, script: str) -> Value:
    """Run a q script, statement by statement; the answer of the last one, the generic null if there is none.

    Raises `QError` with the line in its ``detail``; the statements before it have run.
    """
    value: Value = NULL
    for statement in load_script(_CELL, script):
        try:
            value = q(statement.query, *statement.arguments)
        except QError as error:
            raise script_error(error, _CELL, statement) from None
    return value


def _embedded() -> BlockingEmbedded:
    q = open_blocking()
    q.__enter__()
    return q


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


def _highlight(shell: Any) -> None:
    """Colour ``%%q`` cells at IPython's own prompt as q."""
    from prompt_toolkit.lexers import PygmentsLexer
    from pygments.lexers.q import QLexer

    lexer = getattr(getattr(getattr(shell, "pt_app", None), "lexer", None), "lexer", None)
    known = getattr(lexer, "magic_lexers", None)
    if known is not None:
        known["q"] = PygmentsLexer(QLexer)


_extensions: Final[WeakKeyDictionary[Any, tuple[Extension, Callable[[Any], Any]]]] = WeakKeyDictionary()


def load_ipython_extension(shell: Any) -> None:
    """What IPython calls for ``%load_ext anyq``: the magics are there, and q values print as q prints them."""
    extension = Extension(shell)
    completer = matcher(extension.names, shell.user_ns)
    _extensions[shell] = extension, completer
    shell.register_magic_function(_magic(extension.ask), "line_cell", "q")
    shell.register_magic_function(_magic(extension.connect), "line", "q_connect")
    shell.register_magic_function(_magic(extension.use), "line", "q_use")
    shell.register_magic_function(_magic(extension.embedded), "line", "q_embedded")
    shell.Completer.custom_matchers.append(completer)
    _highlight(shell)
    plain = shell.display_formatter.formatters["text/plain"]
    plain.for_type(Value, lambda value, printer, cycle: printer.text(str(value)))


def unload_ipython_extension(shell: Any) -> None:
    """What IPython calls for ``%unload_ext anyq``: the qs that were asked are closed, the magics are gone."""
    found = _extensions.pop(shell, None)
    if found is None:
        return
    extension, completer = found
    extension.close()
    shell.Completer.custom_matchers.remove(completer)
    for kind, name in (*(("line", name) for name in _LINE_MAGICS), ("cell", "q")):
        shell.magics_manager.magics[kind].pop(name, None)
    shell.display_formatter.formatters["text/plain"].pop(Value, None)
