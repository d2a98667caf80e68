r"""# Hooks, logs and traces

An object of a class that derives from `anyq.Hooks` is told what happens: when a call begins, is sent and ends, when a
connection changes, how long a caller waited for a connection of a pool, when a server handles a message. Give it as `hooks=` to
`anyq.connect`, `anyq.Pool`, `anyq.serve`, or their sync counterparts:

```python
import anyio
import anyq


class Printed(anyq.Hooks):
    def call_ends(self, call: anyq.CallInfo) -> None:
        print(call.query, call.outcome, call.error)

    def connection_changes(self, address: object, state: str) -> None:
        print(state)


async def main() -> None:
    async with anyq.connect("localhost", 5050, hooks=Printed()) as q:
        await q("1+1")
        try:
            await q("1+`a")
        except anyq.QError:
            pass


anyio.run(main)
```

```text
connected
1+1 answered None
1+`a answered type
closed
```

Methods are called in the thread that drives the connection or server, so they must not block; what one raises is logged. A
call carries `data`, which is yours: what `call_begins` puts there, `call_ends` finds. `report_queries=False` keeps texts of
queries out. Without hooks nothing of this costs anything.

## OpenTelemetry

`pip install "anyq[otel]"`, and the SDK and exporter of your choice:

```python
import anyio
import anyq
from anyq.otel import OpenTelemetry


async def main() -> None:
    async with anyq.Pool("localhost", 5050, hooks=OpenTelemetry()) as q:
        print(await q("1+1"))


anyio.run(main)
```

```text
2
```

Each call is a span, a child of the one that is current where the call is made, and a value of
`db.client.operation.duration`; waits for a connection are `db.client.connection.wait_time`. Names are those of
OpenTelemetry's conventions for databases. Texts of queries are in spans only with `query_text=True`. On a server the spans
are of the messages that it handles.

## Logs

anyq logs to the loggers `anyq` and `anyq.server` of the standard library. With structlog, log calls by a hook:

```text
class Logged(anyq.Hooks):
    def call_ends(self, call):
        log.info("q call", query=call.query, outcome=call.outcome, error=call.error, seconds=call.seconds)
```

## Prometheus

A server has figures of its own, see `anyq help service`. For calls, observe a histogram of `prometheus_client`:

```text
SECONDS = prometheus_client.Histogram("q_call_seconds", "Calls of q", ["server", "outcome"])

class Measured(anyq.Hooks):
    def call_ends(self, call):
        SECONDS.labels(str(call.address), call.outcome).observe(call.seconds)
```
"""

__all__: list[str] = []
