"""The ``.z`` values that are computed when they are read, and how text values are made of the host's facts.

Facts: KX reference, page ref/dotz.md.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from anyq.values import NULL, Atom, Dict, List, QType, Value, strings, symbols

from ._context import Context

__all__ = ["install"]

Q = QType
_DAY: Final = 86_400_000_000_000
VERSION: Final = 4.1
"""The q whose behaviour is followed (``.z.K``)."""

RELEASE: Final = 8826
"""``.z.k``: a date, in days from 2000-01-01."""


def install(q: Context) -> None:
    """Let these names be computed; a program may still set them."""
    for clock, names in ((q.host.now, "ptdnz"), (q.host.local_now, "PTDNZ")):
        for name in names:
            q.names.computed[f".z.{name}"] = _clock(clock, name.lower())
    for name, maker in _FACTS.items():
        q.names.computed[f".z.{name}"] = _bound(maker, q)
    q.names.computed[".q"] = _bound(_keywords, q)


def _keywords(q: Context) -> Value:
    """The namespace ``.q``: the keywords that q adds to k, with their values; the other ones are in ``.Q.res``."""
    reserved = set(q.names[".Q.res"].symbols)  # type: ignore[attr-defined]
    values = {n: entry.value for n, entry in q.vocabulary.entries.items() if n.isalnum() and n[0].isalpha()}
    values |= {n: value for n, value in q.vocabulary.constants.items() if n.isalpha()}
    names = sorted(values.keys() - reserved)
    return Dict(symbols(["", *names]), List.of((NULL, *(values[name] for name in names))))


def _bound(maker: Callable[[Context], Value], q: Context) -> Callable[[], Value]:
    return lambda: maker(q)


def _clock(now: Callable[[], int], name: str) -> Callable[[], Value]:
    def read() -> Value:
        time = now()
        if name == "p":
            return Atom(Q.TIMESTAMP, time)
        if name == "d":
            return Atom(Q.DATE, time // _DAY)
        if name == "z":
            return Atom(Q.DATETIME, (time // 1_000_000) / 86_400_000)
        if name == "n":
            return Atom(Q.TIMESPAN, time % _DAY)
        return Atom(Q.TIME, time % _DAY // 1_000_000)

    return read


def _symbol(text: str) -> Atom:
    return Atom(Q.SYMBOL, text)


def _arguments(q: Context) -> Value:
    return strings(list(q.host.arguments)) if q.host.arguments else List.of(())


def _whole_command(q: Context) -> Value:
    script = [q.host.script] if q.host.script else []
    return strings(["q", *script, *q.host.arguments])


def _blocked(q: Context) -> Value:
    return Atom(Q.BOOLEAN, int(q.names.frozen))


def _dependencies(q: Context) -> Value:
    """``.z.b``: for every variable that views read, the views (page ref/dotz.md)."""
    readers: dict[str, list[str]] = {}
    for name, view in q.names.views.items():
        for read in view.shown_reads:
            readers.setdefault(read, []).append(name)
    return Dict(symbols(list(readers)), List.of(tuple([symbols(names) for names in readers.values()])))


_FACTS: Final[dict[str, Callable[[Context], Value]]] = {
    "x": _arguments,
    "X": _whole_command,
    "f": lambda q: _symbol(q.host.script),
    "h": lambda q: _symbol(q.host.facts().get("host", "")),
    "u": lambda q: _symbol(q.host.facts().get("user", "")),
    "o": lambda q: _symbol(q.host.facts().get("os", "l64")),
    "i": lambda q: Atom(Q.INT, int(q.host.facts().get("pid", "0"))),
    "w": lambda q: Atom(Q.INT, 0),
    "a": lambda q: Atom(Q.INT, 0),
    "K": lambda q: Atom(Q.FLOAT, VERSION),
    "k": lambda q: Atom(Q.DATE, RELEASE),
    "c": lambda q: Atom(Q.INT, int(q.host.facts().get("cores", "1"))),
    "q": lambda q: Atom(Q.BOOLEAN, int(q.host.facts().get("quiet", "") != "")),
    "l": lambda q: strings([""] * 9),
    "e": lambda q: List.of(()),
    "r": _blocked,
    "b": _dependencies,
}
