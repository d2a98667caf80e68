"""Parse trees: q's own form of an expression, as data, and its evaluation.

A tree is a list whose first item is a function and whose others are its arguments; a symbol is a variable; what stands
alone in a list is a constant. Facts: KX reference, pages basics/parsetrees.md, ref/parse.md and ref/eval.md.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias

import attrs

from anyq.errors import QError
from anyq.values import (
    ELIDED,
    NULL,
    Atom,
    List,
    Primitive,
    QType,
    Value,
    Vector,
    collapse,
    symbols,
)

from ..kernel._namespace_path import absolute
from ..session._context import Context, Scope
from ..syntax._grammar import ITERATORS, OPERATOR_CODES, UNARY_OF_GLYPH
from ..syntax._nodes import (
    Apply,
    Assign,
    AssignPattern,
    Block,
    Compose,
    Cond,
    Constant,
    Control,
    Elided,
    Function,
    Iterated,
    ListOf,
    MatchCond,
    Name,
    Node,
    Query,
    Return,
    Signal,
    TableOf,
    Verb,
)
from ..syntax._scope import find_cond
from ._prepared import Prepared

__all__ = ["QueryTree", "Trees"]

_CONTROL: Final = frozenset({"if", "while", "do"})
_CAST: Final = Primitive(QType.OPERATOR, OPERATOR_CODES["$"])
_ASSIGN: Final = Primitive(QType.OPERATOR, OPERATOR_CODES[":"])


Nested: TypeAlias = Callable[[Prepared, str, Scope | None], Value]
"""Runs a query inside an expression of another."""


@attrs.frozen(eq=False, repr=False)
class QueryTree(List):
    """The tree of a query inside another expression, with the prepared query so that it keeps its scope."""

    prepared: Prepared = attrs.field(kw_only=True)


def _symbol(name: str) -> Atom:
    return Atom(QType.SYMBOL, name)


def _quoted(value: Value) -> Value:
    """A constant in a tree: symbols and lists are enlisted, so that they are not taken for names and applications."""
    if isinstance(value, Atom) and value.qtype is QType.SYMBOL:
        return collapse([value])
    if isinstance(value, Vector) and value.qtype is QType.SYMBOL:
        return List.of((value,))
    if isinstance(value, List) and len(value):
        return List.of((value,))
    return value


class Trees:
    """Makes and evaluates trees for one interpreter."""

    def __init__(self, q: Context, nested: Nested) -> None:
        self.q = q
        self.nested = nested

    # -- nodes to trees

    def program(self, block: Block, context: str) -> Value:
        """The tree of a text: of its statement, or ``(";";...)`` of several."""
        parts = [NULL if isinstance(node, Elided) else self.tree(node, context) for node in block.statements]
        if len(parts) == 1:
            return parts[0]
        return List.of((Atom(QType.CHAR, ord(";")), *parts)) if parts else NULL

    def tree(self, node: Node, context: str) -> Value:
        """The tree of one node; ``context`` is the namespace for the lambdas in it."""
        return _MAKERS[type(node)](self, node, context)

    def _constant(self, node: Constant, context: str) -> Value:
        return _quoted(node.value)

    def _name(self, node: Name, context: str) -> Value:
        return _symbol(node.name)

    def _verb(self, node: Verb, context: str) -> Value:
        name = UNARY_OF_GLYPH.get(node.name, node.name) if node.unary else node.name
        entry = self.q.vocabulary.entries.get(name)
        if entry is None:
            raise QError("nyi", position=node.start)
        return entry.value

    def _elided(self, node: Elided, context: str) -> Value:
        return ELIDED

    def _iterated(self, node: Iterated, context: str) -> Value:
        iterator = Primitive(QType.ITERATOR, ITERATORS.index(node.iterator))
        return collapse([iterator, self.tree(node.function, context)])

    def _apply(self, node: Apply, context: str) -> Value:
        chain: list[Apply] = [node]
        while isinstance(last := chain[-1].arguments[-1], Apply):
            chain.append(last)
        tree: Value | None = None
        for part in reversed(chain):
            arguments = [self.tree(a, context) for a in part.arguments[:-1]]
            arguments.append(self.tree(part.arguments[-1], context) if tree is None else tree)
            tree = collapse([self.tree(part.function, context), *arguments])
        assert tree is not None
        return tree

    def _compose(self, node: Compose, context: str) -> Value:
        each = Primitive(QType.ITERATOR, 0)
        return collapse([each, self.tree(node.outer, context), self.tree(node.inner, context)])

    def _list(self, node: ListOf, context: str) -> Value:
        if all(isinstance(item, Constant) for item in node.items):
            made = collapse([item.value for item in node.items if isinstance(item, Constant)])
            if isinstance(made, Vector):
                return _quoted(made)
        enlist = self.q.vocabulary.entries["enlist"].value
        return collapse([enlist, *(self.tree(item, context) for item in node.items)])

    def _table(self, node: TableOf, context: str) -> Value:
        flip, key = self.q.vocabulary.entries["flip"].value, self.q.vocabulary.entries["!"].value
        enlist = self.q.vocabulary.entries["enlist"].value

        def columns(pairs: tuple[tuple[str, Node], ...]) -> Value:
            names = List.of((symbols([name for name, _ in pairs]),))
            return collapse([key, names, collapse([enlist, *(self.tree(part, context) for _, part in pairs)])])

        if node.dictionary:
            return columns(node.columns)
        plain = collapse([flip, columns(node.columns)])
        return collapse([key, collapse([flip, columns(node.keys)]), plain]) if node.keys else plain

    def _function(self, node: Function, context: str) -> Value:
        return self.q.make_closure(node, context)

    def _assign(self, node: Assign, context: str) -> Value:
        head: Value = NULL if node.everywhere else _ASSIGN
        if node.verb is not None:
            verb = self.tree(node.verb, context)
            glyph = node.verb.name if isinstance(node.verb, Verb) else ""
            unary = self.q.vocabulary.entries.get(UNARY_OF_GLYPH.get(glyph, ""))
            head = unary.value if unary is not None else verb
        target: Value = _symbol(node.name)
        if node.indices is not None:
            target = collapse([target, *(self.tree(i, context) for i in node.indices)])
        return collapse([head, target, self.tree(node.value, context)])

    def _pattern(self, node: AssignPattern, context: str) -> Value:
        target = node.target
        parts = target.items if isinstance(target, ListOf) else (target,)
        targets = collapse([self.tree(part, context) for part in parts])
        return collapse([_ASSIGN, targets, self.tree(node.value, context)])

    def _match_cond(self, node: MatchCond, context: str) -> Value:
        raise QError("nyi", position=node.start, detail="a pattern conditional in a parse tree")

    def _cond(self, node: Cond, context: str) -> Value:
        return collapse([_CAST, *(self.tree(branch, context) for branch in node.branches)])

    def _control(self, node: Control, context: str) -> Value:
        parts = (node.test, *node.body)
        return collapse([_symbol(node.word), *(self.tree(part, context) for part in parts)])

    def _return(self, node: Return, context: str) -> Value:
        return collapse([NULL, self.tree(node.value, context)])

    def _signal(self, node: Signal, context: str) -> Value:
        return collapse([Primitive(QType.ITERATOR, 0), self.tree(node.value, context)])

    def _query(self, node: Query, context: str) -> Value:
        prepared = self.prepare(node, context)
        verb = self.q.vocabulary.entries["?" if node.kind in ("select", "exec") else "!"].value
        assert prepared.table is not None
        return QueryTree((verb, prepared.table, *prepared.arguments()), prepared=prepared)

    def prepare(self, node: Query, context: str) -> Prepared:
        """A query with its phrases as trees."""

        def phrase(part: Node) -> Value:
            cond = find_cond(part)
            if cond is not None:
                raise QError("rank", position=cond.start)
            return self.tree(part, context)

        def pairs(of: tuple[tuple[str, Node], ...]) -> tuple[tuple[str, Value], ...]:
            return tuple([(name, phrase(part)) for name, part in of])

        return Prepared(
            node.kind,
            node.distinct,
            pairs(node.columns),
            None if node.by is None else pairs(node.by),
            tuple([phrase(condition) for condition in node.where]),
            self.tree(node.table, context),
            tuple([self.tree(limit, context) for limit in node.limits]),
            None if node.order is None else (node.order[0], self.tree(node.order[1], context)),
            context,
            node.plain,
        )

    # -- trees to values

    def eval(self, tree: Value, context: str, scope: Scope | None = None) -> Value:
        """The value of a tree. Raises `QError`."""
        if isinstance(tree, Atom):
            return self.variable(tree.raw, context, scope) if tree.qtype is QType.SYMBOL else tree
        if isinstance(tree, QueryTree):
            return self.nested(tree.prepared, context, scope)
        if isinstance(tree, Vector):
            if tree.qtype is not QType.SYMBOL:
                return tree
            return tree.atom(0) if len(tree) == 1 else self._applied(tuple(tree), context, scope) if len(tree) else tree
        if not isinstance(tree, List) or not len(tree):
            return tree
        if len(tree) == 1:
            return tree[0]
        return self._applied(tree.items, context, scope)

    def variable(self, name: str, context: str, scope: Scope | None) -> Value:
        """The value of a name: in the scope if it is there, else the global variable."""
        found = scope(name) if scope is not None else None
        return found if found is not None else self.q.names[absolute(name, context)]

    def _applied(self, items: tuple[Value, ...], context: str, scope: Scope | None) -> Value:
        special = self._special(items)
        if special is not None:
            return special(items[1:], context, scope)
        arguments = [self.eval(item, context, scope) for item in reversed(items[1:])][::-1]
        return self.q.applier.apply(self.eval(items[0], context, scope), arguments)

    def _special(self, items: tuple[Value, ...]) -> Callable[..., Value] | None:
        """What evaluates its own arguments: control words, conditionals, statements, assignment."""
        head = items[0]
        if isinstance(head, Atom):
            if head.qtype is QType.SYMBOL and head.raw in _CONTROL:
                return getattr(self, f"_{head.raw}")  # type: ignore[no-any-return]
            return self._sequence if head.qtype is QType.CHAR and head.raw == ord(";") else None
        if not isinstance(head, Primitive):
            return None
        if head.qtype is QType.OPERATOR:
            if head.code == OPERATOR_CODES["$"] and len(items) > 3:
                return self._choice
            if head.code == OPERATOR_CODES[":"] and len(items) == 3:
                return self._assignment
        if head is NULL and len(items) == 3:
            return self._assignment
        return None

    def _sequence(self, items: tuple[Value, ...], context: str, scope: Scope | None) -> Value:
        result: Value = NULL
        for item in items:
            result = self.eval(item, context, scope)
        return result

    def _choice(self, items: tuple[Value, ...], context: str, scope: Scope | None) -> Value:
        rest = items
        while len(rest) > 1:
            if self.q.truth(self.eval(rest[0], context, scope)):
                return self.eval(rest[1], context, scope)
            rest = rest[2:]
        return self.eval(rest[0], context, scope) if rest else NULL

    def _assignment(self, items: tuple[Value, ...], context: str, scope: Scope | None) -> Value:
        target, value = items[0], self.eval(items[1], context, scope)
        if not (isinstance(target, Atom) and target.qtype is QType.SYMBOL):
            raise QError("nyi")
        self.q.names.put(absolute(target.raw, context), value)
        return value

    def _if(self, items: tuple[Value, ...], context: str, scope: Scope | None) -> Value:
        if self.q.truth(self.eval(items[0], context, scope)):
            self._sequence(items[1:], context, scope)
        return NULL

    def _while(self, items: tuple[Value, ...], context: str, scope: Scope | None) -> Value:
        while self.q.truth(self.eval(items[0], context, scope)):
            self.q.check()
            self._sequence(items[1:], context, scope)
        return NULL

    def _do(self, items: tuple[Value, ...], context: str, scope: Scope | None) -> Value:
        for _ in range(self.q.times(self.eval(items[0], context, scope))):
            self.q.check()
            self._sequence(items[1:], context, scope)
        return NULL


_MAKERS: Final[dict[type, Callable[[Trees, Any, str], Value]]] = {
    Apply: Trees._apply,
    Assign: Trees._assign,
    AssignPattern: Trees._pattern,
    MatchCond: Trees._match_cond,
    Block: lambda trees, node, context: trees.program(node, context),
    Compose: Trees._compose,
    Cond: Trees._cond,
    Constant: Trees._constant,
    Control: Trees._control,
    Elided: Trees._elided,
    Function: Trees._function,
    Iterated: Trees._iterated,
    ListOf: Trees._list,
    Name: Trees._name,
    Query: Trees._query,
    Return: Trees._return,
    Signal: Trees._signal,
    TableOf: Trees._table,
    Verb: Trees._verb,
}
