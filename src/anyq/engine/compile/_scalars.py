"""Lambdas of numbers as Python code over plain numbers.

Theory of operation. A lambda that only computes (arithmetic, comparisons, ``$[..]``, assignments to its locals, calls
of itself and of its like) is written again for the types of its arguments, when these are longs and floats. Types are
known then, so no step makes an atom or looks at one; a step costs what it costs in Python.

The code covers the plain cases alone. A long near a null, an infinity or overflow, a division by zero, floats within
comparison tolerance of each other, a float null that is compared: each raises `Unfit`, and the caller applies the
lambda in the general way, which gives the value, or the error. That is sound because nothing here changes anything. The
result type of a lambda that calls itself is assumed, and the code dropped if it turns out otherwise. Global functions
that it calls are those of when it was made, or the code is not used.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import attrs

from anyq.values import TOLERANCE, Atom, QType, Value

from ..kernel._namespace_path import absolute
from ..session._context import Context
from ..session._functions import Closure
from ..session._scalar_code import EDGE, SCALARS, ScalarCode, Unfit, boxed
from ..syntax._grammar import UNARY_OF_GLYPH
from ..syntax._nodes import Apply, Assign, Cond, Constant, Elided, Name, Node, Verb

__all__ = ["Scalars"]

Types = tuple[QType, ...]
_LONG, _FLOAT, _BOOLEAN = QType.LONG, QType.FLOAT, QType.BOOLEAN
_MOST_LINES: Final = 400
_ABOVE, _BELOW = 1 + 4 * TOLERANCE, 1 - 4 * TOLERANCE
"""Times a float: numbers beyond are not within comparison tolerance of it."""
_HIGHEST: Final = 2**63 - 2
_COMPARED: Final = {"=": "==", "<>": "!=", "<": "<", ">": ">", "<=": "<=", ">=": ">="}
_MISSES: Final = 16
"""So many values that do not fit, and a lambda that calls itself is no longer tried at each of its calls."""


@attrs.frozen
class Operand:
    """A name or a number of the code, its type, and for longs what its magnitude is below."""

    text: str
    kind: QType
    bound: int = 0


class _Unknown(Exception):
    """The lambda is none of numbers."""


class Scalars:
    """The scalar code of one interpreter's lambdas, made when it is asked for."""

    def __init__(self, q: Context) -> None:
        self.q = q

    def code(self, closure: Closure, types: Types) -> ScalarCode | None:
        """The code of a lambda for arguments of these types; ``None`` if it is none of numbers."""
        known = closure.scalars
        made = known.get(types)
        if made is not None:
            names = self.q.names
            return made if all(names.get(key) is value for key, value in made.globals.items()) else None
        if types not in known:
            known[types] = None  # while it is being made, and for good if that fails
            if len(types) == closure.rank and SCALARS.issuperset(types):
                known[types] = self._compiled(closure, types)
        return known[types]

    def _compiled(self, closure: Closure, types: Types) -> ScalarCode | None:
        for result in (_LONG, _FLOAT, _BOOLEAN):
            writer = _Writer(self, closure, types, result)
            try:
                found = writer.body()
            except _Unknown:
                return None
            if found is result or not writer.recursive:
                return ScalarCode(writer.finish(), found, writer.globals)
        return None

    def entered(self, closure: Closure, general: Callable[..., Value]) -> Callable[..., Value]:
        """The code of a lambda that calls itself: plain numbers where they do, else ``general``."""
        if closure.rank not in (1, 2) or not _calls_itself(self.q, closure):
            return general
        misses = 0

        def tried(types: Types, raws: Sequence[Any]) -> Atom | None:
            nonlocal misses
            made = self.code(closure, types)
            if made is None or misses > _MISSES:
                return None
            try:
                return boxed(made.qtype, made.code(*raws))
            except (Unfit, RecursionError):  # of too many calls the general way has the chain
                misses += 1
                return None

        def unary(x: Value) -> Value:
            found = tried((x.qtype,), (x.raw,)) if type(x) is Atom and x.qtype in SCALARS else None
            return general(x) if found is None else found

        def binary(x: Value, y: Value) -> Value:
            plain = type(x) is Atom and type(y) is Atom and x.qtype in SCALARS and y.qtype in SCALARS
            found = tried((x.qtype, y.qtype), (x.raw, y.raw)) if plain else None  # type: ignore[attr-defined]
            return general(x, y) if found is None else found

        return unary if closure.rank == 1 else binary


def _calls_itself(q: Context, closure: Closure) -> bool:
    todo: list[Any] = list(closure.node.body)
    while todo:
        node = todo.pop()
        if (
            isinstance(node, Apply)
            and isinstance(node.function, Name)
            and _called(q, closure, node.function) is closure
        ):
            return True
        if attrs.has(type(node)):
            todo += [part for field in attrs.fields(type(node)) for part in _parts(getattr(node, field.name))]
    return False


