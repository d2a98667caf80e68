r'''# Reconnecting

`anyq.connect(..., reconnection_attempts=5)` connects again when the connection breaks.

| Option | Says | Default |
|---|---|---|
| `reconnection_attempts` | how often; 0 is without end | -1: never |
| `reconnection_delay` | seconds after the first failure; the first attempt is made at once | 0.5 |
| `reconnection_function` | the next delay from the last one | doubles |
| `max_delay`, `jitter` | the longest delay, and a share that is left to chance | 30 s without end of attempts |
| `connect_attempts` | how often the first connect is tried | 1 |

A call that was not sent yet is sent afterwards. A call in flight raises `ConnectionLost`, for nobody knows whether it
ran; a call made with `idempotent=True` is sent again, all in the order of the calls. Credentials that were accepted once
are tried again: only the first login ends in `AuthenticationError`.

```python
import anyio
import anyq
from anyq.testing import MemoryStream, ScriptedPeer, VirtualNetwork

answers = 0


async def server(stream: MemoryStream) -> None:
    """Dies at its first request, and answers later ones."""
    global answers
    peer = ScriptedPeer(stream)
    await peer.accept()
    while await peer.request() is not None:
        answers += 1
        if answers == 1:
            return
        await peer.reply(42)


async def main() -> None:
    async with (
        VirtualNetwork.open(server) as network,
        anyq.connect("any", 5050, dial=network.dial, reconnection_attempts=5) as q,
    ):
        print(await q("select from trade", idempotent=True), q.statistics().reconnects)


anyio.run(main)
```

```text
42 1
```

`on_state=` is a function that is told `"connected"`, `"lost"`, `"reconnected"` and `"closed"`. The logger `anyq` tells
what happens in kdb+ users' words, with `host`, `port`, `attempt` and `reason` as fields of the record:

```text
WARNING: Connection lost attempting to reconnect.
Failed to reconnect, trying again in 0.5 seconds.
Connection successfully reestablished.
```

A [subscription](subscribing.md) is made anew after a reconnect and tells of it by a `Gap`. A `Pool` tries several
addresses, see [Many servers](servers.md).
'''

__all__: list[str] = []
