"""``q.read``: files as q values."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

from anyq.values import chars

from . import _engine
from ._base import ATOMS, VECTORS, K, wrap
from ._links import LINKS

__all__ = ["JSONKTypes", "QReader"]


class QReader:
    """Readers of files."""

    def __init__(self, q: Any) -> None:
        self._q = q

    def csv(
        self,
        path: Any,
        types: Any = None,
        delimiter: Any = ",",
        as_table: bool = True,
        filter_type: Any = None,
        filter_columns: Any = None,
        custom: Any = None,
    ) -> Any:
        """A file of separated values as a table, or with ``as_table=False`` its columns.

        ``types`` are type characters, one for each column, a list of them or of classes, or a mapping of names to
        them; without them they are guessed.
        """
        text = _text_of(path)
        sign = delimiter.decode() if isinstance(delimiter, bytes) else str(delimiter)
        if isinstance(types, dict):
            names = text.split("\n", 1)[0].strip().split(sign)
            guessed = _guessed(text, sign)
            kinds = "".join(
                [_char(types[name]) if name in types else guess for name, guess in zip(names, guessed, strict=False)]
            )
        elif types is None or (isinstance(types, K) and types.is_null):
            kinds = _guessed(text, sign)
        elif isinstance(types, list | tuple):
            kinds = "".join(map(_char, types))
        else:
            kinds = types.decode() if isinstance(types, bytes) else str(types)
        where = "{(x;enlist first y)0:z}" if as_table else "{(x;first y)0:z}"
        return self._q._now(
            where,
            LINKS.toq(kinds.encode() if len(kinds) > 1 else kinds.encode() + b""),
            LINKS.toq(sign, 10),
            _path(path),
        )

    def splayed(self, root: Any, name: Any) -> Any:
        """A splayed table."""
        return self._q._now("{get x}", _path(f"{_plain(root)}/{_plain(name)}/"))

    def fixed(self, path: Any, types: Any, widths: Any) -> Any:
        """A file of fields of fixed widths."""
        kinds = types if isinstance(types, bytes) else str(types).encode()
        return self._q._now("{(x;y)0:z}", LINKS.toq(kinds, 10), LINKS.toq(widths), _path(path))

    def json(self, path: Any) -> Any:
        """A file of JSON."""
        return self._q._now("{.j.k raze read0 x}", _path(path))

    def serialized(self, path: Any) -> Any:
        """A file of a q value."""
        return self._q._now("{get x}", _path(path))


def _plain(path: Any) -> str:
    text = str(path)
    return text[1:] if text.startswith(":") else text


def _path(path: Any) -> Any:
    return (
        LINKS.toq(Path(_plain(path)))
        if not _plain(path).endswith("/")
        else wrap(_engine.call("{`$x}", chars(f":{_plain(path)}")))
    )


def _text_of(path: Any) -> str:
    with open(_plain(path), encoding="utf-8", errors="surrogateescape") as file:
        return file.read(1 << 16)


def _char(kind: Any) -> str:
    if isinstance(kind, type) and issubclass(kind, K):
        qtype = getattr(kind, "qtype", None)
        if qtype is not None and (ATOMS.get(qtype) is kind or VECTORS.get(qtype) is kind):
            return "*" if kind.__name__ == "CharVector" else str(qtype.char).upper()
        return "*"
    return kind.decode() if isinstance(kind, bytes) else str(kind)


def _guessed(text: str, sign: str) -> str:
    """The types that fit all values of the first lines."""
    lines = [line.split(sign) for line in text.splitlines()[1:200] if line]
    warnings.simplefilter("default")
    return "".join(map(_fits, zip(*lines, strict=False)))


def _fits(items: tuple[str, ...]) -> str:
    import re

    present = [item.strip() for item in items if item.strip()]
    patterns = {
        "B": r"[01]b", "J": r"-?\d+", "F": r"-?\d*\.?\d*(e[-+]?\d+)?", "D": r"\d{4}[-.]\d\d[-.]\d\d",
        "P": r"\d{4}[-.]\d\d[-.]\d\d[DT ]\d\d:\d\d.*", "T": r"\d\d:\d\d:\d\d\.\d{3}", "V": r"\d\d:\d\d:\d\d",
        "U": r"\d\d:\d\d", "G": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    }  # fmt: skip
    for char, pattern in patterns.items():
        if present and all(re.fullmatch(pattern, item) for item in present):
            return char
    return "S" if len({*present}) * 2 <= len(present) or max(map(len, present), default=0) < 11 else "*"


class JSONKTypes:
    """For likeness: JSON has q's own types."""
