"""The session and the world around it: local time, environment variables (pages ref/gtime.md, ref/getenv.md)."""

from __future__ import annotations

from typing import Final

from anyq.errors import QError
from anyq.values import NULL, Atom, List, QType, Value, Vector

from ...kernel._support import chars, is_string, text_of
from ...session._context import Context
from ...session._vocabulary import Vocabulary
from ..numbers._arithmetic import add, subtract

__all__ = ["install"]

_MINUTE: Final = 60_000_000_000


def _offset(q: Context) -> Atom:
    """How far local time is ahead of UTC."""
    minutes = q.settings.utc_offset
    if minutes is None:
        host = q.host
        minutes = round((host.local_now() - host.now()) / _MINUTE)
    return Atom(QType.TIMESPAN, minutes * _MINUTE)


def local_time(q: Context, x: Value) -> Value:
    """q's ``ltime``: UTC as local time, with the offset of now."""
    return add(x, _offset(q))


def utc(q: Context, x: Value) -> Value:
    """q's ``gtime``: local time as UTC."""
    return subtract(x, _offset(q))


def _name(x: Value) -> str:
    if not (isinstance(x, Atom) and x.qtype is QType.SYMBOL):
        raise QError("type")
    name: str = x.raw
    return name


def get_variable(q: Context, x: Value) -> Value:
    """q's ``getenv``: the text of an environment variable, empty when there is none; of several, their texts."""
    if isinstance(x, Vector) and x.qtype is QType.SYMBOL:
        return List.of(tuple([get_variable(q, name) for name in x]))
    return chars(q.host.getenv(_name(x)))


def set_variable(q: Context, x: Value, y: Value) -> Value:
    """q's ``x setenv y``."""
    if not is_string(y):
        raise QError("type")
    q.host.setenv(_name(x), text_of(y).decode("utf-8", "surrogateescape"))
    return NULL


def install(vocabulary: Vocabulary) -> None:
    """Enter this family's names."""
    vocabulary.define("ltime", 1, local_time, context=True)
    vocabulary.define("gtime", 1, utc, context=True)
    vocabulary.define("getenv", 1, get_variable, context=True)
    vocabulary.binary("setenv", set_variable, context=True)
