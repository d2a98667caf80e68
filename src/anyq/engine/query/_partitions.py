"""Partition pruning: the partitions that a query's leading conditions choose, and the columns that it names.

Only leading conditions can prune. A condition on another column filters rows, and the conditions after it see what is
left of them: to evaluate these on partition values first could change the result.
"""

from __future__ import annotations

import attrs
import numpy as np

from anyq.values import List, Table, symbols

from ..kernel._partitioned import Partitioned, Slice
from ..kernel._take import take
from ..session._context import Context, Scope
from ._prepared import Prepared, names_of
from ._selection import Selection

__all__ = ["narrowed"]


def narrowed(q: Context, query: Prepared, table: Partitioned, scope: Scope | None) -> tuple[Slice, Prepared]:
    """The part of a table that a query needs, and what is left of the query for it."""
    database = table.database
    mine = {*table.fields, "i"}
    values = take(database.values, np.array(database.visible, np.int64))
    field = Table.of(symbols([database.field]), List.of((values,)))
    chosen = Selection(q, field, query.context, scope)
    done = 0
    for condition in query.where:
        used = {name.partition(".")[0] for name in names_of(condition)}
        if database.field not in used or used & mine:
            break
        chosen = chosen.filtered((condition,))
        done += 1
    rest = attrs.evolve(query, where=query.where[done:])
    # The field costs nothing to read, and a table has to have a column to have rows.
    names = {*rest.names, database.field} if query.columns else None
    part = table.slice([database.visible[int(at)] for at in chosen.all_rows()], names)
    return part, rest
