"""Cast, tok and what else ``$`` does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engine.asking import error, holds

from anyq.testing import strategies as q
from anyq.values import Atom, QType, Vector

KINDS = "bxhijefcpmdznuvt"


@pytest.mark.parametrize("kind", KINDS)
def test_the_three_names_of_a_type_cast_alike(kind: str) -> None:
    assert holds(f'("{kind}"$1)~(abs type"{kind}"$1)$1')
    assert holds(f'(type"{kind}"$1 2)=neg type"{kind}"$1')


@given(q.atoms("j", allow_infinities=False))
def test_widening_and_back(x: Atom) -> None:
    assert holds('null[x]|(abs[x]>2 xexp 52)|x~"j"$"f"$x', x=x)


@pytest.mark.parametrize("kind", "dvtujhi")
@given(number=st.integers(0, 86_399))
def test_text_reads_back(kind: str, number: int) -> None:
    assert holds(f'x~"{kind.upper()}"$string x:"{kind}"${number % 1400 if kind == "u" else number % 30000}')


@given(st.integers(-(10**18), 10**18).map(lambda raw: Atom(QType.TIMESTAMP, raw)))
def test_parts_of_a_moment_make_it_again(x: Atom) -> None:
    assert holds("x=(`date$x)+`timespan$x", x=x)
    assert holds("(`minute$x)=`minute$`timespan$x", x=x)
    assert holds("(`month$x)=`month$`date$x", x=x)


@given(q.vectors("h", max_size=4))
def test_cast_is_itemwise(x: Vector) -> None:
    assert holds('all("f"$x)~\'"f"$/:x', x=x)


@pytest.mark.parametrize("text", ['"j"$`a', '"z"$`a`b', "`nonsense$1 2", '"?"$1', '"g"$1', "99h$1"])
def test_refused(text: str) -> None:
    assert error(text) != ""


@pytest.mark.parametrize("text", ['"J"$"x"', '"D"$"2020.13.01"', '"T"$"aa"', '"F"$""', '"J"$"9999999999999999999999"'])
def test_text_that_says_nothing_is_null(text: str) -> None:
    assert holds(f"null {text}")
