"""Values that hold values as a flat list, so that pickling and deep copies need no stack of the interpreter.

A value comes after those it holds, and these are named by their place in the list; one that is held twice stands there
once.
"""

from __future__ import annotations

from typing import Any, Final

import attrs
import numpy as np

from ._face import Value

__all__ = ["assemble", "flatten", "reduce"]

Node = tuple[type[Value], dict[str, Any], dict[str, int | list[int]]]
"""Of a value that holds others: its class, its plain fields, and the places of what the other fields hold."""

_set: Final = object.__setattr__


def reduce(value: Value) -> tuple[Any, ...]:
    """What ``__reduce__`` has to give."""
    if holds(value):
        return assemble, (flatten(value),)
    return restore, (kind_of(value), _fields(value))


def kind_of(value: Value) -> type[Value]:
    """The class that a copy has: a function of an interpreter is its source elsewhere, as it is on the wire."""
    return value.inert or type(value)


def restore(kind: type[Value], fields: dict[str, Any]) -> Value:
    """A value of these fields; its array is read-only, as it was."""
    value: Value = kind.__new__(kind)
    for name, field in fields.items():
        if type(field) is np.ndarray:
            field.flags.writeable = False
        _set(value, name, field)
    return value


def flatten(value: Value) -> list[Value | Node]:
    """``value`` and all that it holds, itself last."""
    places: dict[int, int] = {}
    found: list[Value | Node] = []
    todo = [(value, False)]
    while todo:
        item, ready = todo.pop()
        if id(item) in places:
            continue
        held = holds(item)
        if held and not ready:
            todo.append((item, True))
            for part in held.values():
                todo += [(child, False) for child in ((part,) if isinstance(part, Value) else part)]
            continue
        places[id(item)] = len(found)
        found.append(_node(item, held, places) if held else item)
    return found


def _fields(value: Value) -> dict[str, Any]:
    return {field.name: getattr(value, field.name) for field in attrs.fields(kind_of(value))}  # type: ignore[arg-type]


def holds(value: Value) -> dict[str, Value | tuple[Value, ...]]:
    """The fields of a value that are values, or not empty tuples of values."""
    fields = _fields(value).items()
    return {name: part for name, part in fields if isinstance(part, Value) or (type(part) is tuple and part)}


def _node(value: Value, held: dict[str, Value | tuple[Value, ...]], places: dict[int, int]) -> Node:
    parts: dict[str, int | list[int]] = {
        name: places[id(part)] if isinstance(part, Value) else [places[id(item)] for item in part]
        for name, part in held.items()
    }
    return kind_of(value), {name: field for name, field in _fields(value).items() if name not in held}, parts


def assemble(nodes: list[Value | Node]) -> Value:
    """The value of which `flatten` made ``nodes``."""
    made: list[Value] = []
    for node in nodes:
        made.append(node if isinstance(node, Value) else _made(node, made))
    return made[-1]


def _made(node: Node, made: list[Value]) -> Value:
    kind, plain, parts = node
    held = {
        name: made[place] if isinstance(place, int) else tuple([made[one] for one in place])
        for name, place in parts.items()
    }
    return restore(kind, plain | held)
