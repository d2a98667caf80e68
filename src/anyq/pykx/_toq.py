"""Python objects as q values, by PyKX's rules.

They are anyq's (see `anyq.convert`) but for these: a byte string of one character is a char, a ``time`` a timespan, a
path a file symbol, a slice and a range are longs, ``...`` a missing argument, a callable a function, NumPy's bytes and
narrow integers as PyKX has them. ``ktype`` says what is wanted: a class, or the number of a type.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from anyq.values import KeyedTable, List, Table, long, symbol

from . import _config, _engine
from ._base import ATOMS, VECTORS, K, wrap
from ._exceptions import QError
from ._links import LINKS
from ._of_class import cast_to, of_class
from ._of_frames import ENUMS
from ._of_python import value_of

__all__ = ["ToQ", "toq"]


class ToQ:
    """``kx.toq(obj, ktype=..., strings_as_char=...)``."""

    ENUMS: Final = ENUMS

    def __call__(
        self,
        x: Any,
        ktype: Any = None,
        *,
        cast: bool | None = None,
        handle_nulls: bool | None = None,
        strings_as_char: bool | None = None,
        no_allocator: bool = False,
    ) -> Any:
        """``x`` as a q value, of the class or type number ``ktype``.

        A mapping of column names to classes as ``ktype`` is for tables. ``strings_as_char`` makes char vectors of
        ``str``. ``TypeError`` for what has no such form, ``OverflowError`` for numbers out of range.
        """
        if cast is not None and not isinstance(cast, bool):
            raise TypeError("'cast' must be of type bool or None")
        kind = type(x)
        if ktype is None:
            if kind is str and not strings_as_char and not _config.strings_as_char:
                return wrap(symbol(x))
            if isinstance(x, K):
                return x
            return wrap(value_of(x, bool(strings_as_char) or _config.strings_as_char))
        if isinstance(ktype, Mapping):
            return _retyped(self(x, strings_as_char=strings_as_char), ktype)
        wanted = self._resolve_k_type(ktype)
        return x if isinstance(x, K) and type(x) is wanted else wrap(of_class(x, wanted, cast))

    @staticmethod
    def _resolve_k_type(ktype: Any) -> type[K] | None:
        """The class that a ``ktype`` names."""
        if ktype is None or (isinstance(ktype, type) and issubclass(ktype, K)):
            return ktype
        if isinstance(ktype, int) and not isinstance(ktype, bool):
            for table, sign in ((ATOMS, -1), (VECTORS, 1)):
                for qtype, cls in table.items():
                    if sign * int(qtype) == ktype:
                        return cls
        raise TypeError(f"ktype {ktype!r} is no class of this package and no number of a q type")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("from_"):
            return self
        raise AttributeError(f"toq has no attribute {name!r}")

    def __dir__(self) -> list[str]:
        return sorted(
            ["ENUMS", "_resolve_k_type", "from_bytes", "from_datetime_time", "from_dict", "from_list", "from_none"]
        )


toq: Final = ToQ()


def _retyped(table: Any, ktype: Mapping[str, Any]) -> Any:
    """A table with columns of other classes."""
    value = table._v
    plain = value.unkeyed() if isinstance(value, KeyedTable) else value
    if not isinstance(plain, Table):
        raise TypeError("'ktype' not supported as dictionary for this type of object")
    for name in ktype:
        if name not in plain.columns:
            raise QError(f"Column name passed in dictionary not present in table: {name}")
    columns = [
        cast_to(wrap(column), toq._resolve_k_type(ktype[name]) or K) if name in ktype else column
        for name, column in zip(plain.columns, plain.data.items, strict=True)
    ]
    made = Table(plain.names, List.of(tuple(columns)))
    if isinstance(value, KeyedTable):
        return wrap(_engine.call("{x!y}", long(len(value.key_table.columns)), made))
    return wrap(made)


LINKS.toq = toq
