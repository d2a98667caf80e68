"""System commands: what ``\\c 25 80`` at the console and ``system "c 25 80"`` do.

One table from a command's letters to its function; whatever is not in it is a shell command, which only runs where the
host allows it. Facts: KX reference, page basics/syscmds.md.
"""

from __future__ import annotations

import os.path
import re
from collections.abc import Callable
from typing import Final

import attrs
import numpy as np

from anyq.errors import QError
from anyq.values import (
    NULL,
    Atom,
    Attr,
    Dict,
    KeyedTable,
    List,
    QType,
    StringArray,
    Table,
    Value,
    Vector,
    chars,
    symbols,
)

from ...compile._report import as_q_error
from ...session._context import Context
from ...session._functions import is_function
from ...session._views import View
from ...session._vocabulary import Vocabulary
from ...syntax._lexer import source_of, text_of
from ...syntax._scripts import statements

__all__ = ["install", "load_script", "run_command"]

_COMMAND: Final = re.compile(r"([A-Za-z_12]+)(?::(\d+))?(?:[ \t]+(.*))?$", re.S)
_COMMENT: Final = re.compile(r"(?:^|[ \t]+)/.*", re.S)
_LISTING: Final = re.compile(r"[abBfv]([ \t].*)?|w", re.S)
"""What lists names (as `tables` does), and the use of memory; they are open to `reval`."""
_EXPRESSIONS: Final = frozenset({"t", "ts", "l", "cd", "r", "1", "2"})
"""Commands whose argument is text of its own: q that has its own comments, or a path."""
_MS: Final = 1_000_000


def install(vocabulary: Vocabulary) -> None:
    """Enter ``system``."""
    vocabulary.define("system", 1, system, context=True)


def system(q: Context, x: Value) -> Value:
    """``system "..."``."""
    if isinstance(x, Atom) and x.qtype is QType.CHAR:
        return run_command(q, chr(x.raw))
    if not (isinstance(x, Vector) and x.qtype is QType.CHAR):
        raise QError("type")
    return run_command(q, bytes(x).decode("latin-1"))


def run_command(q: Context, text: str) -> Value:
    """Run a command given without its backslash (latin-1 text, as in a source)."""
    found = _COMMAND.match(text.strip())
    if q.names.frozen and (found is None or not _LISTING.fullmatch(text.strip())):
        raise QError("noupdate")
    if found is not None:
        name, repeat, rest = found.group(1), found.group(2), (found.group(3) or "").strip()
        rest = rest if name in _EXPRESSIONS else _COMMENT.sub("", rest)
        command = _COMMANDS.get(name)
        if command is not None and (repeat is None or name in ("t", "ts")):
            return command(q, rest, int(repeat or 1))
    return _shell(q, text_of(text))


def _shell(q: Context, command: str) -> Value:
    status, output = q.host.shell(command)
    q.check()
    if status:
        raise QError("os")
    lines = output.removesuffix(b"\n").split(b"\n") if output else []
    return List.of(StringArray.from_bytes(lines))


# -- arguments and results


def _int(number: int) -> Atom:
    return Atom(QType.INT, number)


def _integers(text: str) -> list[int]:
    try:
        return [int(word) for word in text.split()]
    except ValueError:
        raise QError("type") from None


def _names(names: list[str]) -> Vector:
    return Vector.of(QType.SYMBOL, symbols(sorted(names)).data)


def _sorted_names(names: list[str]) -> Vector:
    return _names(names).with_attr(Attr.SORTED) if names else _names(names)


def _space(q: Context, text: str) -> str:
    if not text:
        return q.context
    return "" if text == "." else text if text.startswith(".") else f".{text}"


def _members(q: Context, text: str, wanted: Callable[[Value], bool]) -> Value:
    space = _space(q, text)
    prefix = f"{space}." if space else ""
    found = []
    for name in q.names.listed(space):
        value = dict.get(q.names, f"{prefix}{name}")
        if value is not None and wanted(value):
            found.append(name)
    return _names(found)


# -- the session


def _tables(q: Context, text: str, _: int) -> Value:
    return _members(q, text, lambda value: isinstance(value, Table | KeyedTable))


def _functions(q: Context, text: str, _: int) -> Value:
    return _members(q, text, is_function)


