"""Every q type, plain, with nulls, with infinities and empty, through every door that Python's libraries open.

A cell is right when each item is what q has, or when it raises a ``TypeError`` or ``ValueError`` that names what to
call.
"""

from __future__ import annotations

import copy
import datetime as dt
import json
import math
import operator
import pickle
import statistics
import uuid
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import anyq
from anyq.values import QType

pd = pytest.importorskip("pandas")
pa = pytest.importorskip("pyarrow")
pl = pytest.importorskip("polars")
nw = pytest.importorskip("narwhals", reason="the matrix has narwhals among its doors")
duckdb = pytest.importorskip("duckdb", reason="the matrix has duckdb among its doors")

KINDS = "bgxhijefcspmdznuvt"
MOMENTS, SPANS = "pmdz", "nuvt"
UNIT_NS = {"n": 1, "u": 60 * 10**9, "v": 10**9, "t": 10**6}
FAR = 2**62
HINTS = (".np(", ".pd(", ".py(", ".pa(", ".pl(", "types=", ".is_null", "json_default")

Cell = tuple[str, str, str]


def atoms(kind: str, state: str) -> list[Any]:
    """Some atoms; `None` as the last says that the type has no such state."""
    qtype = QType.of(kind)
    plain: dict[str, list[Any]] = {
        "b": [True, False], "s": ["b", "a", "b"], "c": [b"b", b"a"], "x": [7, 1],
        "g": [uuid.UUID(int=2**100 + 5), uuid.UUID(int=1)], "e": [0.5, -2.0], "f": [0.1, -2.0], "z": [1.5, -20.25],
    }  # fmt: skip
    items = plain.get(kind, [60_000, 5, 5] if kind != "h" else [600, 5, 5])
    if state == "nulls":
        return [] if qtype.null is None else [items[0], None, items[1], None]
    if state == "infinities":
        return [] if qtype.inf is None else [items[0], qtype.inf, qtype.ninf, items[1]]
    return items if state == "plain" else []


def same(found: Any, atom: anyq.Atom) -> bool:
    """Whether an item of some library is the atom."""
    kind, item = atom.qtype.char, plain(found)
    if kind in "sc":
        return bool(item == (atom.raw if kind == "s" else bytes([atom.raw]).decode("latin-1")))
    if kind == "g":
        return bool(item == str(uuid.UUID(bytes=atom.raw)))
    if atom.is_null:
        return item is None
    if kind in SPANS:
        return isinstance(item, tuple) and abs(item[1] - atom.raw * UNIT_NS[kind]) < 1000
    if kind in MOMENTS:
        if atom.raw in (atom.qtype.inf, atom.qtype.ninf):
            return isinstance(item, tuple) and abs(item[1]) > FAR and (item[1] > 0) == (atom.raw > 0)
        wanted = nanoseconds(atom.np())
        return isinstance(item, tuple) and abs(item[1] - wanted) < 1000
    if item is None or isinstance(item, tuple | str):
        return False
    return bool(item == atom.raw) or (math.isfinite(item) and abs(item) > 2**53 and float(atom.raw) == item)


def plain(item: Any) -> Any:
    """A number, a text, ``("ns", count)`` of a moment or a span, or ``None``."""
    if isinstance(item, anyq.Atom):
        gone = item.is_null and item.qtype.char not in "scg"
        item = None if gone else item.np() if item.qtype.char in MOMENTS + SPANS else item.py()
    if item is None or item is pd.NaT or item is pd.NA or item is np.ma.masked:
        return None
    if isinstance(item, np.void):
        return str(uuid.UUID(bytes=item.tobytes()))
    if isinstance(item, bytes):
        return str(uuid.UUID(bytes=item)) if len(item) == 16 else item.decode("latin-1")
    if isinstance(item, uuid.UUID):
        return str(item)
    if isinstance(item, np.datetime64 | np.timedelta64 | dt.date | dt.timedelta | dt.time):
        return None if isinstance(item, np.generic) and np.isnat(item) else ("ns", nanoseconds(item))
    if isinstance(item, np.generic):
        item = item.item()
    return None if isinstance(item, float) and math.isnan(item) else item


