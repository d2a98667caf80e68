"""Which names a lambda binds, and which name a column expression gives its result."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from anyq.errors import QError
from anyq.values import Atom, QType, Value, Vector

from ._nodes import (
    Apply,
    Assign,
    AssignPattern,
    Block,
    Compose,
    Cond,
    Constant,
    Control,
    Function,
    Iterated,
    ListOf,
    MatchCond,
    Name,
    Node,
    Pattern,
    Query,
    Return,
    Signal,
    TableOf,
    Verb,
)
from ._patterns import expressions_of, targets_of

__all__ = ["assigned_in", "children", "column_name", "locals_of", "names_in", "names_of", "params_of"]


def children(node: Node) -> tuple[Node, ...]:
    """The parts of a node, without the bodies of lambdas."""
    match node:
        case Apply(function=f, arguments=a):
            return (f, *a)
        case Iterated(function=f):
            return (f,)
        case Compose(outer=o, inner=i):
            return (o, i)
        case ListOf(items=items):
            return items
        case TableOf(keys=keys, columns=columns):
            return tuple(part for _, part in keys + columns)
        case Assign(indices=indices, value=value):
            return (*(indices or ()), value)
        case AssignPattern(pattern=pattern, value=value):
            return (*_within(pattern), value)
        case MatchCond(value=value, cases=cases, default=default):
            return (value, *(part for pattern, result in cases for part in (*_within(pattern), result)), default)
        case Cond(branches=branches):
            return branches
        case Control(test=test, body=body):
            return (test, *body)
        case Block(statements=statements):
            return statements
        case Return(value=value) | Signal(value=value):
            return (value,)
        case Query():
            by = node.by or ()
            return (*node.limits, *(part for _, part in node.columns + by), node.table, *node.where)
    return ()


def _within(pattern: Pattern) -> Iterator[Node]:
    """The expressions in a pattern: those of the match, and the indexes of names."""
    yield from expressions_of(pattern)
    for target in targets_of(pattern):
        yield from target.indices


def _bound(node: Node) -> Iterator[Pattern]:
    """The names that the patterns of a node assign."""
    patterns = [pattern for pattern, _ in node.cases] if isinstance(node, MatchCond) else []
    for pattern in [node.pattern] if isinstance(node, AssignPattern) else patterns:
        yield from targets_of(pattern)


def _walk(nodes: tuple[Node, ...], *, masked: bool = False) -> Iterator[Node]:
    todo = list(reversed(nodes))
    while todo:
        node = todo.pop()
        yield node
        todo.extend((node.table,) if masked and isinstance(node, Query) else reversed(children(node)))


def names_in(nodes: tuple[Node, ...], *, masked: bool = False) -> set[str]:
    """Every variable that is read or assigned through, outside of inner lambdas.

    ``masked`` leaves out the phrases of queries, which do not count for implicit parameters (page basics/qsql.md).
    """
    return set(names_of(nodes, masked=masked))


def names_of(nodes: tuple[Node, ...], *, masked: bool = False) -> list[str]:
    """The names of `names_in` in the order they come."""
    found: dict[str, None] = {}
    for node in _walk(nodes, masked=masked):
        if isinstance(node, Name | Assign):
            found[node.name] = None
        for target in _bound(node):
            found[target.name] = None
    return list(found)


def constants_in(nodes: tuple[Node, ...]) -> list[Value]:
    """The literals of a body that are in order; those of inner lambdas are left out."""
    return [node.value for node in _walk(nodes) if isinstance(node, Constant)]


def find_cond(node: Node) -> Cond | None:
    """A conditional in an expression; queries have none (page basics/qsql.md)."""
    return next((part for part in _walk((node,)) if isinstance(part, Cond)), None)


def params_of(body: tuple[Node, ...]) -> tuple[str, ...]:
    """The implicit parameters: up to the last of x, y, z that the body uses; x if none is."""
    used = {name.partition(".")[0] for name in names_in(body, masked=True)}
    rank = 3 if "z" in used else 2 if "y" in used else 1
    return ("x", "y", "z")[:rank]


def locals_of(body: tuple[Node, ...], params: tuple[str, ...]) -> tuple[str, ...]:
    """Names assigned in the body, in order, that are no parameters: they are local to the lambda.

    Only a plain ``name:`` declares: ``name+:1`` and ``name[i]:1`` change what is there, in the lambda or outside.
    Raises `QError` with a name that was assigned as a global before it (page basics/debug.md).
    """
    found: dict[str, None] = {}
    outer: dict[str, Node] = {}
    for node in _walk(body):
        if isinstance(node, Assign) and node.everywhere and node.name not in found:
            outer.setdefault(node.name, node)
        elif isinstance(node, Assign) and _declares(node):
            if node.name in outer and node.name not in params:
                raise QError(node.name, position=node.start)
            found[node.name] = None
        for target in _bound(node):
            if not target.indices and "." not in target.name:
                found[target.name] = None
    return tuple(name for name in found if name not in params)


def _declares(node: Assign) -> bool:
    return not node.everywhere and node.indices is None and node.verb is None and "." not in node.name


def column_name(node: Node) -> tuple[str, Node]:
    """A column's name and its expression: ``name:x``, or the variable that is the leftmost term, else ``x``.

    A constant that is no number is passed over, as the name of an attribute or a domain: ```update `g#sym``` and
    ``update "M"=sex`` keep the column's name, while ``2*qty`` is named ``x``. Left of a word any constant is:
    ``by 10 xbar time.minute`` is named ``minute``; and the words of two columns are named for the right one:
    ``size wavg price`` is ``price`` (page ref/avg.md). A constant left of a derived verb is passed over too:
    ``-3#'time`` is named ``time`` (page kb/programming-idioms.md). ``n?item`` is ``item`` (page
    learn/brief-introduction.md).
    """
    if isinstance(node, Assign) and node.indices is None and node.verb is None:
        return node.name, node.value
    if isinstance(node, Assign | AssignPattern):
        raise QError("assign", position=node.start)
    first: Node = node
    while isinstance(first, Apply):
        nouns = [a for a in first.arguments if not isinstance(a, Verb | Function)]
        word = isinstance(first.function, Verb) and (first.function.name[0].isalpha() or first.function.name == "?")
        if isinstance(first.function, Iterated):
            if len(nouns) < 2 or not isinstance(nouns[0], Constant):
                break
            word = True
        first = nouns[_passed(first.function, nouns, word)] if nouns else first.arguments[0]
    name = first.name.rpartition(".")[2] if isinstance(first, Name | Assign) else "x"
    return ("x" if name == "i" else name), node


_TESTS: Final = frozenset({"in", "within", "like", "and", "or"})


def _passed(function: Node, nouns: Sequence[Node], word: bool) -> int:
    """How many of the nouns of an expression do not give it its name."""
    if len(nouns) < 2:
        return 0
    first = nouns[0]
    if isinstance(first, Constant):
        return int(word or not _is_number(first.value))
    named = word and isinstance(function, Verb) and function.name not in _TESTS
    return int(named and isinstance(first, Name) and column_name(nouns[1])[0] != "x")


def _is_number(value: Value) -> bool:
    return isinstance(value, Atom | Vector) and value.qtype not in (QType.SYMBOL, QType.CHAR)


def assigned_in(nodes: Sequence[Node]) -> set[str]:
    """Names that evaluating these nodes may assign."""
    found: set[str] = set()
    for node in _walk(tuple(nodes)):
        if isinstance(node, Assign):
            found.add(node.name)
        found |= {target.name for target in _bound(node)}
    return found
