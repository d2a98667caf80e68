"""What the columns of a plan are before any is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from anyq.values import QType, Table

if TYPE_CHECKING:
    import pyarrow

    from ._plan import Plan

__all__ = ["first_rows", "schema"]


def first_rows(made: Plan) -> tuple[Table, Table]:
    """Of a plan: a table without rows, and one of at most one row, of the same columns."""
    empty = made.empty.fetch()
    lists = QType.LIST in empty.dtypes.values()  # an empty column of strings is as one of anything
    return empty, made.sample.fetch() if lists and made.sample is not None else empty


def schema(made: Plan) -> pyarrow.Schema:
    """The Arrow schema of what the tasks read."""
    import pyarrow

    empty, row = first_rows(made)
    return pyarrow.unify_schemas([empty.pa().schema, row.pa().schema], promote_options="permissive")
