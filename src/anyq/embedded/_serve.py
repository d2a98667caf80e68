"""Serving q with an embedded q behind it: what a q process does by default."""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterable, Sequence
from numbers import Real

from anyq.protocol import Hooks
from anyq.server import Handler, Limits, Users, read_users
from anyq.values import Value

from ._core import EmbeddedQ
from ._face import Embedded
from ._permissions import Destinations, Permissions, data_folder
from ._server import EmbeddedServer, Handles

__all__ = ["EmbeddedServer", "serve"]


def serve(
    on_sync: Handles | None = None,
    on_async: Handles | None = None,
    *,
    authenticate: Handles | None = None,
    on_open: Handles | None = None,
    on_close: Handles | None = None,
    on_timer: Handles | None = None,
    timer: float = 1.0,
    q: EmbeddedQ | Embedded | None = None,
    host: str | Sequence[str] = "127.0.0.1",
    port: int | None = None,
    unix: str | Sequence[str] | bool | None = None,
    tls: ssl.SSLContext | None = None,
    plain: bool = False,
    limits: Limits | None = None,
    grace: float = 5.0,
    timeout: float | None = None,
    expose_errors: bool = True,
    hooks: Hooks | None = None,
    data: str | os.PathLike[str] | None = None,
    outbound: Iterable[str] | bool | None = None,
    allow_shell: bool = False,
    allow_files: bool = False,
    allow_python: bool = False,
    allow_logins: bool = False,
    read_only: bool = False,
    allow: Iterable[str] | None = None,
    users: Users | str | os.PathLike[str] | None = None,
    metrics: str | None = None,
    listen: bool = True,
) -> EmbeddedServer:
    """A server of q clients, to be used as ``async with anyq.serve(...) as server``.

    What is not given does what a q process does: messages are evaluated by an embedded q (``q``, or a new one that
    ends with the server), through its ``.z.pg`` and ``.z.ps`` if they are set; ``.z.pw``, ``.z.po`` and ``.z.pc`` are
    asked or told if they are set. A handler is a Python function or a `Handler` (see `anyq.server.Server`), or q: the
    text or the value of a q function, which is put into the variable that q has for it; text that is no q is a `QError`
    on entering, other things a ``TypeError`` at once.

    ``timeout`` (seconds) bounds each evaluation of a client's message; it ends with the q error ``stop``. The time that
    it waits for its turn does not count. Evaluations run one after the other on the thread of the embedded q, so they
    delay each other, but never the server: logins, Python handlers and its end go on. When a client leaves, its
    evaluation is interrupted.

    What a handler raises is logged with traceback, user and handle; the client gets the text of a `QError`, of other
    exceptions class and text, or the class alone with ``expose_errors=False``.

    Clients compute and set variables. What they may do beyond that:

    * ``data``: use files below this folder, and none elsewhere; their relative paths start there. `ValueError` for a
      folder that Python imports from, or that holds ``users``.
    * ``outbound``: connect (``hopen``) to these addresses: ``["hdb:5012", "localhost", "*.example.com:5010"]``, or to
      all (``True``), and look up names of machines. Every client may use a connection that was opened; who opened it
      may close it.
    * ``allow_shell``: run shell commands.
    * ``allow_files``: act as this process: use any file, change the folder, use the environment, listen, end it.
    * ``allow_python``: run Python functions here, see `anyq.remote`: that is any code at all.
    * ``allow_logins``: set the login checks ``.z.pw`` and ``.z.ac``, which see the passwords of those who log in.

    What else they try is the q error ``access``, and logged with the option that would allow it. A ``.z.pc`` or
    ``.z.ts`` that a client sets, and what comes over a handle that it opened, may do no more than that client; but
    functions of yours call whatever a client puts in the place of what they call, unless it may change nothing. With
    ``read_only=True`` evaluations of clients can set nothing and reach no file, handle or command; tables of a database
    that you loaded they can query.
    ``allow`` names the functions that they may call, and nothing else then: a message must be the list of such a name
    and its arguments, or the name alone. ``users``, a `Users` or the path of a file of ``user:password`` lines, is
    asked first at each login.

    ``metrics`` (``[HOST:]PORT``) is where Prometheus finds the figures of `stats`, and others liveness and readiness:
    ``/metrics``, ``/livez``, ``/readyz`` (extra ``metrics``).

    It listens on loopback unless ``host`` names another address; with ``listen=False`` it listens nowhere, for tests in
    memory (`anyq.testing.VirtualServer`). For the rest see `Server`.
    """
    given = {
        "on_sync": on_sync,
        "on_async": on_async,
        "authenticate": authenticate,
        "on_open": on_open,
        "on_close": on_close,
        "on_timer": on_timer,
    }
    _check(given, allow, tls, grace=grace, timeout=timeout)
    network = {
        "timer": timer, "host": host, "port": port, "unix": unix, "tls": tls, "plain": plain, "grace": grace,
        "limits": limits or Limits(), "expose_errors": expose_errors, "hooks": hooks, "listen": listen,
    }  # fmt: skip
    kept = [users] if isinstance(users, str | os.PathLike) else []
    permissions = Permissions(
        data=None if data is None else data_folder(data, kept), outbound=Destinations.of(outbound), shell=allow_shell,
        files=allow_files, python=allow_python, logins=allow_logins, read_only=read_only, seconds=timeout,
    )  # fmt: skip
    core = q.core if isinstance(q, Embedded) else q
    known = read_users(users) if isinstance(users, str | os.PathLike) else users
    names = None if allow is None else frozenset(allow)
    return EmbeddedServer(given, network, core, permissions, names, known, metrics)


def _check(given: dict[str, Handles | None], allow: object, tls: object, **seconds: float | None) -> None:
    """Raise `TypeError` or `ValueError` for options that cannot be meant."""
    for name, handler in given.items():
        if not (handler is None or callable(handler) or isinstance(handler, Handler | str | bytes | Value)):
            raise TypeError(f"{name} is a function, or the text of a q function, not {type(handler).__name__}")
    if isinstance(allow, str | bytes):
        raise TypeError(f"allow is a list of names: allow=[{allow!r}]")
    if tls is not None and not isinstance(tls, ssl.SSLContext):
        raise TypeError(f"tls is an ssl.SSLContext, not {type(tls).__name__}")
    for name, number in seconds.items():
        if not (number is None or (isinstance(number, Real) and not isinstance(number, bool))):
            raise TypeError(f"anyq.serve: {name} is a number of seconds, not {number!r}")
        if number is not None and not number >= 0:
            raise ValueError(f"{name} must not be below 0, and is {number!r}")
