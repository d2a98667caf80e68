"""OpenTelemetry for connections, pools and servers: spans, and the metrics of database clients. Extra ``otel``.

>>> import anyq, anyq.otel
>>> hooks = anyq.otel.OpenTelemetry()
>>> connection = anyq.connect("localhost", 5000, hooks=hooks)

Names follow OpenTelemetry's semantic conventions for databases (stable since 1.33): https://opentelemetry.io/docs/specs/semconv/database/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from anyq.client import Address
from anyq.errors import QError
from anyq.protocol import CallInfo, Hooks, RequestInfo

try:
    from opentelemetry import metrics, trace
except ModuleNotFoundError as _error:
    raise ModuleNotFoundError(f'{__name__} needs {_error.name}: pip install "anyq[otel]"', name=_error.name) from None

if TYPE_CHECKING:
    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import Span, TracerProvider
    from opentelemetry.util.types import AttributeValue

__all__ = ["OpenTelemetry"]

_SYSTEM: Final = "kdb"
_BUCKETS: Final = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0)
"""Of durations in seconds, as the conventions advise."""


class OpenTelemetry(Hooks):
    """Hooks that make a span of each call and of each message that a server handles, and measure them.

    A span of a call is named by the function it calls or by ``q``; it is a child of the span that is current where the
    call is made. Metrics: ``db.client.operation.duration``, ``db.client.connection.wait_time`` (both in seconds).
    ``query_text=True`` puts the query's text into ``db.query.text``, at most 200 characters: it may hold what should
    not be in a trace.
    """

    __slots__ = ("_duration", "_text", "_tracer", "_wait")

    def __init__(
        self,
        *,
        tracer_provider: TracerProvider | None = None,
        meter_provider: MeterProvider | None = None,
        query_text: bool = False,
    ) -> None:
        self._tracer = trace.get_tracer("anyq", tracer_provider=tracer_provider)
        meter = metrics.get_meter("anyq", meter_provider=meter_provider)
        self._text = query_text
        self._duration = meter.create_histogram(
            "db.client.operation.duration",
            unit="s",
            description="Duration of database client operations.",
            explicit_bucket_boundaries_advisory=_BUCKETS,
        )
        self._wait = meter.create_histogram(
            "db.client.connection.wait_time",
            unit="s",
            description="The time it took to obtain an open connection from the pool.",
            explicit_bucket_boundaries_advisory=_BUCKETS,
        )

    def call_begins(self, call: CallInfo) -> None:
        name = _operation(call.query)
        attributes = _place(call)
        if name:
            attributes["db.operation.name"] = name
        if self._text and call.query is not None:
            attributes["db.query.text"] = call.query
        call.data = self._tracer.start_span(name or "q", kind=trace.SpanKind.CLIENT, attributes=attributes)

    def call_sent(self, call: CallInfo) -> None:
        span = call.data
        assert isinstance(span, trace.Span)
        span.add_event("sent")

    def call_ends(self, call: CallInfo) -> None:
        attributes, span = _place(call), call.data
        assert isinstance(span, trace.Span)
        name = _operation(call.query)
        if name:
            attributes["db.operation.name"] = name
        failure = call.error if call.outcome == "answered" else call.outcome
        if failure is not None:
            attributes["error.type"] = failure
            span.set_attribute("error.type", failure)
            span.set_status(trace.StatusCode.ERROR, failure)
            if call.error is not None:
                span.set_attribute("db.response.status_code", failure)
        span.end()
        self._duration.record(call.seconds, attributes)

    def pool_waits(self, seconds: float) -> None:
        self._wait.record(seconds, {"db.system.name": _SYSTEM})

    def request_begins(self, request: RequestInfo) -> None:
        request.data = self._tracer.start_span(
            "q sync message" if request.sync else "q async message",
            kind=trace.SpanKind.SERVER,
            attributes={"db.system.name": _SYSTEM, "enduser.id": request.user, "anyq.handle": request.handle},
        )

    def request_ends(self, request: RequestInfo) -> None:
        span = request.data
        assert isinstance(span, trace.Span)
        _note(span, request.error)
        span.end()


def _note(span: Span, error: BaseException | None) -> None:
    if error is not None:
        what = error.text if isinstance(error, QError) else type(error).__name__
        span.set_attribute("error.type", what)
        span.set_status(trace.StatusCode.ERROR, what)


def _place(call: CallInfo) -> dict[str, AttributeValue]:
    """The server, as the conventions name it."""
    found: dict[str, AttributeValue] = {"db.system.name": _SYSTEM}
    address = call.address
    if isinstance(address, Address):
        found["server.address"] = address.socket_path if address.unix else address.host
        if not address.unix and address.port is not None:
            found["server.port"] = address.port
    return found


def _operation(query: str | None) -> str:
    """The function that a query calls by its name; nothing for other text, whose kinds would have no end."""
    if query is None:
        return ""
    name = query.removeprefix("`")
    return name if name and all(part.isidentifier() for part in name.strip(".").split(".")) else ""
