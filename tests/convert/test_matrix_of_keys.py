"""Keyed tables, dicts and lists of every q type, through the doors of Python's libraries: their keys, too.

A cell is right as in the matrix of vectors and tables.
"""

from __future__ import annotations

import copy
import itertools
import json
import pickle
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pytest

import anyq

pd = pytest.importorskip("pandas")
pa = pytest.importorskip("pyarrow")
pl = pytest.importorskip("polars")
nw = pytest.importorskip("narwhals", reason="the matrix has narwhals among its doors")
duckdb = pytest.importorskip("duckdb", reason="the matrix has duckdb among its doors")

from tests.convert.test_matrix import KINDS, atoms, items, wrong  # noqa: E402 - it needs the libraries, too

STATES = ("plain", "nulls", "infinities", "empty")


def both(keys: Any, values: Any) -> list[Any]:
    """Keys, then values."""
    return [*items(keys), *items(values)]


def of_keyed(value: Any) -> list[Any]:
    assert type(value) is anyq.KeyedTable
    return [*value.key_table["k"], *value.value_table["c"]]


def of_dict(value: Any) -> list[Any]:
    assert type(value) is anyq.Dict
    return [*value.key, *value.value]


def columns(rows: list[Any]) -> list[Any]:
    """The first items of some rows, then the second ones."""
    return [row[0] for row in rows] + [row[1] for row in rows]


def fetched(one: Any) -> list[Any]:
    return columns(duckdb.sql("select k, c from one").fetchall())


def of_index(frame: Any) -> list[Any]:
    return both(pd.Series(frame.index), frame["c"] if isinstance(frame, pd.DataFrame) else frame)


KEYED_DOORS: dict[str, Callable[[Any], Iterable[Any]]] = {
    ".pd": lambda t: of_index(t.pd()),
    ".pd, without index": lambda t: both(t.pd().reset_index()["k"], t.pd().reset_index()["c"]),
    ".pd arrow": lambda t: of_index(t.pd(arrow=True)),
    ".np": lambda t: both(t.np()["k"], t.np()["c"]),
    ".pa": lambda t: both(t.pa()["k"], t.pa()["c"]),
    ".pl": lambda t: both(t.pl()["k"], t.pl()["c"]),
    "pd.DataFrame": lambda t: of_index(pd.DataFrame(t)),
    "np.asarray": lambda t: both(np.asarray(t)["k"], np.asarray(t)["c"]),
    "pa.table": lambda t: both(pa.table(t)["k"], pa.table(t)["c"]),
    "pl.DataFrame of Arrow": lambda t: both(pl.DataFrame(pa.table(t))["k"], pl.DataFrame(pa.table(t))["c"]),
    "narwhals": lambda t: both(nw.from_native(t)["k"].to_native(), nw.from_native(t)["c"].to_native()),
    "duckdb": fetched,
    "unkeyed": lambda t: [*t.unkeyed()["k"], *t.unkeyed()["c"]],
    "copy": lambda t: of_keyed(copy.copy(t)),
    "deepcopy": lambda t: of_keyed(copy.deepcopy(t)),
    "pickle": lambda t: of_keyed(pickle.loads(pickle.dumps(t))),
    "as_q(.pd)": lambda t: of_keyed(anyq.as_q(t.pd())),
    "as_q(.pa)": lambda t: of_keyed(anyq.as_q(t.pa())),
    "as_q(.pl)": lambda t: of_keyed(anyq.as_q(t.pl())),
    "pa.array": lambda t: items(pa.array(t)),
    "pa.record_batch": lambda t: both(pa.record_batch(t)["k"], pa.record_batch(t)["c"]),
    "pl.Series": lambda t: both(pl.Series(t).struct["k"], pl.Series(t).struct["c"]),
    "pl.DataFrame": lambda t: both(pl.DataFrame(t)["k"], pl.DataFrame(t)["c"]),
    "json": lambda t: [json.dumps(t)],
}
DICT_DOORS: dict[str, Callable[[Any], Iterable[Any]]] = {
    ".pd": lambda d: of_index(d.pd()),
    ".pa": lambda d: both(d.pa()["key"], d.pa()["value"]),
    ".pl": lambda d: both(d.pl()["key"], d.pl()["value"]),
    "copy": lambda d: of_dict(copy.copy(d)),
    "deepcopy": lambda d: of_dict(copy.deepcopy(d)),
    "pickle": lambda d: of_dict(pickle.loads(pickle.dumps(d))),
    "as_q(.pd)": lambda d: of_dict(anyq.as_q(d.pd())),
    "pd.DataFrame": lambda d: of_index(pd.DataFrame(d)),
    "np.asarray": lambda d: items(np.asarray(d)),
    "pa.array": lambda d: items(pa.array(d)),
    "pa.table": lambda d: both(pa.table(d)["key"], pa.table(d)["value"]),
    "pa.record_batch": lambda d: both(pa.record_batch(d)["key"], pa.record_batch(d)["value"]),
    "pl.Series": lambda d: both(pl.Series(d).struct["key"], pl.Series(d).struct["value"]),
    "pl.DataFrame": lambda d: both(pl.DataFrame(d)["key"], pl.DataFrame(d)["value"]),
    "pl.from_dict": lambda d: both(pl.from_dict(d)["key"], pl.from_dict(d)["value"]),
    "narwhals": lambda d: both(nw.from_native(d)["key"].to_native(), nw.from_native(d)["value"].to_native()),
    "duckdb": lambda d: columns(duckdb.sql("select key, value from d").fetchall()),
    "json": lambda d: [json.dumps(d)],
    "format": lambda d: [format(d, ".2f")],
}
MAPPING_DOORS: dict[str, Callable[[Any], Iterable[Any]]] = {
    name: door
    for what in ("keys", "table of keys")
    for name, door in {
        f"pd.Series, {what}": lambda d: both(pd.Series(d).index, pd.Series(d)),
        f"dict, {what}": lambda d: both(dict(d), dict(d).values()),
        f"**, {what}": lambda d: both({**d}, {**d}.values()),
        f"items, {what}": lambda d: both([pair[0] for pair in d.items()], [pair[1] for pair in d.items()]),
        f"get, {what}": lambda d: both(d, [d.get(key) for key in d]),
    }.items()
}
"""What reads a dictionary as a mapping, which has each key once."""
LIST_DOORS: dict[str, Callable[[Any], Iterable[Any]]] = {
    ".np": lambda v: v.np(),
    ".pd": lambda v: v.pd(),
    ".pa": lambda v: [part.values for part in v.pa()],
    ".pl": lambda v: v.pl(),
    "np.asarray": np.asarray,
    "pd.Series": pd.Series,
    "pd.DataFrame": lambda v: pd.DataFrame({"c": v})["c"],
    "pa.array": lambda v: [part.values for part in pa.array(v)],
    "pl.Series": pl.Series,
    "pl.DataFrame": lambda v: pl.DataFrame({"c": v})["c"],
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": lambda v: pickle.loads(pickle.dumps(v)),
    "as_q(.np)": lambda v: anyq.as_q(v.np()),
    "as_q(.pd)": lambda v: anyq.as_q(v.pd()),
    "as_q(.pa)": lambda v: anyq.as_q(v.pa()),
    "as_q(.pl)": lambda v: anyq.as_q(v.pl()),
}

