"""Which names a lambda binds, and which name a column expression gives its result."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from anyq.errors import QError

from ._nodes import (
    Apply,
    Assign,
    AssignPattern,
    Block,
    Compose,
    Cond,
    Control,
    Iterated,
    ListOf,
    Name,
    Node,
    Query,
    Return,
    Signal,
    TableOf,
)

__all__ = ["assigned_in", "children", "column_name", "locals_of", "names_in", "params_of"]


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
        case AssignPattern(targets=targets, value=value):
            return (*targets, value)
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


def _walk(nodes: tuple[Node, ...]) -> Iterator[Node]:
    todo = list(reversed(nodes))
    while todo:
        node = todo.pop()
        yield node
        todo.extend(reversed(children(node)))


def names_in(nodes: tuple[Node, ...]) -> set[str]:
    """Every variable that is read or assigned through, outside of inner lambdas."""
    found = {node.name for node in _walk(nodes) if isinstance(node, Name)}
    return found | {node.name for node in _walk(nodes) if isinstance(node, Assign)}


def params_of(body: tuple[Node, ...]) -> tuple[str, ...]:
    """The implicit parameters: up to the last of x, y, z that the body uses; x if none is."""
    used = {name.partition(".")[0] for name in names_in(body)}
    rank = 3 if "z" in used else 2 if "y" in used else 1
    return ("x", "y", "z")[:rank]


def locals_of(body: tuple[Node, ...], params: tuple[str, ...]) -> tuple[str, ...]:
    """Names assigned in the body, in order, that are no parameters: they are local to the lambda."""
    found: dict[str, None] = {}
    for node in _walk(body):
        if isinstance(node, Assign) and not node.everywhere and "." not in node.name:
            found[node.name] = None
        elif isinstance(node, AssignPattern):
            for target in node.targets:
                if isinstance(target, Name):
                    found[target.name] = None
    return tuple(name for name in found if name not in params)


def column_name(node: Node) -> tuple[str, Node]:
    """A column's name and its expression: ``name:x``, or the first variable from the left, ``x`` if there is none."""
    if isinstance(node, Assign) and node.indices is None and node.verb is None:
        return node.name, node.value
    if isinstance(node, Assign | AssignPattern):
        raise QError("assign", position=node.start)
    found = _first_name(node)
    name = (found or "x").rpartition(".")[2]
    return ("x" if name == "i" and not isinstance(node, Name) else name), node


def _first_name(node: Node) -> str | None:
    if isinstance(node, Name):
        return node.name
    parts = node.arguments if isinstance(node, Apply) else children(node)
    for part in parts:
        found = _first_name(part)
        if found is not None:
            return found
    return None


def assigned_in(nodes: Sequence[Node]) -> set[str]:
    """Names that evaluating these nodes may assign."""
    found: set[str] = set()
    for node in _walk(tuple(nodes)):
        if isinstance(node, Assign):
            found.add(node.name)
        elif isinstance(node, AssignPattern):
            found |= {target.name for target in node.targets if isinstance(target, Name)}
    return found
