r"""# How it works

One engine of calls without any I/O, and thin faces on it: the same decisions serve Trio, asyncio, blocking programs,
portals, pools and raw connections, and one state machine of tests drives them all.

| Package | Holds |
|---|---|
| `anyq.values` | what q data is: types, atoms, vectors, tables, `match` |
| `anyq.codec` | message bodies to values and back; compression; limits; compiled speedups of the hot loops |
| `anyq.protocol` | framing, login, the states of both sides, which calls wait, are in flight, are lost. Pure standard library |
| `anyq.client`, `anyq.sync`, `anyq.portal` | drivers, which move bytes and time, and the faces |
| `anyq.server` | listeners, sessions, handlers, limits, publishing |
| `anyq.engine`, `anyq.embedded` | the q language, and the thread, timers, files and handles under it |

## The states of a connection

Drawn from the tables in `anyq.protocol` that the code itself follows:

{states}

Whatever is not drawn is a protocol error, and closes the connection.

## The life of a call

{calls}

A q connection carries no message ids: replies come in the order of calls. So a call that its caller gave up keeps its
place in the queue, and the answer that comes for it is dropped undecoded. What is half sent when its caller is cancelled
is finished by the one task that writes. When the connection breaks, what was never handed to the network is *not sent*,
and may be sent again after a reconnect; what was in flight is *unknown*, and is sent again only if it is `idempotent`.

## Bytes

A body is received straight into the buffer that it is decoded from, and numeric vectors are views of that buffer. A
value that was given out never changes, and what a program hands over counts as it was at that moment: a call copies
large arrays only when it is cancelled before they are sent.
"""

from ._drawing import call_picture, connection_picture

__all__: list[str] = []

if __doc__ is not None:  # as under python -OO
    __doc__ = __doc__.replace("{states}", connection_picture()).replace("{calls}", call_picture())
