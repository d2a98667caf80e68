"""A q server: prints each query and its result before it replies.

Start it, and connect with any q client:

    python examples/server.py 5000
    q) h:hopen `::5000:someone:password
    q) h "1+1"

Handlers are Python functions here; `on_open`, on the other hand, is written in q. Without any of them the server does
what a q process does.
"""

from __future__ import annotations

import hmac
import signal
import sys

import anyio

import anyq

PASSWORD = "password"


def validate(user: str, password: str | None) -> bool:
    """Who may log in."""
    return hmac.compare_digest(password or "", PASSWORD)


async def until_told() -> None:
    """Wait for Ctrl-C or a request to end."""
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async for _ in signals:
            return


async def main(port: int) -> None:
    async with anyq.open_embedded() as q:
        await q("tab:([]1000?`a`b`c;1000?1f;1000?10)")

        async def on_sync(query: anyq.Value) -> anyq.Value:
            result = await q("value", query)
            print(f"sync\n{query}\n{result}\n", flush=True)
            return result

        async def on_async(query: anyq.Value) -> None:
            result = await q("value", query)
            print(f"async\n{query}\n{result}\n", flush=True)

        on_open = '{-1 (string .z.u)," logged in on handle ",string x;}'
        async with anyq.serve(
            on_sync, on_async, authenticate=validate, on_open=on_open, q=q, port=port, unix=True
        ) as server:
            print("Server initialized:", ", ".join(server.addresses), flush=True)
            await until_told()
    print("Server stopped")


if __name__ == "__main__":
    anyio.run(main, int(sys.argv[1]) if len(sys.argv) > 1 else 5000)
