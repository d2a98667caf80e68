"""What the engine's vector verbs cost beside the same work in NumPy and pandas."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pytest

from anyq import codec
from anyq.engine import Interpreter
from anyq.values import QType, SymbolArray, Vector

ROUNDS = 5
SUM_LIMIT = 1.3
SYMBOL_LIMIT = 2.5


def best(run: Callable[[], object], prepare: Callable[[], None] = lambda: None) -> float:
    """Seconds of the fastest round; ``prepare`` is not measured."""
    times = []
    for _ in range(ROUNDS):
        prepare()
        began = time.perf_counter()
        run()
        times.append(time.perf_counter() - began)
    return min(times)


def compare(name: str, ours: float, theirs: float, limit: float) -> None:
    ratio = ours / theirs
    print(f"\n{name}: {ours * 1e3:.1f} ms, {ratio:.2f} x the same elsewhere (limit {limit} x)")
    assert ratio < limit


def test_sum_of_products() -> None:
    random = np.random.default_rng(0)
    x, y = random.random(10_000_000), random.random(10_000_000)
    q = Interpreter()
    q.set("x", Vector.of(QType.FLOAT, x))
    q.set("y", Vector.of(QType.FLOAT, y))
    compare("sum x*y", best(lambda: q.eval("sum x*y")), best(lambda: (x * y).sum()), SUM_LIMIT)


@pytest.mark.parametrize("held", ["received", "strings"])
@pytest.mark.parametrize("verb", ["group", "distinct", "asc"])
def test_symbols(verb: str, held: str) -> None:
    """A million symbols of a thousand, from a peer or made of Python's strings: nothing of them is known yet."""
    pandas = pytest.importorskip("pandas")
    random = np.random.default_rng(0)
    names = np.array([f"s{number}" for number in range(1000)], object)
    texts = names[random.integers(0, len(names), 1_000_000)]
    series = pandas.Series(texts)
    theirs: dict[str, Callable[[], object]] = {
        "group": lambda: series.groupby(series).indices,
        "distinct": series.unique,
        "asc": series.sort_values,
    }
    q = Interpreter()
    body = codec.encode(Vector.of(QType.SYMBOL, SymbolArray.from_strs(texts)))

    def fresh() -> None:
        made = Vector.of(QType.SYMBOL, SymbolArray.from_strs(texts.copy()))
        q.set("s", codec.decode(body) if held == "received" else made)

    compare(f"{verb} s, {held}", best(lambda: q.eval(f"{verb} s"), fresh), best(theirs[verb]), SYMBOL_LIMIT)
