"""What a server has of a table: its columns, and the partitions with their counts of rows."""

from __future__ import annotations

from typing import Final

import attrs

from anyq.values import NULL, Atom, Value

__all__ = ["LOOK", "Holding", "holding"]

LOOK: Final = (
    '{[t]p:@[value;"$[`pt in key .Q;.Q.pt;`$()]";{[e]`$()}];'
    "$[t in p;(cols t;.Q.pf;.Q.pv;.Q.cn get t;.z.D);t in tables`.;(cols t;`;();enlist count get t;.z.D);::]}"
)
"""A q function of a table's name: its columns, the field and the values of partitions, their counts, and today; the
generic null where there is no such table.
"""


@attrs.frozen
class Holding:
    """The part of a table that a server holds."""

    columns: tuple[str, ...]
    field: str
    """The column that the partitions stand for; empty for a table in memory."""
    partitions: tuple[Atom, ...]
    counts: tuple[int, ...]
    today: Atom


def holding(answer: Value) -> Holding | None:
    """What the answer to `LOOK` says; ``None`` for a server without the table."""
    if answer == NULL:
        return None
    columns, field, values, counts, today = answer
    return Holding(
        tuple(columns.py()), field.raw, tuple(values), tuple(int(number) for number in counts), today,
    )  # fmt: skip
