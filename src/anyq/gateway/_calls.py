"""What clients of a gateway say: the calls of TorQ's gateway, selects, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import attrs

from anyq.engine import Interpreter
from anyq.errors import QError
from anyq.values import Atom, List, QType, Value, Vector

from ._routes import Select, is_select, read_select

__all__ = ["Call", "read_message"]

_ARGUMENTS: Final = {"syncexec": 2, "syncexecj": 3, "syncexecjt": 4, "asyncexec": 2, "asyncexecjpt": 5}
_FOREVER: Final = (2**63 - 1, -(2**63))
HELP: Final = "a gateway takes selects of tables, and .gw.syncexec[query;roles]"


@attrs.frozen
class Call:
    """A query of one process of each of some roles."""

    name: str
    query: Value
    roles: tuple[str, ...]
    join: Value | None = None
    """A function of the list of answers; without one they are razed."""
    postback: Value | None = None
    """What is called at the client with query and answer; without one it gets the answer."""
    seconds: float | None = None

    @property
    def asynchronous(self) -> bool:
        return self.name.startswith("async")


def read_message(q: Interpreter, message: Value) -> Call | Select:
    """What a message asks for. Raises `QError` for everything else.

    Text is parsed, and the arguments of its one call or select are evaluated by ``q``, which may set nothing.
    """
    if isinstance(message, Vector | Atom) and message.qtype is QType.CHAR:
        message = _parsed(q, message)
    if not isinstance(message, List | Vector) or len(message) < 2:
        raise QError(HELP)
    head = message[0]
    name = head.raw if isinstance(head, Atom) and head.qtype is QType.SYMBOL else _text(head)
    if name is not None and name.startswith(".gw."):
        return _call(name[4:], list(message)[1:])
    select = read_select(message)
    if select is None:
        raise QError(HELP)
    return select


def _text(value: Value) -> str | None:
    if isinstance(value, Vector) and value.qtype is QType.CHAR:
        return bytes(value).decode("utf-8", "replace")
    return None


def _parsed(q: Interpreter, text: Value) -> Value:
    tree = q.value(List.of((q.eval("parse"), text)))
    if not isinstance(tree, List):
        return tree
    head, evaluate = tree[0], q.eval("eval")
    if isinstance(head, Atom) and head.qtype is QType.SYMBOL and head.raw.startswith(".gw."):
        kept = 1
    elif is_select(head):
        kept = 2  # the table is a name here, and no variable
    else:
        raise QError(HELP)
    return List.of((*tree[:kept], *[q.value(List.of((evaluate, argument))) for argument in tree[kept:]]))


def _call(name: str, arguments: Sequence[Value]) -> Call:
    count = _ARGUMENTS.get(name)
    if count is None:
        raise QError(f".gw.{name}")
    if len(arguments) != count:
        raise QError("rank")
    query, roles = arguments[:2]
    if not (isinstance(roles, Vector | Atom) and roles.qtype is QType.SYMBOL):
        raise QError("the roles of a query are symbols: `hdb or `rdb`hdb")
    names = (roles.raw,) if isinstance(roles, Atom) else tuple(roles.py())
    made = Call(name, query, tuple(dict.fromkeys(names)))
    if not made.roles:
        raise QError("a query needs a role: .gw.syncexec[query;`hdb]")
    if count > 2:
        made = attrs.evolve(made, join=arguments[2])
    if name == "asyncexecjpt":
        made = attrs.evolve(made, postback=_given(arguments[3]))
    return attrs.evolve(made, seconds=_seconds(arguments[-1])) if count > 3 else made


def _given(postback: Value) -> Value | None:
    """The empty list, and the empty symbol, stand for none."""
    if isinstance(postback, List) and not len(postback):
        return None
    return None if isinstance(postback, Atom) and postback.raw == "" else postback


def _seconds(time: Value) -> float | None:
    if not (isinstance(time, Atom) and time.qtype is QType.TIMESPAN):
        raise QError("the timeout is a timespan: 0D00:00:10, or 0Wn")
    return None if time.raw in _FOREVER else max(time.raw / 1e9, 0)
