"""A vector is amended in place only when nobody can tell."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.amounts import examples

from anyq.engine import Interpreter
from anyq.errors import QError
from anyq.values import QType, Value, Vector

NAMES = "abc"


def address(q: Interpreter, name: str) -> int:
    """Where the array of a variable lies."""
    held = q.get(name)
    assert isinstance(held, Vector)
    return int(held.array.__array_interface__["data"][0])


@pytest.fixture
def q() -> Interpreter:
    return Interpreter()


@pytest.mark.parametrize("text", ["v[0]+:1", "v[0]:5", "do[3;v[1]-:1]", "{v[0]::x}7", "@[`v;0;+;1]; v[0]+:1"])
def test_what_only_a_variable_holds_is_changed_where_it_lies(q: Interpreter, text: str) -> None:
    q.eval("v:til 100; v[2]:0")
    before = address(q, "v")
    q.eval(text)
    if "@" not in text:
        assert address(q, "v") == before
    assert not q.get("v").array.flags.writeable  # type: ignore[attr-defined]


def test_a_local_is_changed_where_it_lies(q: Interpreter) -> None:
    """Else each of the steps would copy 80 MB."""
    assert q.eval("{v:til x;do[1000;v[3]+:2];v 3}10000000") == 2003


ALIASES: dict[str, tuple[str, str]] = {
    "another variable": ("w:v", "w"),
    "a list": ("w:(v;`x)", "first w"),
    "a dict": ("w:`a`b!(v;1)", "w`a"),
    "a table": ("w:([]c:v)", "w`c"),
    "a projection": ("w:{[p;i]p}[v]", "w 0"),
    "a composition": ("w:('[{x};{[p;i]p}[v]])", "w 0"),
    "a namespace": (".n.w:v", ".n.w"),
    "a view that read it": ("w::v\nu:w", "u"),
    "a slice": ("w:3#v", "w"),
    "a reversed one": ("w:reverse v", "w"),
    "a drop": ("w:0_v", "w"),
    "a cut": ("w:0 4 cut v", "first w"),
    "a cast to its own type": ("w:`long$v", "w"),
    "an identity": ("w:(::)v", "w"),
    "a reshape": ("w:2 5#v", "first w"),
    "an append": ("w:v,1", "w"),
    "a value in a row": ("w:enlist v", "first w"),
    "an attribute": ("w:`u#v", "w"),
    "a parse tree": ("w:(enlist;v)", "last w"),
}


@pytest.mark.parametrize("alias", ALIASES)
@pytest.mark.parametrize("amend", ["v[0]+:100", "v[0]:100", "do[2;v[0]+:100]", "v[0 0 1]+:100", "@[`v;0;+;100]"])
def test_others_see_no_change(q: Interpreter, alias: str, amend: str) -> None:
    make, read = ALIASES[alias]
    q.eval("v:til 10; v[9]:9")  # its own array from here on
    for line in make.splitlines():
        q.eval(line)
    before = str(q.eval(read))
    q.eval(amend)
    assert str(q.eval(read)) == before
    assert q.eval("v 0") in (100, 200)


def test_an_argument_is_not_changed(q: Interpreter) -> None:
    q.eval("v:til 10; v[9]:9")
    assert q.eval("{x[0]:7; x[0]+:1; v 0} v") == 0
    assert q.eval("{y; x[0]+:1; v 0}[v;v]") == 0
    assert q.eval("{v[0]+:1; x 0} v") == 0


def test_what_is_visited_does_not_change(q: Interpreter) -> None:
    q.eval("v:til 5; v[4]:4")
    assert str(q.eval("{v[4]:9;x} each v")) == "0 1 2 3 4"
    assert str(q.eval("{v[4]+:1;x+y} scan v")) == "0 1 3 6 15"


def test_a_change_that_takes_hold_of_the_vector(q: Interpreter) -> None:
    """The function that amends runs before the look at who holds the vector."""
    q.eval("v:til 5; v[4]:4")
    q.eval("@[`v;0;{w::v; x+y};100]")
    assert q.eval("w 0") == 0
    assert q.eval("v 0") == 100


def test_python_keeps_what_it_was_given(q: Interpreter) -> None:
    q.eval("v:til 10; v[9]:9")
    value = q.get("v")
    assert isinstance(value, Vector)
    array, part = value.array, value.array[:3]
    del value
    q.eval("v[0]+:1")
    assert array[0] == part[0] == 0
    del array
    q.eval("v[0]+:1")
    assert part[0] == 0


def test_memory_of_another_is_not_written_to(q: Interpreter) -> None:
    buffer = bytearray(np.arange(10, dtype=np.int64).tobytes())
    array = np.frombuffer(buffer, np.int64)
    array.flags.writeable = False
    q.set("v", Vector.of(QType.LONG, array))
    del array
    q.eval("v[0]+:1")
    assert buffer[0] == 0
    own = np.arange(10)
    q.set("v", Vector(QType.LONG, own))
    q.eval("v[0]+:1")
    assert own[0] == 0


def test_an_error_changes_nothing(q: Interpreter) -> None:
    q.eval("v:til 10; v[9]:9")
    for text in ("v[0]:`a", "v[0]+:1.5", "v[10]:1", "v[0 1 2]+:1 2 3.5", "v[0 1 20]+:1"):
        with pytest.raises(QError, match=r"type|length"):
            q.eval(text)
        assert str(q.get("v")) == "0 1 2 3 4 5 6 7 8 9"


STEPS: dict[str, Callable[[dict[str, list[int]], str, str, int], str]] = {}


def step(name: str) -> Callable[..., object]:
    def add(function: Callable[[dict[str, list[int]], str, str, int], str]) -> object:
        STEPS[name] = function
        return function

    return add


@step("fresh")
def _fresh(model: dict[str, list[int]], x: str, y: str, i: int) -> str:
    model[x] = [i] * 6
    return f"{x}:6#{i}"


@step("alias")
def _alias(model: dict[str, list[int]], x: str, y: str, i: int) -> str:
    model[x] = list(model[y])
    return f"{x}:{y}"


@step("set")
def _set(model: dict[str, list[int]], x: str, y: str, i: int) -> str:
    model[x][i] = i + 50
    return f"{x}[{i}]:{i + 50}"


@step("add")
def _add(model: dict[str, list[int]], x: str, y: str, i: int) -> str:
    model[x][i] += model[y][i]
    return f"{x}[{i}]+:{y} {i}"


@step("many")
def _many(model: dict[str, list[int]], x: str, y: str, i: int) -> str:
    for at in (0, i, i):
        model[x][at] += 1
    return f"{x}[0 {i} {i}]+:1"


@step("through a list")
def _through(model: dict[str, list[int]], x: str, y: str, i: int) -> str:
    model[x] = list(model[y])
    return f"l:({x};{y}); {y}[{i}]+:1; {y}[{i}]-:1; {x}:l 1"


@step("in a function")
def _inside(model: dict[str, list[int]], x: str, y: str, i: int) -> str:
    changed = list(model[y])
    changed[i] += 3
    model[x] = changed
    return f"{x}:{{[p]p[{i}]+:1; c:p; p[{i}]+:1; c[0]:7; p[{i}]+:1; p}} {y}"


@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(STEPS)), st.sampled_from(NAMES), st.sampled_from(NAMES), st.integers(0, 5)),
        max_size=30,
    )
)
@settings(max_examples=examples(150))
def test_variables_never_share_a_change(steps: list[tuple[str, str, str, int]]) -> None:
    q = Interpreter()
    model = {name: [0] * 6 for name in NAMES}
    for name in NAMES:
        q.eval(f"{name}:6#0")
    for kind, x, y, i in steps:
        q.eval(STEPS[kind](model, x, y, i))
        for name in NAMES:
            held: Value = q.get(name)
            assert held.py() == model[name], (kind, x, y, i)