def nanoseconds(item: Any) -> int:
    found = anyq.values.nanoseconds(item)
    assert found is not None
    return found


def items(whole: Any) -> list[Any]:
    """The items of an array, a series or the like, without a library's own conversion of nulls to numbers."""
    if isinstance(whole, np.ma.MaskedArray):
        return [whole[i] for i in range(len(whole))]
    if isinstance(whole, pa.Array | pa.ChunkedArray):
        kind = whole.type
        if pa.types.is_timestamp(kind) or pa.types.is_duration(kind):
            letter = "M8" if pa.types.is_timestamp(kind) else "m8"
            counts = whole.cast(pa.int64()).to_pylist()
            return [None if count is None else np.array(count, f"{letter}[{kind.unit}]")[()] for count in counts]
        return whole.to_pylist()  # type: ignore[no-any-return]
    if isinstance(whole, pl.Series):
        return items(whole.to_arrow())
    return list(whole)


def frame_with(vector: Any) -> Any:
    frame = pd.DataFrame({"n": np.arange(len(vector))})
    frame["c"] = vector
    return frame["c"]


def ducked(one: Any) -> Iterable[Any]:
    return [row[0] for row in duckdb.sql("select c from one").fetchall()]


VECTOR_DOORS: dict[str, Callable[[Any], Iterable[Any]]] = {
    "np.asarray": lambda v: items(np.asarray(v)),
    "np.array of atoms": lambda v: items(np.array(list(v))) if len(v) else [],
    "np.asarray object": lambda v: items(np.asarray(v, object)),
    "np.concatenate": lambda v: items(np.concatenate([v, v])[: len(v)]),
    "np.ravel": lambda v: items(np.ravel(v)),
    "np.flip": lambda v: items(np.flip(np.asarray(v)))[::-1],
    ".np": lambda v: items(v.np()),
    ".py": lambda v: [bytes([c]) for c in v.py()] if isinstance(v.py(), bytes) else v.py(),
    "pd.Series": lambda v: items(pd.Series(v)),
    "pd.Series object": lambda v: items(pd.Series(v, dtype=object)),
    "pd.DataFrame": lambda v: items(pd.DataFrame({"c": v})["c"]),
    "frame[c] =": lambda v: items(frame_with(v)),
    ".pd": lambda v: items(v.pd()),
    ".pd arrow": lambda v: items(pa.array(v.pd(arrow=True).array)),
    "pa.array": lambda v: items(pa.array(v)),
    "pa.chunked_array": lambda v: items(pa.chunked_array(v)),
    "pa.table": lambda v: items(pa.table({"c": v})["c"]),
    ".pa": lambda v: items(v.pa()),
    "pl.Series": lambda v: items(pl.Series(v)),
    "pl.DataFrame": lambda v: items(pl.DataFrame({"c": v})["c"]),
    ".pl": lambda v: items(v.pl()),
    "narwhals": lambda v: items(nw.from_native(v, series_only=True).to_native()),
    "copy": lambda v: copy.copy(v),
    "deepcopy": lambda v: copy.deepcopy(v),
    "pickle": lambda v: pickle.loads(pickle.dumps(v)),
    "iteration": list,
    "slice": lambda v: v[:],
    "mask": lambda v: v[np.ones(len(v), bool)],
    "as_q(.pd)": lambda v: anyq.as_q(v.pd()),
    "as_q(.pl)": lambda v: anyq.as_q(v.pl()),
    "as_q(.np)": lambda v: anyq.as_q(v.np()),
    "dict": lambda v: anyq.dict(list(range(len(v))), v).values(),
    "dict .pd": lambda v: items(anyq.Dict(anyq.longs(range(len(v))), v).pd()),
    "pd.Series of a dict": lambda v: items(pd.Series(anyq.Dict(anyq.longs(range(len(v))), v))),
}
TABLE_DOORS: dict[str, Callable[[Any], Iterable[Any]]] = {
    "pd.DataFrame(t)": lambda t: items(pd.DataFrame(t)["c"]),
    "np.asarray(t)": lambda t: items(np.asarray(t)["c"]),
    "t.np": lambda t: items(t.np()["c"]),
    "t.py": lambda t: t.py()["c"] if t.dtypes["c"] is not QType.CHAR else [bytes([c]) for c in t.py()["c"]],
    "t.pd": lambda t: items(t.pd()["c"]),
    "t.pa": lambda t: items(t.pa()["c"]),
    "t.pl": lambda t: items(t.pl()["c"]),
    "pa.table(t)": lambda t: items(pa.table(t)["c"]),
    "pl.DataFrame(t)": lambda t: items(pl.DataFrame(t)["c"]),
    "narwhals(t)": lambda t: items(nw.from_native(t)["c"].to_native()),
    "duckdb(t)": ducked,
    "rows": lambda t: [row["c"] for row in t],
    "dict(row)": lambda t: [dict(row)["c"] for row in t],
    "{**row}": lambda t: [{**row}["c"] for row in t],
    "head": lambda t: t.head(99)["c"],
    "t[[c]]": lambda t: t[["c"]]["c"],
    "pickle(t)": lambda t: pickle.loads(pickle.dumps(t))["c"],
    "as_q(t.pd)": lambda t: anyq.as_q(t.pd())["c"],
    "as_q(t.pa)": lambda t: anyq.as_q(t.pa())["c"],
    "as_q(t.pl)": lambda t: anyq.as_q(t.pl())["c"],
    "keyed": lambda t: list(anyq.KeyedTable(t[["n"]], t[["c"]]).value_table["c"]),
    "keyed .pd": lambda t: items(anyq.KeyedTable(t[["n"]], t[["c"]]).pd()["c"]),
    "keyed .pl": lambda t: items(anyq.KeyedTable(t[["n"]], t[["c"]]).pl()["c"]),
}
REDUCTIONS: dict[str, Callable[[Any], Any]] = {
    "np.mean": np.mean, "np.sum": np.sum, "np.max": np.max, "np.median": np.median, "np.std": np.std,
    "np.cumsum": lambda v: np.cumsum(v)[-1],
}  # fmt: skip