def _parts(value: Any) -> Sequence[Any]:
    return value if isinstance(value, tuple) else [value]


def _called(q: Context, closure: Closure, name: Name) -> Value | None:
    if name.name == ".z.s":
        return closure
    return q.names.get(_global(closure, name))


def _global(closure: Closure, name: Name) -> str:
    return absolute(name.name, f".{closure.context}" if closure.context else "")


class _Writer:
    """Writes the lines of one lambda for one tuple of types. An operand is a name or a number, and its type."""

    def __init__(self, scalars: Scalars, closure: Closure, types: Types, result: QType) -> None:
        self.scalars = scalars
        self.closure = closure
        self.types = types
        self.result = result
        self.recursive = False
        self.lines: list[str] = []
        self.depth = 1
        self.temporaries = 0
        parameters = zip(closure.node.params, types, strict=True)
        self.locals = {name: Operand(f"l_{name}", kind, EDGE) for name, kind in parameters}
        self.constants: dict[str, Any] = {}
        self.globals: dict[str, Value] = {}

    # -- lines

    def emit(self, line: str) -> None:
        if len(self.lines) > _MOST_LINES:
            raise _Unknown
        self.lines.append(" " * self.depth + line)

    def made(self, expression: str, kind: QType, bound: int = EDGE) -> Operand:
        """A temporary. A long that may be greater than a long can be is checked, and is below `EDGE` then."""
        name = f"t{self.temporaries}"
        self.temporaries += 1
        self.emit(f"{name} = {expression}")
        if kind is _LONG and bound > _HIGHEST:
            self.unless(f"-{EDGE} < {name} < {EDGE}")
            bound = EDGE
        return Operand(name, kind, bound)

    def within(self, x: Operand) -> str:
        """The text of an operand that is below `EDGE` if it is a long."""
        if x.kind is _LONG and x.bound > EDGE:
            self.unless(f"-{EDGE} < {x.text} < {EDGE}")
        return x.text

    def unless(self, condition: str) -> None:
        self.emit(f"if not ({condition}): raise Unfit")

    def finish(self) -> Callable[..., Any]:
        q = self.scalars.q
        parameters = ", ".join(f"l_{name}" for name in self.closure.node.params)
        head = [f"def q({parameters}):"]
        if self.recursive or self.globals:
            head.append(" if S.stop: halt()")
        longs = [name for name, kind in zip(self.closure.node.params, self.types, strict=True) if kind is _LONG]
        head += [f" if not -{EDGE} < l_{name} < {EDGE}: raise Unfit" for name in longs]
        environment: dict[str, Any] = {
            "__builtins__": {"abs": abs, "float": float}, "__name__": "q", "S": q.state, "halt": q.halt, "Unfit": Unfit,
            **self.constants,
        }  # fmt: skip
        exec(compile("\n".join(head + self.lines), "<q numbers>", "exec"), environment)
        made: Callable[..., Any] = environment["q"]
        return made

    # -- nodes

    def body(self) -> QType:
        *others, last = self.closure.node.body or (Elided(0, 0),)
        for statement in others:
            if not isinstance(statement, Assign):
                raise _Unknown
            self.assign(statement)
        found = self.gen(last)
        self.emit(f"return {self.within(found)}")
        return found.kind

    def assign(self, node: Assign) -> None:
        names = self.closure.node.params + self.closure.node.locals
        if node.indices is not None or node.verb is not None or node.everywhere or node.name not in names:
            raise _Unknown
        found = self.gen(node.value)
        self.emit(f"l_{node.name} = {found.text}")
        self.locals[node.name] = attrs.evolve(found, text=f"l_{node.name}")

    def gen(self, node: Node) -> Operand:
        if isinstance(node, Constant):
            return self.constant(node.value)
        if isinstance(node, Name) and node.name in self.locals:
            return self.locals[node.name]
        if isinstance(node, Cond):
            return self.cond(node)
        if isinstance(node, Apply):
            return self.apply(node)
        raise _Unknown

    def constant(self, value: Value) -> Operand:
        if type(value) is not Atom or value.qtype not in (_LONG, _FLOAT, _BOOLEAN):
            raise _Unknown
        raw = value.raw
        if value.qtype is _LONG and not -EDGE < raw < EDGE:
            raise _Unknown
        text = repr(raw) if raw - raw == 0 else self.kept(raw)
        return Operand(text, value.qtype, abs(raw) + 1 if value.qtype is _LONG else 0)

    def kept(self, value: object) -> str:
        name = f"K{len(self.constants)}"
        self.constants[name] = value
        return name

    def cond(self, node: Cond) -> Operand:
        result, depth, found = f"t{self.temporaries}", self.depth, []
        self.temporaries += 1
        parts = list(node.branches)
        if len(parts) % 2 == 0:
            raise _Unknown
        while len(parts) > 1:
            test, branch, *parts = parts
            self.emit(f"if {self.gen(test).text}:")
            self.depth += 1
            found.append(self.gen(branch))
            self.emit(f"{result} = {found[-1].text}")
            self.depth -= 1
            self.emit("else:")
            self.depth += 1
            if self.depth > 40:
                raise _Unknown
        found.append(self.gen(parts[0]))
        self.emit(f"{result} = {found[-1].text}")
        self.depth = depth
        if len({part.kind for part in found}) > 1:
            raise _Unknown
        return Operand(result, found[0].kind, max(part.bound for part in found))

    def apply(self, node: Apply) -> Operand:
        operands = [self.gen(argument) for argument in reversed(node.arguments)][::-1]
        function = node.function
        if isinstance(function, Verb):
            name = UNARY_OF_GLYPH.get(function.name, function.name) if function.unary else function.name
            writer = {1: _UNARY, 2: _BINARY}.get(len(operands), {}).get(name)
            if writer is None:
                raise _Unknown
            return writer(self, name, *operands)
        if isinstance(function, Name) and function.name not in self.locals:
            return self.call(function, operands)
        raise _Unknown

    def call(self, function: Name, operands: list[Operand]) -> Operand:
        value = _called(self.scalars.q, self.closure, function)
        types = tuple([operand.kind for operand in operands])
        given = ", ".join(operand.text for operand in operands)
        if not isinstance(value, Closure) or value.owner is not self.scalars.q:
            raise _Unknown
        if function.name != ".z.s":
            self.globals[_global(self.closure, function)] = value
        if value is self.closure and types == self.types:
            self.recursive = True
            return self.made(f"q({given})", self.result)
        made = self.scalars.code(value, types)
        if made is None:
            raise _Unknown
        self.globals.update(made.globals)
        return self.made(f"{self.kept(made.code)}({given})", made.qtype)

    # -- verbs

    def sum_like(self, name: str, x: Operand, y: Operand) -> Operand:
        self.numbers(x, y)
        if x.kind is not y.kind or x.kind is _FLOAT:
            return self.made(f"{self.within(x)} {name} {self.within(y)}", _FLOAT)
        return self.made(f"{x.text} {name} {y.text}", _LONG, x.bound * y.bound if name == "*" else x.bound + y.bound)

    def ratio(self, name: str, x: Operand, y: Operand) -> Operand:
        self.numbers(x, y)
        self.unless(y.text)
        return self.made(f"float({x.text}) / float({y.text})", _FLOAT)

    def whole(self, name: str, x: Operand, y: Operand) -> Operand:
        if not x.kind is y.kind is _LONG:
            raise _Unknown
        self.unless(f"{y.text} > 0")
        return self.made(f"{x.text} {'//' if name == 'div' else '%'} {y.text}", _LONG, max(x.bound, y.bound))

    def comparison(self, name: str, x: Operand, y: Operand) -> Operand:
        self.numbers(x, y)
        if not x.kind is y.kind is _LONG:
            a, b = x.text, y.text
            above = f"({a} > {b}*{_ABOVE} or {a} < {b}*{_BELOW})"
            below = f"({a} < {b}*{_ABOVE} or {a} > {b}*{_BELOW})"
            self.unless(f"{a} == {b} or ({above} if {b} > 0 else {below})")
        return self.made(f"{x.text} {_COMPARED[name]} {y.text}", _BOOLEAN)

    def choice(self, name: str, x: Operand, y: Operand) -> Operand:
        if x.kind is not y.kind or x.kind not in SCALARS:
            raise _Unknown
        if x.kind is _FLOAT:
            self.unless(f"{x.text} < {y.text} or {x.text} > {y.text}")
        sign = "<" if name in ("&", "and") else ">"
        return self.made(f"{x.text} if {x.text} {sign} {y.text} else {y.text}", x.kind, max(x.bound, y.bound))

    @staticmethod
    def numbers(x: Operand, y: Operand) -> None:
        if x.kind not in SCALARS or y.kind not in SCALARS:
            raise _Unknown

    def negated(self, name: str, x: Operand) -> Operand:
        self.numbers(x, x)
        return self.made(f"-{x.text}" if name == "neg" else f"abs({x.text})", x.kind, x.bound)

    def inverted(self, name: str, x: Operand) -> Operand:
        return self.made(f"{x.text} == 0", _BOOLEAN)


_BINARY: Final[dict[str, Callable[..., Operand]]] = {
    **dict.fromkeys("+-*", _Writer.sum_like), **dict.fromkeys(_COMPARED, _Writer.comparison),
    **dict.fromkeys(("&", "|", "and", "or"), _Writer.choice), "%": _Writer.ratio, "div": _Writer.whole,
    "mod": _Writer.whole,
}  # fmt: skip
_UNARY: Final[dict[str, Callable[..., Operand]]] = {
    "neg": _Writer.negated, "abs": _Writer.negated, "not": _Writer.inverted,
}  # fmt: skip