MIXED_DOORS: dict[str, Callable[[Any], Iterable[Any]]] = {
    ".py": lambda v: v.py(),
    ".np": lambda v: v.np(),
    ".pd": lambda v: v.pd(),
    ".pa": lambda v: items(v.pa()),
    ".pl": lambda v: items(v.pl()),
    "pd.Series": pd.Series,
    "pickle": lambda v: pickle.loads(pickle.dumps(v)),
}


def parts(door: Callable[[Any], Iterable[Any]]) -> Callable[[Any], list[Any]]:
    """The items of a list's vectors, one after the other."""
    return lambda value: [item for part in door(value) for item in items(part)]


@pytest.mark.filterwarnings("ignore")
def test_every_cell_of_keys_is_right_or_says_what_to_call(capsys: pytest.CaptureFixture[str]) -> None:
    cells: dict[tuple[str, str, str], str] = {}
    for kind in KINDS:
        for state in STATES:
            some = atoms(kind, state)
            if not some and state != "empty":
                continue
            vector = anyq.vector(kind, some)
            wanted = [*vector, *vector]
            keyed = anyq.KeyedTable(anyq.table({"k": vector}), anyq.table({"c": vector}))
            for name, door in KEYED_DOORS.items():
                cells[kind, state, f"keyed table {name}"] = wrong(door, keyed, wanted)
            for name, door in DICT_DOORS.items():
                cells[kind, state, f"dict {name}"] = wrong(door, anyq.Dict(vector, vector), wanted)
            for name, door in MAPPING_DOORS.items():
                once = vector[np.array([i for i, atom in enumerate(vector) if atom not in vector[:i]], int)]
                twice = anyq.Dict(anyq.table({"k": once}), once) if "table" in name else anyq.Dict(once, once)
                cells[kind, state, f"dict {name}"] = wrong(door, twice, [*once, *once])
            for name, door in LIST_DOORS.items() if kind != "c" else ():  # char vectors are texts there
                nested = anyq.List([vector, vector[:1], vector])
                cells[kind, state, f"list {name}"] = wrong(parts(door), nested, [*vector, *vector[:1], *vector])
    for one, other in itertools.permutations(KINDS, 2):
        for state in ("plain", "nulls"):
            some = [atom for kind in (one, other) for atom in anyq.vector(kind, atoms(kind, state))][1:]
            mixed = anyq.List(some)
            for name, door in MIXED_DOORS.items():
                cells[one + other, state, f"mixed list {name}"] = wrong(door, mixed, some)
    bad = {cell: why for cell, why in cells.items() if why}
    with capsys.disabled():
        print(f"\nmatrix of keys and lists: {len(cells)} cells, {len(bad)} wrong")
    assert not bad, "\n".join(f"{' / '.join(cell)}: {why[:150]}" for cell, why in bad.items())
