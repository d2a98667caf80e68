"""Values whose memory nobody can write to any more.

A vector made of an array shares the array's memory. Where a value outlives the call that it was given to (a message
that waits to be sent, a variable of an embedded q), its owner may write to that memory meanwhile; so it is copied there
first, unless it is known that nobody can.
"""

from __future__ import annotations

import operator
from typing import Any, Final, TypeVar, cast

import numpy as np

from ._atom import Atom
from ._face import Strings, Value, as_q
from ._flat import assemble, flatten
from ._functions import Composition, Derived, Lambda, Primitive, Projection
from ._storage import StringArray, SymbolArray
from ._table import Dict, KeyedTable, Table
from ._vector import List, Vector

__all__ = ["ReceivedMemory", "handed_over", "is_settled", "settled"]

V = TypeVar("V", bound=Value)
_LEAVES: Final = frozenset({Atom, Vector, Lambda, Primitive})
_NESTING: Final = frozenset({List, Dict, Table, KeyedTable, Projection, Composition, Derived})


class ReceivedMemory(np.ndarray[Any, Any]):
    """Memory that is filled from the network before anything of it is given out, and given out as read-only views."""


def is_settled(memory: object) -> bool:
    """Whether the memory behind an array or buffer stays as it is.

    That is so for bytes, for `ReceivedMemory`, and for arrays that own their memory and are read-only, as is every view
    on the way to them. All else (a `bytearray`, a mapped file, Arrow's buffers) may have a writer somewhere.
    """
    while True:
        if isinstance(memory, np.ndarray):
            if isinstance(memory, ReceivedMemory):
                return True
            if memory.flags.writeable:
                return False
            if memory.base is None:
                return memory.flags.owndata
            memory = memory.base
        elif isinstance(memory, memoryview):
            memory = memory.obj
        else:
            return type(memory) is bytes


def settled(value: V) -> V:
    """``value``, or where its memory may be written to, one that matches it and has memory of its own.

    Costs a look at each vector. An engine's own kinds of values (enumerations, partitioned tables) are left as they
    are.
    """
    kind = type(value)
    if kind is Vector:
        return cast(V, _settled_leaf(value))
    if kind not in _NESTING:
        return value
    if isinstance(value, List) and value.strings is None and _LEAVES.issuperset(map(type, value.items)):
        # Most requests: a function and its arguments.
        items = tuple([_settled_leaf(item) for item in value.items])
        return value if all(map(operator.is_, items, value.items)) else cast(V, List.of(items, value.attr))
    nodes = flatten(value)
    found = [_settled_leaf(node) if isinstance(node, Value) else node for node in nodes]
    same = all(new is old for new, old in zip(found, nodes, strict=True))
    return value if same else cast(V, assemble(found))


def handed_over(obj: object, strings: Strings = "symbols") -> Value:
    """``obj`` as a q value that stays as it is, whatever the caller does with ``obj`` afterwards.

    ``strings`` and errors as `anyq.as_q`.
    """
    return settled(as_q(obj, strings=strings))


def _settled_leaf(value: Value) -> Value:
    if type(value) is Vector:
        data = value.data
        if isinstance(data, SymbolArray):
            kept = _settled_symbols(data)
        else:
            kept = data if is_settled(data) else _copy(data)
        return value if kept is data else Vector.of(value.qtype, kept, value.attr)
    if type(value) is List and (texts := value.strings) is not None:
        if all(map(is_settled, (texts.data, texts.starts, texts.ends))):
            return value
        return List.of(StringArray(_copy(texts.data), _copy(texts.starts), _copy(texts.ends)), value.attr)
    return value


def _settled_symbols(data: SymbolArray) -> SymbolArray:
    """The array itself if each form in which it holds the symbols stays as it is, else one of a copy."""
    if all(map(is_settled, data.forms())):
        return data
    if data.held == "wire":
        return SymbolArray.from_raw(len(data), bytes(data.raw()))
    if data.held == "codes":
        codes, uniques = data.factorize()
        return SymbolArray.from_codes(_copy(codes), _copy(uniques))
    return SymbolArray.from_strs(_copy(data.objects()))


def _copy(array: Any) -> Any:
    made = np.array(array)
    made.flags.writeable = False
    return made
