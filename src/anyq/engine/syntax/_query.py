"""Queries: the phrases between ``select`` (``exec``, ``update``, ``delete``) and the end of its conditions.

Facts: KX reference, page basics/qsql.md.
"""

from __future__ import annotations

from typing import Protocol

from anyq.errors import QError

from ._lexer import MAX_NESTING, Token
from ._nodes import Apply, Assign, Elided, Name, Node, Query, Verb
from ._scope import column_name

__all__ = ["PhraseParser", "named_phrase", "query"]


class PhraseParser(Protocol):
    """What a query asks of the parser. ``stops`` are the words that end the phrase being read."""

    tokens: list[Token]
    at: int
    depth: int
    stops: frozenset[str]
    assigned: bool

    @property
    def token(self) -> Token: ...

    def take(self) -> Token: ...

    def is_text(self, text: str) -> bool: ...

    def phrase(self) -> Node | None: ...

    def fail(self, text: str, position: int | None = None) -> QError: ...

    def unclosed(self, close: str) -> QError: ...


def named_phrase(node: Node) -> tuple[str, Node]:
    """The name of a column and its expression."""
    match node:
        case Apply(function=Name(name=name), arguments=(Verb(name=":"),)):
            return name, Elided(node.end, node.end)  # ``([k:])``, a pattern
    return column_name(node)


def query(parser: PhraseParser, token: Token) -> Query:
    """The query whose word is ``token``, already taken. Raises `QError`."""
    stops = parser.stops
    kind = token.text
    parser.depth += 1
    if parser.depth > MAX_NESTING:
        raise parser.fail("limit", token.start)
    limits, order = _limits(parser) if parser.is_text("[") and kind in ("select", "exec") else ((), None)
    distinct = kind in ("select", "exec") and parser.is_text("distinct")
    if distinct:
        parser.take()
    columns = _phrases(parser, {"by", "from"})
    plain = len(columns) == 1 and not parser.assigned
    by = None
    if parser.is_text("by"):
        parser.take()
        by = tuple(_phrases(parser, {"from"}))
        if kind == "exec" and len(by) == 1 and not parser.assigned:
            by = (("", by[0][1]),)
        _no_clash(parser, kind, columns, by, token)
        if distinct and kind == "exec":
            columns, distinct = [(name, _distinct(node)) for name, node in columns], False
    if not parser.is_text("from"):
        raise parser.fail("from", token.start)
    parser.take()
    parser.stops = frozenset({"where"}) | (stops - {","})
    table = parser.phrase()
    if table is None:
        raise parser.fail("from", token.start)
    where: list[tuple[str, Node]] = []
    if parser.is_text("where"):
        parser.take()
        where = _phrases(parser, set(stops) - {","})
    parser.stops = stops
    parser.depth -= 1
    conditions = tuple(node for _, node in where)
    end = parser.tokens[parser.at - 1].end
    named = tuple(columns)
    return Query(token.start, end, kind, limits, distinct, named, by, table, conditions, order, plain)


def _distinct(node: Node) -> Node:
    """``exec distinct c by k``: the different items of each group."""
    return Apply(node.start, node.end, Verb(node.start, node.start, "distinct"), (node,))


def _limits(parser: PhraseParser) -> tuple[tuple[Node, ...], tuple[str, Node] | None]:
    """``[n;>column]`` after the word of a query."""
    parser.take()
    stops, parser.stops = parser.stops, frozenset()
    limits: list[Node] = []
    order = None
    while not parser.is_text("]"):
        if parser.token.text in ("<", ">"):
            glyph = parser.take().text
            column = parser.phrase()
            if column is None:
                raise parser.fail(glyph)
            order = glyph, column
        else:
            limit = parser.phrase()
            if limit is not None:
                limits.append(limit)
        if parser.is_text(";"):
            parser.take()
        elif not parser.is_text("]"):
            raise parser.unclosed("]")
    parser.take()
    parser.stops = stops
    return tuple(limits), order


def _no_clash(
    parser: PhraseParser, kind: str, columns: list[tuple[str, Node]], by: tuple[tuple[str, Node], ...], token: Token
) -> None:
    """A name cannot be a result column and a group."""
    groups = {name for name, _ in by}
    clash = [name for name, node in columns if name in groups and (isinstance(node, Name) or name != "x")]
    if clash and kind == "select":
        raise parser.fail(f"dup names for cols/groups {clash[0]}", token.start)


def _phrases(parser: PhraseParser, ends: set[str]) -> list[tuple[str, Node]]:
    """The parts of a query's phrase, with commas between them."""
    found: list[tuple[str, Node]] = []
    parser.stops = frozenset(ends | {","})
    while True:
        node = parser.phrase()
        if node is not None:
            parser.assigned = isinstance(node, Assign)
            found.append(named_phrase(node))
        if not parser.is_text(","):
            return found
        parser.take()
