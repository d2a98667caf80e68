"""What a column of a frame becomes: what the caller says (``types=``), else what the frame remembers of q, else its
own dtype's q type.

A frame that came from q carries notes: for each column whose type or attribute its dtype does not tell, a small dict
of ``type`` (a type character; ``C`` for char vectors, another capital for lists of such vectors), ``attr``, and
``inf``, the infinities that were saturated. A note counts as long as every item fits it exactly: a column that was
computed anew goes by its dtype.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from itertools import pairwise
from typing import Any, Final

import attrs
import numpy as np
import numpy.typing as npt

from anyq.errors import ConversionError
from anyq.values import (
    Atom,
    Attr,
    List,
    QType,
    StringArray,
    Strings,
    SymbolArray,
    Table,
    Value,
    Vector,
    chars,
    strings,
    vector,
)

from ._numpy import EPOCH, exactly, temporal
from ._rules import RULES
from ._texts import string_list, symbols_of_texts

__all__ = ["DEFAULT", "How", "Note", "as_chars", "become", "fitted", "kept_attr", "note_of", "notes_of"]

Array = npt.NDArray[Any]
Note = dict[str, str]

_TOLD: Final = frozenset({QType.CHAR, QType.GUID, QType.MONTH, QType.DATE, QType.DATETIME, QType.MINUTE, QType.SECOND,
                          QType.TIME})  # fmt: skip
"""The types that no library's dtype tells from others."""
_NUMBERS: Final = "bxhijef"
_UNITS: Final = {QType.TIMESTAMP: "ns", QType.MONTH: "M", QType.DATE: "D", QType.DATETIME: "ms"}
_ENDS: Final = {"M": (-23_628, 96_359), "D": (-719_162, 2_932_896), "ms": (-62_135_596_800_000, 253_402_300_799_999)}
"""Where frames end: the years 1 and 9999, in counts from 1970."""


def _code(kind: QType | str | int) -> str:
    if kind in ("*", "C"):
        return "C"
    char = QType.of(kind).char
    if char == " ":
        raise ConversionError(f"{kind!r} is no type of a column; use a type character, or '*' for char vectors")
    return char


def _codes(types: Mapping[str, QType | str | int] | None) -> dict[str, str]:
    return {name: _code(kind) for name, kind in (types or {}).items()}


def _known(instance: How, _: Any, strings: str) -> None:
    if strings not in ("symbols", "chars"):
        raise ValueError(f"strings is 'symbols' or 'chars', not {strings!r}")


@attrs.frozen
class How:
    """The options of a conversion: the q type of columns by name, and what texts become."""

    types: dict[str, str] = attrs.field(factory=dict, converter=_codes)
    strings: Strings = attrs.field(default="symbols", validator=_known)

    @property
    def chars(self) -> bool:
        return self.strings == "chars"

    @property
    def inner(self) -> How:
        """The options of what a column or an argument holds: its own names are no columns."""
        return How({}, self.strings) if self.types else self

    def check(self, names: list[str]) -> None:
        """`ConversionError` for types of columns that are not among ``names``."""
        unknown = [name for name in self.types if name not in names]
        if unknown:
            raise ConversionError(f"types= names {', '.join(unknown)}; the columns are {', '.join(names) or 'none'}")


DEFAULT: Final = How()


def fitted(
    how: How, name: str, note: Note | None, *, text: bool, plain: Callable[[], Any], default: Callable[[], Value]
) -> Value:
    """One column. ``plain`` gives its content for `become`; ``default`` what its dtype makes of it."""
    try:
        if name in how.types:
            return become(plain(), how.types[name])
        found = None
        if note is not None and "type" in note:
            with suppress(ConversionError):
                found = _noted(note, plain, default)
        if found is None:
            found = become(plain(), "C") if text and how.chars else default()
        return kept_attr(found, note)
    except ConversionError as error:
        if not name:
            raise
        raise ConversionError(f"column {name}: {error}") from None


def _noted(note: Note, plain: Callable[[], Any], default: Callable[[], Value]) -> Value:
    code = note["type"]
    if code == "C" or code.islower():
        return become(plain(), code, exact=True, inf=note.get("inf", ""))
    whole = default()
    if not isinstance(whole, List) or not all(isinstance(item, Vector | List) for item in whole.items):
        raise ConversionError("no list of lists")
    return List.of(tuple([become(_plain_vector(item), code.lower(), exact=True) for item in whole.items]))


