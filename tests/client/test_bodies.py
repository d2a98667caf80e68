"""Which messages are decoded beside the event loop."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import anyq
from anyq import codec
from anyq.client._bodies import is_heavy
from anyq.protocol import Response
from anyq.values import SymbolArray, Value


def symbols(size: int) -> Value:
    return anyq.Vector("s", SymbolArray.from_raw(size // 4, b"abc\0" * (size // 4)))


@pytest.mark.parametrize(
    ("make", "heavy"),
    [
        (lambda: anyq.vector("j", np.zeros(1 << 20, np.int64)), False),
        (lambda: anyq.Vector("b", np.zeros(5 << 20, np.bool_)), True),
        (lambda: anyq.Vector("b", np.zeros(1 << 20, np.bool_)), False),
        (lambda: symbols(5 << 20), False),
        (lambda: symbols(33 << 20), True),
        (lambda: anyq.strings(["a text of some bytes"] * (1 << 18)), True),
        (lambda: anyq.table({"x": anyq.vector("j", np.zeros(1 << 20, np.int64))}), True),
    ],
)
def test_what_takes_long(make: Callable[[], Value], heavy: bool) -> None:
    body = codec.encode(make())
    assert is_heavy(Response(body)) is heavy


def test_longs_of_the_other_byte_order_are_copied() -> None:
    body = codec.encode(anyq.vector("j", np.zeros(1 << 20, np.int64)))
    native = Response(body).little_endian
    assert is_heavy(Response(body, little_endian=not native))


def test_compressed_messages_are_heavy_sooner() -> None:
    assert is_heavy(Response(bytes(1 << 19), compressed=1))
    assert not is_heavy(Response(bytes(1 << 17), compressed=1))
