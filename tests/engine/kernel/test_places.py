"""Keys found by hash are where a search through all items finds them."""

from __future__ import annotations

import gc

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings
from tests.amounts import examples

from anyq.engine import Interpreter
from anyq.engine.kernel import _places
from anyq.engine.kernel._join import join, with_last
from anyq.engine.kernel._places import _by_anchor, _indexes
from anyq.engine.kernel._search import place_of, row_place
from anyq.values import Atom, List, QType, Value, Vector, collapse, match, strings, symbols

Q = Interpreter()
KEYS = {
    "long": "til 40", "symbol": "`$string til 40", "float": "0n,.5*til 40",
    "guid": "0x0 sv/:40 16#til 640", "boolean": "40#01b",
    "date": "2024.01.01+til 40", "char": "40#.Q.a", "text": "string til 40", "mixed": "(til 20),string til 20",
    "enumerated": "`d$40#d:`a`b`c", "byte": "`byte$til 40",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """An index for any list, at the second search."""
    monkeypatch.setattr(_places, "_SHORT", 0)
    monkeypatch.setattr(_places, "_SCANS", {})
    monkeypatch.setattr(_places, "_SCANS_OF_TEXTS", 1)


def searched(x: Vector | List, item: Value) -> int:
    return next((at for at, have in enumerate(x) if match(have, item)), -1)


@pytest.mark.parametrize("kind", KEYS)
def test_every_item_of_every_type(kind: str) -> None:
    x = Interpreter().eval(KEYS[kind])
    assert isinstance(x, Vector | List)
    for _ in range(3):
        assert [place_of(x, item) for item in x] == [searched(x, item) for item in x]
    assert place_of(x[:7], x[20]) == searched(x[:7], x[20])


Step = tuple[str, int, int]
STEPS = st.lists(
    st.tuples(st.sampled_from(["put", "add", "keep"]), st.integers(0, 30), st.integers(-5, 5)), max_size=40
)
SHAPES = {
    "d:(`long$())!`long$(); key_:{x}": "(`long$%s)!`long$%s",
    "d:(`$())!`long$(); key_:{`$string x}": "(`$string `long$%s)!`long$%s",
    "d:(`float$())!(); key_:{.5*x}": "(.5*`long$%s)!`long$%s",
    'd:(enlist "zz")!enlist 0; key_:{"k",string x}': '(enlist["zz"],"k",/:string `long$%s)!0,`long$%s',
    "d:([k:`long$()]v:`long$()); key_:{x}": "([k:`long$%s]v:`long$%s)",
    "d:([k:`long$();j:`$()]v:`long$()); key_:{(x;`$string x)}": "([k:`long$%s;j:`$string `long$%s]v:`long$%s)",
}


def written(shape: str, model: dict[int, int]) -> str:
    keys, values = (
        f"((),{' '.join(map(str, part))})" if part else "()" for part in (list(model), list(model.values()))
    )
    return shape % ((keys, values) if shape.count("%s") == 2 else (keys, keys, values))


@pytest.mark.parametrize("shape", SHAPES)
@given(STEPS)
@settings(max_examples=examples(25), deadline=None)
def test_a_dict_is_that_of_python(shape: str, steps: list[Step]) -> None:
    """Assigned and amended by its keys, in any order; values that were kept stay what they were."""
    q = Q
    row = "enlist " if "[k:" in shape else ""
    q.eval(f"{shape}; put:{{d[key_ x]:{row}y}}; add:{{d[key_ x]+:{row}y}}; kept:()")
    model: dict[int, int] = {}
    kept: list[dict[int, int]] = []
    for what, at, number in steps:
        if what == "keep":
            q.eval("kept,:enlist(d;0)")
            kept.append(dict(model))
            continue
        model[at] = number + (model.get(at, 0) if what == "add" else 0)
        q.eval(f"{what}[{at};{number}]")
    for place, was in enumerate(kept):
        if was:
            assert q.eval(f"(kept[{place};0])~{written(SHAPES[shape], was)}") == 1
    if model:
        assert q.eval(f"d~{written(SHAPES[shape], model)}") == 1
        for at, number in model.items():
            found = f"(enlist`v)!enlist {number}" if row else str(number)
            assert q.eval(f"d[key_ {at}]~{found}") == 1


@pytest.mark.parametrize("keys", ["til 100", "`$string til 100", "string til 100"])
def test_older_states_do_not_see_what_was_appended(keys: str) -> None:
    x = Interpreter().eval(keys)
    more = Interpreter().eval(keys.replace("til", "100+til"))
    assert isinstance(x, Vector | List)
    assert isinstance(more, Vector | List)
    for _ in range(2):
        place_of(x, x[3])
    longer: Value = x
    for item in more:
        longer = with_last(longer, item)
        assert place_of(longer, item) == len(longer) - 1
    assert place_of(x, more[0]) == -1
    other = join(x, more[5:6])
    assert place_of(other, more[5]) == 100
    assert place_of(longer, more[5]) == 105


def test_a_changed_vector_is_searched_anew() -> None:
    q = Interpreter()
    q.eval("v:til 100; v?50; v?50; v?50; v[50]:7; v[7]:1000")
    assert q.eval("v?50 1000 7") == q.eval("100 7 50")
    assert [q.eval(f"v?{n}") for n in (50, 1000, 7)] == [100, 7, 50]


def test_rows_of_several_columns() -> None:
    columns = (collapse([Atom(QType.LONG, n % 7) for n in range(70)]), symbols([f"s{n}" for n in range(70)]))
    for _ in range(3):
        for at in range(70):
            assert row_place(columns, [column[at] for column in columns]) == at
        assert row_place(columns, [columns[0][1], columns[1][2]]) == -1


def test_an_index_is_dropped_with_its_list() -> None:
    texts = strings([str(n) for n in range(100)])
    before = len(_indexes)
    for _ in range(3):
        assert place_of(texts, texts[9]) == 9
    assert len(_indexes) == before + 1
    del texts
    gc.collect()
    assert len(_indexes) <= before
    assert all(key in _indexes for keys in _by_anchor.values() for key in keys)


@pytest.mark.parametrize("attr", ["u", "g", "s"])
def test_attributes_on_append(attr: str) -> None:
    q = Interpreter()
    q.eval(f"v:`{attr}#til 100; {{v,:x}} each 100+til 50;")
    assert q.eval("attr v") == attr
    q.eval("v,:7")
    assert q.eval("attr v") == ("g" if attr == "g" else "")
    assert q.eval("v?149 7 1000") == q.eval("149 7 151")
