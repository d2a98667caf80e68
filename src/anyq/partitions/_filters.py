"""Conditions on rows, which choose partitions and travel to the servers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, TypeAlias

import attrs

from anyq.errors import ConversionError
from anyq.query import Expression, col
from anyq.values import Atom, QType, Value, Vector, as_q

__all__ = ["Condition", "Filters", "conditions"]

Filters: TypeAlias = Iterable[tuple[str, str, object]]
"""Conditions that all have to hold: ``("date", ">=", day)``, ``("sym", "in", ["a", "b"])``."""

_Test: TypeAlias = Callable[[Any, Any], bool]
_TESTS: Final[dict[str, _Test]] = {
    "=": lambda x, y: x == y, "==": lambda x, y: x == y, "!=": lambda x, y: x != y, "<>": lambda x, y: x != y,
    "<": lambda x, y: x < y, "<=": lambda x, y: x <= y, ">": lambda x, y: x > y, ">=": lambda x, y: x >= y,
    "in": lambda x, y: x in y, "not in": lambda x, y: x not in y, "within": lambda x, y: y[0] <= x <= y[1],
}  # fmt: skip
_EXPRESSIONS: Final[dict[str, Callable[[Expression, Any], Expression]]] = {
    "=": lambda x, y: x == y, "==": lambda x, y: x == y, "!=": lambda x, y: x != y, "<>": lambda x, y: x != y,
    "<": lambda x, y: x < y, "<=": lambda x, y: x <= y, ">": lambda x, y: x > y, ">=": lambda x, y: x >= y,
    "in": lambda x, y: x.isin(y), "not in": lambda x, y: ~x.isin(y), "within": lambda x, y: x.within(*y),
    "like": lambda x, y: x.like(y),
}  # fmt: skip
_SEVERAL: Final = ("in", "not in", "within")


@attrs.frozen
class Condition:
    """One condition on a column."""

    column: str
    operator: str
    value: Any

    @property
    def expression(self) -> Expression:
        """The condition for a server."""
        return _EXPRESSIONS[self.operator](col(self.column), self.value)

    def decides(self, kind: QType) -> bool:
        """Whether `keeps` can tell for partitions of this type; else every partition is asked."""
        return self.operator in _TESTS and self._raws(kind) is not None

    def keeps(self, partition: Atom) -> bool:
        """Whether rows of a partition can meet the condition. Only if it `decides`."""
        wanted = self._raws(partition.qtype)
        return wanted is None or _TESTS[self.operator](partition.raw, wanted)

    def _raws(self, kind: QType) -> Any:
        value = as_q(self.value)
        if self.operator in _SEVERAL:
            return value.array.tolist() if isinstance(value, Vector) and value.qtype is kind else None
        return value.raw if isinstance(value, Atom) and value.qtype is kind else None


def conditions(filters: Filters) -> tuple[Condition, ...]:
    """Conditions of tuples. Raises `ConversionError` for an operator that there is not, or a value without a q form."""
    made = []
    for given in filters:
        part: object = given
        if not (isinstance(part, tuple) and len(part) == 3):
            raise ConversionError(f"a filter is a tuple of column, operator and value, not {part!r}")
        name, operator, value = given
        if operator not in _EXPRESSIONS:
            raise ConversionError(f"{operator!r} is no operator of filters; there are {' '.join(_EXPRESSIONS)}")
        several = operator in _SEVERAL and not isinstance(value, Value)
        condition = Condition(name, operator, list(value) if several else value)  # type: ignore[call-overload]
        if operator == "within" and len(condition.value) != 2:
            raise ConversionError("within takes the two ends of a range")
        condition.expression  # noqa: B018  (raises for what has no q form)
        made.append(condition)
    return tuple(made)
