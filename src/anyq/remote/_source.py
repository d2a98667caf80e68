"""What a Python function needs to run elsewhere, as source text.

A function is its own `def` and the names that it uses from around it: plain values, modules, other functions. Each
becomes a factory, so that two functions may use one name for two things:

    def _anyq_1():
        import numpy as np
        limit = 10
        helper = _anyq_2()
        def above(x): ...
        return above

Decorators are left out: those below ours have run, and what they made is the function that we see; those above ours
belong to this side. Annotations are left out: nothing there reads them. Defaults are sent as the values that they
have here.
"""

from __future__ import annotations

import ast
import builtins
import datetime
import dis
import inspect
import textwrap
import types
from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from anyq.errors import ConversionError

__all__ = ["source_of"]

_PLAIN = (type(None), bool, int, float, complex, str, bytes)
_DATED = (datetime.date, datetime.time, datetime.timedelta, datetime.datetime)
_BUILTINS = frozenset(dir(builtins))
_REFUSED = {
    inspect.CO_GENERATOR: "is a generator; its values would stay on the server, so return a list",
    inspect.CO_COROUTINE: "is a coroutine function, and the server runs no event loop for it",
    inspect.CO_ASYNC_GENERATOR: "is an async generator, and the server runs no event loop for it",
}


def source_of(function: Any, known: frozenset[str] = frozenset()) -> tuple[str, str]:
    """The source text that defines the function elsewhere, and the name that it has there.

    ``known`` are the names that exist there already (imported libraries). Raises `ConversionError` (a `TypeError`)
    that says what cannot be sent and why.
    """
    writer = _Writer(known)
    factory = writer.factory(function)
    name = function.__name__ if function.__name__.isidentifier() else "anyq_function"
    return "\n".join([*writer.parts, f"{name} = {factory}()", ""]), name


def _refuse(function: Any, why: str) -> ConversionError:
    return ConversionError(f"{getattr(function, '__qualname__', function)!s} cannot run on a server: it {why}")


def _checked(function: Any) -> types.FunctionType:
    if inspect.ismethod(function):
        raise _refuse(function, "is a method, and its object stays here; use a function")
    if not isinstance(function, types.FunctionType):
        raise _refuse(function, f"is {type(function).__name__} and no function written in Python")
    for flag, why in _REFUSED.items():
        if function.__code__.co_flags & flag:
            raise _refuse(function, why)
    return function


def _definition(function: types.FunctionType) -> ast.FunctionDef | ast.Lambda:
    """The syntax tree of the function itself; `ast` of its own code and not of what it wraps."""
    text = _text(function.__code__)
    if text is None:
        raise _refuse(function, "has no source text that Python could give (typed into a plain prompt?)")
    if function.__name__ == "<lambda>":
        return _lambda(function, text)
    tree = ast.parse(text).body[0]
    if not isinstance(tree, ast.FunctionDef):
        raise _refuse(function, "is not defined by a def")
    return tree


def _text(code: types.CodeType) -> str | None:
    """The source text of a function, dedented; `None` where Python has none.

    Every text given to `exec` and `eval` is called ``<string>``, and so is that of ``python -c``, which Python keeps
    from 3.13 on. A text of that name counts only when compiling it gives this very code.
    """
    try:
        if code.co_filename == "<string>" and not _compiles_to(code, "".join(inspect.findsource(code)[0])):
            return None
        return textwrap.dedent(inspect.getsource(code))
    except (OSError, TypeError, IndexError, SyntaxError, ValueError):
        return None


def _compiles_to(code: types.CodeType, text: str) -> bool:
    """Whether the code is among what the text compiles to."""
    waiting: list[object] = [compile(text, code.co_filename, "exec", dont_inherit=True)]
    while waiting:
        one = waiting.pop()
        if isinstance(one, types.CodeType):
            if one == code:
                return True
            waiting.extend(one.co_consts)
    return False


def _lambda(function: types.FunctionType, text: str) -> ast.Lambda:
    """The lambda's node: its lines are those of the statement that it stands in."""
    for end in range(len(text), 0, -1):
        try:
            tree = ast.parse(text[:end].strip().removesuffix(","))
        except SyntaxError:
            continue
        found = [node for node in ast.walk(tree) if isinstance(node, ast.Lambda)]
        if len(found) == 1:
            return found[0]
        break
    raise _refuse(function, "is a lambda that cannot be told from others on its line; use a def")


def _literal(value: Any) -> str | None:
    """The Python text of a plain value; `None` when it is not plain."""
    if isinstance(value, _DATED) and type(value).__module__ == "datetime":
        return f"__import__('datetime').{repr(value).removeprefix('datetime.')}"
    if type(value) in (float, complex):
        return repr(value) if "n" not in repr(value) else f"{type(value).__name__}({str(value)!r})"
    if type(value) in _PLAIN:
        return repr(value)
    if type(value) in (list, tuple, set, frozenset):
        parts = [_literal(item) for item in value]
        if None in parts:
            return None
        return f"{type(value).__name__}([{', '.join(map(str, parts))}])"
    if type(value) is dict:
        pairs = [(_literal(k), _literal(v)) for k, v in value.items()]
        if any(None in pair for pair in pairs):
            return None
        return "{" + ", ".join(f"{k}: {v}" for k, v in pairs) + "}"
    return None


