"""A server's figures for Prometheus, as OpenMetrics text over HTTP, with liveness and readiness.

``GET /metrics`` is the page; ``anyq_up`` and ``anyq_ready`` on it say what ``/livez`` and ``/readyz`` say by their
status: that the event loop answers, and that connections are accepted. The library ``prometheus_client`` writes the
page (extra ``metrics``). The port speaks a small part of HTTP/1.1: one request a connection, of bounded size and time.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final, Protocol

import anyio
import attrs
from anyio.abc import SocketAttribute, SocketStream

from ._client import Client
from ._limits import Stats

if TYPE_CHECKING:
    from prometheus_client.core import Metric

__all__ = ["Measured", "MetricsServer", "metrics_address", "metrics_page"]

log: Final = logging.getLogger("anyq.server")
_LONGEST: Final = 8192
_SECONDS: Final = 5.0
_AT_ONCE: Final = 16
_COUNTERS: Final = {
    "accepted": "Connections taken from the network",
    "logins": "Logins that were accepted",
    "refused": "Logins that were refused",
    "slowed": "Logins that had to wait because of refused ones from the same address",
    "denied": "Messages that tried what their client may not do",
    "late_logins": "Logins that were not complete in time, or too long",
    "foreign": "Connections that spoke another protocol",
    "over_limit": "Connections closed at once because there were too many",
    "sync_messages": "Sync messages handled",
    "async_messages": "Async messages handled",
    "errors": "Messages that failed",
    "bad_messages": "Clients disconnected for what is no message",
    "too_large": "Requests over a size, answered with an error",
    "slow": "Clients disconnected because they did not read",
    "idle": "Clients disconnected for silence",
}


class Measured(Protocol):
    """What has figures: a server."""

    @property
    def stats(self) -> Stats: ...

    @property
    def clients(self) -> dict[int, Client]: ...

    @property
    def ready(self) -> bool:
        """Whether connections are accepted."""


Source = Callable[[], Measured | None]


class _Collector:
    def __init__(self, source: Source) -> None:
        self._source = source

    def collect(self) -> Iterable[Metric]:
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        server = self._source()
        clients = list(server.clients.values()) if server is not None else []
        yield GaugeMetricFamily("anyq_up", "Whether the event loop answers", 1)
        ready = server is not None and server.ready
        yield GaugeMetricFamily("anyq_ready", "Whether connections are accepted", int(ready))
        yield GaugeMetricFamily("anyq_clients", "Clients that are logged in", len(clients))
        queued = sum(client.queued_bytes for client in clients)
        yield GaugeMetricFamily("anyq_queued_bytes", "Bytes that wait for clients to read them", queued)
        stats = server.stats if server is not None else Stats()
        for name, text in _COUNTERS.items():
            yield CounterMetricFamily(f"anyq_{name}", text, getattr(stats, name))


def metrics_page(source: Source) -> tuple[bytes, str]:
    """The page and its content type. `ImportError` that names the extra, without the library."""
    try:
        from prometheus_client.core import CollectorRegistry
        from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST, generate_latest
    except ImportError as error:
        raise ImportError("metrics need a library: pip install 'anyq[metrics]'") from error
    registry = CollectorRegistry()
    collector: Any = _Collector(source)
    registry.register(collector)
    page: bytes = generate_latest(registry)  # type: ignore[no-untyped-call]
    return page, CONTENT_TYPE_LATEST


def metrics_address(text: str) -> tuple[str, int]:
    """``[HOST:]PORT``; loopback without a host. `ValueError` for other text."""
    host, _, port = text.rpartition(":")
    if not port.isdigit() or int(port) > 65535:
        raise ValueError(f"metrics={text!r} is not [HOST:]PORT")
    return host.strip("[]") or "127.0.0.1", int(port)


@attrs.define(eq=False)
class MetricsServer:
    """Answers scrapes. ``where`` as `metrics_address` has it; ``source`` gives the server that is measured, or none."""

    where: str
    source: Source
    _listener: anyio.abc.Listener[SocketStream] | None = attrs.field(default=None, init=False)
    _busy: int = attrs.field(default=0, init=False)

    async def listen(self) -> None:
        """Begin to listen. `OSError` if the port is taken, `ImportError` without the library, `ValueError`."""
        host, port = metrics_address(self.where)
        metrics_page(self.source)
        try:
            self._listener = await anyio.create_tcp_listener(local_host=host, local_port=port)
        except OSError as error:
            raise OSError(error.errno, f"cannot listen on {host}:{port} for metrics: {error.strerror}") from error
        log.info("metrics on http://%s:%d/metrics", host, self.port)

    @property
    def port(self) -> int:
        """The port, once it listens."""
        assert self._listener is not None
        return int(self._listener.extra(SocketAttribute.local_port))

    async def serve(self) -> None:
        """Answer, until cancelled; the port is closed then."""
        assert self._listener is not None
        async with self._listener:
            await self._listener.serve(self._one)

    async def _one(self, stream: SocketStream) -> None:
        async with stream:
            if self._busy >= _AT_ONCE:
                return
            self._busy += 1
            try:
                with anyio.move_on_after(_SECONDS):
                    await stream.send(self._answer(await _request(stream)))
            except (anyio.BrokenResourceError, anyio.EndOfStream):
                log.debug("a scrape broke off")
            finally:
                self._busy -= 1

    def _answer(self, request: bytes) -> bytes:
        method, _, rest = request.partition(b" ")
        path = rest.partition(b" ")[0].partition(b"?")[0]
        if method not in (b"GET", b"HEAD"):
            return _response("405 Method Not Allowed", b"only GET\n")
        server = self.source()
        ready = server is not None and server.ready
        if path in (b"/livez", b"/healthz"):
            made = _response("200 OK", b"alive\n")
        elif path == b"/readyz":
            made = _response("200 OK", b"ready\n") if ready else _response("503 Service Unavailable", b"not ready\n")
        elif path in (b"/", b"/metrics"):
            page, kind = metrics_page(self.source)
            made = _response("200 OK", page, kind)
        else:
            made = _response("404 Not Found", b"see /metrics /livez /readyz\n")
        return made if method == b"GET" else made.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"


async def _request(stream: SocketStream) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data and b"\n\n" not in data and len(data) < _LONGEST:
        data += await stream.receive(_LONGEST)
    return data.partition(b"\n")[0]


def _response(status: str, body: bytes, kind: str = "text/plain; charset=utf-8") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode() + body