def _variables(q: Context, text: str, _: int) -> Value:
    space = _space(q, text)
    prefix = f"{space}." if space else ""
    return _names([name for name in q.names.listed(space) if not _is_function(q, f"{prefix}{name}")])


def _is_function(q: Context, key: str) -> bool:
    value = dict.get(q.names, key)
    return value is not None and is_function(value)


def _views_in(q: Context, text: str) -> dict[str, View]:
    """The views of a namespace by their names there; the namespace's name as an error if there is none."""
    space = _space(q, text)
    prefix = f"{space}." if space else ""
    found = {name: q.names.views.get(f"{prefix}{name}") for name in q.names.listed(space)}
    return {name: view for name, view in found.items() if view is not None}


def _views(q: Context, text: str, _: int) -> Value:
    return _sorted_names(list(_views_in(q, text)))


def _pending(q: Context, text: str, _: int) -> Value:
    return _names([name for name, view in _views_in(q, text).items() if view.is_pending(q.names)])


def _namespace(q: Context, text: str, _: int) -> Value:
    if not text:
        return Atom(QType.SYMBOL, q.context or ".")
    if not text.startswith("."):
        raise QError(text)
    q.context = "" if text == "." else text
    return NULL


def _console(q: Context, text: str, _: int) -> Value:
    style = q.settings.style
    if not text:
        return Vector(QType.INT, np.array([style.rows, style.columns], np.int32))
    size = _integers(text)
    if len(size) != 2:
        raise QError("length")
    rows, columns = (min(max(n, 10), 2000) for n in size)
    q.settings.style = attrs.evolve(style, rows=rows, columns=columns)
    return NULL


def _web_console(q: Context, text: str, _: int) -> Value:
    if not text:
        return Vector(QType.INT, np.array(q.settings.web_size, np.int32))
    size = _integers(text)
    if len(size) != 2:
        raise QError("length")
    q.settings.web_size = size[0], size[1]
    return NULL


def _precision(q: Context, text: str, _: int) -> Value:
    if not text:
        return _int(q.settings.style.precision)
    q.settings.style = attrs.evolve(q.settings.style, precision=min(max(_integers(text)[0], 0), 17))
    return NULL


def _seed(q: Context, text: str, _: int) -> Value:
    if not text:
        return _int(q.settings.seed)
    if text == "0N":
        return _int(q.settings.mark())
    q.settings.reseed(_integers(text)[0])
    return NULL


def _dates(q: Context, text: str, _: int) -> Value:
    if not text:
        return _int(int(q.settings.day_first))
    q.settings.day_first = bool(_integers(text)[0])
    return NULL


def _offset(q: Context, text: str, _: int) -> Value:
    if not text:
        unset = Atom(QType.LONG, QType.LONG.null)
        return unset if q.settings.utc_offset is None else _int(q.settings.utc_offset)
    hours = _integers(text)[0]
    q.settings.utc_offset = hours * 60 if abs(hours) < 24 else hours
    return NULL


def _number_setting(name: str, first: int = 0) -> Callable[[Context, str, int], Value]:
    """A command that only keeps its number."""

    def command(q: Context, text: str, _: int) -> Value:
        if not text:
            return _int(q.settings.numbers.get(name, first))
        if text == "0N":
            return _int(first)
        q.settings.numbers[name] = _integers(text)[0]
        return NULL

    return command


def _time_limit(q: Context, text: str, _: int) -> Value:
    if not text:
        return _int(int(q.time_limit or 0))
    seconds = _integers(text)[0]
    q.time_limit = seconds or None
    return NULL


def _port(q: Context, text: str, _: int) -> Value:
    if not text:
        return _int(q.host.port())
    q.host.listen(text_of(text))
    return NULL


def _workspace(q: Context, text: str, _: int) -> Value:
    if text:
        if _integers(text)[0] > 1:
            raise QError("-w init via cmd line")
        return Vector(QType.LONG, np.array([len(q.names), 0]))
    used = sum(_size(value) for value in q.names.values())
    return Vector(QType.LONG, np.array([used, used, used, 0, 0, 0]))


def _size(value: Value) -> int:
    if isinstance(value, Vector):
        return len(value) * (value.qtype.width or 8)
    if isinstance(value, List):
        return 8 * len(value) + sum(_size(item) for item in value.items)
    if isinstance(value, Table):
        return _size(value.data)
    return _size(value.key) + _size(value.value) if isinstance(value, Dict) else 16


