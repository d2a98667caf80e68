"""What the connections have in common: addresses, keywords, errors, arguments, scripts."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from anyq import errors
from anyq.client import ScriptRequest, load_script
from anyq.values import Value, chars

from . import _config
from ._base import K, unwrap
from ._exceptions import PyKXException, QError, translated
from ._links import LINKS
from ._symbolic import SymbolicFunction

__all__ = [
    "CLOSED",
    "DEBUG",
    "SCRIPT",
    "arguments_of",
    "connect_error",
    "head_of",
    "keywords_of",
    "script_of",
    "script_results",
    "told_error",
]

CLOSED: Final = "Attempted to use a closed IPC connection"
SCRIPT: Final = (
    "{r:();i:0;n:count x;while[i<n;v:@[{(1b;$[1=count x;value x 0;(value x 0). 1_x])};x i;{(0b;x)}];"
    "if[not v 0;:(0b;i;v 1)];r,:enlist v 1;i+:1];(1b;r)}"
)
"""A q function that runs statements in order, until one fails: whether all went well, and what came of them."""
DEBUG: Final = "{.Q.trp[{$[count x 1;(value x 0). x 1;value x 0]};(x;y);{2 .Q.sbt y;'x}]}"
"""A q function that evaluates a query and its arguments, and prints the call chain of an error."""
_ADDRESSES: Final[set[tuple[str, int | None]]] = set()
"""The peers of this package's connections, whose reconnecting is told on standard error."""


class _Lines(logging.Filter):
    """Writes what anyq logs of reconnecting to standard error, in the words that PyKX prints."""

    def filter(self, record: logging.LogRecord) -> bool:
        place = getattr(record, "host", None), getattr(record, "port", None)
        if place not in _ADDRESSES or not isinstance(record.args, tuple) or not hasattr(record, "attempt"):
            return True
        print(record.args[0], file=sys.stderr)
        return logging.getLogger("anyq").hasHandlers()  # without any, Python itself would write the line once more


_LINES: Final = _Lines()


def keywords_of(
    host: str,
    port: int | None,
    *,
    username: str,
    password: str,
    timeout: float,
    tls: bool,
    unix: bool,
    no_ctx: bool,
    reconnection_attempts: int,
    reconnection_delay: float,
    reconnection_function: Callable[[float], float] | None,
) -> tuple[str | None, int | None, dict[str, Any]]:
    """Host, port and options of anyq for the keywords of a connection. ``TypeError`` without a port."""
    if port is None:
        raise TypeError("A port is needed: kx.SyncQConnection('localhost', 5050)")
    if tls and unix:
        raise PyKXException("TLS and UNIX domain sockets cannot both be used: say tls=True or unix=True")
    options: dict[str, Any] = {
        "username": username, "password": password or None, "no_ctx": no_ctx,
        "reconnection_attempts": reconnection_attempts, "reconnection_delay": reconnection_delay,
    }  # fmt: skip
    if timeout:
        options["timeout"] = float(timeout)
    if tls:
        options |= {"tls": True, "tls_from_environment": True}
    if reconnection_attempts >= 0:
        if reconnection_function is not None:
            options["reconnection_function"] = reconnection_function
        options["on_state"] = _told_state
        place = f"{os.environ.get('QUDSPATH') or '/tmp'}/kx.{port}" if unix else host or "localhost"
        _ADDRESSES.add((place, port))
        logging.getLogger("anyq").addFilter(_LINES)
    if unix:
        return f"unix://{port}", None, options
    return host or "localhost", port, options


def _told_state(state: str) -> None:
    if state == "reconnected":
        print("Connection successfully reestablished.", file=sys.stderr)


def connect_error(error: errors.Error) -> Exception:
    """What is raised in the place of a `anyq.ConnectError`: `QError` in the words of q."""
    if isinstance(error, errors.AuthenticationError):
        return QError("access: Failed to connect, the server refused username and password")
    if isinstance(error, errors.ConnectTimeout):
        return QError(f"timeout: {error}")
    cause: BaseException | None = error
    while cause is not None and not (isinstance(cause, OSError) and cause.errno):
        cause = cause.__cause__ or cause.__context__
    reason = os.strerror(cause.errno) if isinstance(cause, OSError) and cause.errno else str(error)
    return QError(f"hop. OS reports: {reason} ({error})")


def told_error(error: BaseException) -> BaseException:
    """anyq's error of a call as what programs of PyKX catch; other exceptions as they are."""
    if isinstance(error, errors.QError):
        made = translated(error)
        limit = int(os.environ.get("PYKX_MAX_ERROR_LENGTH", _config.max_error_length) or 256)
        return QError(str(made)[:limit]) if len(str(made)) > limit else made
    if isinstance(error, errors.CallTimeout):
        return QError(f"Query timed out: {error}")
    if isinstance(error, errors.ClosedError):
        return RuntimeError(CLOSED)
    if isinstance(error, errors.ConnectError):
        return connect_error(error)
    if isinstance(error, errors.ConnectionLost):
        return RuntimeError(f"{CLOSED}: {error} (outcome: {error.outcome})")
    if isinstance(error, errors.ConversionError | errors.EncodeError):
        return TypeError(str(error))
    return PyKXException(str(error)) if isinstance(error, errors.Error) else error


def head_of(query: Any) -> Any:
    """The query of a call: text, or a value."""
    if isinstance(query, str | bytes):
        return query
    if callable(query) and not isinstance(query, K):
        raise ValueError(f"Cannot send Python function over IPC: {type(query).__name__} {query!r}")
    if isinstance(query, SymbolicFunction) and query._context is None:
        return _sendable(query.func._v)
    return _sendable(unwrap(query))


def arguments_of(arguments: tuple[Any, ...]) -> list[Value]:
    """The arguments of a call. ``TypeError`` for too many, ``ValueError`` for Python functions."""
    if len(arguments) > 8:
        raise TypeError(f"Too many arguments: {len(arguments)} given, q functions take 8")
    found = []
    for argument in arguments:
        if callable(argument) and not isinstance(argument, K | type):
            raise ValueError(f"Cannot send Python function over IPC: {type(argument).__name__} {argument!r}")
        found.append(_sendable(argument._v if isinstance(argument, K) else LINKS.value_of(argument)))
    return found


def _sendable(value: Value) -> Value:
    if getattr(getattr(value, "code", None), "python", None) is not None:
        raise ValueError("Cannot send Python function over IPC: it is of this process")
    return value


def script_of(path: Any) -> tuple[list[ScriptRequest], list[Any]]:
    """The statements of a local script, and what is sent for them. `QError` for what is no script."""
    suffix = Path(path).suffix.lstrip(".")
    if suffix not in ("q", "k", "p", "py"):
        raise QError(f"Provided file type '{suffix}' unsupported")
    requests = load_script(path, Path(path).read_text("utf-8", "surrogateescape"))
    return requests, [[chars(request.query), *request.arguments] for request in requests]


def script_results(path: Any, requests: list[ScriptRequest], answer: Any, return_all: bool) -> Any:
    """What came of a script: its last result, or all. `QError` that names the line."""
    if not bool(answer[0]):
        request = requests[int(answer[1])]
        if str(answer[2]).startswith(".pykx.pyexec"):
            raise QError("PyKX must be loaded on remote server")
        raise QError(f"{answer[2]} ({os.fspath(path)}, line {request.line}: {request.text})")
    results = answer[1]
    if return_all:
        return list(results)
    return results[-1] if len(results) else LINKS.toq(None)