def as_chars(value: Value) -> Value:
    """``value`` with char vectors in place of its symbols: an atom, a vector, or lists of such."""
    if isinstance(value, Atom) and value.qtype is QType.SYMBOL:
        return chars(value.raw)
    if isinstance(value, Vector) and value.qtype is QType.SYMBOL:
        return List.of(_symbol_texts(value.symbols))
    if isinstance(value, List) and value.strings is None:
        return List.of(tuple([as_chars(item) for item in value.items]))
    return value


def _symbol_texts(array: SymbolArray) -> StringArray:
    data, offsets = array.wire()
    return StringArray(data, offsets[:-1], offsets[1:] - 1)


def _plain_vector(vector: Any) -> Any:
    if isinstance(vector, List):
        return [bytes(item) for item in vector.items]
    if isinstance(vector.data, SymbolArray):
        return _symbol_texts(vector.data)
    return vector.np()


# --- what is remembered ----------------------------------------------------------------------------------------------


def note_of(column: Value) -> Note:
    """What no dtype tells of a column; empty for most."""
    note: Note = {}
    if isinstance(column, Vector):
        if column.qtype in _TOLD:
            note["type"] = column.qtype.char
        note |= {"inf": found} if (found := _saturated(column)) else {}
    elif isinstance(column, List):
        note |= {"type": found} if (found := _list_code(column)) else {}
    if isinstance(column, Vector | List) and column.attr:
        note["attr"] = column.attr.char
    return note


def notes_of(table: Table, labels: list[str]) -> dict[str, Note]:
    """The notes of columns by label; names that stand twice have none."""
    pairs = zip(labels, table.data, strict=True)
    return {name: note for name, column in pairs if labels.count(name) == 1 and (note := note_of(column))}


def _saturated(vector: Vector) -> str:
    if vector.qtype not in (QType.MONTH, QType.DATE, QType.DATETIME):
        return ""
    data = vector.array
    return "+" * bool((data == vector.qtype.inf).any()) + "-" * bool((data == vector.qtype.ninf).any())


def _list_code(column: List) -> str:
    if column.strings is not None or (string_list(column) is not None and _all_vectors(column)):
        return "C"
    kinds = {item.qtype for item in column.items if isinstance(item, Vector)}
    told = len(kinds) == 1 and _all_vectors(column) and kinds <= _TOLD
    return kinds.pop().char.upper() if told else ""


def _all_vectors(column: List) -> bool:
    return all(isinstance(item, Vector) for item in column.items)


def kept_attr(found: Value, note: Note | None) -> Value:
    """``found`` with the attribute of its note, if it still holds."""
    if note is None or "attr" not in note or not isinstance(found, Vector):
        return found
    attr = Attr.of(note["attr"])
    return found.with_attr(attr) if _holds(attr, found) else found


def _holds(attr: Attr, vector: Vector) -> bool:
    if attr is Attr.GROUPED or len(vector) < 2:
        return True
    if attr is Attr.SORTED:
        return _is_sorted(vector)
    raws = [raw.tobytes() for raw in vector.array] if vector.qtype is QType.GUID else vector.array.tolist()
    distinct = len(set(raws))
    if attr is Attr.UNIQUE:
        return distinct == len(raws)
    return distinct == 1 + sum(1 for one, other in pairwise(raws) if one != other)


def _is_sorted(vector: Vector) -> bool:
    data = vector.array
    if vector.qtype in (QType.SYMBOL, QType.GUID):
        raws = data.tolist() if vector.qtype is QType.SYMBOL else [raw.tobytes() for raw in data]
        return all(one <= other for one, other in pairwise(raws))
    if data.dtype.kind == "f":
        gone = np.isnan(data)
        count = int(gone.sum())
        return bool(gone[:count].all()) and bool((data[count:-1] <= data[count + 1 :]).all())
    return bool((data[:-1] <= data[1:]).all())


# --- making a column of a type ---------------------------------------------------------------------------------------


