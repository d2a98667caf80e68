"""Full names."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from anyq.engine.kernel._namespace_path import absolute

plain = st.from_regex(r"[a-z][a-z0-9]{0,4}", fullmatch=True)
spaces = st.lists(plain, max_size=2).map(lambda parts: "".join(f".{part}" for part in parts))


@given(plain, spaces)
def test_a_name_is_seen_from_its_namespace(name: str, space: str) -> None:
    full = absolute(name, space)
    assert full == (f"{space}.{name}" if space else name)
    if space:
        assert absolute(full, ".other") == full  # a full name is one from everywhere
