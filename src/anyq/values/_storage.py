"""Storage of variable-width vectors: kept as received until someone asks for Python objects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any, Final, Literal, TypeVar

import attrs
import numpy as np
import numpy.typing as npt

from anyq.speedups import speedups

__all__ = ["StringArray", "SymbolArray"]

T = TypeVar("T", bound=np.generic)
Bytes = npt.NDArray[np.uint8]
Longs = npt.NDArray[np.int64]
Index = npt.NDArray[Any] | slice

_MANY: Final = 20_000
_SAMPLE: Final = 1 << 16
_FEW: Final = 32
"""Up to so many symbols are all decoded as soon as one is asked for."""


def _objects(items: Iterable[object], count: int) -> npt.NDArray[np.object_]:
    out = np.empty(count, dtype=object)
    if count:
        out[:] = items if isinstance(items, list) else list(items)
    return _locked(out)


def _locked(array: npt.NDArray[T]) -> npt.NDArray[T]:
    """An array of our own, which nobody is to write to any more."""
    array.flags.writeable = False
    return array


@attrs.define(eq=False, repr=False)
class SymbolArray:
    """A vector of symbols in up to three forms, each made on first use and kept.

    * wire: the NUL-terminated texts one after the other, and the offsets of their starts (one more than items);
    * objects: an object array of ``str``;
    * codes: an ``int32`` array into an object array of distinct ``str``, in order of first appearance.
    """

    _count: int
    _raw: Any = None
    _offsets: Longs | None = None
    _strs: npt.NDArray[np.object_] | None = None
    _codes: tuple[npt.NDArray[np.int32], npt.NDArray[np.object_]] | None = None
    _ordered: bool = False

    @classmethod
    def from_raw(cls, count: int, raw: Any) -> SymbolArray:
        """Of the bytes (any buffer, kept) of ``count`` texts, each with its NUL. Nothing is looked at until needed."""
        return cls(count, raw)

    @classmethod
    def from_wire(cls, data: Bytes, offsets: Longs) -> SymbolArray:
        """Of ``offsets[-1]`` bytes of texts, each with its NUL, and ``count + 1`` offsets."""
        return cls(len(offsets) - 1, data, offsets)

    @classmethod
    def from_strs(cls, items: Iterable[str]) -> SymbolArray:
        if isinstance(items, np.ndarray) and items.dtype == object:
            return cls(len(items), strs=_locked(items.view()))
        texts = list(items)
        return cls(len(texts), strs=_objects(texts, len(texts)))

    @classmethod
    def from_objects(cls, strs: npt.NDArray[np.object_]) -> SymbolArray:
        """Of an object array of ``str`` that nobody writes to; it is kept as it is."""
        return cls(len(strs), strs=strs)

    @classmethod
    def from_codes(cls, codes: npt.NDArray[np.int32], uniques: npt.NDArray[np.object_]) -> SymbolArray:
        """Of codes into ``uniques``. Uniques must be distinct; some may be unused."""
        return cls(len(codes), codes=(codes, uniques))

    def forms(self) -> list[Any]:
        """The arrays and buffers that hold it now."""
        return [form for form in (self._raw, self._strs, *(self._codes or ())) if form is not None]

    @property
    def held(self) -> Literal["wire", "codes", "objects"]:
        """The form that can be read at once; of several, the one that is cheapest to read in bulk."""
        return "wire" if self._raw is not None else "codes" if self._codes is not None else "objects"

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[str]:
        return iter(self.objects().tolist())

    def __getitem__(self, index: int) -> str:
        if self._strs is not None:
            return self._strs[index]  # type: ignore[no-any-return]
        if self._codes is not None:
            return self._codes[1][self._codes[0][index]]  # type: ignore[no-any-return]
        if self._count <= _FEW:
            return self.objects()[index]  # type: ignore[no-any-return]
        data, offsets = self.wire()
        i = index + self._count if index < 0 else index
        if not 0 <= i < self._count:
            raise IndexError(index)
        return bytes(data[offsets[i] : offsets[i + 1] - 1]).decode("utf-8", "surrogateescape")

    @property
    def coded(self) -> bool:
        """Whether `factorize` costs nothing."""
        return self._codes is not None

    @property
    def ordered(self) -> bool:
        """Whether the uniques of `factorize` are all used, in order of first appearance, as what it finds itself is."""
        return self._codes is None or self._ordered

    def objects(self) -> npt.NDArray[np.object_]:
        """A read-only object array of ``str``."""
        if self._strs is None:
            if self._codes is None and self._repeats():
                self.factorize()
            if self._codes is not None:
                codes, uniques = self._codes
                self._strs = _locked(uniques[codes] if len(codes) else np.empty(0, dtype=object))
            else:
                raw = self._raw if self._offsets is None else self._raw[: self._offsets[-1]]
                texts = str(raw, "utf-8", "surrogateescape").split("\0")
                self._strs = _objects(texts[:-1], self._count)
        return self._strs

    def _repeats(self) -> bool:
        """Whether numbering the texts is the quicker way to objects: some of the first ones come again."""
        if speedups is None or self._count < _MANY:
            return False
        first = bytes(self.raw()[:_SAMPLE]).split(b"\0")[:-1]
        return 2 * len(set(first)) < len(first)

    def factorize(self) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.object_]]:
        """``(codes, uniques)``: ``uniques[codes]`` are the items. Not to be written to."""
        if self._codes is None:
            codes, distinct = self._numbered()
            self._codes = _locked(codes), _objects(distinct, len(distinct))
            self._ordered = True
        return self._codes

    def _numbered(self) -> tuple[npt.NDArray[np.int32], list[str]]:
        """A number for each text, and the distinct texts, in order of first appearance."""
        if speedups is not None:
            codes = np.empty(self._count, np.int32)
            if self._raw is not None or self._strs is None:
                return codes, speedups.factorize(self.raw(), codes)
            with suppress(TypeError):  # of a subclass of `str`, whose comparing may be any code
                return codes, speedups.factorize_strs(self._strs, codes)
        texts = self.objects().tolist()
        distinct = list(dict.fromkeys(texts))
        number = dict(zip(distinct, range(len(distinct)), strict=True))
        return np.fromiter(map(number.__getitem__, texts), np.int32, self._count), distinct

    def distinct(self) -> list[str]:
        """The distinct texts, in order of first appearance."""
        if self.held == "objects":
            return list(dict.fromkeys(self.objects().tolist())) if speedups is None else self._numbered()[1]
        codes, uniques = self.factorize()
        if not self._ordered:
            firsts = np.full(len(uniques), self._count)
            firsts[codes[::-1]] = np.arange(self._count - 1, -1, -1)
            uniques = uniques[np.argsort(firsts, kind="stable")[: np.count_nonzero(firsts < self._count)]]
        return uniques.tolist()  # type: ignore[no-any-return]

    def raw(self) -> Any:
        """The texts with their NULs, as a buffer of exactly these bytes."""
        if self._raw is None:
            if self._codes is not None and self._strs is None:
                self._raw, self._offsets = self._wire_of_codes(*self._codes)
            else:
                self._raw = "\0".join([*self.objects().tolist(), ""]).encode("utf-8", "surrogateescape")
        return self._raw if self._offsets is None else self._raw[: self._offsets[-1]]

    def wire(self) -> tuple[Bytes, Longs]:
        """``(data, offsets)`` as in `from_wire`."""
        data = np.frombuffer(self.raw(), np.uint8)
        if self._offsets is None:
            self._offsets = np.zeros(self._count + 1, np.int64)
            np.add(np.flatnonzero(data == 0), 1, out=self._offsets[1:])
        return data, self._offsets

    @staticmethod
    def _wire_of_codes(codes: npt.NDArray[np.int32], uniques: npt.NDArray[np.object_]) -> tuple[Bytes, Longs]:
        table = [text.encode("utf-8", "surrogateescape") + b"\0" for text in uniques.tolist()]
        widths = np.array([len(t) for t in table], np.int64)
        offsets = np.zeros(len(codes) + 1, np.int64)
        if len(codes):
            np.cumsum(widths[codes], out=offsets[1:])
        joined = b"".join([table[c] for c in codes.tolist()])
        return np.frombuffer(joined, np.uint8), offsets

    def take(self, index: Index) -> SymbolArray:
        """The items at an integer or boolean array, or a slice. Coded storage stays coded."""
        if self._codes is None and self._strs is None:
            self.objects()
        if self._codes is not None:
            codes = self._codes[0][index]
            return SymbolArray.from_codes(codes, self._codes[1])
        strs = self.objects()[index]
        return SymbolArray(len(strs), strs=strs)


@attrs.define(eq=False, repr=False)
class StringArray:
    """A list of char vectors without attributes: their bytes in one buffer, with starts and ends."""

    data: Bytes
    starts: Longs
    ends: Longs
    _cache: Any = None

    @classmethod
    def from_bytes(cls, items: Iterable[bytes]) -> StringArray:
        texts = list(items)
        widths = np.array([len(t) for t in texts], np.int64)
        ends = np.cumsum(widths, dtype=np.int64)
        return cls(np.frombuffer(b"".join(texts), np.uint8), ends - widths, ends)

    def __len__(self) -> int:
        return len(self.starts)

    def __getitem__(self, index: int) -> bytes:
        return bytes(self.data[self.starts[index] : self.ends[index]])

    def __iter__(self) -> Iterator[bytes]:
        view = self.data.data
        for start, end in zip(self.starts.tolist(), self.ends.tolist(), strict=True):
            yield bytes(view[start:end])

    def take(self, index: Index) -> StringArray:
        return StringArray(self.data, self.starts[index], self.ends[index])

    def contiguous(self) -> tuple[Bytes, Longs]:
        """``(data, offsets)``: the texts one after the other, and ``count + 1`` offsets."""
        offsets = np.zeros(len(self) + 1, np.int64)
        np.cumsum(self.ends - self.starts, out=offsets[1:])
        if not len(self):
            return np.empty(0, np.uint8), offsets
        gaps = self.starts[1:] - self.ends[:-1]
        if not gaps.any():
            return self.data[self.starts[0] : self.ends[-1]], offsets
        if speedups is not None:
            joined = np.empty(int(offsets[-1]), np.uint8)
            starts, ends = np.ascontiguousarray(self.starts), np.ascontiguousarray(self.ends)
            speedups.join_strings(np.ascontiguousarray(self.data), starts, ends, joined, False)
            return joined, offsets
        if bool((gaps > 0).all()):
            return self._without_gaps(), offsets
        index = np.repeat(self.starts - offsets[:-1], self.ends - self.starts) + np.arange(offsets[-1])
        return self.data[index], offsets

    def _without_gaps(self) -> Bytes:
        """The texts of an array that is in order, with something between any two, as texts are on the wire."""
        first = self.starts[0]
        edges = np.zeros(self.ends[-1] - first + 1, np.int8)
        edges[self.starts - first] = 1
        edges[self.ends - first] -= 1
        inside = np.cumsum(edges[:-1], dtype=np.int8).view(np.bool_)
        return self.data[first : self.ends[-1]][inside]
