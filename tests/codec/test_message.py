"""Whole messages: kinds, sizes, compression."""

from __future__ import annotations

import numpy as np
import pytest

import anyq
from anyq import codec


def test_messages_have_their_kind_and_compress_when_it_pays() -> None:
    assert [codec.dumps(anyq.NULL, kind=kind)[1] for kind in ("async", "sync", "response")] == [0, 1, 2]
    zeros, noise = anyq.vector("j", [0] * 1000), anyq.Vector("j", np.random.default_rng(1).integers(0, 2**62, 1000))
    assert codec.dumps(zeros, compress=True)[2] == 1
    assert len(codec.dumps(zeros, compress=True)) < 100
    assert codec.dumps(zeros, compress=True, capability=0)[2] == 0
    assert codec.dumps(noise, compress=True) == codec.dumps(noise)
    assert codec.dumps(anyq.vector("j", [0] * 248), compress=True)[2] == 0
    for value in (zeros, noise):
        assert anyq.identical(codec.loads(codec.dumps(value, compress=True)), value)


def test_wide_sizes_of_compressed_messages() -> None:
    packed = codec.compress(bytes(5000))
    assert packed is not None
    wide = packed.payload[:4] + bytes(4) + packed.payload[4:]
    assert codec.decompress(wide, flag=2) == bytes(5000)
    big = packed.payload[:4][::-1] + packed.payload[4:]
    assert codec.decompress(big, little_endian=False) == bytes(5000)


def test_a_message_of_no_kind() -> None:
    with pytest.raises(ValueError, match="async, sync, response"):
        codec.dumps(1, kind="reply")  # type: ignore[arg-type]
