"""Local time and environment variables, through the host."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.engine.asking import Disk

from anyq.engine import Interpreter
from anyq.values import chars


class Clock(Disk):
    """A host whose local time is so many minutes ahead."""

    def __init__(self, minutes: int) -> None:
        super().__init__()
        self.minutes = minutes

    def now(self) -> int:
        return 10**18

    def local_now(self) -> int:
        return 10**18 + self.minutes * 60 * 10**9


@given(st.integers(-14 * 60, 14 * 60))
def test_local_time_is_ahead_by_the_offset(minutes: int) -> None:
    q = Interpreter(Clock(minutes))
    assert q.eval("p~gtime ltime p:2020.01.01D12:00") == 1
    assert q.eval(f"(ltime p)=p+{minutes}*0D00:01") == 1
    q.eval(r"\o 2")  # a set offset, in hours, goes before the host's
    assert q.eval("(ltime p)=p+0D02:00") == 1


@given(
    st.from_regex(r"[A-Z]{1,5}", fullmatch=True),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8),
)
def test_variables_are_text(name: str, text: str) -> None:
    q = Interpreter(Disk())
    q.set("v", chars(text))
    assert q.eval(f"getenv`{name}") == chars("")
    q.eval(f"`{name} setenv v")
    assert q.eval(f"v~getenv`{name}") == 1
    assert q.eval(f'(v;"")~getenv`{name}`nothing1') == 1
