"""One way of saying a thing gives what another way gives: whole and item by item, text and tree, group and loop."""

from __future__ import annotations

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from anyq.console import literal
from anyq.engine import Interpreter
from anyq.errors import QError
from anyq.values import Value, match

Q = Interpreter()
FEW = settings(max_examples=10, deadline=None)
"""Each example is compiled several times over."""

ATOMIC = ["+", "-", "*", "%", "&", "|", "^", "=", "<", ">", "<=", ">=", "<>", " div ", " mod ", " xexp ", " xbar "]
UNARIES = [
    "neg", "abs", "signum", "not", "null", "floor", "ceiling", "sqrt", "exp", "log", "reciprocal", "string", "lower",
    "upper",
]  # fmt: skip
AGGREGATES = [
    "sum", "prd", "min", "max", "avg", "med", "dev", "sdev", "var", "svar", "count", "first", "last", "all", "any",
    "distinct", "reverse", "asc", "desc", "sums", "maxs", "mins", "deltas", "prev", "next", "fills", "wavg[2]",
    "{last x}", "{x where x>1}",
]  # fmt: skip
MONADS = [
    "count",
    "first",
    "last",
    "type",
    "distinct",
    "reverse",
    "group",
    "iasc",
    "where",
    "raze",
    "flip",
    "key",
    "til",
]

VECTORS = {
    "b": st.booleans().map(lambda v: f"{int(v)}b"),
    "h": st.integers(-9, 9).map(lambda v: f"{v}h") | st.just("0Nh"),
    "i": st.integers(-9, 9).map(lambda v: f"{v}i") | st.just("0Ni"),
    "j": st.integers(-9, 9).map(str) | st.sampled_from(["0N", "0W", "-0W"]),
    "e": st.integers(-9, 9).map(lambda v: f"{v}.5e") | st.just("0Ne"),
    "f": st.integers(-9, 9).map(lambda v: f"{v}.5") | st.sampled_from(["0n", "0w", "-0w"]),
    "c": st.sampled_from(['"a"', '"Z"', '" "', '"0"']),
    "s": st.sampled_from(["`a", "`B", "`", "`zz"]),
    "p": st.sampled_from(["2020.01.01D10:00", "2000.01.01D00:00:00.000000001", "0Np"]),
    "d": st.sampled_from(["2020.01.31", "1999.12.31", "0Nd"]),
    "m": st.sampled_from(["2020.01m", "1999.12m", "0Nm"]),
    "n": st.sampled_from(["0D01:00", "-0D00:00:01", "0Nn"]),
    "u": st.sampled_from(["10:30", "-00:01", "0Nu"]),
    "v": st.sampled_from(["10:30:01", "0Nv"]),
    "t": st.sampled_from(["10:30:01.500", "0Nt"]),
}


@st.composite
def vectors(draw: st.DrawFn, size: int | None = None, letters: str = "".join(VECTORS)) -> str:
    """The text of a vector of one type, as a list of its atoms."""
    items = VECTORS[draw(st.sampled_from(letters))]
    count = draw(st.integers(1, 4)) if size is None else size
    atoms = draw(st.lists(items, min_size=count, max_size=count))
    return f"({';'.join(atoms)})" if count != 1 else f"(enlist {atoms[0]})"


def outcome(text: str) -> Value | str:
    """The value of a text, or its error."""
    try:
        return Q.eval(text)
    except QError as error:
        return error.text


def agree(*texts: str) -> None:
    """All texts have one outcome."""
    first = outcome(texts[0])
    for text in texts[1:]:
        other = outcome(text)
        same = first == other if isinstance(first, str) or isinstance(other, str) else match(first, other)
        assert same, f"{texts[0]}\n  gives {first!r}\n{text}\n  gives {other!r}"


@FEW
@given(st.data(), st.sampled_from(ATOMIC))
def test_atomic_verbs_item_by_item(data: st.DataObject, verb: str) -> None:
    size = data.draw(st.integers(1, 3))
    x, y = data.draw(vectors(size)), data.draw(vectors(size))
    whole = outcome(f"{x}{verb}{y}")
    if isinstance(whole, str):
        return
    agree(f"{x}{verb}{y}", f"{x}{{x{verb}y}}'{y}", f"({verb})[{x};{y}]", f"{{x{verb}y}}[{x};{y}]")
    agree(f"{x}{verb}first {y}", f"{{x{verb}y}}[;first {y}]each {x}")
    agree(f"(enlist {x}){verb}enlist {y}", f"enlist {x}{verb}{y}")
    agree(f"(`a`b!({x};{x})){verb}first {y}", f"`a`b!2#enlist {x}{verb}first {y}")


