"""The session's protocol: the interpreter has each member, and each one is used by some module of the engine."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import anyq.engine
from anyq.engine import Interpreter
from anyq.engine.session import _context
from anyq.engine.session._context import Application, Context, QueryRunner, TreeEvaluator

ENGINE = Path(anyq.engine.__file__).parent


def members(protocol: type) -> set[str]:
    return {name for name in (*vars(protocol), *protocol.__annotations__) if not name.startswith("_")}


def test_an_interpreter_has_every_member() -> None:
    q = Interpreter()
    for protocol, holder in (
        (Context, q),
        (Application, q.applier),
        (TreeEvaluator, q.trees),
        (QueryRunner, q.queries),
    ):
        assert not [name for name in members(protocol) if not hasattr(holder, name)]


def test_methods_take_what_the_protocol_says() -> None:
    wrong = []
    for name, declared in inspect.getmembers(Context, inspect.isfunction):
        if name.startswith("_"):
            continue
        own = inspect.signature(getattr(Interpreter, name)).parameters
        missing = [other for other in inspect.signature(declared).parameters if other not in own and other != "self"]
        if missing and name not in ("truth", "times"):
            wrong.append((name, missing))
    assert not wrong


def test_no_member_is_unused() -> None:
    used = set()
    for path in ENGINE.rglob("*.py"):
        if path.name != Path(str(_context.__file__)).name:
            used |= {node.attr for node in ast.walk(ast.parse(path.read_bytes())) if isinstance(node, ast.Attribute)}
    assert not members(Context) - used
