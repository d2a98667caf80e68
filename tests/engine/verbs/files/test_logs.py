"""Logs replayed: every prefix of the bytes of a log is its whole messages, in order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.engine.asking import Disk

from anyq.engine import Interpreter
from anyq.engine.verbs.files._stored import LOG, appended_bytes
from anyq.errors import QError
from anyq.values import List, chars, long, symbol

numbers = st.lists(st.integers(-99, 99), max_size=5)


def session(data: bytes) -> Interpreter:
    host = Disk()
    host.write_file("log", data)
    q = Interpreter(host)
    q.eval("seen:();upd:{seen,:enlist(x;y)}")
    return q


def message(number: int) -> bytes:
    return appended_bytes(List.of((List.of((symbol("upd"), symbol("t"), long(number))),)))


def outcome(q: Interpreter, text: str) -> object:
    """The value, or the error's text."""
    try:
        return q.eval(text)
    except QError as error:
        return error.text


@given(numbers, st.data())
def test_a_cut_log_gives_its_whole_messages(items: list[int], data: st.DataObject) -> None:
    parts = [message(number) for number in items]
    whole = LOG + b"".join(parts)
    cut = data.draw(st.integers(len(LOG), len(whole)))
    ends = [len(LOG) + sum(map(len, parts[: k + 1])) for k in range(len(parts))]
    good = [number for number, end in zip(items, ends, strict=True) if end <= cut]
    end = max([len(LOG), *[e for e in ends if e <= cut]])
    q = session(whole[:cut])
    assert outcome(q, "-11!`:log") == (len(good) if end == cut else "badtail")
    assert [pair[1] for pair in q.eval("seen")] == good
    checked = q.eval("-11!(-2;`:log)")
    assert checked == len(good) if end == cut else checked.py() == [len(good), end]


@given(numbers, st.integers(0, 7))
def test_so_many_messages(items: list[int], limit: int) -> None:
    q = session(LOG + b"".join(map(message, items)))
    assert q.eval(f"-11!({limit};`:log)") == min(limit, len(items))
    assert [pair[1] for pair in q.eval("seen")] == items[:limit]


def test_what_is_no_log() -> None:
    assert outcome(session(b"nothing"), "-11!`:log") == "log. The file is no log"
    assert str(outcome(session(b""), "-11!`:missing")).startswith("missing. OS reports")
    assert outcome(session(LOG + appended_bytes(List.of((chars("'broken"),)))), "-11!`:log") == "broken"
