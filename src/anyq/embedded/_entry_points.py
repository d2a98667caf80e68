"""Python run by q: the entry points that PyKX gives a q process, on an embedded q.

``.pykx.pyexec`` executes the source text in a char vector, in one namespace that lasts as long as the q does.
``.pykx.get[name;<]`` is the object of that name as a q function of any number of arguments, whose result is a q value.
A function gets atoms and char vectors as Python objects, other vectors as NumPy arrays, and all else as q values.

Whoever may call these runs any code in this process; nothing holds back those that may.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Final

from anyq.engine import Interpreter
from anyq.errors import QError
from anyq.values import NULL, Atom, Composition, List, QType, Value, Vector, handed_over

__all__ = ["allow_python"]

_ENLIST: Final = "enlist"


def allow_python(interpreter: Interpreter, check: Callable[[], None]) -> None:
    """Define the entry points in a q. From its thread only. ``check`` raises if the present caller may not use them."""
    namespace: dict[str, Any] = {"__name__": "__anyq__"}

    def execute(source: Value) -> Value:
        check()
        if not (isinstance(source, Vector | Atom) and source.qtype is QType.CHAR):
            raise QError("type")
        text = bytes([source.raw]) if isinstance(source, Atom) else bytes(source)
        _explained(exec, _explained(compile, text, "<sent to q>", "exec"), namespace)
        return NULL

    def get(name: Value, _: Value) -> Value:
        check()
        if not (isinstance(name, Atom) and name.qtype is QType.SYMBOL):
            raise QError("type")
        found: Any = namespace
        for index, part in enumerate(name.raw.split(".")):
            try:
                found = found[part] if index == 0 else getattr(found, part)
            except (KeyError, AttributeError):
                raise QError(f"NameError: name '{name.raw}' is not defined") from None

        def call(arguments: Value) -> Value:
            check()
            return _called(found, arguments)

        one = interpreter.python_function(call, ("x",), name.raw)
        return Composition((one, interpreter.eval(_ENLIST)))

    put = interpreter.names.put
    put(".pykx.pyexec", interpreter.python_function(execute, ("x",), ".pykx.pyexec"))
    put(".pykx.get", interpreter.python_function(get, ("x", "y"), ".pykx.get"))


def _called(function: Any, arguments: Value) -> Value:
    given = [NULL] if arguments is NULL else list(arguments)
    if not callable(function):
        return handed_over(function)
    if len(given) == 1 and given[0] is NULL and not _takes_one(function):
        given = []
    return handed_over(_explained(function, *map(_python, given)))


def _takes_one(function: Callable[..., Any]) -> bool:
    """Whether it can be called with an argument; q has no call without one."""
    try:
        inspect.signature(function).bind(None)
    except TypeError:
        return False
    except ValueError:  # some built-in functions do not tell
        return True
    return True


def _python(value: Value) -> Any:
    if isinstance(value, Atom) or (isinstance(value, Vector) and value.qtype is QType.CHAR) or value is NULL:
        return value.py()
    if isinstance(value, Vector):
        return value.np()
    return [_python(item) for item in value.items] if isinstance(value, List) else value


def _explained(function: Callable[..., Any], *arguments: Any) -> Any:
    """A Python error as a q error: the last line of its traceback."""
    try:
        return function(*arguments)
    except QError:
        raise
    except Exception as error:
        raise QError(f"{type(error).__name__}: {error}") from error
