"""Strings in bulk: read, trimmed, split and translated as each of them is by itself."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.amounts import examples

import anyq
from anyq.engine import Interpreter
from anyq.engine.kernel._read_texts import read_texts
from anyq.engine.kernel._tok import parse_text
from anyq.values import QType, StringArray, match

Q: Final = Interpreter()
KINDS: Final = [kind for kind in QType if QType.BOOLEAN <= kind <= QType.TIME and kind is not QType.CHAR]

digits = st.text("0123456789", min_size=1, max_size=20)
forms = st.one_of(
    st.text("0123456789.-+ eE/nNwWDT:", max_size=8),
    st.builds("{}{}".format, st.sampled_from(["", "-", "+"]), digits),
    st.builds("{}{}.{}".format, st.sampled_from(["", "-"]), digits, digits),
    st.builds("{:04}{}{:02}{}{:02}".format, st.integers(0, 2500), st.sampled_from("./-"), st.integers(0, 13),
              st.sampled_from("./-"), st.integers(0, 32)),
    st.text(max_size=4),
)  # fmt: skip


def raw(kind: QType, text: bytes) -> Any:
    found = parse_text(kind, text)
    if kind is QType.SYMBOL or kind is QType.GUID:
        return found
    return np.array([found], kind.numpy).tolist()[0]


@given(st.lists(forms, max_size=20))
@settings(max_examples=examples(60), deadline=None)
@pytest.mark.filterwarnings("ignore:overflow")
def test_each_type_reads_as_one_text(texts: list[str]) -> None:
    items = [text.encode("utf-8", "surrogateescape") for text in texts]
    for kind in KINDS:
        found = read_texts(kind, StringArray.from_bytes(items))
        assert [repr(atom.raw) for atom in found] == [repr(_plain(raw(kind, item))) for item in items]


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, bool) else value


VERBS: Final = ["trim", "ltrim", "rtrim", "upper", "lower", '","vs', '" "vs', '"J"$', '"D"$', "count"]


@pytest.mark.parametrize("verb", VERBS)
@given(texts=st.lists(st.text(" ,aB\u00e4", max_size=6), min_size=1, max_size=12))
@settings(max_examples=examples(25), deadline=None)
def test_a_list_as_its_items(verb: str, texts: list[str]) -> None:
    Q.set("t", anyq.strings(["x" * 20, *texts]))
    if verb != "count":
        assert Q.eval(f"({verb} 1_t)~{{{verb} x}} each 1_t") == 1
    if verb.isalpha():
        assert Q.eval(f"({verb} each t)~{{{verb} x}} each t") == 1
    if "vs" in verb:
        mark = verb[:3]
        assert Q.eval(f"({mark} vs/:t)~{{{verb} x}} each t") == 1
        assert Q.eval(f"({mark} vs't)~{{{verb} x}} each t") == 1


@pytest.mark.parametrize(("text", "kind"), [("99999999999", "P"), ("999999D", "T"), ("9999999D", "V")])
def test_what_a_type_has_no_room_for_is_null(text: str, kind: str) -> None:
    assert Q.eval(f'null "{kind}"$"{text}"') == 1
    assert Q.eval(f'null "{kind}"$enlist"{text}"') == Q.eval("enlist 1b")


@pytest.mark.parametrize("types", ["JSF", "S*J", "D J", "CCS", "JJJJJ"])
def test_plain_rows_are_read_as_quoted_ones(types: str) -> None:
    """A quoted cell anywhere sends all rows the general way; the others are read alike."""
    rows = ["1,2,3", " a ,b,2.5", "2024.01.02,x", "", ",,", "7,8,9,10,11", "0N,0w,\u00e4"]
    Q.set("rows", anyq.strings(rows))
    Q.set("quoted", anyq.strings([*rows, '"1",2,3']))
    fast, general = (Q.eval(f'("{types}";",") 0: {name}') for name in ("rows", "quoted"))
    for left, right in zip(fast, general, strict=True):
        assert match(left, right[: len(rows)])
    assert match(
        Q.eval(f'("{types}";enlist",") 0: enlist"a,b,c"'), Q.eval(f'("{types}";enlist",") 0: enlist"a,b,\\"c\\""')
    )
