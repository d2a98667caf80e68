"""What `anyq.pykx` adds to a blocking round trip: a call with and without it, of a connection that answers at once."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import anyq
from anyq import pykx as kx

CALLS, ROUNDS = 5000, 20


class Answering:
    """A connection whose answer is here already."""

    def __init__(self, answer: anyq.Value) -> None:
        self._answer = answer

    def __call__(self, query: Any, *arguments: object, wait: bool = True, timeout: float | None = None) -> anyq.Value:
        return self._answer

    def close(self) -> None:
        """Nothing is open."""


def seconds(call: Callable[[str], object]) -> float:
    began = time.perf_counter()
    for _ in range(CALLS):
        call("1+1")
    return (time.perf_counter() - began) / CALLS


def test_overhead_of_a_blocking_round_trip() -> None:
    bare = Answering(anyq.long(2))
    face = object.__new__(kx.SyncQConnection)
    face.__dict__.update(_conn=bare, _wait=True)
    times = [(seconds(bare), seconds(face)) for _ in range(ROUNDS)]
    native, wrapped = (min(column) for column in zip(*times, strict=True))
    print(f"a blocking round trip: anyq.pykx adds {(wrapped - native) * 1e6:.2f} us")
    assert wrapped - native < 5e-6
