"""Derived functions: one builder for each iterator."""

from __future__ import annotations

import pytest
from tests.engine.asking import Q, holds

from anyq.engine.apply._iterators import derive
from anyq.errors import QError
from anyq.values import Derived, QType

KINDS = [QType.EACH, QType.OVER, QType.SCAN, QType.PRIOR, QType.EACH_RIGHT, QType.EACH_LEFT]


@pytest.mark.parametrize("kind", KINDS)
def test_every_iterator_has_a_form_of_two_arguments(kind: QType) -> None:
    run = derive(Q, Derived(kind, Q.eval("+")), 2)
    made = run(Q.eval("1"), Q.eval("1 2"))
    assert len(made) == 2 if kind is not QType.OVER else made == Q.eval("4")


@pytest.mark.parametrize("kind", [QType.EACH_RIGHT, QType.EACH_LEFT])
@pytest.mark.parametrize("count", [3, 4])
def test_forms_that_there_are_not(kind: QType, count: int) -> None:
    with pytest.raises(QError, match="rank"):
        derive(Q, Derived(kind, Q.eval("+")), count)


def test_iterators_nest() -> None:
    assert holds("(((+/)')(1 2;3 4))~3 7")
    assert holds("((+/:\\:)[1 2;10 20])~(11 21;12 22)")
