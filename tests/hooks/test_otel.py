"""Spans and metrics, by the SDK's in-memory exporters."""

from __future__ import annotations

from typing import Any

import pytest

import anyq
from anyq.errors import QError

pytest.importorskip("opentelemetry.sdk")
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from anyq.otel import OpenTelemetry

pytestmark = pytest.mark.anyio


class Collected:
    """Providers, and what they got."""

    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()
        self.tracers = TracerProvider()
        self.tracers.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.reader = InMemoryMetricReader()
        self.meters = MeterProvider([self.reader])

    def hooks(self, **options: bool) -> OpenTelemetry:
        return OpenTelemetry(tracer_provider=self.tracers, meter_provider=self.meters, **options)

    def metrics(self) -> dict[str, Any]:
        data = self.reader.get_metrics_data()
        assert data is not None
        return {
            metric.name: metric
            for kind in data.resource_metrics
            for scope in kind.scope_metrics
            for metric in scope.metrics
        }


async def test_spans_and_metrics_of_calls(served: int) -> None:
    collected = Collected()
    tracer = collected.tracers.get_tracer("test")
    async with anyq.Pool("localhost", served, hooks=collected.hooks()) as q:
        with tracer.start_as_current_span("outer"):
            await q("1+1")
            await q("count", [1, 2])
        with pytest.raises(QError):
            await q("1+`a")
    first, second, outer, failed = collected.exporter.get_finished_spans()
    assert [span.name for span in (first, second, failed)] == ["q", "count", "q"]
    assert first.kind is SpanKind.CLIENT
    assert first.parent is not None
    assert first.parent.span_id == outer.context.span_id
    assert dict(first.attributes or {}) == {
        "db.system.name": "kdb", "server.address": "localhost", "server.port": served,
    }  # fmt: skip
    assert (second.attributes or {})["db.operation.name"] == "count"
    assert failed.status.status_code is StatusCode.ERROR
    assert (failed.attributes or {})["db.response.status_code"] == "type"
    assert [event.name for event in first.events] == ["sent"]
    metrics = collected.metrics()
    points = metrics["db.client.operation.duration"].data.data_points
    assert metrics["db.client.operation.duration"].unit == "s"
    assert sorted((point.attributes.get("error.type", ""), point.count) for point in points) == [
        ("", 1), ("", 1), ("type", 1),
    ]  # fmt: skip
    assert metrics["db.client.connection.wait_time"].data.data_points[0].count == 3


async def test_the_text_of_a_query_only_when_asked_for(served: int) -> None:
    collected = Collected()
    async with anyq.connect("localhost", served, hooks=collected.hooks(query_text=True)) as q:
        await q("1+1")
    (span,) = collected.exporter.get_finished_spans()
    assert (span.attributes or {})["db.query.text"] == "1+1"


async def test_spans_of_a_server() -> None:
    collected = Collected()
    async with (
        anyq.serve(port=0, hooks=collected.hooks()) as server,
        anyq.connect("localhost", server.port, username="me") as q,
    ):
        await q("1+1")
        with pytest.raises(QError):
            await q("1+`a")
    good, bad = collected.exporter.get_finished_spans()
    assert good.kind is SpanKind.SERVER
    assert (good.attributes or {})["enduser.id"] == "me"
    assert (bad.attributes or {})["error.type"] == "type"
