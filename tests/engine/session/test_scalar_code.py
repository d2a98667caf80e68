"""Lambdas over plain numbers give what the general way gives, at the edges too."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anyq.engine import Interpreter
from anyq.engine.session._scalar_code import EDGE, SCALARS, boxed
from anyq.values import Atom, QType, match

Q = Interpreter()
numbers = st.integers(-9, 9) | st.sampled_from([EDGE - 1, EDGE, -EDGE, 2**63 - 1, -(2**63) + 1, -(2**63)])
LAMBDAS = ["{x+y}", "{x*y}", "{x-y*2}", "{$[x>y;x;y]}", "{x<y}", "{neg x}", "{f[x;y]+1}", "{x div 2}"]


@pytest.mark.parametrize("text", LAMBDAS)
@given(x=numbers, y=numbers)
def test_the_first_call_is_as_the_hundredth(text: str, x: int, y: int) -> None:
    """However often it ran, whatever its arguments are."""
    arguments = f"[{x};{y}]" if "y" in text else f"[{x}]"
    arguments = arguments.replace(str(-(2**63)), "0N")
    whole = Q.eval(f"f:{{x+y}};{text}{arguments}")
    Q.eval(f"f:{{x+y}};g:{text};do[50;g[1{';2' if 'y' in text else ''}]]")
    assert match(Q.eval(f"g{arguments}"), whole)


@given(st.sampled_from(sorted(SCALARS)), st.integers(-9, 9))
def test_boxed(qtype: QType, raw: int) -> None:
    assert boxed(qtype, raw) == Atom(qtype, raw)
    assert boxed(QType.BOOLEAN, raw > 0) == Atom(QType.BOOLEAN, int(raw > 0))