LIST_DOORS = (
    "np.asarray", ".np", ".py", "pd.Series", "pd.DataFrame", "frame[c] =", ".pd", "pa.array", ".pa", "pl.Series", ".pl",
    "narwhals", "copy", "pickle", "iteration", "slice", "mask", "as_q(.pd)", "as_q(.pl)", "as_q(.np)",
)  # fmt: skip
"""The doors that lists have, too: what is in them is compared as texts."""


def texts(found: Iterable[Any]) -> list[str]:
    """Char vectors as texts, whatever a library makes of them."""
    return [bytes(item).decode() if isinstance(item, anyq.Vector | bytes) else str(item) for item in found]


def wrong(door: Callable[[Any], Iterable[Any]], value: Any, wanted: list[anyq.Atom]) -> str:
    """Why a cell is wrong; empty if it is right."""
    try:
        found = list(door(value))
    except (TypeError, ValueError) as error:
        return "" if any(hint in str(error) for hint in HINTS) else f"{type(error).__name__}: {error}"
    if len(found) != len(wanted) or not all(same(item, atom) for item, atom in zip(found, wanted, strict=True)):
        return f"{found} for {wanted}"
    return ""


def reduced(function: Callable[[Any], Any], vector: Any) -> str:
    """NumPy's functions of numbers: those of the floats with NaN for a null."""
    plain_numbers = np.array([math.nan if atom.is_null else atom.raw for atom in vector])
    with np.errstate(all="ignore"):
        try:
            found, wanted = float(function(vector)), float(function(plain_numbers))
        except (TypeError, ValueError) as error:
            return "" if any(hint in str(error) for hint in HINTS) else str(error)
    return "" if found == pytest.approx(wanted, nan_ok=True) else f"{found} for {wanted}"


def text_of(plain_value: Any) -> Any:
    if isinstance(plain_value, bytes):
        return plain_value.decode("latin-1")
    return str(plain_value) if isinstance(plain_value, uuid.UUID) else plain_value


def unequal(atom: anyq.Atom) -> bool:
    """Whether an atom need not equal its Python value: a null, or one that counts nanoseconds or saturates there."""
    return atom.is_null or atom.qtype.char in MOMENTS + "n"


