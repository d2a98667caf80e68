"""Lambdas that call themselves: scalar code, and what makes it give way."""

from __future__ import annotations

import pytest

from anyq.engine import Interpreter
from anyq.errors import QError
from anyq.values import Atom, QType


@pytest.fixture
def q() -> Interpreter:
    return Interpreter()


@pytest.mark.parametrize("own", ["fib", ".z.s"])
def test_fibonacci(q: Interpreter, own: str) -> None:
    q.eval(f"fib:{{$[x<2;x;{own}[x-1]+{own} x-2]}}")
    assert q.eval("fib 20") == 6765
    assert q.eval("fib each til 10") == q.eval("0 1 1 2 3 5 8 13 21 34")
    assert q.eval("fib 10f") == Atom(QType.FLOAT, 55.0)
    assert q.eval("fib 0N") == Atom(QType.LONG, -(2**63))
    assert q.eval("fib 3i") == Atom(QType.LONG, 2) or str(q.eval("type fib 3i")) == "-6h"


def test_overflow_wraps(q: Interpreter) -> None:
    q.eval("f:{$[x<1;1;x*f[x-1]]}; g:{$[x<1;1;x*h[x-1]]}; h:{$[x<1;1;[a:x;a*g[a-1]]]}")
    assert [q.eval(f"f {n}") for n in (20, 25, 40, 70)] == [q.eval(f"g {n}") for n in (20, 25, 40, 70)]


def test_a_function_of_that_name_may_change(q: Interpreter) -> None:
    q.eval("f:{$[x<1;0;1+f[x-1]]}; g:f")
    assert q.eval("g 10") == 10
    q.eval("f:{100}")
    assert q.eval("g 10") == 101
    q.eval("s:{x*x}; t:{s[x]+1}")
    assert q.eval("t each 1 2 3") == q.eval("2 5 10")
    assert q.eval("{$[x>1;s x;0]} each 1 2 3") == q.eval("0 4 9")
    q.eval("s:{x}")
    assert q.eval("t each 1 2 3") == q.eval("2 3 4")
    assert q.eval("{$[x>1;s x;0]} each 1 2 3") == q.eval("0 2 3")


def test_two_arguments_and_a_namespace(q: Interpreter) -> None:
    q.eval(r"\d .m")
    q.eval("gcd:{$[y=0;x;gcd[y;x mod y]]}")
    q.eval(r"\d .")
    assert q.eval(".m.gcd[1071;462]") == 21
    assert q.eval(".m.gcd[1071;0]") == 1071
    assert q.eval(".m.gcd[1071;-462]") == q.eval("{$[y=0;x;.z.s[y;x mod y]]}[1071;-462]")


def test_no_end(q: Interpreter) -> None:
    q.eval("f:{1+f x}")
    with pytest.raises(QError, match="stack"):
        q.eval("f 1")


def test_errors_are_those_of_the_general_way(q: Interpreter) -> None:
    q.eval("f:{$[x<0;x+`a;f[x-1]]}")
    with pytest.raises(QError, match="type"):
        q.eval("f 3")


def test_it_stops(q: Interpreter) -> None:
    q.eval("f:{$[x<2;x;f[x-1]+f[x-2]]}")
    q.state.stop = True
    with pytest.raises(QError, match="stop"):
        q.eval("f 25")
    assert q.eval("f 10") == 55
