"""The interpreter's face: text, messages, errors with their places, interruption."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

import anyq
from anyq.engine import Host, Interpreter
from anyq.errors import QError


class Recorder(Host):
    """A host that keeps what is written and lets an alarm ring."""

    def __init__(self) -> None:
        self.written: list[tuple[int, bytes]] = []

    def write(self, stream: int, data: bytes) -> None:
        self.written.append((stream, data))

    def alarm(self, seconds: float, callback: Callable[[], None]) -> Callable[[], None]:
        timer = threading.Timer(seconds, callback)
        timer.start()
        return timer.cancel


@pytest.fixture
def q() -> Interpreter:
    return Interpreter(Recorder())


def test_text_gives_the_last_value(q: Interpreter) -> None:
    assert q.eval("1+1") == 2
    assert q.eval(b"a:5;a*2") == 10
    assert q.eval("a:6") is anyq.NULL
    assert q.eval("1+1;") is anyq.NULL
    assert q.eval("") is anyq.NULL


def test_sessions_share_nothing(q: Interpreter) -> None:
    q.eval("a:1;.n.b:2")
    with pytest.raises(QError, match=r"^a$"):
        Interpreter().eval("a")


def test_contexts(q: Interpreter) -> None:
    q.eval("a:1;f:{a}", ".n")
    assert q.eval(".n.a") == 1
    assert q.eval(".n.f[]") == 1
    assert q.eval("a", ".n") == 1
    q.eval("\\d .n")
    assert q.context == ".n"
    assert q.eval("a") == 1


def test_messages(q: Interpreter) -> None:
    q.eval("f:{x+10*y};v:7")
    ask = [
        (anyq.chars("1+1"), 2),
        (anyq.char("1"), 1),
        (anyq.List([anyq.chars("f"), anyq.long(1), anyq.long(2)]), 21),
        (anyq.List([anyq.symbol("f"), anyq.long(1), anyq.long(2)]), 21),
        (anyq.List([anyq.Lambda("", "{x-y}"), anyq.long(5), anyq.long(2)]), 3),
        (anyq.List([anyq.Primitive(102, 1), anyq.long(5), anyq.long(2)]), 7),
        (anyq.List([anyq.char("+"), anyq.long(5), anyq.long(2)]), 7),
        (anyq.List([anyq.symbol("count"), anyq.vector("j", [1, 2])]), 2),
        (anyq.List([anyq.chars("{7}")]), 7),
        (anyq.symbol("v"), 7),
        (anyq.long(3), 3),
    ]
    for message, answer in ask:
        assert q.value(message) == answer


def test_a_lambda_from_elsewhere_is_compiled_here(q: Interpreter) -> None:
    other = Interpreter()
    q.eval("a:1")
    other.eval("a:2")
    theirs = other.eval("{a+x}")
    assert other.apply(theirs, [anyq.long(1)]) == 3
    assert q.apply(theirs, [anyq.long(1)]) == 2
    q.eval(".n.b:5")
    assert q.apply(anyq.Lambda("n", "{b}"), [anyq.NULL]) == 5


def test_k_text(q: Interpreter) -> None:
    assert q.eval("k)#1 2 3") == 3
    assert q.eval("k)*|1 2 3") == 3
    assert q.eval("#1 2 3", k=True) == 3
    assert q.apply(q.eval("k){$[`a in!x;@x;0]}"), [anyq.dict({"a": 1})]) == anyq.short(99)
    with pytest.raises(QError, match=r"^#$"):
        q.eval("#1 2 3")


def test_errors_tell_where(q: Interpreter) -> None:
    q.eval("f:{x+`a}")
    assert q.eval("f").origin == "f"  # type: ignore[attr-defined]
    with pytest.raises(QError) as caught:
        q.eval("1;2*f 3")
    error = caught.value
    assert (error.text, error.position) == ("type", 4)
    assert error.detail == "  [1]  f:{x+`a}\n           ^\n  [0]  1;2*f 3\n           ^"


def test_errors_of_syntax_tell_where(q: Interpreter) -> None:
    with pytest.raises(QError) as caught:
        q.eval("a:(1;2")
    assert caught.value.detail.splitlines()[0] == "  [0]  a:(1;2"
    with pytest.raises(QError) as caught:
        q.eval("f:{a::1;\n  a:2}")
    assert caught.value.detail == "  [0]    a:2}\n         ^"


def test_an_error_of_ours_is_internal_with_its_cause(q: Interpreter) -> None:
    def broken(x: anyq.Value) -> anyq.Value:
        raise ZeroDivisionError("ours")

    q.vocabulary.define("broken", 1, broken)
    with pytest.raises(QError, match=r"^internal$") as caught:
        q.eval("broken 1")
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


@pytest.mark.parametrize("text", ["{.z.s x}1", "f:{g x};g:{f x};f 1", "{x+{.z.s x}each x}1 2"])
def test_deep_recursion_is_stack(q: Interpreter, text: str) -> None:
    with pytest.raises(QError, match=r"^stack$"):
        q.eval(text)
    assert q.eval("1+1") == 2


def test_recursion_that_ends_is_fine(q: Interpreter) -> None:
    assert q.eval("{$[x=0;0;1+.z.s x-1]}1000") == 1000


@pytest.mark.parametrize("text", ["while[1b;]", "{x+1}/[1000000000;0]", "{x}/[{1b};0]", "f:{f x};@[f;1;0];while[1;]",
                                  "{$[x<2;x;.z.s[x-1]+.z.s x-2]}40", "while[1b;@[{while[1b;]};0;0]]"])  # fmt: skip
def test_interruption(q: Interpreter, text: str) -> None:
    timer = threading.Timer(0.1, q.interrupt)
    timer.start()
    start = time.monotonic()
    with pytest.raises(QError, match=r"^stop$"):
        q.eval(text)
    assert time.monotonic() - start < 5
    assert q.eval("1+1") == 2


def test_time_limit(q: Interpreter) -> None:
    q.eval("\\T 1")
    q.time_limit = 0.1
    with pytest.raises(QError, match=r"^stop$"):
        q.eval("while[1b;]")
    q.time_limit = None
    assert q.eval("2") == 2


def test_interrupting_nothing_stops_nothing(q: Interpreter) -> None:
    q.interrupt()
    assert q.eval("{x}1") == 1


def test_writing(q: Interpreter) -> None:
    assert q.eval('-1"ab"') == -1
    assert q.eval('1"cd"') == 1
    assert q.eval('-2("ee";"f")') == -2
    assert isinstance(q.host, Recorder)
    assert q.host.written == [(1, b"ab\n"), (1, b"cd"), (2, b"ee\n"), (2, b"f\n")]
    with pytest.raises(QError, match=r"^type$"):
        q.eval("-1[5]")


def test_a_bare_host_refuses_everything() -> None:
    q = Interpreter()
    for text in ('system"ls"', '-1"x"', "hopen 5000", 'system"sleep 1"'):
        with pytest.raises(QError, match=r"access|nosocket"):
            q.eval(text)


def test_programs_are_compiled_once(q: Interpreter) -> None:
    assert q.program("1+1") is q.program("1+1")
    assert q.program("a:1").silent
    assert not q.program("a").silent


def test_a_statement_that_python_would_compile_for_long_is_refused(q: Interpreter) -> None:
    """Compiling holds Python's lock: no other thread would run for seconds."""
    with pytest.raises(QError, match=r"^limit$"):
        q.eval("a:1;" * 30_000)
    assert q.eval("a:1;" * 1000 + "a") == 1
