"""Counters and their snapshot."""

from __future__ import annotations

from dataclasses import fields

from hypothesis import given
from hypothesis import strategies as st

from anyq.protocol._counters import Counters


@given(st.data())
def test_a_snapshot_has_every_counter_and_stays(data: st.DataObject) -> None:
    counters = Counters()
    wanted = {}
    for field in fields(Counters):
        wanted[field.name] = data.draw(st.integers(0, 99))
        setattr(counters, field.name, wanted[field.name])
    made = counters.snapshot(in_flight=1, queued=2, receiving=(3, 4))
    for field in fields(Counters):
        setattr(counters, field.name, -1)
    assert {name: getattr(made, name) for name in wanted} == wanted
    assert (made.in_flight, made.queued, made.receiving) == (1, 2, (3, 4))
