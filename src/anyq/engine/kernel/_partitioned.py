"""Tables of a partitioned database: columns stay in their files until a query asks for them.

A `Database` is the result of loading: the partition field, and a folder for each of its values. A `Partitioned` is a
table that is stored as a splayed table in each folder. Queries prune it before they run (see `query._partitions`):
leading conditions that use the partition field alone choose the partitions, and only the columns that the query names
are read, each once. Any other use of the table reads all of it.

Facts: KX documentation, pages kb/partition.md, database/segment.md, ref/dotq.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import attrs
import numpy as np

from anyq.errors import QError
from anyq.values import Attr, List, Table, Value, Vector, count, symbols

from ._take import Positions, take

__all__ = ["Database", "Partitioned", "Slice"]


@attrs.define(eq=False)
class Database:
    """The partitions, in order; ``visible`` are the numbers of those that queries see (``.Q.view``)."""

    field: str
    values: Vector
    folders: tuple[str, ...]
    visible: list[int]
    read: Callable[[str], Value]
    """The value in a file."""
    size: Callable[[str], int]
    """How many items the column in a file has."""
    exists: Callable[[str], bool]
    join: Callable[[Value, Value], Value]
    lenient: bool = False
    """Whether a table that a partition lacks counts as empty there (``.Q.bv``)."""
    counts: dict[str, tuple[int, ...]] = attrs.field(factory=dict)
    """What ``.Q.cn`` found, by table."""


class Slice(Table):
    """Some partitions of a table in memory; ``numbers`` are the row numbers in the partition that ``i`` means."""

    __slots__ = ("numbers",)
    numbers: Positions


class Partitioned(Table):
    """A table in the partitions of a database. Raises `QError` with the path for what cannot be read."""

    __slots__ = ("database", "fields", "title")
    database: Database
    title: str
    fields: tuple[str, ...]

    @classmethod
    def over(cls, database: Database, title: str, fields: Sequence[str]) -> Partitioned:
        """The table ``title`` with the columns ``fields`` in its files."""
        made = cls.__new__(cls)
        for name, value in (
            ("names", symbols([database.field, *fields])),
            ("attr", Attr.NONE),
            ("database", database),
            ("title", title),
            ("fields", tuple(fields)),
        ):
            object.__setattr__(made, name, value)
        return made

    @property
    def data(self) -> List:
        return self.slice(self.database.visible).data

    def column(self, name: str) -> Value:
        if name not in self.column_names:
            return super().column(name)
        return self.slice(self.database.visible, [name]).data.items[0]

    def __len__(self) -> int:
        return sum(self.size(k) for k in self.database.visible)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice | np.ndarray):
            return self.rows(np.arange(len(self), dtype=np.int64)[index])
        return super().__getitem__(index)

    def size(self, k: int) -> int:
        """How many rows the partition of that number has."""
        path = self._path(k)
        return self.database.size(f"{path}/{self.fields[0]}") if self._present(k) else 0

    def _path(self, k: int) -> str:
        return f"{self.database.folders[k]}/{self.title}"

    def _present(self, k: int) -> bool:
        return not self.database.lenient or self.database.exists(f"{self._path(k)}/.d")

    def rows(self, places: Positions) -> Table:
        """The rows of these numbers; only the partitions they are in are read."""
        visible = self.database.visible
        ends = np.cumsum([self.size(k) for k in visible])
        owners = np.searchsorted(ends, places, side="right")
        if len(places) and (int(np.min(places)) < 0 or int(np.max(owners)) >= len(visible)):
            raise QError("index")
        chosen = np.unique(owners)
        part = self.slice([visible[int(at)] for at in chosen])
        starts = ends - [self.size(k) for k in visible]
        lengths = (ends - starts)[chosen]
        base = np.zeros(len(visible), np.int64)
        base[chosen] = np.cumsum(lengths) - lengths
        made = take(part, places - starts[owners] + base[owners])
        assert isinstance(made, Table)
        return made

    def prototype(self, names: Iterable[str] | None = None) -> Table:
        """The rows of the last partition that has the table, with all columns or only those of ``names``."""
        everywhere = range(len(self.database.folders))
        have = [k for k in everywhere if self.database.exists(f"{self._path(k)}/.d")]
        return self.slice(have[-1:], names)

    def _empty(self, name: str) -> Value:
        return take(self.prototype([name]).column(name), np.zeros(0, np.int64))

    def slice(self, chosen: Sequence[int], names: Iterable[str] | None = None) -> Slice:
        """These partitions in memory, with all columns or only those of ``names``."""
        wanted = set(self.column_names if names is None else names)
        kept = [name for name in self.column_names if name in wanted]
        sizes = [self.size(k) for k in chosen]
        columns = [self._column(name, chosen, sizes) for name in kept]
        made = Slice.of(symbols(kept), List.of(tuple(columns)))
        assert isinstance(made, Slice)
        numbers = [np.arange(size, dtype=np.int64) for size in sizes]
        object.__setattr__(made, "numbers", np.concatenate(numbers) if numbers else np.zeros(0, np.int64))
        return made

    def _column(self, name: str, chosen: Sequence[int], sizes: list[int]) -> Value:
        if name == self.database.field:
            values = self.database.values
            return Vector.of(values.qtype, np.repeat(values.array[list(chosen)], sizes))
        have = [k for k, size in zip(chosen, sizes, strict=True) if size] or list(chosen[-1:]) or [-1]
        if have == [-1]:
            return self._empty(name)
        whole = self._part(have[0], name)
        for k in have[1:]:
            whole = self.database.join(whole, self._part(k, name))
        return whole

    def _part(self, k: int, name: str) -> Value:
        if not self._present(k):
            return self._empty(name)
        found = self.database.read(f"{self._path(k)}/{name}")
        if count(found) != self.size(k):
            raise QError(f"{self._path(k)}/{name}. The columns differ in count")
        return found
