"""A q server that answers only when it is polled, for programs with a main loop of their own.

python examples/raw_server.py 5010

Where nothing forces a loop of your own on you, `anyq.serve` needs none: see server.py.
"""

from __future__ import annotations

import sys

import anyio

import anyq


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

        raw = anyq.RawConnection(port=port, as_server=True, on_sync=on_sync, on_async=on_async, conn_gc_time=20.0)
        async with raw as server:
            print(f"Server initialized: 127.0.0.1:{server.port}", flush=True)
            while True:
                await server.poll_recv_async()  # waits for a message; with plain handlers `poll_recv()` need not wait


if __name__ == "__main__":
    try:
        anyio.run(main, int(sys.argv[1]) if len(sys.argv) > 1 else 5010)
    except KeyboardInterrupt:
        print("Server stopped")
