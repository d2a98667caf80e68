"""What the benchmarks send: one table of named values."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

import anyq
from anyq.values import SymbolArray

__all__ = ["LARGE", "SMALL", "compressible_table"]

MILLION = 1_000_000


def _rng() -> np.random.Generator:
    return np.random.default_rng(20001231)


def _tickers(count: int, distinct: int) -> anyq.Vector:
    names = np.array([f"SYM{i}" for i in range(distinct)], dtype=object)
    codes = _rng().integers(0, distinct, count).astype(np.int32)
    return anyq.Vector("s", SymbolArray.from_codes(codes, names))


def _longs() -> anyq.Value:
    return anyq.Vector("j", _rng().integers(-(2**62), 2**62, 10 * MILLION))


def _floats() -> anyq.Value:
    return anyq.Vector("f", _rng().random(10 * MILLION))


def _symbols() -> anyq.Value:
    return _tickers(MILLION, 1000)


def _strings() -> anyq.Value:
    lengths = _rng().integers(3, 12, MILLION).tolist()
    text = "the quick brown fox jumps over the lazy dog" * 2
    return anyq.strings([text[i % 40 : i % 40 + n] for i, n in enumerate(lengths)])


def _trades(rows: int) -> anyq.Table:
    rng = _rng()
    return anyq.table(
        {
            "time": anyq.Vector("p", 7 * 10**17 + np.cumsum(rng.integers(0, 10**6, rows))),
            "sym": _tickers(rows, 500),
            "price": anyq.Vector("f", np.round(rng.random(rows) * 1e4) / 100),
            "size": anyq.Vector("j", rng.integers(1, 100, rows) * 100),
            "side": anyq.Vector("c", rng.choice(np.frombuffer(b"BS", np.uint8), rows)),
        }
    )


def compressible_table(size: int) -> anyq.Table:
    """A table of about so many bytes of the kind that compresses: sorted symbols, slow times, round numbers."""
    rows = size // 29
    day = _trades(rows)
    names = np.array([f"SYM{i:03}" for i in range(500)], dtype=object)
    codes = np.sort(_rng().integers(0, 500, rows)).astype(np.int32)
    parts = {name: day[name] for name in ("time", "price", "size")}
    return anyq.table({"sym": anyq.Vector("s", SymbolArray.from_codes(codes, names)), **parts})


LARGE: dict[str, Callable[[], anyq.Value]] = {
    "10M longs": _longs,
    "10M floats": _floats,
    "1M symbols": _symbols,
    "1M strings": _strings,
    "1M trades": lambda: _trades(MILLION),
}
SMALL: dict[str, Callable[[], anyq.Value]] = {
    "atom": lambda: anyq.long(42),
    "10-row table": lambda: _trades(10),
    "query of 3 arguments": lambda: anyq.List([anyq.chars("{x+y+z}"), anyq.long(1), anyq.long(2), anyq.long(3)]),
}
