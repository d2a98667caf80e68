"""Expressions on the left of an assignment as patterns (page basics/pattern.md).

``(a;b;):x`` ``([k:v]):x`` ``(a!b):x`` ``(flip([a]))``: parts by place or key; ``p:`f`` checks a type, ``p:expr``
filters by a function; a constant must match; a name, or a name with an index, is assigned.
"""

from __future__ import annotations

from collections.abc import Iterator

from anyq.errors import QError

from ._nodes import Apply, Assign, AssignPattern, Constant, Elided, ListOf, Name, Node, Pattern, Return, TableOf, Verb

__all__ = ["expressions_of", "pattern_of", "targets_of"]


def pattern_of(node: Node) -> Pattern:
    """The pattern that an expression is on the left of a colon. Raises `QError` (``assign``) where it is none."""
    match node:
        case Elided():
            return Pattern("any", node.start)
        case Constant():
            return Pattern("constant", node.start, nodes=(node,))
        case Name(name=name):
            return Pattern("name", node.start, name=name)
        case ListOf(items=items):
            return Pattern("list", node.start, tuple([pattern_of(item) for item in items]))
        case TableOf():
            return _of_table(node)
        case Assign(name=name, value=value, verb=None) if not node.everywhere:
            indices = node.indices or ()
            return Pattern("check", node.start, (Pattern("name", node.start, name=name, indices=indices),), (value,))
        case AssignPattern(pattern=inner, value=value):
            return Pattern("check", node.start, (inner,), (value,))
        case Return(value=value):
            return Pattern("check", node.start, (Pattern("any", node.start),), (value,))
        case Apply(function=Verb(name="!"), arguments=(left, right)):
            return _of_bang(node, left, right)
        case Apply(function=Verb(name="flip"), arguments=(inner_node,)):
            return Pattern("flip", node.start, (pattern_of(inner_node),))
        case Apply():
            return _of_index(node)
    raise QError("assign", position=node.start)


def _of_table(node: TableOf) -> Pattern:
    def part(pairs: tuple[tuple[str, Node], ...]) -> Pattern:
        parts = tuple([pattern_of(value) for _, value in pairs])
        return Pattern("entries", node.start, parts, names=tuple(name for name, _ in pairs))

    if node.dictionary:
        return part(node.columns)
    return Pattern("table", node.start, (part(node.keys), part(node.columns)))


def _of_bang(node: Node, left: Node, right: Node) -> Pattern:
    if isinstance(left, Constant):
        return Pattern("keys", node.start, (pattern_of(right),), (left,))
    return Pattern("dict", node.start, (pattern_of(left), pattern_of(right)))


def _of_index(node: Apply) -> Pattern:
    indices: tuple[Node, ...] = ()
    inner: Node = node
    while isinstance(inner, Apply):
        indices, inner = inner.arguments + indices, inner.function
    if not isinstance(inner, Name):
        raise QError("assign", position=node.start)
    return Pattern("name", node.start, name=inner.name, indices=indices)


def targets_of(pattern: Pattern) -> Iterator[Pattern]:
    """The names that a pattern assigns, in the order that the match finds their values."""
    if pattern.kind == "name":
        yield pattern
    for part in pattern.parts:
        yield from targets_of(part)


def expressions_of(pattern: Pattern) -> Iterator[Node]:
    """The expressions that a match needs the values of, in the order that it needs them."""
    yield from pattern.nodes
    for part in pattern.parts:
        yield from expressions_of(part)
