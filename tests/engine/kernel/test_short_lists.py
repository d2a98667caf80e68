"""Short lists in one pass give what each of them gives by itself."""

from __future__ import annotations

from typing import Final

import pytest

from anyq.engine import Interpreter
from anyq.values import match

Q: Final = Interpreter()
LISTS: Final = {
    "longs": "{til 1+x mod 3} each til 50", "nulls": "{0N 1 2 x} each til 50", "empty": "{til x mod 3} each til 50",
    "floats": "{.1*1+til 1+x mod 4} each til 50", "mixed": "{$[x mod 2;til 2;1 2f]} each til 50",
    "ints": "{`int$x+0 1} each til 50", "flags": "{2#x>25} each til 50", "dates": "{2024.01.01+x+0 1} each til 50",
    "symbols": "{`a`b} each til 50", "texts": "string til 50", "nested": "{(til x mod 3;1 2)} each til 50",
    "razed": "{enlist each 1+til 1+x mod 3} each til 50", "atoms": "50#(1;2 3)",
    "null floats": "{0n,x+0n 1} each til 50",
}  # fmt: skip


@pytest.mark.parametrize("name", ["count", "first", "last", "sum", "avg", "min", "max", "raze"])
@pytest.mark.parametrize("kind", LISTS)
def test_each(name: str, kind: str) -> None:
    Q.eval(f"v:{LISTS[kind]}")
    whole = Q.eval(f"@[{{{name} each v}};0;{{`$x}}]")
    general = Q.eval(f"@[{{{{{name} x}} each v}};0;{{`$x}}]")
    assert match(whole, general)
    assert str(whole) == str(general)


@pytest.mark.parametrize(
    "x", ["til 3", "1 0N", "1 2f", "`a`b", '"ab"', "01b", "()", "0#0", "5", "(1;`a)", "2024.01.01+til 2"]
)
def test_cross(x: str) -> None:
    for y in ("til 2", "1 2f", "`c`d", '"xy"', "0#0", "7"):
        assert Q.eval(f"(({x}) cross {y})~raze {{x,/:\\:y}}[(),{x};(),{y}]") == 1 or "0#0" in (x, y) or x == "()"
        assert Q.eval(f"(count ({x}) cross {y})=(count {x})*count {y}") == 1
