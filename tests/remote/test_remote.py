"""Functions that run elsewhere: what is sent, what comes back, and what is refused at decoration."""

from __future__ import annotations

import datetime
import functools
import linecache
import math
import os.path
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

import anyio
import pytest

import anyq
from anyq import ConversionError, QError
from anyq.remote import AsyncSession, Session, function, session
from anyq.remote._source import source_of

LIMIT = 10
BIG = float("inf")


def helper(x: int) -> int:
    return x + LIMIT


class Server:
    """A q with Python: runs the source text in a namespace of its own, as the entry points there would."""

    def __init__(self, loaded: bool = True) -> None:
        self.loaded = loaded
        self.asked: list[tuple[Any, ...]] = []
        self.names: dict[str, Any] = {}

    def __enter__(self) -> Server:
        return self

    def __call__(self, query: str, *arguments: Any) -> Any:
        self.asked.append((query, *arguments))
        if query.startswith("`pykx in key"):
            return anyq.boolean(self.loaded)
        if query.startswith("system"):
            self.loaded = True
            return anyq.NULL
        try:
            exec(bytes(arguments[0].data).decode(), self.names)
            if len(arguments) == 1:
                return anyq.NULL
            _, name, values, n = arguments
            assert len(values) == n.raw
            return self.names[name.raw](*(getattr(value, "raw", value) for value in values))
        except Exception as error:
            raise QError(f"{type(error).__name__}: {error}") from None


class AsyncServer(Server):
    async def __call__(self, query: str, *arguments: Any) -> Any:
        await anyio.sleep(0)
        return super().__call__(query, *arguments)

    async def __aenter__(self) -> AsyncServer:
        return self


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def there(server: Server) -> Session:
    made = session(server)
    assert isinstance(made, Session)
    return made


def test_zero_one_and_many_arguments(there: Session) -> None:
    @function(there)
    def zero() -> int:
        return 10

    @function(there)
    def single(x: int) -> int:
        return x + 10

    @function(there)
    def multi(x: int, y: int) -> int:
        return x + y

    assert zero() == 10
    assert single(10) == 20
    assert multi(10, 20) == 30


def test_the_entry_points_are_loaded_once(server: Server, there: Session) -> None:
    server.loaded = False
    double = function(there)(lambda x: 2 * x)
    assert [double(2), double(3)] == [4, 6]
    assert [asked[0] for asked in server.asked[:2]] == ["`pykx in key `", 'system"l pykx.q"']
    assert len(server.asked) == 4


def test_defaults_keywords_and_rest(there: Session) -> None:
    unit = LIMIT

    @function(there)
    def everything(a: int, /, b: int = unit, *rest: int, c: int = 3, day: object = datetime.date(2020, 1, 2)) -> Any:
        return [a, b, len(rest), c, day.year]  # type: ignore[attr-defined]

    assert everything(1) == [1, 10, 0, 3, 2020]
    assert everything(1, 2, 3, 4, c=5) == [1, 2, 2, 5, 2020]
    assert everything(1, b=7, c=8) == [1, 7, 0, 8, 2020]
    with pytest.raises(TypeError, match="missing a required argument"):
        everything()  # type: ignore[call-arg]


def test_names_from_around(there: Session) -> None:
    offset = {"x": (1, [2.5, None])}

    def local(x: int) -> int:
        return helper(x) + len(offset)

    @function(there)
    def use(x: int) -> Any:
        def nested(y: int) -> int:
            return local(y) + math.floor(2.7)

        return nested(x), os.path.basename("a/b"), BIG

    assert use(1) == (14, "b", math.inf)


def test_decorators(there: Session) -> None:
    """Those below ours go along, those above stay here, and each may use the same names."""

    def twice(f: Callable[..., int]) -> Callable[..., int]:
        @functools.wraps(f)
        def wrapper(*arguments: int) -> int:
            return 2 * f(*arguments)

        return wrapper

    def plus_one(f: Callable[..., int]) -> Callable[..., int]:
        def wrapper(*arguments: int) -> int:
            return f(*arguments) + 1

        return wrapper

    @plus_one
    @function(there)
    @twice
    @plus_one
    def three() -> int:
        return 3

    assert three() == 9


