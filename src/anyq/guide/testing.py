r"""# Testing your program

Tests need no kdb+, no fixed port and no waiting.

## A q for each test

pytest finds the fixtures by itself: `q_server`, an embedded q on a free port for each test, and `q`, a connection to it;
blocking in a plain test, to be awaited in an `async def` test, whatever plugin runs that.

```python
import anyq.sync


def test_total(q: anyq.sync.Connection) -> None:
    q("trade:([]size:1 2 3)")
    assert q("exec sum size from trade") == 6
```

Async fixtures of yours build on `async_q`:

```python
from collections.abc import AsyncIterator

import pytest
from anyq.testing import AwaitedConnection


@pytest.fixture
async def loaded(async_q: AwaitedConnection) -> AsyncIterator[AwaitedConnection]:
    await async_q("trade:([]size:1 2 3)")
    yield async_q


@pytest.mark.anyio
async def test_total(loaded: AwaitedConnection) -> None:
    assert await loaded("exec sum size from trade") == 6
```

## A server without sockets

`anyq.testing.VirtualServer` is a server of yours on a network in memory: the bytes are those of the wire, and no port is
opened. Without handlers it is an embedded q. `server.network` breaks its connections.

```python
import anyio
import anyq
from anyq.testing import VirtualServer


def on_sync(message: anyq.Value) -> object:
    return message.py()[1] * 2


async def main() -> None:
    async with VirtualServer(anyq.serve(on_sync, listen=False)) as server, server.connect() as q:
        print(await q(anyq.symbol("double"), 21))


anyio.run(main)
```

```text
42
```

## When the world breaks

`VirtualNetwork` carries connections in memory that trickle, stall and break at your word, and `ScriptedPeer` is a q that
says exactly what your test says. On Trio a `MockClock` makes an hour of time limits take no time:

```python
import anyq
import trio
import trio.testing
from anyq.testing import MemoryStream, ScriptedPeer, VirtualNetwork


async def silent(stream: MemoryStream) -> None:
    peer = ScriptedPeer(stream)
    await peer.accept()
    while await peer.request() is not None:
        pass


async def main() -> None:
    async with VirtualNetwork.open(silent) as network, anyq.connect("any", 5050, dial=network.dial) as q:
        try:
            await q("select from trade", timeout=3600)
        except anyq.CallTimeout as error:
            print(error)
        network.cut_all()
        try:
            await q("1+1")
        except anyq.ConnectionLost as error:
            print(error.outcome)


trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))
```

```text
no answer within 3600 s
not sent
```

With AnyIO's pytest plugin the clock is `anyio_backend = ("trio", {"clock": MockClock(autojump_threshold=0)})`, a fresh
one for each test.

## A ticker plant

`TickerPlant` answers `.u.sub`, publishes what you say, ends days, and dies and comes back:

```python
import anyio
import anyq
from anyq.client import EndOfDay, Gap, Update
from anyq.testing import TickerPlant

SCHEMA = anyq.table({"sym": anyq.symbols([]), "price": anyq.vector("f", [])})


async def main() -> None:
    async with (
        TickerPlant.open({"trade": SCHEMA}) as plant,
        anyq.connect("any", 5010, dial=plant.dial, reconnection_attempts=0) as q,
        q.subscribe("trade", ["AAPL"]) as feed,
    ):
        plant.publish("trade", {"sym": ["AAPL", "IBM"], "price": [1.5, 2.5]})
        print((await anext(feed)).data)  # type: ignore[union-attr]
        plant.end_of_day("2024.01.02")
        print(isinstance(await anext(feed), EndOfDay))
        plant.restart()
        print(isinstance(await anext(feed), Gap))


anyio.run(main)
```

```text
sym  price
----------
AAPL 1.5
True
True
```

## Any program at all

`anyq.testing.simulate(seed)` plays whole programs of calls, losses and cancellations against every entry point in
virtual time, and `anyq.testing.strategies` has Hypothesis strategies for q values and messages:

```python
from anyq import codec, identical
from anyq.testing import strategies
from anyq.values import Value
from hypothesis import given, settings


@settings(max_examples=5, deadline=None)
@given(strategies.values())
def test_round_trip(value: Value) -> None:
    assert identical(codec.decode(codec.encode(value)), value)
```
"""

__all__: list[str] = []