def become(plain: Any, code: str, *, exact: bool = False, inf: str = "") -> Value:
    """``plain`` as a vector of the type ``code``, or as char vectors (``C``).

    ``plain`` is an array (masked where items are missing), texts as a `StringArray`, or a list of Python objects with
    ``None`` for what is missing. Raises `anyq.ConversionError` for an item that does not fit; ``exact`` refuses also
    what a cast would cut off, a moment's time of day for a date.
    """
    if code == "C":
        return List.of(plain) if isinstance(plain, StringArray) else strings([_text(item) for item in _items(plain)])
    qtype = QType.of(code)
    if isinstance(plain, StringArray):
        return _of_texts(plain, qtype, exact)
    kind = plain.dtype.kind if isinstance(plain, np.ndarray) else ""
    if kind == "M" and qtype in _UNITS:
        return _moments(plain, qtype, exact, inf)
    if kind == "m" and RULES[qtype].span:
        counts = _counts(plain, np.dtype(f"m8[{RULES[qtype].unit}]"), exact)
        return temporal(qtype, counts, np.isnat(plain), 0)
    if kind and kind in "biuf" and code in _NUMBERS:
        return _numbers(plain, qtype)
    return vector(qtype, _items(plain))


def _items(plain: Any) -> list[Any]:
    """The items of a column, ``None`` where one is missing."""
    if isinstance(plain, StringArray):
        return [raw.decode("utf-8", "surrogateescape") for raw in plain]
    if isinstance(plain, np.ndarray) and plain.dtype.kind in "Mm":
        return [None if gone else item for item, gone in zip(plain, np.isnat(plain).tolist(), strict=True)]
    found: list[Any] = plain.tolist() if isinstance(plain, np.ndarray) else list(plain)
    return found


def _text(item: Any) -> Any:
    return "" if item is None else item if isinstance(item, str | bytes) else str(item)


def _of_texts(texts: StringArray, qtype: QType, exact: bool) -> Value:
    if qtype is QType.SYMBOL:
        return symbols_of_texts(*texts.contiguous())
    found = [raw.decode("utf-8", "surrogateescape") for raw in texts]
    if qtype is QType.CHAR:
        if any(len(text) != 1 for text in found):
            raise ConversionError("a char is one character")
        try:
            return vector(qtype, "".join(found).encode("latin-1"))
        except UnicodeEncodeError:
            raise ConversionError("a char is one byte") from None
    if exact and qtype is not QType.GUID:
        raise ConversionError("texts are no numbers")
    return vector(qtype, [text or None for text in found])


def _counts(array: Array, dtype: np.dtype[Any], exact: bool) -> Array:
    mask = np.isnat(array)
    counts = exactly(array, dtype, mask)
    if exact and array.dtype != dtype and bool(((counts.view(dtype).astype(array.dtype) != array) & ~mask).any()):
        raise ConversionError(f"an item is finer than {np.datetime_data(dtype)[0]}")
    return counts


def _moments(array: Array, qtype: QType, exact: bool, inf: str) -> Value:
    unit, mask = _UNITS[qtype], np.isnat(array)
    counts = _counts(array, np.dtype(f"M8[{unit}]"), exact)
    if qtype is QType.DATETIME:
        data = (counts - EPOCH["ns"] // 10**6) / 86_400_000
        data[mask] = np.nan
        found = Vector(qtype, data)
    else:
        found = temporal(qtype, counts, mask, EPOCH[unit])
    if not inf:
        return found
    ends = found.array.copy()
    for end, sign, infinity in zip(_ENDS[unit], "-+", (qtype.ninf, qtype.inf), strict=True):
        if sign in inf:
            ends[counts == end] = infinity
    return Vector(qtype, ends)


def _numbers(array: Array, qtype: QType) -> Value:
    """Numbers as those of another type: to integers exactly, to floats rounded."""
    mask = np.ma.getmaskarray(array)
    data = np.array(array.data if isinstance(array, np.ma.MaskedArray) else array)
    if data.dtype.kind == "f" and qtype.numpy.kind != "f":
        mask = mask | np.isnan(data)
        data[mask] = 0
        whole = np.abs(data) < 2.0**63
        if not bool(whole.all()) or bool((data != np.rint(data)).any()):
            raise ConversionError(f"a number with a fraction, or out of range, is no {qtype.label}")
        data = data.astype(np.int64)
    data[mask] = 0
    found = Vector(qtype, data)
    if not mask.any():
        return found
    if qtype.null is None:
        raise ConversionError(f"nulls among values of type {qtype.label}, which has no null")
    with_nulls = found.array.copy()
    with_nulls[mask] = qtype.null
    return Vector(qtype, with_nulls)
