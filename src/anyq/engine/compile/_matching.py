"""Matching values with patterns: what `Pattern` asks for, and what its names get (page basics/pattern.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

import attrs

from anyq.errors import QError
from anyq.values import Atom, Dict, KeyedTable, List, QType, Table, Value, Vector, match, symbols

from ..kernel._index import find_keys
from ..kernel._records import records
from ..syntax._nodes import Pattern

__all__ = ["matched", "tried"]

Apply = Callable[[Value, Value], Value]


class _NoMatchError(QError):
    """A value that a pattern does not fit."""


def matched(apply: Apply, pattern: Pattern, value: Value, expressions: Sequence[Value]) -> tuple[Value, ...]:
    """The value as its filters left it, then what each name of the pattern gets.

    ``expressions`` are the values of the pattern's constants, keys, types and filters, in order. Raises `QError`:
    ``match``, ``length``, ``type``, and whatever a filter raises.
    """
    run = _Match(apply, iter(expressions))
    whole = run.fit(pattern, value)
    return (whole, *run.found)


def tried(apply: Apply, pattern: Pattern, value: Value, expressions: Sequence[Value]) -> tuple[Value, ...] | None:
    """`matched`, or ``None`` if the value does not fit."""
    try:
        return matched(apply, pattern, value, expressions)
    except _NoMatchError:
        return None


@attrs.define
class _Match:
    """One match: ``expressions`` are used up in the order of the pattern."""

    apply: Apply
    expressions: Iterator[Value]
    found: list[Value] = attrs.field(factory=list)

    def fit(self, pattern: Pattern, value: Value) -> Value:
        """The value as filters changed it."""
        return _FITS[pattern.kind](self, pattern, value)

    def any(self, pattern: Pattern, value: Value) -> Value:
        return value

    def constant(self, pattern: Pattern, value: Value) -> Value:
        if not match(next(self.expressions), value):
            raise _no_match("match", pattern)
        return value

    def name(self, pattern: Pattern, value: Value) -> Value:
        self.found.append(value)
        return value

    def check(self, pattern: Pattern, value: Value) -> Value:
        wanted = next(self.expressions)
        if isinstance(wanted, Atom) and wanted.qtype is QType.SYMBOL:
            if _letter(value) != wanted.raw:
                raise _no_match("type", pattern)
        else:
            value = self.apply(wanted, value)
        return self.fit(pattern.parts[0], value)

    def list(self, pattern: Pattern, value: Value) -> Value:
        if isinstance(value, Vector | List | Table):
            if len(value) != len(pattern.parts):
                raise _no_match("length", pattern)
            items = list(value)
        elif isinstance(value, Atom):
            items = [value] * len(pattern.parts)
            for part in pattern.parts:
                self.fit(part, value)
            return value
        else:
            raise _no_match("type", pattern)
        made = [self.fit(part, item) for part, item in zip(pattern.parts, items, strict=True)]
        return value if _same(made, items) else records(made)

    def entries(self, pattern: Pattern, value: Value) -> Value:
        return self._by_key(pattern, symbols(pattern.names), pattern.parts, value)

    def keys(self, pattern: Pattern, value: Value) -> Value:
        keys, inner = next(self.expressions), pattern.parts[0]
        if isinstance(keys, Vector | List) and inner.kind == "list":
            return self._by_key(pattern, keys, inner.parts, value)
        return self._by_key(pattern, records([keys]), (inner,), value)

    def _by_key(self, pattern: Pattern, keys: Value, parts: Sequence[Pattern], value: Value) -> Value:
        if not isinstance(value, Dict) or isinstance(value, KeyedTable):
            raise _no_match("type", pattern)
        at = find_keys(value.key, keys).tolist() if len(value) else [-1] * len(parts)
        if len(at) != len(parts):
            raise _no_match("length", pattern)
        if min(at, default=0) < 0:
            raise _no_match("match", pattern)
        items = list(value.value)
        made = list(items)
        for place, part in zip(at, parts, strict=True):
            made[place] = self.fit(part, items[place])
        return value if _same(made, items) else Dict(value.key, records(made))

    def dict(self, pattern: Pattern, value: Value) -> Value:
        if not isinstance(value, Dict):
            raise _no_match("type", pattern)
        keys = self.fit(pattern.parts[0], value.key)
        values = self.fit(pattern.parts[1], value.value)
        return value if keys is value.key and values is value.value else Dict(keys, values)

    def flip(self, pattern: Pattern, value: Value) -> Value:
        if not isinstance(value, Table):
            raise _no_match("type", pattern)
        made = self.fit(pattern.parts[0], Dict(value.names, value.data))
        assert isinstance(made, Dict)
        return value if made.value is value.data else Table.of(value.names, List.of(tuple(made.value)))

    def table(self, pattern: Pattern, value: Value) -> Value:
        keys, columns = pattern.parts
        if not keys.parts:
            plain = value.unkeyed() if isinstance(value, KeyedTable) else value
            return self.flip(Pattern("flip", pattern.start, (columns,)), plain)
        if not isinstance(value, KeyedTable):
            raise _no_match("type", pattern)
        made = [
            self.flip(Pattern("flip", pattern.start, (part,)), table)
            for part, table in ((keys, value.key), (columns, value.value))
        ]
        return KeyedTable(made[0], made[1])


def _no_match(text: str, pattern: Pattern) -> QError:
    return _NoMatchError(text)


def _same(made: Sequence[Value], items: Sequence[Value]) -> bool:
    return all(a is b for a, b in zip(made, items, strict=True))


def _letter(value: Value) -> str:
    """The letter of a type check: small for an atom, capital for a list."""
    if isinstance(value, Atom):
        return value.qtype.char
    return value.qtype.char.upper() if isinstance(value, Vector) else ""


_FITS: Final[dict[str, Callable[[_Match, Pattern, Value], Value]]] = {
    "any": _Match.any, "constant": _Match.constant, "name": _Match.name, "check": _Match.check, "list": _Match.list,
    "entries": _Match.entries, "keys": _Match.keys, "dict": _Match.dict, "flip": _Match.flip, "table": _Match.table,
}  # fmt: skip