@FEW
@given(vectors(), st.sampled_from(UNARIES))
def test_unary_verbs_item_by_item(x: str, verb: str) -> None:
    whole = outcome(f"{verb} {x}")
    if not isinstance(whole, str):
        agree(f"{verb} {x}", f"{{{verb} x}}each {x}", f"({verb}){x}", f"{verb}[{x}]", f"{verb} each {x}")
        agree(f"{verb}(`a`b!({x};{x}))", f"`a`b!2#enlist {verb} {x}")
        agree(f"{verb}({x};{x})", f"2#enlist {verb} {x}")


@FEW
@given(st.data(), st.sampled_from(AGGREGATES))
def test_aggregates_by_group_as_in_a_loop(data: st.DataObject, aggregate: str) -> None:
    size = data.draw(st.integers(1, 5))
    keys = f"({';'.join(data.draw(st.lists(st.sampled_from(['`a', '`b', '`']), min_size=size, max_size=size)))})"
    keys = keys if size > 1 else f"(enlist {keys})"
    values = data.draw(vectors(size, "jfihe"))
    Q.eval(f"t:([]k:{keys};v:{values})")
    agree(f"exec {aggregate} v by k from t", f"asc[key g]#g:{{{aggregate} x}}each t[`v]group t`k")
    agree(f"select r:{aggregate} v by k from t", f'?[t;();(enlist`k)!enlist`k;(enlist`r)!enlist parse"{aggregate} v"]')
    agree(f"exec {aggregate} v from t", f"{aggregate} t`v", f"{{{aggregate} x}}t`v")


QUERIES = [
    "select from t where v>1",
    "select v from t where k=`a,v<3",
    "select s:sum v by k from t where v<>2",
    "exec v from t",
    "exec v by k from t",
    "exec a:v,b:k from t",
    "update v:2*v from t where k=`b",
    "update n:count i by k from t",
    "delete v from t",
    "delete from t where v<2",
    "select[2] from t",
    "select[1;>v] from t",
    "select distinct k from t",
    "select k,v,w:v+1 from t where v=(max;v)fby k",
]


@FEW
@given(st.data(), st.sampled_from(QUERIES))
def test_queries_and_their_trees(data: st.DataObject, query: str) -> None:
    size = data.draw(st.integers(1, 5))
    keys = data.draw(st.lists(st.sampled_from(["`a", "`b"]), min_size=size, max_size=size))
    Q.eval(f"t:([]k:{','.join(keys)},0#`;v:{data.draw(vectors(size, 'jf'))})")
    agree(f'value"{query}"', f'eval parse"{query}"', f"{{{query}}}[]")


@FEW
@given(vectors() | st.lists(vectors(), min_size=1, max_size=3).map(lambda xs: f"({';'.join(xs)};`z)"))
def test_bytes_and_literals_come_back(x: str) -> None:
    agree(x, f"-9!-8!{x}")
    value = Q.eval(x)
    assert match(Q.eval(literal(value)), value)


@FEW
@given(st.data(), st.sampled_from(ATOMIC), st.sampled_from(ATOMIC))
def test_compiled_and_evaluated_trees(data: st.DataObject, outer: str, inner: str) -> None:
    size = data.draw(st.integers(1, 3))
    x, y, z = (data.draw(vectors(size, "bhijef")) for _ in range(3))
    text = f"{x}{outer}{y}{inner}{z}"
    agree(text, f"{{{text}}}[]", f"{{x{outer}y{inner}z}}[{x};{y};{z}]", f'eval parse"{text}"')


@pytest.mark.parametrize("verb", MONADS)
def test_words_are_functions(verb: str) -> None:
    agree(f"{verb} 3 1 2", f"{verb}[3 1 2]", f"({verb}).(enlist 3 1 2)", f"{verb}@3 1 2", f'eval parse"{verb} 3 1 2"')
