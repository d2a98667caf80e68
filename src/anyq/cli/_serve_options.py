"""The options of `anyq q` for its clients: each is one of `anyq.serve`, or of its limits."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterator
from typing import Any, Final

__all__ = ["LIMITS", "LOG_LEVELS", "add_serve_options", "kept_files", "limits_of", "serve_options"]

LOG_LEVELS: Final = ("debug", "info", "warning", "error", "critical", "off")
_GRACE: Final = 5.0


def _seconds(text: str) -> float:
    number = float(text)
    if not 0 <= number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds")
    return number


def _bound(kind: Callable[[str], float]) -> Callable[[str], float | None]:
    """A positive number, or ``off``."""

    def parse(text: str) -> float | None:
        if text == "off":
            return None
        try:
            number = kind(text)
        except ValueError:
            number = 0
        if not number > 0:
            raise argparse.ArgumentTypeError(f"{text!r} is neither above 0 nor off")
        return number

    return parse


LIMITS: Final = {
    "connections": (int, "N", "clients at a time (10000)"),
    "per_address": (int, "N", "clients at a time from one address (off)"),
    "login_time": (float, "SECONDS", "from the connection to the end of the login (10)"),
    "login_size": (int, "BYTES", "length of a login (1024)"),
    "message_size": (int, "BYTES", "length of a message of a client (2 GiB)"),
    "queued_bytes": (int, "BYTES", "what may wait to be sent to one client (64 MiB)"),
    "send_time": (float, "SECONDS", "how long a client may read nothing of what waits for it (60)"),
    "requests": (int, "N", "messages of one client that wait (64); beyond, it is not read"),
    "idle_time": (float, "SECONDS", "how long a client may be silent (off)"),
    "refused_logins": (int, "N", "refused logins of an address before its logins have to wait (5)"),
}
"""By the name of the field of `anyq.server.Limits`."""


def add_serve_options(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    may = parser.add_argument_group("what clients may do")
    may.add_argument(
        "--data", metavar="FOLDER", help="let clients use files below this folder; without it they see none"
    )
    may.add_argument(
        "--outbound",
        action="append",
        metavar="ADDRESS",
        help="let clients connect (hopen) to HOST, HOST:PORT, :PORT, unix:PATH or * (any); may be repeated",
    )
    may.add_argument(
        "--allow-shell", action="store_true", help="let clients run shell commands on this machine, as q does"
    )
    may.add_argument(
        "--allow-files",
        action="store_true",
        help="let clients use every file that this process may, the whole working directory with its scripts and "
        "whatever Python imports from it, and let them use the environment, listen, and end the process, as q does",
    )
    may.add_argument(
        "--allow-python", action="store_true", help="let q and its clients run Python here: that is any code at all"
    )
    may.add_argument(
        "--allow-logins", action="store_true", help="let clients set .z.pw and .z.ac, which see the passwords of others"
    )
    may.add_argument(
        "--allow", action="append", metavar="NAME", help="the functions clients may call, and nothing else"
    )
    may.add_argument(
        "-b", "--read-only", action="store_true", help="clients change nothing and use no files and handles"
    )
    may.add_argument(
        "--hide-errors", action="store_true", help="tell clients the class of a Python error, not its text"
    )
    bounds = parser.add_argument_group("bounds of clients (off: none)")
    for name, (kind, metavar, text) in LIMITS.items():
        bounds.add_argument(
            f"--{name.replace('_', '-')}",
            dest=name,
            type=_bound(kind),
            default=argparse.SUPPRESS,
            metavar=metavar,
            help=text,
        )
    service = parser.add_argument_group("as a service")
    service.add_argument(
        "--strict", action="store_true", help="end with status 1 at the first error of the script or an option"
    )
    service.add_argument(
        "--grace", type=_seconds, default=_GRACE, metavar="SECONDS",
        help=f"how long running queries may go on after SIGTERM ({_GRACE:g})",
    )  # fmt: skip
    service.add_argument(
        "--log-level", choices=LOG_LEVELS, help="what is logged on standard error (info; on a terminal: warning)"
    )
    service.add_argument(
        "--metrics", metavar="[HOST:]PORT", help="figures for Prometheus, liveness and readiness by HTTP on this port"
    )


def limits_of(arguments: argparse.Namespace) -> dict[str, float | None]:
    """The limits that were given."""
    return {name: getattr(arguments, name) for name in LIMITS if hasattr(arguments, name)}


def serve_options(arguments: argparse.Namespace) -> dict[str, Any]:
    """The keywords of `anyq.serve` that do not change while q runs, but ``limits`` and ``users``."""
    return {
        "data": arguments.data,
        "outbound": arguments.outbound,
        "allow_shell": arguments.allow_shell,
        "allow_files": arguments.allow_files,
        "allow_python": arguments.allow_python,
        "allow_logins": arguments.allow_logins,
        "allow": arguments.allow,
        "read_only": arguments.read_only,
        "expose_errors": not arguments.hide_errors,
        "timeout": arguments.query_timeout or None,
        "grace": arguments.grace,
    }


def kept_files(arguments: argparse.Namespace) -> Iterator[str]:
    """The files that this process runs, or reads its configuration from: clients must not be able to change them."""
    names = ("SSL_CERT_FILE", "SSL_KEY_FILE", "SSL_CA_CERT_FILE", "SSL_CA_CERT_PATH")
    certificates = [os.environ.get(f"{prefix}{name}", "") for name in names for prefix in ("KX_", "")]
    yield from filter(None, (arguments.script, arguments.users, arguments.users_only, *certificates))
