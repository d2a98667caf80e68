"""Python functions that q calls."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Final

from anyq.engine import Interpreter
from anyq.errors import ConversionError, QError
from anyq.values import Value, handed_over

__all__ = ["in_worker", "parameters", "python_function"]

_MOST: Final = 8


def in_worker(function: Callable[..., Any]) -> Callable[..., Any]:
    """``function`` to be given to q so that it runs in a worker thread of its own; q waits for its result.

    For functions that must not run on the thread of the q, because they call it back: such a call would wait for ever.
    Calls made while q waits are done after it.
    """
    inner = function
    _refuse_coroutines(function)

    def elsewhere(*arguments: Any) -> Any:
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(1, thread_name_prefix="anyq worker") as pool:
            return pool.submit(inner, *arguments).result()

    elsewhere.__signature__ = inspect.signature(function)  # type: ignore[attr-defined]
    elsewhere.__name__ = getattr(function, "__name__", "function")
    return elsewhere


def _refuse_coroutines(function: Callable[..., Any]) -> None:
    if inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(type(function).__call__):
        raise ConversionError(f"q cannot await {function!r}: give it a plain function")


def parameters(function: Callable[..., Any]) -> tuple[str, ...]:
    """The names of the arguments that q may give; ``x`` for what tells nothing about itself.

    `ConversionError` for what q cannot call.
    """
    _refuse_coroutines(function)
    try:
        found = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return ("x",)
    wanted = [p.name for p in found if p.kind is p.KEYWORD_ONLY and p.default is p.empty]
    if wanted:
        raise ConversionError(f"q gives no keyword arguments, {function!r} wants {', '.join(wanted)}")
    names = [p.name for p in found if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) and p.default is p.empty]
    if len(names) > _MOST:
        raise ConversionError(f"a q function takes at most {_MOST} arguments, {function!r} wants {len(names)}")
    return tuple(names)


def python_function(interpreter: Interpreter, function: Callable[..., Any], names: tuple[str, ...]) -> Value:
    """``function`` as a q function of the `parameters` ``names``.

    It gets q values; its result becomes one, its exception a q error.
    """

    def code(*arguments: Value) -> Value:
        try:
            return handed_over(function(*arguments))
        except QError:
            raise
        except Exception as error:
            raise QError(f"{type(error).__name__}: {error}") from error

    name = getattr(function, "__name__", "function")
    return interpreter.python_function(code, names, name)