def test_recursion(there: Session) -> None:
    @function(there)
    def factorial(n: int) -> int:
        return 1 if n < 2 else n * factorial(n - 1)

    assert factorial(5) == 120


def test_libraries(server: Server, there: Session) -> None:
    there.libraries({"m": "math", "path": "os.path"})
    assert server.names["m"] is math
    with pytest.raises(ValueError, match="not a name and a module"):
        there.libraries({"m; import os": "math"})
    with pytest.raises(QError, match="ModuleNotFoundError"):
        there.libraries({"n": "no_such_module_anywhere"})


def test_errors_are_those_of_the_other_side(there: Session) -> None:
    @function(there)
    def divide(x: int) -> float:
        return 1 / x

    with pytest.raises(QError, match="ZeroDivisionError: division by zero"):
        divide(0)


LOCK = threading.Lock()


class Things:
    def method(self) -> int:
        return 1


def uses_lock() -> None:
    LOCK.acquire()


def uses_class() -> object:
    return Things()


def uses_nothing_known() -> object:
    return no_such_name  # type: ignore[name-defined]  # noqa: F821


def lock_as_default(x: Any = LOCK) -> Any:
    return x


def assigns_global() -> None:
    global LIMIT
    LIMIT = 11


def generator() -> Any:
    yield 1


async def coroutine() -> None:
    pass


async def async_generator() -> Any:
    yield 1


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (generator, "is a generator"),
        (coroutine, "is a coroutine function"),
        (async_generator, "is an async generator"),
        (Things().method, "is a method"),
        (print, "no function written in Python"),
        (uses_lock, "uses LOCK, a lock, which cannot be sent"),
        (uses_class, "uses Things, a type that exists only here"),
        (uses_nothing_known, "uses no_such_name, which is not defined yet"),
        (lock_as_default, "has a lock as a default"),
        (assigns_global, "assigns the global LIMIT"),
        (eval("lambda: 1"), "has no source text"),
    ],
)
def test_refused_at_decoration(there: Session, server: Server, bad: Any, why: str) -> None:
    with pytest.raises(ConversionError, match=why):
        function(there)(bad)
    assert server.asked == []


@pytest.mark.parametrize("line", ["anyq = lambda: 0", "def f(): return [lambda: 0, lambda: 0]", "", "not ) Python"])
def test_a_text_of_the_same_name_is_not_the_source(there: Session, line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As from Python 3.13 on, where the text of ``python -c`` is kept as ``<string>``."""
    monkeypatch.setitem(linecache.cache, "<string>", (len(line), None, [line + "\n"], "<string>"))
    with pytest.raises(ConversionError, match="has no source text"):
        function(there)(eval("lambda: 1"))


def test_a_program_of_the_command_line() -> None:
    """`python -c`: the text that Python keeps of it, where it does, is the function's."""
    program = """if True:
    from anyq.errors import ConversionError
    from anyq.remote._source import source_of
    def outer():
        three = 3
        return lambda x: x + three
    try:
        print(source_of(outer())[0])
    except ConversionError as error:
        print(error)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert ("lambda x: x + three" if sys.version_info >= (3, 13) else "has no source text") in done.stdout


def test_a_function_without_session() -> None:
    with pytest.raises(ConversionError, match="needs a session"):
        function(helper)  # type: ignore[arg-type]


@pytest.mark.anyio
async def test_async_session() -> None:
    there = session(AsyncServer(loaded=False))
    assert isinstance(there, AsyncSession)
    await there.libraries({"m": "math"})

    @function(there)
    def area(r: float) -> float:
        return m.pi * r * r  # type: ignore[name-defined, no-any-return]  # noqa: F821

    answer = await area(2.0)
    assert answer == pytest.approx(4 * math.pi)


def test_the_text_is_what_runs() -> None:
    text, name = source_of(helper)
    assert name == "helper"
    namespace: dict[str, Any] = {}
    exec(text, namespace)
    assert namespace["helper"](1) == 11


def test_a_connection_or_an_address() -> None:
    with pytest.raises(TypeError, match="not both"):
        session(Server(), port=5050)  # type: ignore[call-overload]
