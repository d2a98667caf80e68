"""``q.write``: q values as files."""

from __future__ import annotations

from typing import Any

from ._links import LINKS
from ._read import _path, _plain

__all__ = ["QWriter"]


class QWriter:
    """Writers of files."""

    def __init__(self, q: Any) -> None:
        self._q = q

    def splayed(self, root: Any, name: Any, table: Any) -> Any:
        """A table as a splayed one below ``root``, its symbols enumerated there."""
        folder = _plain(root) or "."
        return self._q._now("{x set .Q.en[y;z]}", _path(f"{folder}/{_plain(name)}/"), _path(folder), LINKS.toq(table))

    def serialized(self, path: Any, value: Any) -> Any:
        """Any value as q's own file."""
        return self._q._now("{x set y}", _path(path), LINKS.toq(value))

    def csv(self, path: Any, table: Any, delimiter: Any = ",") -> Any:
        """A table as separated values."""
        sign = delimiter.decode() if isinstance(delimiter, bytes) else str(delimiter)
        return self._q._now("{x 0:(first y)0:0!z}", _path(path), LINKS.toq(sign, 10), LINKS.toq(table))

    def json(self, path: Any, value: Any) -> Any:
        """A value as JSON."""
        return self._q._now("{x 0:enlist .j.j y}", _path(path), LINKS.toq(value))

    def partitioned(self, *arguments: Any, **keywords: Any) -> Any:
        """Partitions are written by ``kx.DB(...).create``."""
        raise NotImplementedError("write partitions with kx.DB(path=...).create(table, name, partition)")
