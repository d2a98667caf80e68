"""What handles ask of the host, and what they print."""

from __future__ import annotations

import pytest

from anyq.engine import Host, Interpreter
from anyq.errors import QError
from anyq.values import Value, chars


class Recorder(Host):
    """A host that notes what is asked of it; its handles echo."""

    def __init__(self) -> None:
        self.seen: list[tuple[object, ...]] = []

    def write(self, stream: int, data: bytes) -> None:
        self.seen.append(("write", stream, data))

    def open(self, target: str, timeout: float | None) -> int:
        self.seen.append(("open", target, timeout))
        return 7

    def close(self, handle: int) -> None:
        self.seen.append(("close", handle))

    def call(self, handle: int, message: Value) -> Value:
        self.seen.append(("call", handle))
        return message

    def post(self, handle: int, message: Value) -> Value:
        self.seen.append(("post", handle))
        return message


@pytest.fixture
def q() -> Interpreter:
    return Interpreter(Recorder())


def seen(q: Interpreter) -> list[tuple[object, ...]]:
    assert isinstance(q.host, Recorder)
    return q.host.seen


@pytest.mark.parametrize(
    ("target", "wanted"),
    [("`:h:5000", ("h:5000", None)), ("`::5000", (":5000", None)), ("5000", (":5000", None)),
     ('":h:5000"', ("h:5000", None)), ("(`:h:5000;1500)", ("h:5000", 1.5)), ("`:h:5000:u:p", ("h:5000:u:p", None)),
     ("`:unix://5000", ("unix://5000", None))],
)  # fmt: skip
def test_one_target_however_it_is_written(q: Interpreter, target: str, wanted: tuple[str, float | None]) -> None:
    q.eval(f"h:hopen {target}")
    assert q.eval("h") == 7
    q.eval('h"1+1";neg[h]"2";hclose h')
    assert seen(q) == [("open", *wanted), ("call", 7), ("post", 7), ("close", 7)]


def test_one_shot_requests_open_ask_and_close(q: Interpreter) -> None:
    assert q.eval('`:h:5000"1+1"') == chars("1+1")
    assert seen(q) == [("open", "h:5000", None), ("call", 7), ("close", 7)]


def test_a_failed_request_closes_too(q: Interpreter, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: Recorder, handle: int, message: Value) -> Value:
        raise QError("broken")

    monkeypatch.setattr(Recorder, "call", fail)
    with pytest.raises(QError, match="broken"):
        q.eval('`:h:5000"1+1"')
    assert seen(q)[-1] == ("close", 7)


@pytest.mark.parametrize(
    ("text", "stream", "data"),
    [('1"a"', 1, b"a"), ('-1"a"', 1, b"a\n"), ('2"a"', 2, b"a"), ('-2"a"', 2, b"a\n"),
     ('-1("a";"bc")', 1, b"a\nbc\n"), ("-1 ``b", 1, None)],
)  # fmt: skip
def test_printing(q: Interpreter, text: str, stream: int, data: bytes | None) -> None:
    if data is None:
        with pytest.raises(QError, match="type"):
            q.eval(text)
        return
    q.eval(text)
    assert b"".join(part[2] for part in seen(q)) == data  # type: ignore[misc]
    assert {part[1] for part in seen(q)} == {stream}


def test_handle_zero_is_this_process(q: Interpreter) -> None:
    assert q.eval('0"1+1"') == 2
    assert q.eval("0(+;1;2)") == 3
    assert not seen(q)