def in_json(atom: anyq.Atom) -> bool:
    """Through JSON and back: numbers and nulls as they are, others as the text of the Python value."""
    found, value = json.loads(json.dumps(atom, default=anyq.json_default)), atom.py()
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return found is None or math.isnan(found)
    if isinstance(value, bool | int | float | str):
        return bool(found == value)
    return isinstance(found, str) and found in (str(text_of(value)), getattr(value, "isoformat", str)())


def formatted(atom: anyq.Atom, spec: str) -> bool:
    """Whether a format is that of Python's number or text, or of q's text where Python has neither."""
    as_text = atom.qtype.char in MOMENTS + SPANS or atom.py() is None
    return format(atom, spec) == format(str(atom) if as_text else text_of(atom.py()), spec)


def like_python(function: Callable[[Any], Any]) -> Callable[[anyq.Atom], bool]:
    """What a function makes of a number is what it makes of Python's; nulls and other types raise."""

    def door(atom: anyq.Atom) -> bool:
        number = atom.qtype.char in "bxhijef" and (isinstance(atom.raw, float) or not atom.is_null)
        wanted = outcome(function, atom.raw) if number else None
        found = outcome(function, atom) if number else function(atom)
        return number and repr(found) == repr(wanted)

    return door


def outcome(function: Callable[[Any], Any], number: object) -> object:
    """What a function gives, or the kind of what it raises; our own errors as they are."""
    try:
        return function(number)
    except anyq.ConversionError as error:
        return TypeError if any(hint in str(error) for hint in HINTS) else error
    except (TypeError, ValueError, OverflowError) as error:
        return type(error)


NUMBER_DOORS: dict[str, Callable[[Any], Any]] = {
    "+": lambda x: x + 1, "-": lambda x: x - 1, "reflected -": lambda x: 1 - x, "*": lambda x: 3 * x,
    "/": lambda x: x / 2, "//": lambda x: x // 2, "%": lambda x: x % 7, "divmod": lambda x: divmod(x, 2),
    "**": lambda x: x**2, "abs": abs, "neg": operator.neg, "+float": lambda x: x + 0.5,
    "<": lambda x: (x < 1, x <= 1, x > 1, x >= 1), "int": int, "float": float, "complex": complex,
    "math.floor": math.floor, "math.ceil": math.ceil, "math.trunc": math.trunc, "round 1": lambda x: round(x, 1),
    "sum": lambda x: sum([x, x]), "fsum": lambda x: math.fsum([x]), "math.isnan": math.isnan,
    "statistics.fmean": lambda x: statistics.fmean([x]), "statistics.median": lambda x: statistics.median([x, x]),
    "Fraction +": lambda x: Fraction(1, 2) + x,
}  # fmt: skip
ATOM_DOORS: dict[str, Callable[[anyq.Atom], bool]] = {
    "np.asarray": lambda atom: same(np.asarray(atom)[()], atom),
    "np.asarray float": lambda atom: atom.qtype.char in MOMENTS + SPANS or same(np.asarray(atom, float)[()], atom),
    ".np": lambda atom: same(atom.np(), atom),
    ".py": lambda atom: same(atom.py(), atom),
    ".py tz": lambda atom: same(utc(atom.py(tz="Asia/Tokyo")), atom),
    ".pd": lambda atom: same(atom.pd(), atom),
    ".pd tz": lambda atom: same(utc(atom.pd(tz="Asia/Tokyo")), atom),
    ".pa": lambda atom: same(items(anyq.as_q([atom]).pa())[0], atom),
    ".pl": lambda atom: same(atom.pl(), atom),
    "pd.Series": lambda atom: same(pd.Series([atom])[0], atom),
    "pl.Series": lambda atom: same(pl.Series(anyq.as_q([atom]))[0], atom),
    "as_q": lambda atom: anyq.match(anyq.as_q(atom.np()), atom) or atom.qtype.char in "bsgcxhijez",
    "pickle": lambda atom: anyq.identical(pickle.loads(pickle.dumps(atom)), atom),
    "copy": lambda atom: anyq.identical(copy.copy(atom), atom),
    "deepcopy": lambda atom: anyq.identical(copy.deepcopy([atom])[0], atom),
    "repr": lambda atom: anyq.identical(eval(repr(atom), {"anyq": anyq}), atom),
    "hash": lambda atom: {atom: 1}[atom] == 1 and hash(atom) == hash(copy.copy(atom)),
    "==": lambda atom: atom != anyq.symbol("other") and (atom == atom.py() or unequal(atom)),
    "< itself": lambda atom: (atom < atom) is False and (atom <= atom) is True,
    "bool": lambda atom: bool(atom) is bool(atom.py()),
    "max": lambda atom: max([atom, atom]) is atom,
    "statistics.mean": lambda atom: bool(statistics.mean([atom])),  # type: ignore[type-var]
    **{name: like_python(function) for name, function in NUMBER_DOORS.items()},
    "format": lambda atom: format(atom, "") == str(atom),
    "format >30": lambda atom: formatted(atom, ">30"),
    "format .2f": lambda atom: formatted(atom, ".2f"),
    "format ,": lambda atom: formatted(atom, ","),
    "%s": lambda atom: "%s" % atom == str(atom),  # noqa: UP031
    "json default": in_json,
    "json": lambda atom: bool(json.dumps(atom)),
}


