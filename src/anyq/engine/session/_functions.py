"""Function values with what the engine needs to run them."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Final

import attrs

from anyq.values import ELIDED, Composition, Derived, Dict, Lambda, Primitive, Projection, QType, Value

from ..syntax._nodes import Function
from ._scalar_code import ScalarCode
from ._vocabulary import Native, Vocabulary, arity_of

__all__ = ["MAX_RANK", "Closure", "holes", "is_function", "project", "rank_of", "rebind"]

MAX_RANK: Final = 8
"""The most arguments a function takes (page basics/function-notation.md)."""


@attrs.frozen(eq=False, repr=False)
class Closure(Lambda):
    """A lambda with its code: a Python function of as many arguments as ``params`` names.

    ``owner`` is the interpreter whose variables the code reads; ``name`` what the lambda was first assigned to, for
    call chains. ``code`` compiles itself at the first call.
    """

    inert: ClassVar[type[Lambda]] = Lambda

    node: Function
    owner: object
    rank: int
    code: Callable[..., Value]
    origin: str = ""
    ready: bool = False
    scalars: dict[tuple[QType, ...], ScalarCode | None] = attrs.field(factory=dict)
    """Its code over raw numbers of these types, where it was asked for; ``None`` where there is none."""


def rebind(closure: Closure, code: Callable[..., Value]) -> None:
    """Put compiled code in the place of the stub that compiles."""
    object.__setattr__(closure, "code", code)
    object.__setattr__(closure, "ready", True)


def is_function(value: Value) -> bool:
    """Whether q takes ``value`` for a function (types 100 to 111)."""
    return isinstance(value, Lambda | Primitive | Projection | Composition | Derived)


def holes(projection: Projection) -> int:
    """How many arguments a projection still wants."""
    return sum(1 for item in projection.items[1:] if item is ELIDED or _is_elided(item))


def _is_elided(item: Value) -> bool:
    return type(item) is Primitive and item.code == 255 and item.qtype is QType.UNARY


def rank_of(value: Value, vocabulary: Vocabulary) -> int:
    """The number of arguments ``value`` waits for; derived functions count as 1 unless they need more; data as 1."""
    kind = type(value)
    if kind is Closure:
        return value.rank  # type: ignore[attr-defined, no-any-return]
    if isinstance(value, Primitive):
        if value.qtype is QType.OPERATOR:
            return 2
        return 1
    if isinstance(value, Native):
        return arity_of(vocabulary.entries[value.name])
    if isinstance(value, Projection):
        missing = rank_of(value.items[0], vocabulary) - (len(value.items) - 1)
        return holes(value) + max(missing, 0)
    if isinstance(value, Composition):
        return rank_of(value.items[-1], vocabulary)
    if isinstance(value, Derived):
        return _derived_rank(value, vocabulary)
    return 1


def _derived_rank(value: Derived, vocabulary: Vocabulary) -> int:
    if value.qtype in (QType.EACH_LEFT, QType.EACH_RIGHT):
        return 2
    if value.qtype is QType.EACH:
        inner = value.function
        return 1 if isinstance(inner, Dict) else rank_of(inner, vocabulary)
    return 1


def project(function: Value, arguments: tuple[Value, ...]) -> Projection:
    """``function`` with some arguments given; what is missing at the end is not spelled out, as in q."""
    return Projection((function, *arguments))
