"""Python for q: callables as functions of q, and the ``.pykx`` names."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any, Final

from anyq import errors
from anyq.engine import Interpreter
from anyq.values import NULL, Atom, Composition, List, QType, Value, Vector, chars, settled

from . import _engine
from ._base import wrap
from ._exceptions import QError
from ._functions import ForeignValue
from ._links import LINKS

__all__ = ["python_function"]

_MOST: Final = 8
_NAMESPACE: Final[dict[str, Any]] = {"__name__": "__main__"}


def _positional(function: Callable[..., Any]) -> tuple[str, ...] | None:
    """The names of the parameters; ``None`` for any number."""
    try:
        found = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return None
    names = [p.name for p in found if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
    if len(names) > _MOST:
        raise ValueError(f"Too many parameters: {len(names)}, q functions take {_MOST}")
    if any(p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) for p in found):
        return None
    return tuple(names)


def run(function: Callable[..., Any], arguments: Sequence[Value]) -> Value:
    """A Python function called by q: its arguments are wrapped, its result unwrapped, its error one of q."""
    given, keywords = _sorted_out(arguments)
    try:
        return settled(LINKS.value_of(function(*given, **keywords)))
    except errors.QError:
        raise
    except QError as error:
        raise errors.QError(str(error)) from (error.__cause__ or error)
    except Exception as error:
        raise errors.QError(f"{type(error).__name__}: {error}") from error


def _sorted_out(arguments: Sequence[Value]) -> tuple[list[Any], dict[str, Any]]:
    """Positional arguments and keywords, which ``pykw``, ``pyarglist`` and ``pykwargs`` mark."""
    given: list[Any] = []
    keywords: dict[str, Any] = {}
    for value in arguments:
        mark = value.obj if isinstance(value, ForeignValue) else None
        if isinstance(mark, _Marked):
            given += mark.given
            keywords |= mark.keywords
        else:
            given.append(wrap(value))
    return given, keywords


class _Marked:
    """Arguments for a Python function that q cannot spell."""

    def __init__(self, given: list[Any], keywords: dict[str, Any]) -> None:
        self.given = given
        self.keywords = keywords


def python_function(function: Callable[..., Any]) -> Value:
    """A Python callable as a function of q. ``ValueError`` for one of more parameters than q has."""
    names = _positional(function)
    title = getattr(function, "__name__", "function")
    if names is None:
        names = ("x",)

    def code(*arguments: Value) -> Value:
        values = list(arguments)
        if len(values) == 1 and values[0] == NULL and not _wants_one(function):
            values = []
        return run(function, values)

    code.python = function  # type: ignore[attr-defined]
    count = max(len(names), 1)
    required = _required(function)
    if required is not None and required < count:
        names = names[: max(required, 1)]
    return _engine.on_q(lambda engine: engine.python_function(code, names or ("x",), title))


def _wants_one(function: Callable[..., Any]) -> bool:
    required = _required(function)
    return required is None or required > 0


def _required(function: Callable[..., Any]) -> int | None:
    """How many arguments must be given."""
    try:
        found = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return None
    positional = [p for p in found if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    return sum(1 for p in positional if p.default is p.empty)


# The names that q has under .pykx


def _install(engine: Interpreter) -> None:
    put = engine.names.put

    def define(name: str, params: tuple[str, ...], code: Callable[..., Value]) -> None:
        put(f".pykx.{name}", engine.python_function(code, params, f".pykx.{name}"))

    define("eval", ("x",), lambda text: _callable(engine, _evaluated(text)))
    define("pyeval", ("x",), lambda text: ForeignValue(_evaluated(text)))
    define("pyexec", ("x",), _executed)
    define("qeval", ("x",), lambda text: LINKS.value_of(_evaluated(text)))
    define("wrap", ("x",), lambda x: _callable(engine, _plain(x)))
    define("unwrap", ("x",), _unwrapped)
    define("get", ("x",), lambda name: _callable(engine, _found(name)))
    define("set", ("x", "y"), _set)
    define("import", ("x",), lambda name: _callable(engine, __import__(str(wrap(name)))))
    define("pyimport", ("x",), lambda name: ForeignValue(__import__(str(wrap(name)))))
    define("getattr", ("x", "y"), lambda x, y: ForeignValue(_attribute(x, y)))
    define("setattr", ("x", "y", "z"), _set_attribute)
    define("toq", ("x",), lambda x: LINKS.value_of(_plain(x)))
    for form in ("py", "np", "pd", "pa"):
        define(f"to{form}", ("x",), lambda x, form=form: ForeignValue(LINKS.convert(x, form)))
    define("tok", ("x",), lambda x: x)
    define("repr", ("x",), lambda x: chars(repr(_foreign(x))))
    define("print", ("x",), lambda x: _printed(x))
    define("util.repr", ("x", "y"), lambda x, y: chars(repr(_foreign(y))))
    put(".pykx.util.isf", ForeignFunction(lambda x: isinstance(x, ForeignValue)))
    define("modpow", ("x", "y", "z"), _modular_power)
    define("pykw", ("x", "y"), lambda x, y: ForeignValue(_Marked([], {str(wrap(x)): wrap(y)})))
    define("pyarglist", ("x",), lambda x: ForeignValue(_Marked(list(wrap(x)), {})))
    define("pykwargs", ("x",), lambda x: ForeignValue(_Marked([], {str(k): v for k, v in wrap(x).items()})))
    define("util.loadfile", ("x", "y"), lambda x, y: _load_file(engine, x, y))
    for name in ("pykw", "pyarglist", "pykwargs"):
        put(name, engine.names[f".pykx.{name}"])


class ForeignFunction(ForeignValue):
    """A foreign value of a function of q values."""


def _plain(value: Value) -> Any:
    if isinstance(value, ForeignValue):
        return value.obj
    if isinstance(value, Composition) and isinstance(value.items[0], ForeignValue):
        return value.items[0].obj
    function = getattr(getattr(value, "code", None), "wrapped", None)
    return wrap(value) if function is None else function


def _foreign(value: Value) -> Any:
    wrapped = getattr(getattr(value, "code", None), "wrapped", None)
    if wrapped is not None:
        return wrapped
    if not isinstance(value, ForeignValue):
        raise errors.QError("Expected a foreign object for .pykx.repr, try unwrapping the object with `.")
    return value.obj


def _text(value: Value) -> str:
    return bytes(value).decode() if isinstance(value, Vector) else str(wrap(value))


def _evaluated(text: Value) -> Any:
    return _guarded(eval, _text(text), _NAMESPACE)


def _executed(text: Value) -> Value:
    _guarded(exec, _text(text), _NAMESPACE)
    return NULL


def _guarded(function: Callable[..., Any], *arguments: Any) -> Any:
    try:
        return function(*arguments)
    except errors.QError:
        raise
    except Exception as error:
        raise errors.QError(f"{type(error).__name__}: {error}") from error


def _found(name: Value) -> Any:
    title = str(wrap(name))
    if title not in _NAMESPACE:
        raise errors.QError(f"AttributeError: module '__main__' has no attribute '{title}'")
    return _NAMESPACE[title]


def _set(name: Value, value: Value) -> Value:
    _NAMESPACE[str(wrap(name))] = _plain(value)
    return NULL


def _attribute(obj: Value, name: Value) -> Any:
    return _guarded(getattr, _plain(obj), str(wrap(name)))


def _set_attribute(obj: Value, name: Value, value: Value) -> Value:
    given = value.obj if isinstance(value, ForeignValue) else wrap(value).py()
    _guarded(setattr, _plain(obj), str(wrap(name)), given)
    return NULL


def _unwrapped(value: Value) -> Value:
    return ForeignValue(_plain(value))


def _printed(value: Value) -> Value:
    print(_plain(value))
    return NULL


def _modular_power(base: Value, exponent: Value, modulus: Value) -> Value:
    third = None if modulus == NULL else int(wrap(modulus))
    return LINKS.value_of(pow(int(wrap(base)), int(wrap(exponent)), third))


def _load_file(engine: Interpreter, folder: Value, name: Value) -> Value:
    import os

    here = os.getcwd()
    os.chdir(_text(folder))
    try:
        return engine.command(f"l {_text(name)}")
    finally:
        os.chdir(here)


def _callable(engine: Interpreter, obj: Any) -> Value:
    """A Python object as q's wrapped ones: ``w`.`` is the foreign, ``w[`:attr]`` an attribute, ``w[x]`` a call."""

    def one(argument: Value) -> Value:
        items = list(argument.items if isinstance(argument, List) else argument)
        if len(items) == 1 and isinstance(items[0], Atom) and items[0].qtype is QType.SYMBOL:
            name = items[0].raw
            if name == ".":
                return ForeignValue(obj)
            if name == "":
                return LINKS.value_of(obj)
            if name.startswith(":"):
                return _callable(engine, _guarded(getattr, obj, name[1:]))
        if len(items) == 1 and items[0] == NULL:
            items = []
        given, keywords = _sorted_out(items)
        return _callable(engine, _guarded(lambda: obj(*given, **keywords)))

    one.wrapped = obj  # type: ignore[attr-defined]
    inner = engine.python_function(one, ("x",), "pykx")
    return Composition((inner, engine.eval("enlist")))


LINKS.function = python_function
_engine.ON_OPEN.append(_install)