def _time(q: Context, text: str, repeat: int) -> Value:
    """``\\t`` alone is the timer; with a number it sets it; else it times an expression, in milliseconds."""
    if not text:
        return _int(q.settings.timer)
    if re.fullmatch(r"\d+", text):
        q.settings.timer = int(text)
        q.host.set_timer(q.settings.timer)
        return NULL
    return Atom(QType.LONG, _timed(q, text, repeat) // _MS)


def _timed(q: Context, text: str, repeat: int) -> int:
    program = q.program(text_of(text), q.context)
    start = q.host.elapsed()
    for _ in range(repeat):
        q.check()
        q.run(program)
    return q.host.elapsed() - start


def _time_and_space(q: Context, text: str, repeat: int) -> Value:
    return Vector(QType.LONG, np.array([_timed(q, text, repeat) // _MS, 0]))


def _expunge(q: Context, text: str, _: int) -> Value:
    q.reset_handler(text)
    return NULL


def _folder(q: Context, text: str, _: int) -> Value:
    if not text:
        return chars(q.host.facts().get("directory", ""))
    q.host.change_folder(text_of(text))
    return NULL


def _rename(q: Context, text: str, _: int) -> Value:
    words = text_of(text).split()
    if len(words) != 2:
        raise QError("length")
    q.host.write_file(words[1], q.host.read(words[0]))
    q.host.delete(words[0])
    return NULL


def _load(q: Context, text: str, _: int) -> Value:
    load_script(q, text_of(text))
    return NULL


def _redirect(q: Context, text: str, _: int) -> Value:
    raise QError("nyi")


def _users(q: Context, text: str, _: int) -> Value:
    """``\\u`` reads the file of users again; the engine has none."""
    return NULL


def _tls_mode(q: Context, text: str, _: int) -> Value:
    return _int(int(q.host.facts().get("tls_mode", "0")))


def _blocked(q: Context, text: str, _: int) -> Value:
    if text:
        raise QError("nyi", detail="scripts with hidden text")
    return Atom(QType.BOOLEAN, int(q.names.frozen))


def _sleep(q: Context, text: str, _: int) -> Value:
    """Not q's own: the shell's ``sleep``, which works without a shell too, and which an interrupt ends."""
    try:
        seconds = float(text)
    except ValueError:  # more than a number: ``sleep 1; date``
        return _shell(q, text_of(f"sleep {text}"))
    q.host.sleep(seconds)
    q.check()
    return List.of(())


def _exit(q: Context, text: str, _: int) -> Value:
    q.host.exit(0)
    return NULL


_COMMANDS: Final[dict[str, Callable[[Context, str, int], Value]]] = {
    "a": _tables, "b": _views, "B": _pending, "c": _console, "C": _web_console, "cd": _folder, "d": _namespace,
    "e": _number_setting("e"), "E": _tls_mode, "f": _functions, "g": _number_setting("g"), "l": _load, "o": _offset,
    "p": _port, "P": _precision, "r": _rename, "s": _number_setting("s"), "S": _seed, "t": _time, "ts": _time_and_space,
    "T": _time_limit, "u": _users, "v": _variables, "w": _workspace, "W": _number_setting("W", 2), "x": _expunge,
    "z": _dates, "1": _redirect, "2": _redirect, "_": _blocked, "sleep": _sleep, "exit": _exit,
}  # fmt: skip


# -- scripts


def load_script(q: Context, path: str) -> None:
    """Run a script's statements in order, then go back to the namespace from before.

    Raises the `QError` of the statement that failed; its ``detail`` names file and line.
    """
    if q.host.kind(path) == "folder":
        q.load_folder(path)
        return
    data = q.host.read(path)
    context, k = q.context, os.path.splitext(path)[1] == ".k"
    try:
        for statement in statements(source_of(data)):
            _run_statement(q, path, statement.text, statement.line, k)
    finally:
        q.context = context


def _run_statement(q: Context, path: str, text: str, line: int, k: bool) -> None:
    try:
        program = q.program(text_of(text), q.context, k=k)
        q.show(program, program.code())
    except Exception as failure:
        error = q.explained(failure)
        error.detail = f"  [0]  {path}:{line}: {text_of(text.splitlines()[0])}\n{error.detail}".rstrip("\n")
        raise as_q_error(error) from failure
