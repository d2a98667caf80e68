r"""# Subscribing to kdb+tick

Whatever a server posts is read with `async for`:

```python
feed = q.messages()
await q.post("{neg[.z.w](`upd;`trade;x)}", 42)
async for message in feed:
    print(message)
    break
```

```text
`upd
`trade
42
```

At most `buffer` messages wait; `overflow` says what happens then: `"block"` stops reading, `"drop-oldest"` counts in
`feed.dropped`, and `"error"` (the default) ends the feed with `LimitError`.

A kdb+tick ticker plant is subscribed to by its `.u.sub`. Here are the few lines of one, and a subscriber:

```python
await q("trade:([]sym:`$();price:`float$());.u.t:enlist`trade;.u.w:()")
await q(".u.sub:{[t;s].u.w,:.z.w;(t;0#value t)};.u.del:{[t;w].u.w:.u.w except w}")
await q(".u.upd:{[t;x]t insert x;neg[.u.w]@\\:(`upd;t;x)}")

async with q.subscribe("trade", ["AAPL"], snapshot=True) as feed:
    print(list(feed.schemas), len(feed.snapshot["trade"]))
    await q.post(".u.upd[`trade;([]sym:`AAPL`AAPL;price:1.5 1.75)]")
    async for update in feed:
        if isinstance(update, anyq.client.Update):
            print(update.table)
            print(update.data)
            break
```

```text
['trade'] 0
trade
sym  price
----------
AAPL 1.5
AAPL 1.75
```

| Item | Means |
|---|---|
| `anyq.client.Update` | rows: `table` and `data` |
| `anyq.client.EndOfDay` | the plant ended a day (`.u.end`): `date` |
| `anyq.client.Gap` | the connection broke and came back; what was published in between is missing. `schemas` and `snapshot` are new |

Several subscriptions of one connection share what the plant sends; each gets its own rows, and closing one leaves the
others whole. `feed.batches()` gives lists of what has arrived, `feed.frames()` joins the updates of a table into one.
Without an event loop: `with q.subscribe(...) as feed: for update in feed` on a connection of `anyq.sync`.

## A plant that dies

With `reconnection_attempts=0` the subscription waits for the plant to come back; handle the `Gap`, by the snapshot or
by the plant's log. Here with a ticker plant in memory, as a test of yours would have it:

```python
import anyio
import anyq
from anyq.client import Gap, Update
from anyq.testing import TickerPlant


async def main() -> None:
    async with TickerPlant.open({"trade": anyq.table({"sym": anyq.symbols([]), "size": anyq.longs([])})}) as plant:
        async with (
            anyq.connect("any", 5010, dial=plant.dial, reconnection_attempts=0) as q,
            q.subscribe("trade") as feed,
        ):
            plant.publish("trade", {"sym": ["a"], "size": [1]})
            async for item in feed:
                match item:
                    case Update(table=table, data=rows):
                        print(table, len(rows))
                        plant.restart()
                    case Gap():
                        print("updates may be missing")
                        break


anyio.run(main)
```

```text
trade 1
updates may be missing
```

## Publishing

`anyq.server.Publisher` is the other side: it answers `.u.sub`, sends each subscriber its rows, and bounds what waits for
one that lags (`policy="disconnect"`, `"drop-oldest"` or `"conflate"`). `examples/publisher.py` is a ticker plant by it,
and [Serving](serving.md) shows the handlers.
"""

__all__: list[str] = []
