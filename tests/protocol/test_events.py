"""Events: frozen, without a dict of their own, and silent about bodies and passwords."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anyq.protocol import NEED_DATA, AsyncMessage, Login, Response, SyncRequest
from anyq.protocol import _events as events

CLASSES = [thing for thing in vars(events).values() if isinstance(thing, type) and dataclasses.is_dataclass(thing)]


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_events_are_frozen_and_slotted(kind: type) -> None:
    needed = [f for f in dataclasses.fields(kind) if f.default is dataclasses.MISSING]
    made = kind(*[b"" for _ in needed])
    assert not hasattr(made, "__dict__")
    for field in dataclasses.fields(made):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(made, field.name, None)


@given(
    st.binary(max_size=9),
    st.lists(st.binary(max_size=9), max_size=3),
    st.sampled_from([AsyncMessage, SyncRequest, Response]),
)
def test_the_size_counts_every_piece(body: bytes, more: list[bytes], kind: type[AsyncMessage]) -> None:
    made = kind(body, more=tuple(more))
    assert made.size == len(body) + sum(map(len, more))
    assert "body" not in repr(made)


def test_reprs() -> None:
    assert "secret" not in repr(Login("me", "secret"))
    assert repr(NEED_DATA) == "NEED_DATA"
