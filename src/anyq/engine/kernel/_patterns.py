"""Patterns of ``like``, ``ss`` and ``ssr`` (pages ref/like.md, ref/ss.md).

Between two stars a pattern matches texts of one length only. What lies there is looked for from the left, once: a
regular expression would try all the ways of dealing a text out to several stars, which takes for ever. It also holds
Python's lock to its end, and cannot be interrupted. So it is for short texts, or short patterns; where both are long,
NumPy tries one char of the pattern after the other on many places at a time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final

import attrs
import numpy as np

from ._support import Array

__all__ = ["Part", "cut", "matches", "test_of"]

_BRACKET: Final = re.compile(rb"\[(\^?)(\]?[^\]]*)\]")
_STEPS: Final = 1 << 22
"""How many chars a regular expression may have to compare: some milliseconds."""
_PLACES: Final = 1 << 18
"""How many places NumPy tries at a time."""
_ANY: Final = frozenset(range(256))

Check = Callable[[], None]
"""Called between long steps; raises what ends them."""


@attrs.frozen
class Part:
    """What lies between two stars: for each char the codes that it may have."""

    sets: tuple[frozenset[int], ...]

    @property
    def width(self) -> int:
        """How many chars it matches."""
        return len(self.sets)


def cut(pattern: bytes) -> tuple[Part, ...]:
    """A pattern cut at its stars: ``?`` is a char, ``[..]`` one of, ``[^..]`` none of."""
    return _cut_short(pattern) if len(pattern) < 1000 else _cut(pattern)


def _cut(pattern: bytes) -> tuple[Part, ...]:
    parts: list[list[frozenset[int]]] = [[]]
    at = 0
    while at < len(pattern):
        char = pattern[at]
        bracket = _BRACKET.match(pattern, at) if char == ord("[") else None
        at = bracket.end() if bracket else at + 1
        if bracket:
            inside = _members(bracket[2])
            parts[-1].append(_ANY - inside if bracket[1] else inside)
        elif char == ord("*"):
            parts.append([])
        else:
            parts[-1].append(_ANY if char == ord("?") else _ONE[char])
    return tuple([Part(tuple(part)) for part in parts])


_ONE: Final = [frozenset([code]) for code in range(256)]
_cut_short: Final = lru_cache(512)(_cut)


def _members(chars: bytes) -> frozenset[int]:
    found: set[int] = set()
    at = 0
    while at < len(chars):
        if chars[at + 1 : at + 2] == b"-" and at + 2 < len(chars):
            found.update(range(chars[at], chars[at + 2] + 1))
            at += 3
        else:
            found.add(chars[at])
            at += 1
    return frozenset(found)


def _regex(part: Part) -> bytes:
    return b"".join([_regex_of_char(codes) for codes in part.sets])


@lru_cache(1024)
def _regex_of_char(codes: frozenset[int]) -> bytes:
    if codes == _ANY:
        return b"."
    return b"[%s]" % b"".join([b"\\x%02x" % code for code in sorted(codes)]) if codes else rb"[^\x00-\xff]"


@lru_cache(512)
def _compiled(part: Part) -> re.Pattern[bytes]:
    return re.compile(_regex(part), re.DOTALL)


@lru_cache(1024)
def _table(codes: frozenset[int]) -> Array:
    table = np.zeros(256, np.bool_)
    table[sorted(codes)] = True
    return table


def matches(part: Part, text: bytes, check: Check, start: int = 0) -> Iterator[int]:
    """Where a part that is not empty begins, from the left; matches do not overlap."""
    if (len(text) - start) * part.width <= _STEPS:
        for found in _compiled(part).finditer(text, start):
            yield found.start()
        return
    data = np.frombuffer(text, np.uint8)
    for begin in range(start, len(text) - part.width + 1, _PLACES):
        end = min(begin + _PLACES, len(text) - part.width + 1)
        for at in _places(part, data, begin, end, check).tolist():
            if at >= start:
                yield at
                start = at + part.width


def _places(part: Part, data: Array, begin: int, end: int, check: Check) -> Array:
    """The places from ``begin`` to ``end`` at which the part is."""
    places = np.arange(begin, end)
    for offset, codes in enumerate(part.sets):
        if codes is not _ANY and len(places):
            check()
            places = places[_table(codes)[data[places + offset]]]
    return places


def test_of(pattern: bytes, check: Check) -> Callable[[bytes], bool]:
    """The test of ``like``."""
    size = len(pattern)
    quick: Callable[[bytes], re.Match[bytes] | None] | None = None

    def test(text: bytes) -> bool:
        nonlocal quick
        if len(text) * size > _STEPS:
            return _fits(cut(pattern), text, check)
        if quick is None:
            quick = _quick(pattern)
        return quick(text) is not None

    return test


@lru_cache(512)
def _quick(pattern: bytes) -> Callable[[bytes], re.Match[bytes] | None]:
    parts = [_regex(part) for part in cut(pattern)]
    middle = [part for part in parts[1:-1] if part]
    if len(parts) < 3 or not middle or (len(middle) == 1 and not parts[-1]):
        return re.compile(b".*".join(parts), re.DOTALL).fullmatch
    head, *between = [re.compile(part, re.DOTALL) for part in (parts[0], *middle)]
    tail = re.compile(parts[-1] + rb"\Z", re.DOTALL)

    def test(text: bytes) -> re.Match[bytes] | None:
        found = head.match(text)
        for part in between:
            if found is None:
                return None
            found = part.search(text, found.end())
        return found and tail.search(text, found.end())

    return test


def _fits(parts: tuple[Part, ...], text: bytes, check: Check) -> bool:
    head, tail = parts[0], parts[-1]
    if len(parts) == 1:
        return len(text) == head.width and _is_at(head, text, 0, check)
    at, last = head.width, len(text) - tail.width
    if not _is_at(head, text, 0, check):
        return False
    for part in parts[1:-1]:
        if part.width:
            found = next(matches(part, text, check, at), None)
            if found is None:
                return False
            at = found + part.width
    return at <= last and _is_at(tail, text, last, check)


def _is_at(part: Part, text: bytes, at: int, check: Check) -> bool:
    """Whether the part, which may be empty, is at that place."""
    there = text[at : at + part.width]
    return len(there) == part.width and (not there or next(matches(part, there, check), None) is not None)
