"""Matching: type and all, floats with tolerance."""

import anyq


def test_match_is_type_exact_and_tolerant_on_floats() -> None:
    assert anyq.match(anyq.float(0.1 + 0.2), anyq.float(0.3))
    assert not anyq.identical(anyq.float(0.1 + 0.2), anyq.float(0.3))
    assert not anyq.match(anyq.float(0.0), anyq.float(1e-300))
    assert anyq.match(anyq.vector("j", [1, 2], "s"), anyq.vector("j", [1, 2]))
    assert not anyq.identical(anyq.vector("j", [1, 2], "s"), anyq.vector("j", [1, 2]))
    assert not anyq.match(anyq.long(1), anyq.vector("j", [1]))
    assert anyq.match(anyq.float(None), anyq.float(None))


def test_match_of_deep_nesting_needs_no_stack() -> None:
    def deep() -> anyq.Value:
        value: anyq.Value = anyq.long(1)
        for _ in range(100_000):
            value = anyq.List.of((value,))
        return value

    assert anyq.match(deep(), deep())
