"""Names of lambdas and of columns."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engine.asking import Q

from anyq.engine.syntax._scope import assigned_in, column_name, locals_of, names_in, names_of, params_of
from anyq.errors import QError

names = st.sampled_from(["a", "b", "x", "y", "z"])


def body(text: str):  # type: ignore[no-untyped-def]
    return Q.parsed(text).statements


@given(st.lists(names, min_size=1, max_size=5))
def test_names_are_found_in_order(used: list[str]) -> None:
    nodes = body("+".join(used))
    assert set(names_of(nodes)) == names_in(nodes) == set(used)
    rank = 3 if "z" in used else 2 if "y" in used else 1
    assert params_of(nodes) == ("x", "y", "z")[:rank]


@given(st.lists(st.sampled_from(["a", "b", "c"]), max_size=5))
def test_what_is_assigned_is_local(targets: list[str]) -> None:
    nodes = body(";".join(f"{name}:1" for name in targets))
    assert locals_of(nodes, ()) == tuple(dict.fromkeys(targets))
    assert assigned_in(nodes) == set(targets)
    assert locals_of(nodes, ("a",)) == tuple(name for name in dict.fromkeys(targets) if name != "a")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a+:1", ()),
        ("a[0]:1", ()),
        ("a::1", ()),
        ("(a;b):c", ("a", "b")),
        ("a:b:1", ("a", "b")),
        ("{a:1}", ()),
        (".s.a:1", ()),
        ("if[1;a:2]", ("a",)),
    ],
)
def test_which_assignments_declare(text: str, wanted: tuple[str, ...]) -> None:
    assert set(locals_of(body(text), ())) == set(wanted)


def test_a_global_cannot_become_a_local() -> None:
    with pytest.raises(QError, match=r"^a$"):
        locals_of(body("a::1;a:2"), ())


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("price", "price"), ("n:price", "n"), ("2*qty", "x"), ("qty*2", "qty"), ("sum qty", "qty"),
     ("size wavg price", "price"), ("10 xbar t.minute", "minute"), ("`g#sym", "sym"), ("i", "x"), ("count i", "x"),
     ("1+1", "x"), ("f[a;b]", "a"), ("-3#'time", "time"), ("a in b", "a")],
)  # fmt: skip
def test_names_of_columns(text: str, wanted: str) -> None:
    (node,) = body(text)
    assert column_name(node)[0] == wanted


def test_queries_mask_their_phrases() -> None:
    assert params_of(body("select y from x where z")) == ("x",)
    assert {"y", "z"} <= names_in(body("select y from x where z"))