def utc(moment: Any) -> Any:
    """A moment of a zone as that of UTC."""
    return (
        moment.astimezone(dt.UTC).replace(tzinfo=None) if isinstance(moment, dt.datetime) and moment.tzinfo else moment
    )


def singles(atom: anyq.Atom) -> Iterable[tuple[str, str]]:
    """The doors of one atom."""
    for name, door in ATOM_DOORS.items():
        try:
            yield f"atom {name}", "" if door(atom) else "wrong"
        except (TypeError, ValueError) as error:
            yield (
                f"atom {name}",
                "" if any(hint in str(error) for hint in HINTS) else f"{type(error).__name__}: {error}",
            )


@pytest.mark.filterwarnings("ignore")
def test_every_cell_is_right_or_says_what_to_call(capsys: pytest.CaptureFixture[str]) -> None:
    cells: dict[Cell, str] = {}
    for kind in KINDS:
        for state in ("plain", "nulls", "infinities", "empty"):
            some = atoms(kind, state)
            if not some and state != "empty":
                continue
            vector = anyq.vector(kind, some)
            wanted = list(vector)
            table = anyq.table({"n": range(len(some)), "c": vector})
            for name, door in VECTOR_DOORS.items():
                cells[kind, state, name] = wrong(door, vector, wanted)
            for name, door in TABLE_DOORS.items():
                cells[kind, state, name] = wrong(door, table, wanted)
            if kind in "bxhijef" and some:
                for name, function in REDUCTIONS.items():
                    cells[kind, state, name] = reduced(function, vector)
            for place, atom in enumerate(wanted):
                for name, why in singles(atom):
                    cells[kind, f"{state} {place}", name] = why
    with anyq.sync.open_embedded() as q:
        enumeration = q("e:`b`a;`e$`b`a`b")
    wanted = list(anyq.symbols(["b", "a", "b"]))
    table = anyq.Table(anyq.symbols(["n", "c"]), anyq.List([[1, 2, 3], enumeration]))
    for name, door in VECTOR_DOORS.items():
        cells["enumeration", "plain", name] = wrong(door, enumeration, wanted)
    for name, door in TABLE_DOORS.items():
        cells["enumeration", "plain", name] = wrong(door, table, wanted)
    lines = ["ab", "", "c"]
    for name in LIST_DOORS:
        cells["strings", "plain", name] = "" if texts(VECTOR_DOORS[name](anyq.strings(lines))) == lines else "wrong"
    for name, door in TABLE_DOORS.items():
        if name not in ("pd.DataFrame(t)", "np.asarray(t)", "t.py"):
            made = anyq.table({"n": [1, 2, 3], "c": anyq.strings(lines)})
            cells["strings", "plain", name] = "" if texts(door(made)) == lines else "wrong"
    bad = {cell: why for cell, why in cells.items() if why}
    with capsys.disabled():
        print(f"\nmatrix of doors: {len(cells)} cells, {len(bad)} wrong")
    assert not bad, "\n".join(f"{' / '.join(cell)}: {why[:150]}" for cell, why in bad.items())
