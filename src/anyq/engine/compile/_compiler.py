"""Nodes to Python functions.

Each lambda and each console text becomes one Python function, once. Its code is a sequence of assignments to
temporaries: q evaluates arguments from right to left and Python from left to right, so that nested Python calls would
evaluate in the wrong order. Only control words make blocks. The writer keeps the place in the q source of each Python
line; an exception's line number then gives the place in the q source, and running code carries no position.

A q local ``a`` is the Python local ``l_a``; constants are ``K0 K1 ..``, built-in functions ``F0 F1 ..``, temporaries
``t0 t1 ..``. The other names that lines use are those of `Compiler.environment`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

from anyq.errors import QError
from anyq.values import ELIDED, NULL, Atom, Derived, List, Projection, QType, Value, symbols

from ..kernel._build import unique_names
from ..kernel._namespace_path import absolute
from ..kernel._records import records
from ..session._context import Context
from ..session._functions import Closure
from ..session._vocabulary import Entry
from ..syntax._grammar import ITERATORS, UNARY_OF_GLYPH
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
from ..syntax._scope import assigned_in
from . import _matching, _runtime
from ._assignments import Assignments
from ._lines import Unit
from ._scalars import Scalars

__all__ = ["Compiler", "Unit", "is_silent"]


class Compiler:
    """Compiles on behalf of one interpreter."""

    def __init__(self, q: Context) -> None:
        self.q = q
        self.scalars: Scalars = Scalars(q)

    def environment(self, unit: Unit) -> dict[str, Any]:
        """The globals of a compiled function."""
        q = self.q
        return {
            "__builtins__": {"range": range, "UnboundLocalError": UnboundLocalError},
            "__name__": "q",
            "_q_unit": unit,
            "S": q.state,
            "N": q.names,
            "ap1": q.applier.apply1,
            "ap2": q.applier.apply2,
            "apn": q.applier.apply,
            "halt": q.halt,
            "truth": _runtime.truth,
            "times": _runtime.times,
            "setg": q.names.put,
            "amendl": _runtime.amend_local,
            "amendg": q.names.amend,
            "append": partial(_runtime.append, q),
            "listed": records,
            "compose": _runtime.compose,
            "derive": Derived,
            "project": Projection,
            "table": _runtime.make_table,
            "signal": _runtime.signal,
            "query": q.queries.run,
            "view": q.define_view,
            "unpack": _runtime.unpack,
            "matched": partial(_matching.matched, q.applier.apply1),
            "tried": partial(_matching.tried, q.applier.apply1),
            "unset": _runtime.unset,
            "QError": QError,
            "NULL": NULL,
            "ELIDED": ELIDED,
            "EMPTY": List.of(()),
        }

    def function(self, closure: Closure) -> Callable[..., Value]:
        """The code of a lambda."""
        node = closure.node
        context = f".{closure.context}" if closure.context else ""
        unit = Unit(node.source, [], closure.origin, node.start, context)
        writer = _Writer(self, unit, context, frozenset(node.params + node.locals), closure)
        parameters = ", ".join(f"l_{name}" for name in node.params)
        writer.header(f"def q({parameters}):", [f"l_{name} = EMPTY" for name in node.locals])
        writer.body(node.body)
        return self.scalars.entered(closure, writer.finish(self.environment(unit)))

    def program(self, block: Block, source: str, context: str) -> Callable[[], Value]:
        """The code of console or query text, as a function of no arguments."""
        unit = Unit(source, [], "", 0, context)
        writer = _Writer(self, unit, context, frozenset(), None)
        writer.header("def q():", [])
        writer.body(block.statements)
        return writer.finish(self.environment(unit))


def is_silent(node: Node) -> bool:
    """Whether a statement shows nothing at the console."""
    return isinstance(node, Assign | AssignPattern | Control | Elided)


class _Writer(Assignments):
    """Writes the lines of one function from its nodes."""

    def __init__(
        self, compiler: Compiler, unit: Unit, context: str, names: frozenset[str], closure: Closure | None
    ) -> None:
        super().__init__(unit, context, names, closure)
        self.q = compiler.q

    # -- statements

    def body(self, statements: Sequence[Node]) -> None:
        """All statements; the value of the last is returned."""
        *others, last = statements or (Elided(0, 0),)
        for statement in others:
            self.statement(statement)
        self.emit(f"return {'NULL' if isinstance(last, Elided) else self.gen(last)}")

    def statement(self, node: Node) -> None:
        """Write the code of a node whose value nobody wants."""
        if isinstance(node, Assign):
            self.assign(node, wanted=False)
        elif not isinstance(node, Elided):
            self.gen(node)

    def gen(self, node: Node) -> str:
        """Write the code of a node; the operand (a name) that holds its value afterwards."""
        writer = _GENERATORS[type(node)]
        return writer(self, node)

    def elided(self, node: Elided) -> str:
        return "ELIDED"

    def literal(self, node: Constant) -> str:
        return "NULL" if node.value is NULL else self.constant(node.value)

    def name(self, node: Name) -> str:
        name = node.name
        if name in self.names:
            return f"l_{name}"
        if name == ".z.s" and self.closure is not None:
            return self.constant(self.closure)
        head, dot, rest = name.partition(".")
        self.mark = node.start
        if dot and head in self.names:
            operand = f"l_{head}"
            for part in rest.split("."):
                operand = self.temporary(f"ap1({operand}, {self.constant(Atom(QType.SYMBOL, part))})")
            return operand
        return self.temporary(f"N[{absolute(name, self.context)!r}]")

    def entry(self, node: Verb) -> Entry:
        name = UNARY_OF_GLYPH.get(node.name, node.name) if node.unary else node.name
        found = self.q.vocabulary.entries.get(name)
        if found is None:
            raise QError("nyi", position=node.start)
        return found

    def verb(self, node: Verb) -> str:
        return self.constant(self.entry(node).value)

    def lambda_(self, node: Function) -> str:
        label = f"{self.unit.label}@" if self.unit.label else ""
        return self.constant(self.q.make_closure(node, self.context, label))

    def iterated(self, node: Iterated) -> str:
        inner = self.gen(node.function)
        kind = QType(QType.EACH + ITERATORS.index(node.iterator))
        value = self.constants.get(inner)
        if isinstance(value, Value):
            return self.constant(Derived(kind, value))
        return self.temporary(f"derive({self.constant(kind)}, {inner})")

    def composed(self, node: Compose) -> str:
        inner = self.gen(node.inner)
        outer = self.gen(node.outer)
        self.mark = node.start
        return self.temporary(f"compose({outer}, {inner})")

    # -- application

    def apply(self, node: Apply) -> str:
        """Long phrases lean to the right, so the chain of last arguments is a loop and not a recursion."""
        chain = [node]
        while isinstance(last := chain[-1].arguments[-1], Apply):
            chain.append(last)
        operand = ""
        for part in reversed(chain):
            operand = self.applied(part, operand)
        return operand

    def applied(self, node: Apply, last: str) -> str:
        arguments = self.operands(node.arguments, last, node.function)
        function = node.function
        resolved = None
        if "ELIDED" not in arguments:
            resolved = self.resolved(function, len(arguments))
        if resolved is not None:
            self.mark = function.start
            return self.temporary(f"{resolved}({', '.join(arguments)})")
        operand = self.gen(function)
        self.mark = function.start
        if isinstance(node.arguments[-1], Elided) and node.arguments[-1].open:
            return self.temporary(f"project(({operand}, {arguments[0]}))")
        given = ", ".join(arguments)
        if "ELIDED" not in arguments and len(arguments) <= 2:
            return self.temporary(f"ap{len(arguments)}({operand}, {given})")
        return self.temporary(f"apn({operand}, ({given},))")

    def resolved(self, function: Node, rank: int) -> str | None:
        """The Python function of a function that is known now."""
        try:
            if isinstance(function, Verb):
                entry = self.entry(function)
                found = self.q.builtin(entry, rank) if entry.function(rank) else None
                return self.constant(found or self.q.applier.callable(entry.value, rank), "F")
            if isinstance(function, Function):
                closure = self.constants[self.lambda_(function)]
                return self.constant(self.q.applier.callable(closure, rank), "F")
            if isinstance(function, Iterated):
                value = self.constants.get(self.gen(function))
                return self.constant(self.q.applier.callable(value, rank), "F") if value is not None else None
        except QError as error:
            if error.text == "nyi":
                raise
        return None

    def operands(self, nodes: Sequence[Node], last: str = "", function: Node | None = None) -> list[str]:
        """The operands of nodes evaluated last first. ``last`` is the operand of the last one if it is known."""
        found: list[str] = []
        for at in range(len(nodes) - 1, -1, -1):
            operand = last if last and at == len(nodes) - 1 else self.gen(nodes[at])
            if operand.startswith("l_"):
                later = [*nodes[:at], *([function] if function is not None else [])]
                if operand[2:] in assigned_in(later):
                    operand = self.temporary(operand)
            found.append(operand)
        return found[::-1]

    def list_(self, node: ListOf) -> str:
        if any(isinstance(item, Elided) for item in node.items):
            operands = self.operands(node.items)
            enlist = self.constant(self.q.vocabulary.entries["enlist"].value)
            return self.temporary(f"project(({enlist}, {', '.join(operands)}))")
        if all(isinstance(item, Constant) for item in node.items):
            return self.constant(records([item.value for item in node.items if isinstance(item, Constant)]))
        return self.temporary(f"listed(({', '.join(self.operands(node.items))},))")

    def table(self, node: TableOf) -> str:
        pairs = node.keys + node.columns
        operands = self.operands([part for _, part in pairs])
        names = self.constant(tuple(name for name, _ in pairs))
        width = -1 if node.dictionary else len(node.keys)
        self.mark = node.start
        if "ELIDED" in operands:
            return self.waiting_table(node, operands)
        return self.temporary(f"table({names}, ({', '.join(operands)}{',' if operands else ''}), {width})")

    def waiting_table(self, node: TableOf, operands: list[str]) -> str:
        """``([a:1;b:])`` as ``(`a`b!)enlist[1;]``: the function of what is left out (page releases/ChangesIn4.1.md)."""
        if node.keys:
            raise QError("nyi", position=node.start)
        enlist, bang, flip = [self.constant(self.q.vocabulary.entries[name].value) for name in ("enlist", "!", "flip")]
        names = self.constant(symbols(unique_names([name for name, _ in node.columns])))
        inner = self.temporary(f"project(({enlist}, {', '.join(operands)}))")
        made = self.temporary(f"compose(project(({bang}, {names})), {inner})")
        return made if node.dictionary else self.temporary(f"compose({flip}, {made})")

    # -- control

    def cond(self, node: Cond) -> str:
        result = f"t{self.temporaries}"
        self.temporaries += 1
        depth = self.depth
        parts = list(node.branches)
        while len(parts) > 1:
            test, branch, *parts = parts
            operand = self.gen(test)
            self.mark = test.start
            self.emit(f"if truth({operand}):")
            self.indented()
            self.emit(f"{result} = {self.gen(branch)}")
            self.depth -= 1
            self.emit("else:")
            self.indented()
        last = parts[0] if parts else None
        self.emit(f"{result} = {self.gen(last) if last is not None else 'NULL'}")
        self.depth = depth
        return result

    def control(self, node: Control) -> str:
        depth = self.depth
        if node.word == "while":
            self.emit("while True:")
            self.indented()
            self.emit("if S.stop: halt()")
            operand = self.gen(node.test)
            self.mark = node.test.start
            self.emit(f"if not truth({operand}): break")
        else:
            operand = self.gen(node.test)
            self.mark = node.test.start
            self.emit(f"if truth({operand}):" if node.word == "if" else f"for _ in range(times({operand})):")
            self.indented()
            self.emit("if S.stop: halt()")
        for statement in node.body:
            self.statement(statement)
        self.depth = depth
        return "NULL"

    def block(self, node: Block) -> str:
        result = "NULL"
        for statement in node.statements:
            result = "NULL" if isinstance(statement, Elided) else self.gen(statement)
        return result

    def return_(self, node: Return) -> str:
        self.emit(f"return {self.gen(node.value)}")
        return "NULL"

    def signal(self, node: Signal) -> str:
        operand = self.gen(node.value)
        self.mark = node.start
        self.emit(f"raise signal({operand})")
        return "NULL"

    def query(self, node: Query) -> str:
        prepared = self.q.trees.prepare(node, self.context)
        limits = self.operands(node.limits)
        table = self.gen(node.table)
        scope = ", ".join(f"{name!r}: l_{name}" for name in sorted(self.names & prepared.names))
        self.mark = node.start
        given = f"{self.constant(prepared)}, {table}, ({', '.join(limits)}{',' if limits else ''})"
        return self.temporary(f"query({given}, {{{scope}}})")


_GENERATORS: Final[dict[type, Callable[[_Writer, Any], str]]] = {
    Apply: _Writer.apply,
    Assign: _Writer.assign,
    AssignPattern: _Writer.pattern,
    MatchCond: _Writer.match_cond,
    Block: _Writer.block,
    Compose: _Writer.composed,
    Cond: _Writer.cond,
    Constant: _Writer.literal,
    Control: _Writer.control,
    Elided: _Writer.elided,
    Function: _Writer.lambda_,
    Iterated: _Writer.iterated,
    ListOf: _Writer.list_,
    Name: _Writer.name,
    Query: _Writer.query,
    Return: _Writer.return_,
    Signal: _Writer.signal,
    TableOf: _Writer.table,
    Verb: _Writer.verb,
}
