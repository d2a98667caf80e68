"""Vectors and general lists."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator, Sequence
from operator import index as integer
from typing import TYPE_CHECKING, Any, cast, overload

import attrs
import numpy as np
import numpy.typing as npt

from anyq.errors import ConversionError

from ._atom import Atom
from ._face import Value, as_q, face
from ._operators import VectorOperators, in_pandas, is_pandas
from ._storage import StringArray, SymbolArray
from ._types import Attr, QType, as_attr, as_qtype

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

__all__ = ["List", "Vector", "collapse", "count"]

Data = npt.NDArray[Any] | SymbolArray


def _read_only(data: npt.NDArray[Any]) -> npt.NDArray[Any]:
    if data.flags.writeable:
        data = data.view()
        data.flags.writeable = False
    return data


def _as_data(qtype: QType, data: Any) -> Data:
    if qtype is QType.SYMBOL:
        return data if isinstance(data, SymbolArray) else SymbolArray.from_strs(_symbol_texts(data))
    if isinstance(data, np.ma.MaskedArray):
        data = _with_nulls(qtype, data)
    array = np.asarray(data)
    if array.ndim != 1:
        raise ConversionError(f"a vector has one dimension, not {array.ndim}")
    return _read_only(array if array.dtype == qtype.numpy else _cast(qtype, array))


def _symbol_texts(data: Iterable[Any]) -> list[str]:
    texts = list(data)
    if not all(isinstance(text, str) for text in texts):
        raise ConversionError("the items of a symbol vector are texts; anyq.symbols takes bytes and None, too")
    return texts


def _with_nulls(qtype: QType, data: Any) -> npt.NDArray[Any]:
    """The data of a masked array, with the type's null where it is masked."""
    mask = np.ma.getmaskarray(data)
    if not mask.any():
        return np.asarray(data)
    if qtype.null is None:
        raise ConversionError(f"masked items among values of type {qtype.label}, which has no null")
    plain = np.array(data.data)
    plain[mask] = np.zeros(1, plain.dtype)[0]  # what is under the mask need not fit
    found = plain if plain.dtype == qtype.numpy else _cast(qtype, plain)
    found[mask] = np.zeros(1, qtype.numpy)[0] if qtype is QType.GUID else qtype.null
    return found


