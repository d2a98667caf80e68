"""Call chains: where an error is shown, from text to the lambda that failed."""

from __future__ import annotations

import pytest

from anyq.engine import Host, Interpreter
from anyq.engine.compile._report import Frame, as_q_error
from anyq.errors import QError


def detail(q: Interpreter, text: str) -> list[str]:
    with pytest.raises(QError) as caught:
        q.eval(text)
    return caught.value.detail.splitlines()


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("1+`a", ["  [0]  1+`a", "        ^"]),
        ("2*3+`a", ["  [0]  2*3+`a", "          ^"]),
        ("til -1", ["  [0]  til -1", "       ^"]),
        ("nosuch", ["  [0]  nosuch", "       ^"]),
        ("1 2 3[`a]", ["  [0]  1 2 3[`a]", "       ^"]),
        ("a:1;b:`x+a", ["  [0]  a:1;b:`x+a", "               ^"]),
        ("$[`a;1;2]", ["  [0]  $[`a;1;2]", "         ^"]),
        ("'`err", ["  [0]  '`err", "       ^"]),
        ("(1;`a+2)", ["  [0]  (1;`a+2)", "            ^"]),
        ("{x+y}[1;`a]", ["  [1]  {x+y}", "         ^", "  [0]  {x+y}[1;`a]", "       ^"]),
        ("1+(2", ["  [0]  1+(2", "           ^"]),
        ('"é"+`a', ['  [0]  "é"+`a', "          ^"]),
    ],
)
def test_carets(text: str, lines: list[str]) -> None:
    assert detail(Interpreter(), text) == lines


def test_names_of_functions() -> None:
    q = Interpreter()
    q.eval("f:{g[x;2#y]};g:{a:x*2;a+y};h:{{x+`a}x}")
    assert detail(q, 'f[3;"hello"]')[0] == "  [2]  g:{a:x*2;a+y}"
    assert detail(q, "h 1")[0] == "  [2]  h@:{x+`a}"


def test_errors_inside_iterators_and_queries() -> None:
    q = Interpreter()
    q.eval("f:{x+`a}")
    assert detail(q, "f each 1 2")[:2] == ["  [1]  f:{x+`a}", "           ^"]
    assert detail(q, "select a+`x from([]a:1 2)")[0].startswith("  [0]  select")


def test_deep_chains_are_cut() -> None:
    assert len(detail(Interpreter(), "{1+.z.s x}1")) == 4


def test_a_frame_of_several_lines() -> None:
    frame = Frame("f:{\n  x+`a}", 7, "f")
    assert frame.text(3) == "  [3]  f:  x+`a}\n            ^"


@pytest.mark.parametrize(
    ("error", "text"),
    [(RecursionError(), "stack"), (MemoryError(), "wsfull"), (OverflowError(), "limit"), (KeyError("x"), "internal")],
)
def test_what_python_raises(error: Exception, text: str) -> None:
    assert as_q_error(error).text == text


class Screen(Host):
    """Keeps what is written."""

    text = b""

    def write(self, stream: int, data: bytes) -> None:
        self.text += data


def test_backtraces() -> None:
    screen = Screen()
    q = Interpreter(screen)
    q.eval("f:{{.Q.bt[];x*2}x+1}")
    assert q.eval("f 4") == 10
    assert screen.text.splitlines()[::2] == [b"  [2]  f@:{.Q.bt[];x*2}", b"  [1]  f:{{.Q.bt[];x*2}x+1}", b"  [0]  f 4"]
    call = ".Q.trp[{x+`a};1;{.Q.sbt y}]"
    drawn = ["  [2]  {x+`a}", "         ^", "  [1]  (.Q.trp)", "", f"  [0]  {call}", "       ^", ""]
    assert bytes(q.eval(call)).decode().split("\n") == drawn
    part = ".Q.trp[{x+`a};1;{.Q.sbt 1#y}]"
    assert bytes(q.eval(part)).decode().split("\n") == ["  [2]  {x+`a}", "         ^", ""]
    assert q.eval(".Q.trp[{x+`a};1;{y;x}]") == q.eval('"type"')
