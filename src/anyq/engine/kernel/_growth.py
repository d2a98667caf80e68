"""Appends that do not copy the whole vector each time.

``t,:rows`` in a loop would copy ``t`` for every batch. The result of an append to a long vector is therefore a slice at
the start of a larger buffer, and an append to *that* result writes into the spare capacity. The older vector still sees
its own slice, which never changes. An append to an older state, or to a vector without spare capacity, copies. Buffers
are found by the identity of the array and forgotten when it is collected.
"""

from __future__ import annotations

import weakref
from typing import Any, Final

import attrs
import numpy as np
import numpy.typing as npt

from anyq.values import SymbolArray

__all__ = ["grown", "grown_symbols", "holder_of", "is_latest"]

Array = npt.NDArray[Any]

_WORTH: Final = 64
"""Shorter vectors are copied: that costs less than keeping book."""

_FEW: Final = 16
"""So few texts are numbered one by one."""
_SPARE: Final = 1.5
_TRIED: Final = 4096
"""Up to this length, a vector of texts is tried for codes: few that come often."""


@attrs.define
class _Room:
    """A buffer, how much of it is taken, and the array that was handed out last: the one that may grow in it."""

    buffer: weakref.ref[Array]
    used: int
    last: weakref.ref[Array]


@attrs.define
class _Words:
    """The numbers of a coded vector's texts."""

    uniques: weakref.ref[Array]
    codes: dict[str, int]


_rooms: Final[dict[int, _Room]] = {}
_words: Final[dict[int, _Words]] = {}


def _room_of(x: Array) -> _Room | None:
    """The buffer that ``x`` may grow in; ``None`` for an older state, and for what is no state of one."""
    base: Array | None = x.base
    room = _rooms.get(id(base))
    return room if room is not None and room.last() is x and room.buffer() is base else None


def holder_of(x: Array) -> Array:
    """The buffer whose start the latest state ``x`` of a growing vector is; the array itself for any other."""
    return x if x.base is None or _room_of(x) is None else x.base


def is_latest(x: Array) -> bool:
    """Whether ``x`` is the latest state of a vector that grows."""
    return _room_of(x) is not None


def grown(x: Array, y: Array) -> Array:
    """``x`` and ``y``, of one dtype, one after the other; read-only. Costs as much as ``y`` is long, most times."""
    size, more = len(x), len(y)
    if size < _WORTH or more > size:
        return _frozen(np.concatenate([x, y]))
    room = _room_of(x)
    if room is not None and size + more <= len(x.base):  # type: ignore[arg-type]
        buffer: Array = x.base  # type: ignore[assignment]
        buffer[size : size + more] = y
        room.used = size + more
        made = _frozen(buffer[: size + more])
        room.last = weakref.ref(made)
        return made
    buffer = np.empty(int((size + more) * _SPARE), x.dtype)
    buffer[:size] = x
    buffer[size : size + more] = y
    key = id(buffer)
    made = _frozen(buffer[: size + more])
    _rooms[key] = _Room(weakref.ref(buffer, lambda _: _rooms.pop(key, None)), size + more, weakref.ref(made))
    return made


def _frozen(data: Array) -> Array:
    data.flags.writeable = False
    return data


def grown_symbols(x: SymbolArray, y: SymbolArray) -> SymbolArray:
    """The symbols of both. Coded storage stays coded: only texts that are new are looked at one by one."""
    size = len(x)
    if size < _WORTH or len(y) > size:
        return SymbolArray.from_strs(np.concatenate([x.objects(), y.objects()]))
    growing = not x.coded and _room_of(x.objects()) is not None
    codes, uniques = x.factorize() if x.coded or (size < _TRIED and not growing) else (None, x.objects())
    if codes is None or len(uniques) > size // 2:
        return SymbolArray.from_objects(grown(x.objects(), y.objects()))
    known = _numbers(uniques)
    short = len(y) <= _FEW and not y.coded
    own, fresh = (None, y.objects()) if short else y.factorize()
    number = known.setdefault
    renumbered = np.array([number(text, len(known)) for text in fresh.tolist()], np.int32)
    if len(known) > len(uniques):
        longer = np.empty(len(known), object)
        longer[:] = list(known)
        _keep(longer, known)
        uniques = longer
    return SymbolArray.from_codes(grown(codes, renumbered if own is None else renumbered[own]), uniques)


def _numbers(uniques: Array) -> dict[str, int]:
    found = _words.get(id(uniques))
    if found is not None and found.uniques() is uniques and len(found.codes) == len(uniques):
        return found.codes
    codes = {text: code for code, text in enumerate(uniques.tolist())}
    _keep(uniques, codes)
    return codes


def _keep(uniques: Array, codes: dict[str, int]) -> None:
    key = id(uniques)
    _words[key] = _Words(weakref.ref(uniques, lambda _: _words.pop(key, None)), codes)
