"""Ordinary q programs beside the natural way in Python, NumPy or pandas, in one run.

Item-wise work may cost five times that of Python, vector work three times that of NumPy or pandas. Each line runs both
ways in turn and counts processor time, so that a busy machine disturbs both alike. Run with ``-s`` for the table;
``ANYQ_CLIFFS=word`` picks the lines that have that word.
"""

from __future__ import annotations

import io
import os
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from itertools import chain, product
from typing import Any, Final

import attrs
import numpy as np
import pytest

import anyq
from anyq.engine import Interpreter

from .clock import Report, milli

ROUNDS: Final = 3
PATIENCE: Final = 3.0
ITEMS: Final = 5.0
VECTORS: Final = 3.0

pd = pytest.importorskip("pandas")

Work = Callable[[], object]


@attrs.frozen
class Line:
    """One row of the table: q text, prepared by other q text, and the same elsewhere, made by ``rival``."""

    name: str
    text: str
    setup: str
    rival: Callable[[], Work]
    limit: float


def _loop(step: Callable[..., object], *columns: Any) -> Work:
    def run() -> None:
        for row in zip(*columns, strict=True):
            step(*row)

    return run


def _assigned() -> Work:
    def run() -> None:
        made: dict[int, int] = {}

        def step(x: int) -> None:
            made[x] = x

        for key in range(8000):
            step(key)

    return run


def _looked_up() -> Work:
    made = {f"k{i}": i for i in range(100_000)}

    def step(x: str) -> int:
        return made[x]

    return _loop(step, [f"k{i}" for i in range(0, 100_000, 10)])


def _row_of() -> Work:
    made = {i: {"v": i} for i in range(100_000)}

    def step(x: int) -> dict[str, int]:
        return made[x]

    return _loop(step, list(range(0, 100_000, 10)))


def _unique() -> Work:
    def run() -> None:
        have: set[int] = set()
        made: list[int] = []

        def step(x: int) -> None:
            if x not in have:
                have.add(x)
            made.append(x)

        for item in range(8000):
            step(item)

    return run


TEXTS: Final = [f"item{i},price{i % 977},{i}" for i in range(1_000_000)]
DAYS: Final = [f"20{i % 24:02}.{1 + i % 12:02}.{1 + i % 28:02}" for i in range(200_000)]
FLOATS: Final = np.random.default_rng(1).random(1_000_000)
LISTS: Final = [[i, i + 1, i + 2] for i in range(200_000)]
NESTED: Final = [[[i], [i + 1], [i + 2]] for i in range(200_000)]
CSV: Final = "sym,day,size,price\n" + "".join(
    [f"s{i % 99},2024-01-{1 + i % 28:02},{i},{i / 7:.3f}\n" for i in range(200_000)]
)


def _each(f: Callable[[Any], object], items: list[Any]) -> Work:
    return lambda: [f(item) for item in items]


def _running_most() -> Work:
    def most(x: float, y: float) -> float:
        return x if x > y else y

    def run() -> list[float]:
        out = [before := RAWS[0]]
        for item in RAWS[1:]:
            before = most(before, item)
            out.append(before)
        return out

    return run


def _fib() -> Work:
    def fib(n: int) -> int:
        return n if n < 2 else fib(n - 1) + fib(n - 2)

    return lambda: fib(22)


def _by_symbol(name: str) -> Work:
    names = np.array([f"s{i}" for i in range(1000)], object)[np.random.default_rng(0).integers(0, 1000, len(FLOATS))]
    frame = pd.DataFrame({"sym": names, "price": FLOATS})
    return lambda: frame.assign(price=getattr(frame.groupby("sym", sort=False)["price"], name)())


_deltas = partial(_by_symbol, "diff")


def _moving(name: str) -> Work:
    return partial(getattr(pytest.importorskip("bottleneck"), name), FLOATS, 20, 1)


def _added() -> Work:
    return lambda: np.arange(1_000_000) + np.arange(1_000_000)


def _pairs() -> Work:
    return lambda: list(product(range(1000), range(1000)))


def _csv() -> Work:
    return lambda: pd.read_csv(io.StringIO(CSV))


def _date(text: str) -> date:
    return date(int(text[:4]), int(text[5:7]), int(text[8:]))


