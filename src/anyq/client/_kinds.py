"""What kind of value each option of a connection takes, for errors that say so."""

from __future__ import annotations

import difflib
import os
import ssl
from collections.abc import Callable, Iterable, Mapping
from numbers import Integral, Real
from typing import Any, Final

from anyq.protocol import Hooks

__all__ = ["check_kinds", "check_login", "unknown_option"]


def _number(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def _whole(value: object) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool)


def _flag(value: object) -> bool:
    return isinstance(value, bool) or type(value).__name__ == "bool" or value in (0, 1)


def _text(value: object) -> bool:
    return isinstance(value, str)


def _path(value: object) -> bool:
    return isinstance(value, str | os.PathLike)


_SECONDS: Final = (_number, "a number of seconds")
_WHOLE: Final = (_whole, "a whole number")
_FLAG: Final = (_flag, "True or False")
_FUNCTION: Final = (callable, "a function")
_PATH: Final = (_path, "the path of a file")
_KINDS: Final[Mapping[str, tuple[Callable[[object], bool], str]]] = {
    **dict.fromkeys(("connect_timeout", "timeout", "send_timeout", "close_timeout", "liveness"), _SECONDS),
    **dict.fromkeys(("reconnection_delay", "max_delay"), _SECONDS),
    "jitter": (_number, "a number from 0 to 1"),
    **dict.fromkeys(("capability", "max_in_flight", "max_message_size", "max_queued"), _WHOLE),
    **dict.fromkeys(("reconnection_attempts", "connect_attempts"), _WHOLE),
    **dict.fromkeys(("keepalive", "no_ctx", "verify", "tls_from_environment", "report_queries", "compress"), _FLAG),
    **dict.fromkeys(("reconnection_function", "on_request", "on_state", "on_call", "dial"), _FUNCTION),
    **dict.fromkeys(("ca_file", "cert_file", "key_file"), _PATH),
    "server_hostname": (_text, "text"),
    "hooks": (lambda value: isinstance(value, Hooks), "an anyq.Hooks"),
}
_MEANT: Final = {
    "user": "username", "usr": "username", "pass": "password", "pwd": "password", "passwd": "password", "ssl": "tls",
    "ssl_context": "tls", "hostname": "host", "address": "host", "reconnect": "reconnection_attempts",
    "retries": "reconnection_attempts", "pool_size": "max_size", "size": "max_size",
}  # fmt: skip
"""What other libraries call it."""
_OTHERS: Final = ("host", "port", "username", "password", "tls")


def unknown_option(entry: str, name: str, known: Iterable[str]) -> TypeError:
    """The error for an option that an entry point does not have."""
    meant = _MEANT.get(name) or next(iter(difflib.get_close_matches(name, [*known, *_OTHERS], 1)), "")
    return TypeError(f"{entry} has no option {name}" + (f"; did you mean {meant}?" if meant else ""))


def check_kinds(entry: str, given: Mapping[str, Any], defaults: Mapping[str, object]) -> None:
    """Raise `TypeError` that names the entry point, the option and what it takes, for a value of another kind."""
    for name, value in given.items():
        kind = _KINDS.get(name)
        if kind is None or (value is None and defaults[name] is None) or kind[0](value):
            continue
        if value is None and name in ("connect_timeout", "send_timeout"):
            continue
        none = ", or None" if defaults[name] is None or name in ("connect_timeout", "send_timeout") else ""
        raise TypeError(f"{entry}: {name} is {kind[1]}{none}, not {value!r}")


def check_login(entry: str, username: object, password: object, tls: object) -> None:
    """As `check_kinds`, for what every entry point takes; the password is not shown."""
    if not isinstance(username, str):
        raise TypeError(f"{entry}: username is text, not {username!r}")
    if not (password is None or isinstance(password, str)):
        raise TypeError(f"{entry}: password is text, or None, not of type {type(password).__name__}")
    if not (_flag(tls) or isinstance(tls, ssl.SSLContext)):
        raise TypeError(f"{entry}: tls is True, False or an ssl.SSLContext, not {tls!r}")
