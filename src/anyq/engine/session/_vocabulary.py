"""The vocabulary: one table from a name and a rank to the function that does it.

A name is a glyph (``+``, ``0:``), a keyword (``count``) or a dotted name (``.Q.id``). Each family of verbs fills the
table through the calls below, in the order that `anyq.engine.verbs.install` shows; nothing registers itself on import.

A function takes as many `Value` arguments as its rank and returns a `Value`; it raises `QError` with q's own text
(``type``, ``length``, ...). With ``context=True`` it takes the `Interpreter` first: for what applies functions, reads
or sets variables, or needs the host. Functions never change their arguments.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import attrs

from anyq.values import Lambda, Primitive, QType, Value

from ..syntax._grammar import ITERATORS, OPERATOR_CODES, UNARY_CODES

__all__ = ["Entry", "Native", "Vocabulary", "arity_of"]

VerbFunction: TypeAlias = Callable[..., Value]


@attrs.frozen(eq=False, repr=False)
class Native(Lambda):
    """A built-in function that the wire has no number for. It travels as a lambda of the namespace ``q``."""

    name: str = ""

    @classmethod
    def named(cls, name: str) -> Native:
        """The value of the built-in of this name."""
        return cls("q", name.encode(), name)


@attrs.define
class Entry:
    """One name of the vocabulary, with its function for each rank; ``any_rank`` takes what no rank does."""

    name: str
    value: Value
    ranks: dict[int, VerbFunction] = attrs.field(factory=dict)
    any_rank: VerbFunction | None = None
    wants_context: set[VerbFunction] = attrs.field(factory=set)
    infix: bool = False

    def function(self, rank: int) -> VerbFunction | None:
        return self.ranks.get(rank, self.any_rank)


def _value_of(name: str) -> Value:
    if name in OPERATOR_CODES:
        return Primitive(QType.OPERATOR, OPERATOR_CODES[name])
    if name in UNARY_CODES:
        return Primitive(QType.UNARY, UNARY_CODES[name])
    if name in ITERATORS:
        return Primitive(QType.ITERATOR, ITERATORS.index(name))
    return Native.named(name)


@attrs.define
class Vocabulary:
    """All built-in names. Filled once, then only read."""

    entries: dict[str, Entry] = attrs.field(factory=dict)
    constants: dict[str, Value] = attrs.field(factory=dict)
    _primitives: dict[tuple[int, int], Entry] = attrs.field(factory=dict)

    def __attrs_post_init__(self) -> None:
        for name in ITERATORS:
            self.entries[name] = Entry(name, _value_of(name))

    def define(
        self, name: str, rank: int | None, function: VerbFunction, *, context: bool = False, infix: bool | None = None
    ) -> None:
        """Give ``name`` its function for ``rank`` arguments (``None``: for any number that has no other).

        A rank-2 keyword is written between its arguments unless ``infix`` says otherwise. Defining a rank again
        replaces it.
        """
        if name == "enlist":
            self.define(",:", rank, function, context=context, infix=infix)
        entry = self.entries.get(name)
        if entry is None:
            entry = self.entries[name] = Entry(name, _value_of(name))
            if isinstance(entry.value, Primitive):
                self._primitives[entry.value.qtype, entry.value.code] = entry
        if rank is None:
            entry.any_rank = function
        else:
            entry.ranks[rank] = function
        if context:
            entry.wants_context.add(function)
        if infix is not None:
            entry.infix = infix
        elif rank == 2 and not name.startswith("."):
            entry.infix = True

    def unary(self, name: str, function: VerbFunction, *, context: bool = False) -> None:
        """``define`` for one argument."""
        self.define(name, 1, function, context=context)

    def binary(self, name: str, function: VerbFunction, *, context: bool = False) -> None:
        """``define`` for two arguments, written between them when ``name`` has no dot at its start."""
        self.define(name, 2, function, context=context)

    def alias(self, name: str, of: str) -> None:
        """Another spelling of the same function value, as ``and`` is of ``&``."""
        self.entries[name] = self.entries[of]

    def constant(self, name: str, value: Value) -> None:
        """A variable that exists from the start, as ``.Q.n``."""
        self.constants[name] = value

    def primitive(self, value: Primitive) -> Entry | None:
        """The entry of a primitive function value."""
        return self._primitives.get((value.qtype, value.code))

    def is_keyword(self, name: str) -> bool:
        return name in self.entries and not name.startswith(".")

    def is_infix(self, name: str) -> bool:
        entry = self.entries.get(name)
        return entry is not None and entry.infix


def arity_of(entry: Entry) -> int:
    """The number of arguments that a built-in waits for: what ``type`` and iterators take its rank to be."""
    if isinstance(entry.value, Primitive):
        return {QType.UNARY: 1, QType.OPERATOR: 2}.get(entry.value.qtype, 1)
    return min(entry.ranks, default=1)
