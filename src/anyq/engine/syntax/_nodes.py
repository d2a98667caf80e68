"""The syntax tree: immutable nodes, each with the place in the source text that it came from.

``start`` is where the caret of an error message points: the first character of a literal or name, and for an
application the function that is applied (KX reference, basics/debug.md). ``end`` is one past the node's last character.
"""

from __future__ import annotations

from typing import TypeAlias

import attrs

from anyq.values import Value

__all__ = [
    "Apply",
    "Assign",
    "AssignPattern",
    "Block",
    "Compose",
    "Cond",
    "Constant",
    "Control",
    "Elided",
    "Function",
    "Iterated",
    "ListOf",
    "MatchCond",
    "Name",
    "Node",
    "Pattern",
    "Query",
    "Return",
    "Signal",
    "TableOf",
    "Verb",
]


@attrs.frozen(eq=False)
class Constant:
    """A literal."""

    start: int
    end: int
    value: Value


@attrs.frozen(eq=False)
class Name:
    """A variable."""

    start: int
    end: int
    name: str


@attrs.frozen(eq=False)
class Verb:
    """A primitive by its q spelling: a glyph, a keyword, or an iterator on its own.

    ``unary`` marks a glyph's one-argument form (``#:``, a parenthesised glyph before its argument, or `k)` text).
    """

    start: int
    end: int
    name: str
    unary: bool = False


@attrs.frozen(eq=False)
class Elided:
    """An argument left out; ``open`` marks the missing right argument of a verb at the end of a phrase."""

    start: int
    end: int
    open: bool = False


@attrs.frozen(eq=False)
class Iterated:
    """A value modified by an iterator: ``f'``, ``f/`` ..."""

    start: int
    end: int
    function: Node
    iterator: str


@attrs.frozen(eq=False)
class Apply:
    """Application or indexing. Arguments are evaluated last first, then the function."""

    start: int
    end: int
    function: Node
    arguments: tuple[Node, ...]


@attrs.frozen(eq=False)
class Compose:
    """``f g@``: the function left of a phrase that still wants its right argument."""

    start: int
    end: int
    outer: Node
    inner: Node


@attrs.frozen(eq=False)
class ListOf:
    """``(a;b;c)``, evaluated last first."""

    start: int
    end: int
    items: tuple[Node, ...]


@attrs.frozen(eq=False)
class TableOf:
    """``([k:..] a:..; b:..)``. Each column is a name and an expression; no ``keys`` means a simple table.

    ``dictionary`` marks ``([a:1;b:2])``, a dict literal.
    """

    start: int
    end: int
    keys: tuple[tuple[str, Node], ...]
    columns: tuple[tuple[str, Node], ...]
    dictionary: bool = False


@attrs.frozen(eq=False)
class Function:
    """A lambda. ``params`` holds the implicit ``x y z`` too; ``locals`` every name assigned in
    the body, ``globals`` every other name it uses."""

    start: int
    end: int
    params: tuple[str, ...]
    locals: tuple[str, ...]
    body: tuple[Node, ...]
    source: str
    globals: tuple[str, ...] = ()


@attrs.frozen(eq=False)
class Assign:
    """Assignment to a name, at an index if ``indices`` is there, through ``verb`` if there is one.

    ``everywhere`` is the double colon: a global inside a lambda, a view outside.
    """

    start: int
    end: int
    name: str
    indices: tuple[Node, ...] | None
    verb: Node | None
    value: Node
    everywhere: bool = False

    @property
    def is_view(self) -> bool:
        """Whether this makes a view where it stands outside of lambdas."""
        return self.everywhere and self.indices is None and self.verb is None


@attrs.frozen(eq=False)
class Pattern:
    """What may stand on the left of an assignment.

    ``kind`` is one of: any; constant (``nodes``); name (with ``indices``); list, dict and flip (``parts``); entries
    (``names`` and ``parts``); keys (``nodes``, then one part); table (keys, columns); check (a type or filter in
    ``nodes``, then one part).
    """

    kind: str
    start: int
    parts: tuple[Pattern, ...] = ()
    nodes: tuple[Node, ...] = ()
    name: str = ""
    names: tuple[str, ...] = ()
    indices: tuple[Node, ...] = ()


@attrs.frozen(eq=False)
class AssignPattern:
    """``(a;b):value``: ``target`` as it was written, and the pattern that it is."""

    start: int
    end: int
    target: Node
    pattern: Pattern
    value: Node


@attrs.frozen(eq=False)
class MatchCond:
    """``:[v;p1;r1;p2;r2;default]``: the result of the first pattern that the value fits."""

    start: int
    end: int
    value: Node
    cases: tuple[tuple[Pattern, Node], ...]
    default: Node


@attrs.frozen(eq=False)
class Cond:
    """``$[c;a;b]`` with any odd number of branches from three up, or an even number: no last else."""

    start: int
    end: int
    branches: tuple[Node, ...]


@attrs.frozen(eq=False)
class Control:
    """``if[..]``, ``while[..]`` or ``do[..]``; the value is the generic null."""

    start: int
    end: int
    word: str
    test: Node
    body: tuple[Node, ...]


@attrs.frozen(eq=False)
class Block:
    """Statements in order; the value is the last one's, the generic null if that is empty."""

    start: int
    end: int
    statements: tuple[Node, ...]


@attrs.frozen(eq=False)
class Return:
    """``:x`` at the start of an expression."""

    start: int
    end: int
    value: Node


@attrs.frozen(eq=False)
class Signal:
    """``'x`` at the start of an expression."""

    start: int
    end: int
    value: Node


@attrs.frozen(eq=False)
class Query:
    """A qSQL phrase.

    ``kind`` is select, exec, update or delete; ``limits`` what stands in brackets after it; ``columns`` and ``by`` are
    pairs of a result name and an expression (``by`` is ``None`` without the phrase); ``where`` the conditions in order;
    ``order`` a sort, ``<`` or ``>`` and by what; ``plain`` marks an ``exec`` of one column that was given no name.
    """

    start: int
    end: int
    kind: str
    limits: tuple[Node, ...]
    distinct: bool
    columns: tuple[tuple[str, Node], ...]
    by: tuple[tuple[str, Node], ...] | None
    table: Node
    where: tuple[Node, ...]
    order: tuple[str, Node] | None = None
    plain: bool = False


Node: TypeAlias = (
    Constant
    | Name
    | Verb
    | Elided
    | Iterated
    | Apply
    | Compose
    | ListOf
    | TableOf
    | Function
    | Assign
    | AssignPattern
    | MatchCond
    | Cond
    | Control
    | Block
    | Return
    | Signal
    | Query
)
