r'''# Errors

Every exception that anyq raises on purpose has a class that says whose fault it is.

| Exception | Means | What to do |
|---|---|---|
| `QError` | q said no; `str(error)` is q's own text, such as `type` | mend the query; the connection is fine |
| `ConnectError`, `AuthenticationError`, `ConnectTimeout` | no connection; host, port and phase are named, the password never | check address, server, login |
| `ConnectionLost` | it broke; `error.outcome` is `"not sent"` or `"unknown"` | connect again; repeat what may be repeated |
| `CallTimeout` | your `timeout=` ran out (also a `TimeoutError`) | wait longer, or ask for less |
| `ClosedError`, `BusyError`, `MisuseError` | used after its end, by two at once, or where it cannot work | a fault of the program |
| `ConversionError` | no q form for this object (also a `TypeError`) | convert it yourself |
| `EncodeError`, `DecodeError`, `LimitError` | a value that this peer cannot take, bytes that are no value, a bound | see the text |
| `ProtocolError` | the other side speaks no q | is it the right port? |
| `PortalClosed` | the owner thread, or the embedded q, has ended | call it inside its block |

All are below `anyq.Error`, all pickle, and none holds a password. `anyq.errors` draws the tree.

```python
try:
    await q("1+`a")
except anyq.QError as error:
    print(error)
```

```text
type
```

An error of the embedded q, and of an anyq server, also has the line and the calls around it in `error.detail`.

## Nothing is lost in silence

When a connection breaks, each caller learns what became of its message. A call that waited for a reconnect, or for a
connection that was closed, gets `ConnectError` or `ClosedError`, with an `outcome` too. Async messages (`q.post`) that a
breaking connection loses are told by the next `await q.flush()`, as is the number of those that the network had when it
broke; `await q.flush(confirm=True)` waits until q has handled them.

```python
import anyio
import anyq
from anyq.testing import MemoryStream, ScriptedPeer, VirtualNetwork


async def dies(stream: MemoryStream) -> None:
    """A q that goes away without an answer."""
    peer = ScriptedPeer(stream)
    await peer.accept()
    await peer.request()


async def main() -> None:
    async with VirtualNetwork.open(dies) as network, anyq.connect("any", 5050, dial=network.dial) as q:
        pending = [q.submit("1+1"), q.submit("2+2")]
        for answer in pending:
            try:
                await answer
            except anyq.ConnectionLost as error:
                print(error.outcome)


anyio.run(main)
```

```text
unknown
not sent
```
'''

__all__: list[str] = []
