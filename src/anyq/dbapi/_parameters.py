"""Parameters as the arguments of a q function."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

from anyq.client import Query
from anyq.console import is_name, is_path

from ._errors import ProgrammingError

__all__ = ["Parameters", "called"]

Parameters: TypeAlias = Sequence[object] | Mapping[str, object]
_LAMBDA: Final = re.compile(r"\s*\{\s*(?:\[([^\]]*)\])?")
_IMPLICIT: Final = ("x", "y", "z")


def called(operation: Query, parameters: Parameters) -> tuple[Query, tuple[object, ...]]:
    """The query and the arguments of a call."""
    if isinstance(parameters, str | bytes) or not isinstance(parameters, Sequence | Mapping):
        raise ProgrammingError(f"parameters are a sequence or a mapping, not a {type(parameters).__name__}")
    text = operation.decode("utf-8", "surrogateescape") if isinstance(operation, bytes) else operation
    if not parameters or not isinstance(text, str):
        if isinstance(parameters, Mapping) and parameters:
            raise ProgrammingError("a query that is a value takes parameters by position")
        return operation, tuple(parameters)
    found = _LAMBDA.match(text)
    if isinstance(parameters, Mapping):
        return _by_name(text, found, parameters)
    if found or (is_path(text.strip()) and text.strip() not in _IMPLICIT):
        return text, tuple(parameters)
    if len(parameters) > len(_IMPLICIT):
        raise ProgrammingError("q text has x, y and z for up to three parameters: give more by names, in a mapping")
    names = _IMPLICIT[: len(parameters)]
    return _body(names, text), tuple(parameters)


def _by_name(
    text: str, found: re.Match[str] | None, parameters: Mapping[str, object]
) -> tuple[str, tuple[object, ...]]:
    if found is None:
        wrong = [name for name in parameters if not is_name(name)]
        if wrong:
            raise ProgrammingError(f"{wrong[0]!r} is no name of a q variable")
        return _body(tuple(parameters), text), tuple(parameters.values())
    names = [name.strip() for name in (found[1] or "").split(";")]
    if set(names) != set(parameters):
        raise ProgrammingError(f"the function takes {', '.join(names) or 'x, y, z'}, not {', '.join(parameters)}")
    return text, tuple([parameters[name] for name in names])


def _body(names: tuple[str, ...], text: str) -> str:
    # The brace on a line of its own: a comment may end the text.
    return f"{{[{';'.join(names)}]{text}\n }}"
