"""Functions by group in one pass give what an evaluation for each group gives."""

from __future__ import annotations

from typing import Final

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings
from tests.amounts import examples

from anyq.engine import Interpreter

Q: Final = Interpreter()
WORDS: Final = "deltas prev next sums maxs mins prds ratios fills rank reverse asc max first count avgs neg distinct"
FUNCTIONS: Final = [*WORDS.split(), "2 xprev", "-1 xprev", "2 mavg", "3 msum", "2 mmax", "1 rotate", "0.5 ema"]
COLUMNS: Final = {
    "long": "1 0N 3 -4 9223372036854775807 5 6 0 2 2", "float": "1 0n 2.5 0w -0.5 1e300 3 3 0 1",
    "int": "1 0N 3 4 5 6 7 8 9 0i", "symbol": "`a`b``c`a`b`c`d`e`f", "date": "2024.01.01+til 10",
    "text": 'string til 10', "boolean": "1001101011b", "short": "`short$til 10", "span": "0D00:01*til 10",
}  # fmt: skip


def outcome(text: str) -> str:
    return str(Q.eval(f"@[{{-3!value x}};{quoted(text)};{{x}}]"))


def quoted(text: str) -> str:
    return '"' + text.replace('"', '\\"') + '"'


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("kind", COLUMNS)
@given(groups=st.lists(st.integers(0, 3), min_size=10, max_size=10))
@settings(max_examples=examples(3), deadline=None)
def test_by_group(function: str, kind: str, groups: list[int]) -> None:
    Q.eval(f"t:([]g:{' '.join(map(str, groups))};v:{COLUMNS[kind]})")
    for query in ("update w:{} by g from t", "select w:{} by g from t", "update w:{} by g from t where v<>first v"):
        fast, general = (query.format(form) for form in (f"{function} v", f"{{{function} x}}[v]"))
        assert outcome(fast) == outcome(general)


def test_expressions_of_columns_and_other_vectors() -> None:
    Q.eval("t:([]g:0 1 0 1 0;v:1 2 3 4 5;w:5 4 3 2 1); c:10; five:til 5")
    for call in ("deltas v*w", "sums v+1", "deltas v*c", "sums five", "deltas i", "prev neg v"):
        name, rest = call.split(" ", 1)
        assert outcome(f"update u:{call} by g from t") == outcome(f"update u:{{{name} x}}[{rest}] by g from t")
