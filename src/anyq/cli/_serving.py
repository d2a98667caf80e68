"""The port of a console: opened by `-p` or ``\\p``, moved or closed by ``\\p`` while q runs.

The event loop of the server lives in a thread of its own, which is started when the first port is opened.
"""

from __future__ import annotations

import logging
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Final

import attrs

from anyq.errors import QError

from ._address import listening

if TYPE_CHECKING:
    from concurrent.futures import Future

    from anyio.abc import TaskStatus
    from anyio.from_thread import BlockingPortal

    from anyq.embedded import EmbeddedQ, EmbeddedServer
    from anyq.server import Users

__all__ = ["Serving"]

log: Final = logging.getLogger("anyq.server")
_SWITCH: Final = 0.001
"""Seconds for which a query may hold Python's lock while the server wants it, at each step of a login or a reply."""
_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")


@attrs.define
class Serving:
    """Serves one embedded q on one port, or on none.

    ``options`` are keywords of `anyq.serve`, ``limits`` of `anyq.server.Limits`. ``users`` may log in (all, when it is
    `None`); ``tls_mode`` is that of ``-E``: 0 without TLS, 1 with and without, 2 with it only.
    """

    q: EmbeddedQ
    options: dict[str, Any] = attrs.field(factory=dict)
    limits: dict[str, Any] = attrs.field(factory=dict)
    users: Users | None = None
    tls_mode: int = 0
    grace: float = 5.0
    metrics: str | None = None
    _stack: ExitStack = attrs.field(factory=ExitStack, init=False)
    _measuring: Future[Any] | None = attrs.field(default=None, init=False)
    _portal: BlockingPortal | None = attrs.field(default=None, init=False)
    _server: EmbeddedServer | None = attrs.field(default=None, init=False)

    @property
    def port(self) -> int:
        return self._server.port if self._server is not None else 0

    @property
    def active(self) -> bool:
        """Whether anything is served."""
        return self._server is not None

    def listen(self, port: str) -> None:
        """Serve on ``[HOST:]PORT``; ``0`` ends it, ``0W`` takes any free port, ``unix:PATH`` is a unix socket alone.

        Clients of the port before are disconnected once their requests have been answered. Raises `QError` when the
        port cannot be had; the port before stays open then.
        """
        from argparse import ArgumentTypeError

        if port.strip() == "0":
            self._replace(None)
            return
        host = ""
        try:
            if port.strip().startswith("unix:"):
                opened = self._started(None, None, port.strip().removeprefix("unix:").removeprefix("//"))
            else:
                host, number = listening(port.strip().rpartition(",")[2])
                opened = self._open(host, number)
        except (OSError, ValueError, ImportError, ArgumentTypeError) as error:
            raise QError(f"{port}. OS reports: {getattr(error, 'strerror', None) or error}") from error
        self._replace(opened)
        if host and host not in _LOOPBACK and self.users is None and not self.q.has(".z.pw"):
            log.warning("anyone who reaches %s:%d may log in; see -u and .z.pw", host, self.port)

    def _open(self, host: str, number: int) -> EmbeddedServer:
        """Listen there and, as q does, on the unix socket of that port, if its name is free."""
        try:
            return self._started(host, number, True)
        except OSError:
            return self._started(host, number, None)

    def _started(self, host: str | None, number: int | None, unix: str | bool | None) -> EmbeddedServer:
        server = self._server_at(host, number, unix)
        self._loop().start_task(self._run, server)
        return server

    def _loop(self) -> BlockingPortal:
        """The event loop, started when it is first wanted."""
        from anyio.from_thread import start_blocking_portal

        if self._portal is None:
            sys.setswitchinterval(_SWITCH)
            self._portal = self._stack.enter_context(start_blocking_portal("asyncio"))
        if self.metrics is not None and self._measuring is None:
            self._measuring, _ = self._portal.start_task(self._run_metrics, self.metrics)
        return self._portal

    def _server_at(self, host: str | None, number: int | None, unix: str | bool | None) -> EmbeddedServer:
        from anyq.embedded import serve
        from anyq.server import Limits, server_context

        return serve(
            q=self.q,
            host=host or _LOOPBACK[0],
            port=number,
            unix=unix,
            tls=server_context() if self.tls_mode else None,
            plain=self.tls_mode == 1,
            users=self.users,
            limits=Limits(**self.limits),
            **self.options,
        )

    @staticmethod
    async def _run(server: EmbeddedServer, *, task_status: TaskStatus[None]) -> None:
        async with server:
            task_status.started()
            await server.serve_forever()

    async def _run_metrics(self, where: str, *, task_status: TaskStatus[None]) -> None:
        from anyq.server import MetricsServer

        metrics = MetricsServer(where, lambda: self._server)
        await metrics.listen()
        task_status.started()
        await metrics.serve()

    def _replace(self, server: EmbeddedServer | None) -> None:
        """The server before ends in the background: the request that runs may be one of its clients'."""
        before, self._server = self._server, server
        if before is not None and self._portal is not None:
            self._portal.start_task_soon(before.stop)

    def close(self) -> None:
        """Stop serving: no new calls; those that run may finish within ``grace``. Blocks until no task is left."""
        if self._portal is not None and self._server is not None:
            self._portal.call(self._server.stop, self.grace)
        self._server = None
        if self._measuring is not None:
            self._measuring.cancel()
        self._stack.close()
