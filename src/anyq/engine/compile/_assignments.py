"""The lines of assignments: to names, at indexes, through operators, to patterns."""

from __future__ import annotations

from collections.abc import Sequence

from ..kernel._namespace_path import absolute
from ..session._context import Context
from ..session._functions import Closure
from ..syntax._nodes import Assign, AssignPattern, Elided, Function, MatchCond, Node, Pattern, Verb
from ..syntax._patterns import expressions_of, targets_of
from ._lines import Lines, Unit

__all__ = ["Assignments"]


class Assignments(Lines):
    """The part of the code writer for assignments; a subclass provides `gen`, `operands` and `resolved`.

    ``names`` are the locals of the lambda being written, ``closure`` is that lambda; ``None`` for console text.
    """

    q: Context

    def __init__(self, unit: Unit, context: str, names: frozenset[str], closure: Closure | None) -> None:
        super().__init__(unit)
        self.context = context
        self.names = names
        self.closure = closure

    def gen(self, node: Node) -> str:
        """Write the code of a node; the operand that holds its value afterwards."""
        raise NotImplementedError

    def operands(self, nodes: Sequence[Node], last: str = "", function: Node | None = None) -> list[str]:
        """The operands of nodes evaluated last first."""
        raise NotImplementedError

    def resolved(self, function: Node, rank: int) -> str | None:
        """The Python function of a function that is known now."""
        raise NotImplementedError

    def assign(self, node: Assign, *, wanted: bool = True) -> str:
        local = node.name in self.names
        key = repr(absolute(node.name, self.context))
        if node.is_view and not local and self.closure is None:
            view = self.q.make_view(node, self.unit.source, self.context)
            self.mark = node.start
            self.emit(f"view({key}, {self.constant(view)})")
            return "NULL"
        value = self.assigned_value(node)
        if node.indices is None and node.verb is None:
            self.mark = node.start
            self.emit(f"l_{node.name} = {value}" if local else f"setg({key}, {value})")
            return value
        indices = self.operands(node.indices) if node.indices is not None else []
        self.mark = node.start
        if node.indices is not None:
            self.amended(node, key, indices, value)
            # What is read again, as no name but the variable's own may keep what the next amend wants for itself.
            after = f"l_{node.name}" if local else f"N[{key}]"
            if node.verb is None or not wanted:
                return value
            return self.temporary(f"apn({after}, ({', '.join(indices)},))")
        if local:
            after = self.modified(node, f"l_{node.name}", value)
            self.emit(f"l_{node.name} = {after}")
            return after
        after = self.global_modified(node, key, value)
        self.emit(f"setg({key}, {after})")
        return after

    def global_modified(self, node: Assign, key: str, value: str) -> str:
        """A variable that is not set counts as the operator's identity element."""
        assert node.verb is not None
        verb = self.resolved(node.verb, 2)
        result = self.temporary("NULL")
        self.emit("try:")
        self.indented()
        before = self.temporary(f"N[{key}]")
        self.depth -= 1
        self.emit("except QError as e:")
        self.indented()
        self.emit(f"{result} = unset(e, {key}, {verb}, {value})")
        self.depth -= 1
        self.emit("else:")
        self.indented()
        self.emit(f"{result} = {self.modified(node, before, value)}")
        self.depth -= 1
        return result

    def assigned_value(self, node: Assign) -> str:
        """The value to assign; a lambda learns the name it gets, for call chains."""
        if isinstance(node.value, Function) and node.indices is None and node.verb is None:
            label = node.name if self.closure is None else f"{self.unit.label}@"
            return self.constant(self.q.make_closure(node.value, self.context, label))
        return self.gen(node.value)

    def amended(self, node: Assign, key: str, indices: list[str], value: str) -> None:
        verb = self.resolved(node.verb, 2) if node.verb is not None else "None"
        given = f"({', '.join(indices)},), {verb}, {value})"
        local = node.name in self.names
        self.emit(f"l_{node.name} = amendl(l_{node.name}, {given}" if local else f"amendg({key}, {given}")

    def modified(self, node: Assign, before: str, value: str) -> str:
        assert node.verb is not None
        verb = self.resolved(node.verb, 2)
        self.mark = node.verb.start
        if isinstance(node.verb, Verb) and node.verb.name == ",":
            return self.temporary(f"append({verb}, {before}, {value})")
        return self.temporary(f"{verb}({before}, {value})")

    def pattern(self, node: AssignPattern) -> str:
        value = self.gen(node.value)
        self.mark = node.start
        parts = node.pattern.parts
        if node.pattern.kind == "list" and all(p.kind == "any" or (p.kind == "name" and not p.indices) for p in parts):
            items = self.temporary(f"unpack({value}, {len(parts)})")
            for at, part in enumerate(parts):
                if part.kind == "name":
                    self.bind(part, f"{items}[{at}]")
            return value
        found = self.temporary(f"matched({self.match_arguments(node.pattern, value)})")
        self.bind_all(node.pattern, found)
        return self.temporary(f"{found}[0]")

    def match_arguments(self, pattern: Pattern, value: str) -> str:
        operands = self.operands(tuple(expressions_of(pattern)))
        self.mark = pattern.start
        return f"{self.constant(pattern)}, {value}, ({', '.join(operands)}{',' if operands else ''})"

    def bind_all(self, pattern: Pattern, found: str) -> None:
        for at, target in enumerate(targets_of(pattern), 1):
            self.bind(target, f"{found}[{at}]")

    def bind(self, target: Pattern, value: str) -> None:
        key = repr(absolute(target.name, self.context))
        if target.indices:
            node = Assign(target.start, target.start, target.name, target.indices, None, Elided(0, 0))
            self.amended(node, key, self.operands(target.indices), value)
        else:
            self.emit(f"l_{target.name} = {value}" if target.name in self.names else f"setg({key}, {value})")

    def match_cond(self, node: MatchCond) -> str:
        value = self.temporary(self.gen(node.value))
        result = self.temporary("NULL")
        depth = self.depth
        for pattern, outcome in node.cases:
            found = self.temporary(f"tried({self.match_arguments(pattern, value)})")
            self.emit(f"if {found} is not None:")
            self.indented()
            self.bind_all(pattern, found)
            self.emit(f"{result} = {self.gen(outcome)}")
            self.depth -= 1
            self.emit("else:")
            self.indented()
        self.emit(f"{result} = {self.gen(node.default)}")
        self.depth = depth
        return result
