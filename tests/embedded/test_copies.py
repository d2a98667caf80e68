"""Functions of an interpreter, and what holds them, pickle and deep copy as what the wire carries of them."""

from __future__ import annotations

import copy
import pickle

import pytest

import anyq

TEXTS = [
    "{x+y}", "{x}[1]", "+/", "(neg;{x})", "([]f:({x};neg))", "mavg", ".Q.dd", "{x}'", "'[neg;{x}]", "each",
    "`a`b!({x};1)", "([k:`a`b]f:({x};{y}))", "enlist[{x}]!enlist 1", "{x+y}[;2]", "({x}/)", "({x};({y};1))",
    "v::x+1;x:1;v", "e:`a`b;`e$`a`b`a",
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("protocol", [2, pickle.HIGHEST_PROTOCOL, None])
def test_copies_match(text: str, protocol: int | None) -> None:
    with anyq.sync.open_embedded() as q:
        value = q(text)
        made = copy.deepcopy(value) if protocol is None else pickle.loads(pickle.dumps(value, protocol))
        assert made == value
        assert copy.copy(value) == value
        if isinstance(made, anyq.Lambda):
            assert anyq.codec.encode(made) == anyq.codec.encode(value)
            assert q("{x}", made) == value


def test_a_copied_lambda_can_be_called() -> None:
    with anyq.sync.open_embedded() as q:
        made = pickle.loads(pickle.dumps(q("{x+y}")))
        assert q(made, 1, 2) == 3
    with anyq.sync.open_embedded() as q:
        assert q(made, 1, 2) == 3
