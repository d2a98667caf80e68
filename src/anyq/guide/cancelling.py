r"""# Cancelling and time limits

Limits of time are those of your event loop, or `timeout=` of a call. A call that is given up costs the connection
nothing:

```python
import anyio

with anyio.move_on_after(0.1):
    await q('{system"sleep 1";x}', "late")
print(await q("6*7"))  # gets its own answer, once the server is done with the other
try:
    await q('{system"sleep 1";x}', "late", timeout=0.1)
except anyq.CallTimeout as error:
    print(error)
```

```text
42
no answer within 0.1 s
```

Cancelled here: what happened to my query?

| It was | The server | The connection |
|---|---|---|
| waiting behind others | never sees it | goes on |
| half sent | gets all of it: the rest is sent without you | goes on; when the server does not read within `send_timeout`, it is closed |
| sent, not answered | runs it to its end: q has no message to stop a query | goes on; the answer is dropped when it comes |
| being answered | has run it | goes on; the rest is read and thrown away |
| connecting or logging in | sees the connection close | is not made, nothing is left behind |

`abandon="close"` closes the connection instead of waiting for an answer that nobody wants: for queries that may run for
an hour. An [embedded q](embedded.md) does stop: its evaluation ends with the q error `stop`.

| Option of `anyq.connect` | Bounds | Default |
|---|---|---|
| `connect_timeout` | connecting and the login | 30 s |
| `timeout` | each call; also `q(..., timeout=3)` | none |
| `liveness` | the silence of a server that owes an answer | off |
| `send_timeout` | a server that does not read | 60 s |
| `close_timeout` | queued async messages at the close | 1 s |

A blocking connection is interrupted by Ctrl-C, which gives the call up in the same way.

## Programs that end

Nothing outlives its block: leaving `async with anyq.connect(...)` closes the socket and ends the background task,
whatever is raised or cancelled inside. From Trio a program that ends at SIGTERM is:

```python
import signal

import anyq
import trio


async def main() -> None:
    with trio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
        async with anyq.connect("localhost", 5050) as q, trio.open_nursery() as nursery:
            nursery.start_soon(poll, q)
            async for _ in signals:
                nursery.cancel_scope.cancel()
                break
    print("stopped")


async def poll(q: anyq.Connection) -> None:
    while True:
        print(await q("6*7"))
        signal.raise_signal(signal.SIGTERM)  # somebody else does this
        await trio.sleep(1)


trio.run(main)
```

```text
42
stopped
```
"""

__all__: list[str] = []