def _cast(qtype: QType, array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Numbers as those of the type: rounded to a float, but an integer that does not fit is an error."""
    dtype, kind = qtype.numpy, array.dtype.kind
    if array.size and (kind not in "biuf" or (kind == "f" and dtype.kind != "f") or dtype.kind == "V"):
        raise ConversionError(f"the raw numbers of a {qtype.label} vector are {dtype}, not {array.dtype}")
    if dtype.kind in "biu" and array.size:
        low, high = (0, 1) if dtype.kind == "b" else (int(np.iinfo(dtype).min), int(np.iinfo(dtype).max))
        for number in (int(array.min()), int(array.max())):
            if not low <= number <= high:
                raise ConversionError(f"{number} is out of the range of {qtype.label}, {low} to {high}")
    with np.errstate(over="ignore"):
        return array.astype(dtype)


@attrs.frozen(eq=False, repr=False)
class Vector(VectorOperators):
    """A q vector: raw values of one type.

    ``data`` is a read-only one-dimensional NumPy array of ``qtype.dtype`` (raw numbers in the type's unit and epoch;
    ``V16`` for guids, ``u1`` for bytes and chars), or a `SymbolArray` for symbols. An array given here is not copied:
    do not write to it afterwards. ``attr`` is kept as given; nothing verifies it.

    ``v[i]`` is an `Atom`, ``v[a:b]`` a `Vector`, iteration gives atoms, and NumPy takes a vector as an array.
    """

    qtype: QType = attrs.field(converter=as_qtype)
    data: Any
    attr: Attr = attrs.field(default=Attr.NONE, converter=as_attr)

    if TYPE_CHECKING:

        def np(self, *, raw: bool = False) -> npt.NDArray[Any]: ...
        def pd(self, *, tz: str | None = None, arrow: bool = False) -> pandas.Series: ...
        def pa(self, *, tz: str | None = None) -> pyarrow.Array: ...
        def pl(self, *, tz: str | None = None) -> polars.Series: ...

    def __attrs_post_init__(self) -> None:
        _set(self, "data", _as_data(self.qtype, self.data))

    @classmethod
    def of(cls, qtype: QType, data: Data, attr: Attr = Attr.NONE) -> Vector:
        """A vector of data that is right already: no checks, no conversion."""
        self = cls.__new__(cls)
        _set(self, "qtype", qtype)
        _set(self, "data", data)
        _set(self, "attr", attr)
        return self

    @property
    def symbols(self) -> SymbolArray:
        """The storage of a symbol vector; `ConversionError` for others."""
        if not isinstance(self.data, SymbolArray):
            raise ConversionError(f"a {self.qtype.label} vector holds no symbols")
        return self.data

    @property
    def array(self) -> npt.NDArray[Any]:
        """The raw numbers; symbols as an object array of ``str``."""
        return self.data.objects() if isinstance(self.data, SymbolArray) else self.data

    def atom(self, index: int) -> Atom:
        """The item at ``index`` as an `Atom`."""
        data = self.data
        if isinstance(data, SymbolArray):
            return Atom(QType.SYMBOL, data[integer(index)])
        if self.qtype is QType.GUID:
            return Atom(QType.GUID, data[index].tobytes())
        number = data.item(index)
        return Atom(self.qtype, int(number) if number is True or number is False else number)

    def with_attr(self, attr: Attr) -> Vector:
        return Vector.of(self.qtype, self.data, attr)

    def __len__(self) -> int:
        return len(self.data)

    @overload
    def __getitem__(self, index: int) -> Atom: ...
    @overload
    def __getitem__(self, index: slice | npt.NDArray[Any]) -> Vector: ...
    def __getitem__(self, index: int | slice | npt.NDArray[Any]) -> Atom | Vector:
        if isinstance(index, slice | np.ndarray):
            index = _positions(index) if isinstance(index, np.ndarray) else index
            data = self.data.take(index) if isinstance(self.data, SymbolArray) else _read_only(self.data[index])
            return Vector.of(self.qtype, data)
        return self.atom(index)

    def __iter__(self) -> Iterator[Atom]:
        qtype = self.qtype
        if qtype is QType.GUID:
            return (Atom(qtype, raw.tobytes()) for raw in self.data)
        if isinstance(self.data, SymbolArray):
            return (Atom(qtype, text) for text in self.data)
        plain = self.data.view(np.uint8) if qtype is QType.BOOLEAN else self.data
        return (Atom(qtype, raw) for raw in plain.tolist())

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> npt.NDArray[Any]:
        """As NumPy and what stands on it ask for it: integers with nulls are floats with NaN, moments have NaT.

        Raises `anyq.ConversionError` where nulls have no place in ``dtype``, and where an integer beside nulls has
        more digits than a float. ``.np()`` gives a masked array in place of both.
        """
        return face().array(self, dtype, copy)  # type: ignore[no-any-return]

    def __narwhals_series__(self) -> object:
        return face().narwhals_series(self)

    def __arrow_c_schema__(self) -> object:
        return face().arrow_schema(self)

    def __arrow_c_array__(self, requested_schema: object = None) -> tuple[object, object]:
        return face().arrow_array(self, requested_schema)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return face().arrow_stream(self, requested_schema)

    def __eq__(self, other: object) -> bool:
        """q's match; a char vector is equal to the same ``bytes``, too. With a column of pandas it is pandas'."""
        if isinstance(other, Value):
            return face().match(self, other)
        if is_pandas(other):
            return in_pandas(operator.eq, self, other)  # type: ignore[no-any-return]
        if isinstance(other, bytes) and self.qtype is QType.CHAR:
            return bytes(self) == other
        return NotImplemented

    def __ne__(self, other: object) -> bool:
        if is_pandas(other):
            return in_pandas(operator.ne, self, other)  # type: ignore[no-any-return]
        return super().__ne__(other)

    __hash__ = None  # type: ignore[assignment]

    def __bytes__(self) -> bytes:
        """The raw bytes of a char or byte vector."""
        if self.qtype not in (QType.CHAR, QType.BYTE):
            raise ConversionError(f"a {self.qtype.label} vector has no bytes; use .array.tobytes()")
        return bytes(self.data)


_set = object.__setattr__


def _as_items(items: Any) -> tuple[Value, ...] | StringArray:
    return items if isinstance(items, StringArray) else tuple([as_q(item) for item in items])


class _Later(Value):
    """What may be decoded when it is first looked at.

    The compiled decoder leaves ``_storage`` of a table's columns unset, and says in ``_later`` how to make it.
    """

    __slots__ = ("_later",)


@attrs.frozen(eq=False, repr=False)
class List(_Later):
    """A q general list. ``items`` gives the values; Python objects given here are converted by `as_q`.

    A list of char vectors may hold a `StringArray` (``strings``) until ``items`` is asked for.
    """

    _storage: tuple[Value, ...] | StringArray = attrs.field(default=(), converter=_as_items)
    attr: Attr = attrs.field(default=Attr.NONE, converter=as_attr)

    if TYPE_CHECKING:

        def np(self, *, raw: bool = False) -> npt.NDArray[Any]: ...
        def pd(self, *, tz: str | None = None, arrow: bool = False) -> pandas.Series: ...
        def pa(self, *, tz: str | None = None) -> pyarrow.Array: ...
        def pl(self, *, tz: str | None = None) -> polars.Series: ...

    @classmethod
    def of(cls, storage: tuple[Value, ...] | StringArray, attr: Attr = Attr.NONE) -> List:
        """A list of what is right already: no checks, no conversion."""
        self = cls.__new__(cls)
        _set(self, "_storage", storage)
        _set(self, "attr", attr)
        return self

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            if name != "_storage":
                raise AttributeError(f"a q list has no {name!r}", name=name, obj=self)
            later = self._later
            if later is not None:
                decoder, *place = later
                _set(self, "_storage", decoder.storage(*place))
                _set(self, "_later", None)  # from here on the storage is there for other threads, too
            return object.__getattribute__(self, "_storage")

    @property
    def strings(self) -> StringArray | None:
        """The storage of a list of char vectors, if it is held so."""
        return self._storage if isinstance(self._storage, StringArray) else None

    @property
    def items(self) -> tuple[Value, ...]:
        storage = self._storage
        if isinstance(storage, tuple):
            return storage
        if storage._cache is None:
            data, char = storage.data, QType.CHAR
            storage._cache = tuple(
                [
                    Vector.of(char, data[start:end])
                    for start, end in zip(storage.starts.tolist(), storage.ends.tolist(), strict=True)
                ]
            )
        cached: tuple[Value, ...] = storage._cache
        return cached

    def __len__(self) -> int:
        return len(self._storage)

    @overload
    def __getitem__(self, index: int) -> Value: ...
    @overload
    def __getitem__(self, index: slice | npt.NDArray[Any]) -> List: ...
    def __getitem__(self, index: int | slice | npt.NDArray[Any]) -> Value:
        storage = self._storage
        if isinstance(index, np.ndarray) and index.ndim:
            places = _positions(index)
            if isinstance(storage, StringArray):
                return List.of(storage.take(places))
            return List.of(tuple([storage[i] for i in np.arange(len(storage))[places].tolist()]))
        if isinstance(index, slice):
            part = storage.take(index) if isinstance(storage, StringArray) else storage[index]
            return List.of(part)
        if isinstance(storage, StringArray):
            return Vector.of(QType.CHAR, storage.data[storage.starts[index] : storage.ends[index]])
        return storage[index]

    def __iter__(self) -> Iterator[Value]:
        return iter(self.items)

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> npt.NDArray[Any]:
        """An array of objects, one for each item, as `np` gives it."""
        return face().array(self, dtype, copy)  # type: ignore[no-any-return]

    def __narwhals_series__(self) -> object:
        return face().narwhals_series(self)

    def __arrow_c_schema__(self) -> object:
        return face().arrow_schema(self)

    def __arrow_c_array__(self, requested_schema: object = None) -> tuple[object, object]:
        return face().arrow_array(self, requested_schema)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return face().arrow_stream(self, requested_schema)


def _positions(index: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """An array as an index: what is masked, as comparing with a null is, is not true."""
    if not isinstance(index, np.ma.MaskedArray):
        return index
    if index.dtype.kind != "b":
        raise ConversionError("an index with masked items has no places for them")
    return index.filled(False)


def count(value: Value) -> int:
    """q's ``count``: 1 for atoms and functions, else the number of items (rows of a table)."""
    return len(value) if hasattr(value, "__len__") else 1


def collapse(items: Sequence[Value]) -> Vector | List:
    """The list of ``items`` as q makes it: a vector when all are atoms of one type, else a general list."""
    if not items:
        return List.of(())
    first = items[0]
    if type(first) is not Atom:
        return cast("Vector | List", first.gathered(items)) if isinstance(first, Atom) else List.of(tuple(items))
    qtype = first.qtype
    for item in items:
        if type(item) is not Atom or item.qtype is not qtype:
            return List.of(tuple(items))
    return Vector.of(qtype, _pack(qtype, [item.raw for item in items]))  # type: ignore[attr-defined]


def _pack(qtype: QType, raws: Iterable[Any]) -> Data:
    if qtype is QType.SYMBOL:
        return SymbolArray.from_strs(raws)
    if qtype is QType.GUID:
        return _read_only(np.frombuffer(b"".join(raws), qtype.numpy))
    made = np.array(raws, qtype.numpy)
    made.flags.writeable = False
    return made
