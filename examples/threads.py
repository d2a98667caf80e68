"""Twenty threads, each with a subscription of its own, fill one table of an embedded q.

    python examples/threads.py             # starts a server of its own that publishes
    python examples/threads.py 5010        # subscribes to the table trade of this q process

The embedded q belongs to one thread of its own; the others only ask it, so no row is lost: 10 + 20 x 1,000.
"""

from __future__ import annotations

import argparse
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from publisher import publishing

import anyq


def follow(local: anyq.portal.LocalQ, port: int, rows: int) -> None:
    """Receive ``rows`` rows and upsert each into the local table."""
    with anyq.sync.connect("localhost", port) as q, q.messages(buffer=100_000) as feed:
        q(".u.sub", "trade", "")
        for _ in range(rows):
            message = feed.receive()
            assert isinstance(message, anyq.List)
            _, table, data = message
            local("upsert", table, data)


def main(port: int | None, connections: int, rows: int) -> None:
    with ExitStack() as stack:
        there = port
        if there is None:
            portal = stack.enter_context(anyq.start_portal())
            there = stack.enter_context(portal.wrap(publishing()))
        local = stack.enter_context(anyq.sync.open_embedded())
        local("trade:([]sym:10?`AAPL`GOOG`MSFT; price:10?100f; size:10?1000)")
        print("Initial table:")
        print(local("trade"))
        with ThreadPoolExecutor(connections) as threads:
            done = [threads.submit(follow, local, there, rows) for _ in range(connections)]
        for future in done:
            future.result()
        print("Final table:")
        print(local("trade"))
        print(local("count trade"))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("port", type=int, nargs="?", help="of a q process that publishes")
    parser.add_argument("--connections", type=int, default=20)
    parser.add_argument("--rows", type=int, default=1000, help="for each connection")
    options = parser.parse_args()
    main(options.port, options.connections, options.rows)