def _outer_names(code: types.CodeType) -> Iterator[str]:
    """The global names that the code reads, inner functions too."""
    yield from _global_names(code)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _outer_names(constant)


def _global_names(code: types.CodeType) -> Iterator[str]:
    for instruction in dis.get_instructions(code):
        if instruction.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            yield str(instruction.argval)
        elif instruction.opname in ("STORE_GLOBAL", "DELETE_GLOBAL"):
            raise ConversionError(
                f"{code.co_name} cannot run on a server: it assigns the global {instruction.argval}, "
                "which would change there and not here"
            )


def _around(function: types.FunctionType, known: frozenset[str]) -> Mapping[str, Any]:
    """The names from around the function that it uses, and their values."""
    found: dict[str, Any] = {}
    for name in _outer_names(function.__code__):
        if name in function.__globals__:
            found[name] = function.__globals__[name]
        elif name not in _BUILTINS and name not in known and name != function.__name__:
            raise _refuse(function, f"uses {name}, which is not defined yet")
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            found[name] = cell.cell_contents
        except ValueError:
            if name != function.__name__:
                raise _refuse(function, f"uses {name}, which is not defined yet") from None
    return found


@attrs.define
class _Writer:
    """Writes one factory a function, each once."""

    known: frozenset[str]
    parts: list[str] = attrs.field(factory=list)
    done: dict[int, str] = attrs.field(factory=dict)

    def factory(self, function: Any) -> str:
        """Write the function's factory, those of the functions it uses first; gives the factory's name."""
        if id(function) in self.done:
            return self.done[id(function)]
        function = _checked(function)
        name = self.done[id(function)] = f"_anyq_{len(self.done) + 1}"
        definition = _definition(function)
        lines = [self._bind(function, *pair) for pair in _around(function, self.known).items()]
        body = self._plain(function, definition)
        returned = "_lambda" if isinstance(definition, ast.Lambda) else definition.name
        text = "\n".join([*filter(None, lines), body, f"return {returned}"])
        self.parts.append(f"def {name}():\n{textwrap.indent(text, '    ')}")
        return name

    def _bind(self, function: types.FunctionType, name: str, value: Any) -> str:
        """The line that gives a name from around the function its value there; empty when it has it."""
        if value is function or name == function.__name__ or (name in self.known and inspect.ismodule(value)):
            return ""
        if inspect.ismodule(value):
            return f"import {value.__name__} as {name}" if "." not in name else ""
        if inspect.isbuiltin(value) or inspect.isclass(value):
            return self._imported(function, name, value)
        if isinstance(value, types.FunctionType):
            if value.__module__ != function.__module__ and value.__module__ != "__main__":
                return self._imported(function, name, value)
            return f"{name} = {self.factory(value)}()"
        text = _literal(value)
        if text is None:
            raise _refuse(function, f"uses {name}, {_article(type(value).__name__)}, which cannot be sent")
        return f"{name} = {text}"

    def _imported(self, function: types.FunctionType, name: str, value: Any) -> str:
        """The import of a class or a function of a library."""
        if (
            value.__module__ in ("__main__", function.__module__)
            or "<locals>" in value.__qualname__
            or value.__module__ is None
        ):
            raise _refuse(function, f"uses {name}, {_article(type(value).__name__)} that exists only here")
        top, dot, rest = value.__qualname__.partition(".")
        suffix = f"\n{name} = {name}.{rest}" if dot else ""
        return f"from {value.__module__} import {top} as {name}{suffix}"

    def _plain(self, function: types.FunctionType, definition: ast.FunctionDef | ast.Lambda) -> str:
        """The definition without decorators and annotations, defaults as values."""
        arguments = definition.args
        everything = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
        for argument in filter(None, everything):
            argument.annotation = None
        arguments.defaults = [self._default(function, value) for value in function.__defaults__ or ()]
        if function.__kwdefaults__:
            arguments.kw_defaults = [
                self._default(function, function.__kwdefaults__[a.arg]) if a.arg in function.__kwdefaults__ else None
                for a in arguments.kwonlyargs
            ]
        if isinstance(definition, ast.Lambda):
            return f"_lambda = {ast.unparse(definition)}"
        definition.decorator_list = []
        definition.returns = None
        return ast.unparse(ast.fix_missing_locations(definition))

    def _default(self, function: types.FunctionType, value: Any) -> ast.expr:
        text = _literal(value)
        if text is None:
            raise _refuse(function, f"has {_article(type(value).__name__)} as a default, which cannot be sent")
        return ast.parse(text, mode="eval").body


def _article(word: str) -> str:
    return f"{'an' if word[:1].lower() in 'aeiou' else 'a'} {word}"
