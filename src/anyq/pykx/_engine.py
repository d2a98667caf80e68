"""The q of this process: opened when it is first needed, closed when the process ends."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final, TypeVar

from anyq import embedded, errors
from anyq.engine import Interpreter
from anyq.portal import may_block
from anyq.values import Atom, QType, Value, settled

from . import _config
from ._exceptions import PyKXException, translated

__all__ = [
    "ON_OPEN", "Session", "apply", "call", "evaluate", "interpreter", "on_q", "opened", "shutdown_thread", "using",
]  # fmt: skip

T = TypeVar("T")
_lock: Final = threading.RLock()
_opened: embedded.BlockingEmbedded | None = None
_functions: Final[dict[str, Value]] = {}


class Session:
    """A q that stands for ``kx.q`` in the block `using`."""

    def __init__(self, q: embedded.CallerEmbedded) -> None:
        self.q: embedded.CallerEmbedded = q
        self.functions: dict[str, Value] = {}


_session: Final[ContextVar[Session | None]] = ContextVar("session", default=None)
ON_OPEN: Final[list[Callable[[Interpreter], None]]] = []
"""What is done to a q that was just opened."""


def opened() -> embedded.BlockingEmbedded:
    """The q of this process. With ``PYKX_THREADING`` it has a thread of its own."""
    global _opened
    if (session := _session.get()) is not None:
        return session.q
    found = _opened
    if found is None:
        with _lock, may_block():
            if _opened is None:
                made = _made()
                made.__enter__()
                for prepare in ON_OPEN:
                    made.core.submit(prepare).wait()
                _opened = made
            found = _opened
    return found


@contextmanager
def using(session: Session) -> Generator[None, None, None]:
    """Let ``kx.q`` be another q, in this thread and block."""
    token = _session.set(session)
    try:
        yield
    finally:
        _session.reset(token)


def _made() -> embedded.BlockingEmbedded:
    """A q that is where this process is, also after ``os.chdir``."""
    if _config.pykx_threading:
        return embedded.BlockingEmbedded(embedded.EmbeddedQ(moving=True))
    return embedded.CallerEmbedded(moving=True)


def shutdown_thread() -> None:
    """End the thread that ``PYKX_THREADING`` started. Nothing is left behind without this call either."""
    global _opened
    with _lock:
        if _opened is not None and _config.pykx_threading:
            with may_block():
                _opened.close()
            _opened = None
            _functions.clear()


def interpreter() -> Interpreter:
    """The interpreter, for the thread that holds the turn."""
    return opened().core.interpreter


def on_q(work: Callable[[Interpreter], T], timeout: float | None = None) -> T:
    """``work`` done with the interpreter, in its turn. Raises this package's `QError`."""
    q = opened()
    try:
        if isinstance(q, embedded.CallerEmbedded):
            return q.run(work, timeout)
        with may_block():
            return q.core.submit(work, seconds=timeout).wait()
    except errors.QError as error:
        raise translated(error) from error.__cause__
    except errors.ClosedError as error:
        raise PyKXException(str(error)) from error


def evaluate(message: Value | str, timeout: float | None = None) -> Value:
    """What q makes of a message: text, or a list of a function and its arguments."""
    if isinstance(message, str):
        text = message
        return on_q(lambda engine: engine.eval(text), timeout)
    value = settled(message)
    return on_q(lambda engine: engine.value(value), timeout)


def apply(function: Value, *arguments: Value) -> Value:
    """A q function applied to values."""
    return on_q(lambda engine: engine.apply(_function(engine, function), arguments))


def _function(engine: Interpreter, function: Value) -> Value:
    if isinstance(function, Atom) and function.qtype is QType.SYMBOL:
        return engine.function_named(function.raw)
    return function


def call(text: str, *arguments: Value) -> Value:
    """The q function of a text, which is evaluated once, applied to values."""

    session = _session.get()
    functions = _functions if session is None else session.functions

    def work(engine: Interpreter) -> Value:
        function = functions.get(text)
        if function is None:
            function = functions[text] = engine.eval(text, "")
        return engine.apply(function, arguments)

    return on_q(work)


def style() -> Any:
    """How the console prints now: its size and precision."""
    return interpreter().settings.style
