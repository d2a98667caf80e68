"""Tables whose columns lie in files, against the same rows in memory; each file is read once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anyq.engine.kernel._join import join
from anyq.engine.kernel._partitioned import Database, Partitioned
from anyq.errors import QError
from anyq.values import Value, Vector, vector

parts = st.lists(st.lists(st.integers(0, 99), max_size=4), min_size=1, max_size=4).filter(any)


def database(data: list[list[int]], reads: list[str], *, lenient: bool = False) -> Database:
    """Partition k holds ``data[k]`` as ``a`` and its double as ``b``; one without rows has no files if ``lenient``."""
    files: dict[str, Value] = {}
    for k, items in enumerate(data):
        if items or not lenient:
            files |= {
                f"{k}/t/a": vector("j", items),
                f"{k}/t/b": vector("j", [2 * n for n in items]),
                f"{k}/t/.d": vector("j", []),
            }

    def read(path: str) -> Value:
        reads.append(path)
        return files[path]

    def size(path: str) -> int:
        return len(files[path])

    folders = tuple(str(k) for k in range(len(data)))
    values = vector("i", list(range(len(data))))
    return Database("int", values, folders, list(range(len(data))), read, size, files.__contains__, join, lenient)


@given(parts, st.booleans())
def test_rows_are_those_of_all_partitions(data: list[list[int]], lenient: bool) -> None:
    reads: list[str] = []
    table = Partitioned.over(database(data, reads, lenient=lenient), "t", ["a", "b"])
    rows = [(k, item, 2 * item) for k, items in enumerate(data) for item in items]
    assert len(table) == len(rows)
    assert not reads
    assert list(zip(*[table.column(name).py() for name in ("int", "a", "b")], strict=True)) == rows
    assert len(reads) == len(set(reads))


@given(parts, st.data())
def test_chosen_rows_open_their_partitions_only(data: list[list[int]], draw: st.DataObject) -> None:
    reads: list[str] = []
    table = Partitioned.over(database(data, reads), "t", ["a", "b"])
    rows = [(k, item) for k, items in enumerate(data) for item in items]
    places = draw.draw(st.lists(st.integers(0, len(rows) - 1), min_size=1, max_size=4))
    made = table.rows(np.array(places, np.int64))
    assert made.column("a").py() == [rows[at][1] for at in places]
    assert {path.partition("/")[0] for path in reads} == {str(rows[at][0]) for at in places}
    with pytest.raises(QError, match="index"):
        table.rows(np.array([len(rows)], np.int64))


@given(parts, st.data())
def test_a_slice_numbers_rows_by_partition(data: list[list[int]], draw: st.DataObject) -> None:
    reads: list[str] = []
    table = Partitioned.over(database(data, reads), "t", ["a", "b"])
    chosen = draw.draw(st.lists(st.integers(0, len(data) - 1), unique=True, min_size=1).map(sorted))
    part = table.slice(chosen, ["b"])
    assert part.column_names == ["b"]
    assert part.numbers.tolist() == [at for k in chosen for at in range(len(data[k]))]
    assert all(path.endswith("/b") for path in reads)


def test_columns_of_other_lengths_are_named() -> None:
    made = database([[1, 2]], [])
    made.size = lambda path: 3
    with pytest.raises(QError, match=r"0/t/a\. The columns differ in count"):
        Partitioned.over(made, "t", ["a", "b"]).column("a")
    assert isinstance(vector("j", [1]), Vector)
