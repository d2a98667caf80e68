"""Step functions: a sorted dictionary or keyed table gives the value of the last key that is not greater.

Facts: KX reference, pages ref/apply.md, kb/temporal-data.md.
"""

from __future__ import annotations

import numpy as np

from anyq.errors import QError
from anyq.values import List, Table, Vector

from ._join import join
from ._order import ranks
from ._take import Positions

__all__ = ["step_rows"]


def step_rows(keys: Table, wanted: Table) -> Positions:
    """For each row of ``wanted`` the last of the ascending ``keys`` that is not greater; -1 for none.

    Raises `QError` (``type``) for columns of other types than the keys'.
    """
    have = len(keys)
    columns = []
    for column, sought in zip(keys.data.items, wanted.data.items, strict=True):
        if isinstance(column, Vector) and not (isinstance(sought, Vector) and sought.qtype is column.qtype):
            raise QError("type")
        columns.append(join(column, sought))
    rank = ranks(Table.of(keys.names, List.of(tuple(columns))))
    at: Positions = np.searchsorted(rank[:have], rank[have:], side="right") - 1
    return at
