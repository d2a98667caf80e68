"""System commands: settings, listings, timing, and what goes to the host."""

from __future__ import annotations

import pytest

import anyq
from anyq.engine import Host, Interpreter
from anyq.errors import QError


class Machine(Host):
    """A host with a clock that ticks, a shell, and a note of what it was told."""

    def __init__(self) -> None:
        self.told: list[object] = []
        self.ticks = 0

    def elapsed(self) -> int:
        self.ticks += 5_000_000
        return self.ticks

    def shell(self, command: str) -> tuple[int, bytes]:
        self.told.append(command)
        return (0, b"one\ntwo\n") if command != "false" else (1, b"")

    def set_timer(self, interval: int) -> None:
        self.told.append(interval)

    def listen(self, port: str) -> None:
        self.told.append(port)

    def sleep(self, seconds: float) -> None:
        self.told.append(seconds)


@pytest.fixture
def q() -> Interpreter:
    return Interpreter(Machine())


def told(q: Interpreter) -> list[object]:
    assert isinstance(q.host, Machine)
    return q.host.told


@pytest.mark.parametrize(
    ("command", "first", "change", "second"),
    [
        ("c", "25 80i", "30 100", "30 100i"),
        ("c", "25 80i", "1 9999", "10 2000i"),
        ("C", "36 2000i", "10 20", "10 20i"),
        ("P", "7i", "3", "3i"),
        ("P", "7i", "99", "17i"),
        ("S", "-314159i", "42", "42i"),
        ("z", "0i", "1", "1i"),
        ("o", "0N", "-5", "-300i"),
        ("W", "2i", "1", "1i"),
        ("e", "0i", "2", "2i"),
        ("g", "0i", "1", "1i"),
        ("T", "0i", "7", "7i"),
        ("t", "0i", "250", "250i"),
        ("d", "`.", ".n", "`.n"),
    ],
)
def test_settings(q: Interpreter, command: str, first: str, change: str, second: str) -> None:
    assert q.eval(f"\\{command}") == q.eval(first)
    assert q.eval(f"\\{command} {change}") is anyq.NULL
    assert q.eval(f'system"{command}"') == q.eval(second)


def test_listings(q: Interpreter) -> None:
    q.eval("b:1;a:2;f:{x};t:([]a:1 2);k:([a:1 2]b:3 4);.n.x:1;.n.g:{x}")
    q.eval("w::a+1")
    assert q.eval("\\a") == anyq.symbols(["k", "t"])
    assert q.eval("\\f") == anyq.symbols(["f"])
    assert q.eval("\\v") == anyq.symbols(["a", "b", "k", "t", "w"])
    assert q.eval("\\b") == anyq.symbols(["w"])
    assert q.eval("\\B") == anyq.symbols(["w"])
    assert q.eval("\\v .n") == anyq.symbols(["x"])
    assert q.eval("\\f .n") == anyq.symbols(["g"])
    with pytest.raises(QError, match=r"^\.nosuch$"):
        q.eval("\\v .nosuch")
    assert q.eval("w") == 3
    assert len(q.eval("\\B")) == 0


def test_timing(q: Interpreter) -> None:
    assert q.eval("\\t til 10") == 5
    assert q.eval("\\t:3 til 10") == 5
    assert q.eval('system"ts til 10"') == anyq.vector("j", [5, 0])
    with pytest.raises(QError, match=r"^type$"):
        q.eval("\\t 1+`a")


def test_what_the_host_is_told(q: Interpreter) -> None:
    q.eval("\\t 500")
    q.eval("\\p 5001")
    q.eval('system"sleep 0.5"')
    assert q.eval("\\echo hi") == anyq.strings(["one", "two"])
    assert told(q) == [500, "5001", 0.5, "echo hi"]
    with pytest.raises(QError, match=r"^os$"):
        q.eval('system"false"')


def test_the_seed_decides(q: Interpreter) -> None:
    first = q.eval("5?100")
    q.eval("\\S -314159")
    assert q.eval("5?100") == first
    assert q.eval("5?100") != first


@pytest.mark.parametrize("text", ["\\c 1", "\\c a b", "\\P x", "system 5"])
def test_bad_arguments(q: Interpreter, text: str) -> None:
    with pytest.raises(QError, match=r"type|length"):
        q.eval(text)


def test_a_marked_seed_goes_on_as_the_sequence_does(q: Interpreter) -> None:
    assert str(q.eval('m:system"S 0N";r:10?1000;s:10?`4;system"S ",string m;(s~10?`4;r~10?1000)')) == "11b"
    assert str(q.eval('system"S 7";system"S 0N";system"S"')) == "7i"


def test_limits_that_only_the_command_line_gives(q: Interpreter) -> None:
    with pytest.raises(QError, match="-w init via cmd line"):
        q.eval(r"\w 3")
    assert str(q.eval(r"\s 0N")) == "0i"


def test_the_views_of_a_namespace(q: Interpreter) -> None:
    q.eval("v::w+1")
    assert str(q.eval(r"\b .")) == "`s#,`v"
    assert str(q.eval(r"\B .")) == ",`v"
    with pytest.raises(QError, match=r"^\.none$"):
        q.eval(r"\b .none")


def test_a_message_to_the_process_itself(q: Interpreter) -> None:
    q.eval(".z.ps:{seen::x;value x}")
    assert str(q.eval('r:0"1+1";(r;seen)')) == '2\n"1+1"'


def test_whether_updates_are_blocked(q: Interpreter) -> None:
    assert str(q.eval('(.z.r;reval parse".z.r")')) == "01b"