RAWS: Final[list[float]] = FLOATS.tolist()
KEYS: Final = 'd:(`$"k",/:string til 100000)!til 100000; ks:`$"k",/:string 10*til 10000'
ROWS: Final = "kt:([k:til 100000]v:til 100000); xs:10*til 10000"
LINES: Final = [
    Line("d[x]:y, 8,000 new keys", "d:(`long$())!`long$(); {d[x]:x} each til 8000;", "", _assigned, ITEMS),
    Line("d x, 10,000 of 100,000 symbols", "{d x} each ks;", KEYS, _looked_up, ITEMS),
    Line("kt x, 10,000 of 100,000 rows", "{kt x} each xs;", ROWS, _row_of, ITEMS),
    Line("u# on append, 8,000", "v:`u#`long$(); {v,:x} each til 8000;", "", _unique, ITEMS),
    Line('"," vs\' texts', '"," vs\' texts', "texts", lambda: _each(lambda t: t.split(","), TEXTS), ITEMS),
    Line("upper texts", "upper texts", "texts", lambda: _each(str.upper, TEXTS), ITEMS),
    Line("trim each texts", "trim each texts", "texts", lambda: _each(str.strip, TEXTS), ITEMS),
    Line('"J"$ of a million', '"J"$n', "n:string til 1000000", lambda: _each(int, [*map(str, range(10**6))]), ITEMS),
    Line('"F"$ of a million', '"F"$n', "n:string .5+til 1000000", lambda: _each(float, [*map(str, RAWS)]), ITEMS),
    Line('"D"$ of 200,000', '"D"$days', "days", lambda: _each(_date, DAYS), ITEMS),
    Line("{$[x>y;x;y]}\\ of a million floats", "{$[x>y;x;y]}\\[floats]", "floats", _running_most, ITEMS),
    Line("{x*x} each of a million floats", "{x*x} each floats", "floats", lambda: _each(lambda x: x * x, RAWS), ITEMS),
    Line("fib 22", "fib 22", "fib:{$[x<2;x;fib[x-1]+fib[x-2]]}", _fib, ITEMS),
    Line("(til n)+'til n", "(til 1000000)+'til 1000000", "", _added, VECTORS),
    Line("cross, a million pairs", "n cross n:til 1000", "", _pairs, ITEMS),
    Line("last each, 200,000 lists", "last each lists", "lists", lambda: _each(lambda x: x[-1], LISTS), ITEMS),
    Line("sum each, 200,000 lists", "sum each lists", "lists", lambda: _each(sum, LISTS), ITEMS),
    Line("raze each, 200,000 lists", "raze each nested", "lists", lambda: _each(lambda x: [*chain(*x)], NESTED), ITEMS),
    Line("update deltas price by sym", "update deltas price by sym from t", "table", _deltas, VECTORS),
    Line("update sums price by sym", "update sums price by sym from t", "table", lambda: _by_symbol("cumsum"), VECTORS),
    Line("20 mavg", "20 mavg floats", "floats", lambda: _moving("move_mean"), VECTORS),
    Line("20 mdev", "20 mdev floats", "floats", lambda: _moving("move_std"), VECTORS),
    Line("20 mmax", "20 mmax floats", "floats", lambda: _moving("move_max"), VECTORS),
    Line("0.1 ema", "0.1 ema floats", "floats", lambda: pd.Series(FLOATS).ewm(alpha=0.1, adjust=False).mean, VECTORS),
    Line("0: of 200,000 rows", '("SDJF";enlist",") 0: lines', "lines", _csv, VECTORS),
]  # fmt: skip


def timed(work: Work) -> float:
    """Least processor seconds, in a few rounds."""
    found, spent = float("inf"), 0.0
    for _ in range(ROUNDS):
        began = time.thread_time()
        work()
        took = time.thread_time() - began
        found, spent = min(found, took), spent + took
        if spent > PATIENCE:
            break
    return found


def prepared(setup: str) -> Interpreter:
    """An interpreter with the data that ``setup`` names, or makes."""
    q = Interpreter()
    made: dict[str, Callable[[], anyq.Value]] = {
        "texts": lambda: anyq.strings(TEXTS),
        "days": lambda: anyq.strings(DAYS),
        "floats": lambda: anyq.floats(FLOATS),
        "lines": lambda: anyq.strings(CSV.splitlines()),
    }
    if setup in made:
        q.set(setup, made[setup]())
    elif setup == "lists":
        q.eval("lists:{x+0 1 2} each til 200000; nested:{enlist each x} each lists")
    elif setup == "table":
        q.set("floats", made["floats"]())
        q.eval('t:([]sym:1000000?`$"s",/:string til 1000;price:floats)')
    else:
        q.eval(setup)
    return q


def test_cliffs() -> None:
    report = Report()
    report.head("Ordinary programs", "anyq", "elsewhere", "ratio", "limit")
    wanted = os.environ.get("ANYQ_CLIFFS", "")
    for line in LINES:
        if wanted not in line.name:
            continue
        q = prepared(line.setup)
        ours, theirs = timed(partial(q.eval, line.text)), timed(line.rival())
        report.row(line.name, milli(ours), milli(theirs), f"{ours / theirs:.1f}", f"{line.limit:g}")
        report.target(line.name, ours / theirs, line.limit)
    report.close()
    assert not report.missed
