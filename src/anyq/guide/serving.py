r'''# Serving

A server of q clients runs as long as its block:

```python
import anyio
import anyq


async def main() -> None:
    def validate(user: str, password: str | None) -> bool:
        return password == "secret"

    async with anyq.serve(port=0, authenticate=validate) as server:
        async with anyq.connect("localhost", server.port, username="ann", password="secret") as q:
            print(await q("sum til 10"))


anyio.run(main)
```

```text
45
```

What you do not give does what a q process does: messages are evaluated by an embedded q, through its `.z.pg .z.ps .z.pw
.z.po .z.pc` if they are set.

| Handler | Gets | Its result |
|---|---|---|
| `on_sync` | the message | is the answer; an exception is a q error to the client |
| `on_async` | the message | is dropped |
| `authenticate` | user, and password or `None` | says whether the login is accepted |
| `on_open`, `on_close` | the client | is dropped |
| `on_timer` | nothing, every `timer` seconds | is dropped |

Each may be a Python function, plain or async, or the text of a q function; one that has room for one more argument gets
the `Client` (`handle`, `user`, `address`, `post`, `defer`, `close`, and `data`, which is yours). Plain functions run in
the event loop and must not block it; `anyq.server.Handler` runs one in a thread, bounds its time and how many run at a
time.

```python
import anyio
import anyq
from anyq.server import Client, Handler

PRICES = {"AAPL": 1.5, "IBM": 2.5}


def on_sync(message: anyq.Value, client: Client) -> object:
    """A message is q text, which is bytes here, or a list of a name and arguments."""
    match message.py():
        case ["price", str(sym)] if sym in PRICES:
            return PRICES[sym]
        case b"prices" | ["prices"] | "prices":
            return PRICES
    raise anyq.QError("access")


async def main() -> None:
    async with anyq.serve(Handler(on_sync, timeout=5), port=0) as server:
        async with anyq.connect("localhost", server.port) as q:
            print(await q(anyq.symbol("price"), "IBM"))
            print(await q("prices"))
            try:
                await q("delete from `.")
            except anyq.QError as error:
                print(error)


anyio.run(main)
```

```text
2.5
AAPL| 1.5
IBM | 2.5
access
```

A client that does not read is disconnected when its queue is full; it never delays others. `client.defer()` answers
later; `client.post` and `server.broadcast` send async messages.

## Publishing

```python
import anyio
import anyq
from anyq.client import Update
from anyq.server import Publisher

SCHEMA = anyq.table({"sym": anyq.symbols([]), "size": anyq.longs([])})


async def main() -> None:
    publisher = Publisher({"trade": SCHEMA}, policy="drop-oldest")
    async with (
        anyq.serve(publisher.on_sync, on_close=publisher.on_close, port=0) as server,
        anyq.connect("localhost", server.port) as q,
        q.subscribe("trade", ["a"]) as feed,
    ):
        publisher.publish("trade", {"sym": ["a", "b"], "size": [1, 2]})
        async for item in feed:
            if isinstance(item, Update):
                print(item.data)
                break


anyio.run(main)
```

```text
sym size
--------
a   1
```

Without an event loop: `with anyq.sync.serve(port=5050) as server: server.serve_forever()`. For a loop of your own there
is `anyq.RawConnection(port=5050, as_server=True, on_sync=...)`, which serves when it is polled. What clients may do is
under [Security](security.md); running it day and night under [Running a service](service.md).
'''

__all__: list[str] = []
