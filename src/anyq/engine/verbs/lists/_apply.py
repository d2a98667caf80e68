"""The vocabulary of application: iterator keywords, apply and trap, variables, and text as code.

Facts: KX reference, pages ref/each.md, ref/over.md, ref/prior.md, ref/apply.md, ref/amend.md, ref/value.md, ref/get.md.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from anyq.errors import QError
from anyq.values import (
    NULL,
    Atom,
    Composition,
    Derived,
    Dict,
    Lambda,
    List,
    Primitive,
    Projection,
    QType,
    Table,
    Value,
    Vector,
    chars,
    collapse,
    symbols,
)

from ...apply._application import arguments_of
from ...compile._report import Frame, as_q_error, chain, running
from ...kernel._amend import Change, amend_at, amend_deep
from ...kernel._index import index_at, index_deep
from ...kernel._support import items_of
from ...session._context import Context
from ...session._functions import Closure, is_function
from ...session._views import View, ViewValue
from ...session._vocabulary import Vocabulary
from ...syntax._grammar import OPERATOR_CODES
from ...syntax._scope import constants_in
from ..files._files import path_of, store_columns

__all__ = ["install"]


_COVERS: Final = {
    "raze": (QType.OVER, ","),
    "sums": (QType.SCAN, "+"),
    "prds": (QType.SCAN, "*"),
    "mins": (QType.SCAN, "&"),
    "maxs": (QType.SCAN, "|"),
    "fills": (QType.SCAN, "^"),
    "deltas": (QType.PRIOR, "-"),
    "ratios": (QType.PRIOR, "%"),
    "prev": (QType.PRIOR, ":"),
}
"""Keywords that are covers of derived functions: what they print as, and are on the wire."""


_NEGATED: Final = {"<>": "=", "<=": ">", ">=": "<"}
"""Glyphs that are the negation of another: what they print as, and are on the wire."""


def install(vocabulary: Vocabulary) -> None:
    """Enter these names."""
    for name, kind in (("each", QType.EACH), ("peach", QType.EACH), ("over", QType.OVER), ("scan", QType.SCAN)):
        vocabulary.define(name, 2, _iterated(kind), context=True)
    vocabulary.define("prior", 2, _iterated(QType.PRIOR), context=True)
    vocabulary.define("::", 1, lambda x: x)
    vocabulary.define(":", 2, lambda _, y: y)
    vocabulary.define("@", 2, at_two, context=True)
    vocabulary.define("@", 3, at_three, context=True)
    vocabulary.define("@", 4, at_four, context=True)
    vocabulary.define(".", 2, dot_two, context=True)
    vocabulary.define(".", 3, dot_three, context=True)
    vocabulary.define(".", 4, dot_four, context=True)
    vocabulary.define("value", 1, value, context=True)
    vocabulary.alias("get", "value")
    vocabulary.define("parse", 1, parse_text, context=True)
    vocabulary.define("eval", 1, evaluate, context=True)
    vocabulary.define("reval", 1, evaluate_sealed, context=True)
    vocabulary.define("?", 3, simple_exec, context=True)
    for rank in (4, 5, 6):
        vocabulary.define("?", rank, select, context=True)
    vocabulary.define("!", 4, update, context=True)
    vocabulary.define("view", 1, view_text, context=True)
    vocabulary.define("views", 1, view_names, context=True)
    vocabulary.define(".Q.trp", 3, trap_with_trace, context=True)
    vocabulary.define(".Q.trpd", 3, trap_list_with_trace, context=True)
    vocabulary.define(".Q.sbt", 1, drawn_trace)
    vocabulary.define(".Q.bt", 1, show_trace, context=True)
    for name, (qtype, glyph) in _COVERS.items():
        vocabulary.entries[name].value = Derived(qtype, vocabulary.entries[glyph].value)
    for name, glyph in _NEGATED.items():
        opposite = vocabulary.entries[glyph].value
        vocabulary.entries[name].value = Composition((vocabulary.entries["not"].value, opposite))
    match_prior = Derived(QType.PRIOR, vocabulary.entries["~"].value)
    vocabulary.entries["differ"].value = Composition((vocabulary.entries["not"].value, match_prior))
    vocabulary.entries["md5"].value = Projection((vocabulary.entries["!"].value, Atom(QType.LONG, -15)))


def _iterated(kind: QType) -> Callable[[Context, Value, Value], Value]:
    def iterate(q: Context, f: Value, x: Value) -> Value:
        return q.callable(Derived(kind, f), 1)(x)

    return iterate


# -- apply and index


def _is_data(x: Value) -> bool:
    return isinstance(x, Vector | List | Dict | Table)


def _is_name(x: Value) -> bool:
    return isinstance(x, Atom) and x.qtype is QType.SYMBOL


def at_two(q: Context, f: Value, x: Value) -> Value:
    """``f@x``."""
    return index_at(f, x) if _is_data(f) else q.applier.apply1(f, x)


def dot_two(q: Context, f: Value, x: Value) -> Value:
    """``f . x``: the items of ``x`` are the arguments, or the path down into data."""
    if _is_data(f):
        return index_deep(f, arguments_of(x), q.applier.apply)
    if isinstance(f, Atom) and f.qtype is QType.SYMBOL:
        return dot_two(q, q.get(f.raw), x)
    if isinstance(x, Vector | List) and not len(x):
        return f
    if not isinstance(x, Vector | List):
        raise QError("type")
    return q.applier.apply(f, arguments_of(x))


# -- amend and trap


def _change(q: Context, f: Value, rank: int) -> Change:
    """The function that amends; none for plain assignment."""
    if isinstance(f, Primitive) and f.qtype is QType.OPERATOR and f.code == OPERATOR_CODES[":"]:
        return None
    return q.callable(f, rank)


def _amended(q: Context, x: Value, amend: Callable[[Value], Value]) -> Value:
    """Amend a value, or the variable that a symbol names; then the symbol is the result."""
    if isinstance(x, Atom):
        if x.qtype is not QType.SYMBOL:
            raise QError("type")
        q.set(x.raw, amend(q.get(x.raw)))
        return x
    return amend(x)


def _is_folder(q: Context, x: Value) -> bool:
    """Whether a value is the file symbol of a folder."""
    if not isinstance(x, Atom) or x.qtype is not QType.SYMBOL or not x.raw.startswith(":"):
        return False
    return q.host.kind(x.raw[1:].rstrip("/")) == "folder"


def _amended_files(q: Context, x: Value, i: Value, change: Change | None, y: Value | None) -> Value:
    """The columns of a splayed table, by name, as whole files: ``@[`:dir/t;`sym;`p#]``. New ones may be assigned."""
    assert isinstance(x, Atom)
    names = i if isinstance(i, Vector) else collapse([i])
    if not isinstance(names, Vector) or names.qtype is not QType.SYMBOL:
        raise QError("type")
    files = [f"{x.raw.rstrip('/')}/{name}" for name in names.symbols]
    have: list[Value] = [NULL if change is None else q.get(file) for file in files]
    made = amend_at(Dict(names, List.of(tuple(have))), i, change, y)
    assert isinstance(made, Dict)
    store_columns(q, path_of(x).rstrip("/"), dict(zip(names.symbols, items_of(made.value), strict=True)))
    return x


def at_three(q: Context, x: Value, i: Value, f: Value) -> Value:
    """``@[x;i;f]`` amends data; ``@[f;x;e]`` traps."""
    if _is_data(x) or _is_name(x):
        change = q.callable(f, 1)
        if _is_folder(q, x):
            return _amended_files(q, x, i, change, None)
        return _amended(q, x, lambda old: amend_at(old, i, change, None))
    return _trapped(q, x, (i,), f)


def at_four(q: Context, x: Value, i: Value, f: Value, y: Value) -> Value:
    """``@[x;i;f;y]``."""
    change = _change(q, f, 2)
    if _is_folder(q, x):
        return _amended_files(q, x, i, change, y)
    return _amended(q, x, lambda old: amend_at(old, i, change, y))


def dot_three(q: Context, x: Value, i: Value, f: Value) -> Value:
    """``.[x;i;f]`` amends data at depth; ``.[f;x;e]`` traps."""
    if _is_data(x) or _is_name(x):
        change = q.callable(f, 1)
        return _amended(q, x, lambda old: amend_deep(old, arguments_of(i), change, None))
    return _trapped(q, x, arguments_of(i), f)


def dot_four(q: Context, x: Value, i: Value, f: Value, y: Value) -> Value:
    """``.[x;i;f;y]``."""
    change = _change(q, f, 2)
    if isinstance(x, Atom) and x.qtype is QType.SYMBOL and change is None and not len(arguments_of(i)):
        q.set(x.raw, y)
        return x
    return _amended(q, x, lambda old: amend_deep(old, arguments_of(i), change, y))


def _trapped(q: Context, f: Value, arguments: Sequence[Value], handler: Value) -> Value:
    try:
        return q.applier.apply(f, arguments or (NULL,))
    except Exception as error:
        text = as_q_error(error).text
    q.check()
    return q.applier.apply1(handler, chars(text)) if is_function(handler) else handler


def trap_with_trace(q: Context, f: Value, x: Value, handler: Value) -> Value:
    """``.Q.trp[f;x;g]``: ``g`` gets the error text and the call chain, which ``.Q.sbt`` draws."""
    return _traced(q, f, (x,), handler)


def trap_list_with_trace(q: Context, f: Value, x: Value, handler: Value) -> Value:
    """``.Q.trpd[f;x;g]``: as ``.Q.trp``, with a list of arguments."""
    return _traced(q, f, tuple(x) if isinstance(x, Vector | List) else (x,), handler)


def _traced(q: Context, f: Value, arguments: tuple[Value, ...], handler: Value) -> Value:
    try:
        return q.applier.apply(f, arguments)
    except Exception as error:
        text, frames = as_q_error(error).text, chain(error.__traceback__)
    q.check()
    frames = [*running(sys._getframe()), Frame("(.Q.trp)", None), *frames]
    trace = List.of(tuple([_frame_value(level, frame) for level, frame in reversed(list(enumerate(frames)))]))
    return q.applier.apply2(handler, chars(text), trace)


def show_trace(q: Context, _: Value) -> Value:
    """``.Q.bt[]``: write the call chain of what is running (page basics/debug.md)."""
    frames = running(sys._getframe())
    text = "".join(f"{frame.text(level)}\n" for level, frame in reversed(list(enumerate(frames))))
    q.host.write(1, text.encode("utf-8", "surrogateescape"))
    return NULL


def _frame_value(level: int, frame: Frame) -> Value:
    place = QType.LONG.null if frame.position is None else frame.position
    numbers = Atom(QType.LONG, level), Atom(QType.LONG, place)
    return List.of((*numbers, chars(frame.label), chars(frame.source.encode("latin-1"))))


def drawn_trace(trace: Value) -> Value:
    """``.Q.sbt``: a call chain, or a part of one, as text."""
    lines = []
    for frame in trace if isinstance(trace, List) else ():
        if not (isinstance(frame, List) and len(frame) == 4):
            raise QError("type")
        level, place, label, source = (part.py() for part in frame.items)
        lines.append(Frame(bytes(source).decode("latin-1"), place, bytes(label).decode("latin-1")).text(level))
    return chars("".join(f"{line}\n" for line in lines))


# -- parse trees and functional queries


def parse_text(q: Context, x: Value) -> Value:
    """``parse``: the tree of a text."""
    if not (isinstance(x, Vector | Atom) and x.qtype is QType.CHAR):
        raise QError("type")
    text = bytes([x.raw]) if isinstance(x, Atom) else bytes(x)
    return q.trees.program(q.parsed(text), q.context)


def evaluate_sealed(q: Context, x: Value) -> Value:
    """``reval``: ``eval`` that can change nothing and reach nothing outside (page ref/eval.md)."""
    with q.sealed():
        return evaluate(q, x)


def evaluate(q: Context, x: Value) -> Value:
    """``eval``: the value of a tree."""
    return q.trees.eval(x, q.context)


def simple_exec(q: Context, table: Value, rows: Value, tree: Value) -> Value:
    """``?[t;i;x]``, and the vector conditional ``?[b;x;y]``."""
    if isinstance(table, Table | Dict) or _is_name(table):
        return q.queries.simple_exec(table, rows, tree)
    return q.verb("vector conditional", table, rows, tree)


def select(q: Context, *arguments: Value) -> Value:
    """``?[t;c;b;a]``."""
    return q.queries.functional("select", arguments)


def update(q: Context, *arguments: Value) -> Value:
    """``![t;c;b;a]``."""
    return q.queries.functional("update", arguments)


# -- views


def view_text(q: Context, x: Value) -> Value:
    """``view``: the text of a view."""
    found: View | None = q.names.views.get(x.raw) if isinstance(x, Atom) and _is_name(x) else None
    if found is None:
        raise QError("view")
    return chars(found.source.encode("latin-1"))


def view_names(q: Context, x: Value) -> Value:
    """``views``: the names of the views of a namespace."""
    return q.command("b")


# -- value


def value(q: Context, x: Value) -> Value:
    """``value``: of text and lists as a request is evaluated; of a name, its variable; of a dict, its values."""
    if isinstance(x, Dict):
        return x.value
    if isinstance(x, Vector | Atom) and x.qtype is QType.CHAR:
        return q.run(q.program(bytes([x.raw]) if isinstance(x, Atom) else bytes(x), q.context))
    if isinstance(x, Closure):
        return _anatomy(x)
    if isinstance(x, ViewValue):
        return x.view.anatomy(q.names)
    if isinstance(x, Lambda):
        return value(q, q.closure(x)) if type(x) is Lambda else x
    if isinstance(x, Projection | Composition):
        return List.of(x.items)
    if isinstance(x, Derived):
        return x.function
    if isinstance(x, Primitive):
        return Atom(QType.LONG, x.code)
    if type(x) is not Vector and isinstance(x, Vector):
        return Vector.of(x.qtype, x.data)
    if type(x) is not Atom and isinstance(x, Atom):
        return Atom(x.qtype, x.raw)
    return q.value(x)


def _anatomy(x: Closure) -> Value:
    """The parts of a lambda: no bytecode, parameters, locals, globals after the namespace, constants, places (none
    known), name, file, line, text (page ref/value.md)."""
    space = f".{x.context}." if x.context else ".."
    plain = x.origin and not x.origin.endswith("@")
    name = (x.origin if x.origin.startswith(".") else f"{space}{x.origin}") if plain else x.origin
    return List.of(
        (
            Vector.of(QType.BYTE, np.zeros(0, np.uint8)),
            symbols(x.node.params),
            symbols(x.node.locals),
            symbols([x.context, *x.node.globals]),
            *constants_in(x.node.body),
            Atom(QType.LONG, -1),
            chars(name) if name else List.of(()),
            chars(""),
            Atom(QType.LONG, -1),
            chars(x.source),
        )
    )
