# mypy: ignore-errors
"""Threads that each poll a connection and upsert what comes into one local table."""

import asyncio
import os
import sys
from threading import Thread

os.environ["PYKX_THREADING"] = "1"
os.environ["PYKX_BETA_FEATURES"] = "1"
import pykx as kx

PORT, THREADS, CALLS = int(sys.argv[1]), 4, 25
table = kx.q("table: ([] a: 10?10; b: 10?10)")


def upsert_threaded(q, calls):
    while calls > 0:
        result = q.poll_recv()
        if type(result) is kx.LongVector and len(result) == 2:
            kx.q.upsert("table", result)
            calls -= 1


async def main():
    conns = [await kx.RawQConnection(port=PORT) for _ in range(THREADS)]
    main_q_con = kx.SyncQConnection(port=PORT)
    print("===== Initial Table =====")
    print(kx.q("table"))
    print("===== Initial Table =====")
    [await conn(f"py_server{i}: neg .z.w") for i, conn in enumerate(conns)]
    await conns[0]("send_data: {" + "".join(f"py_server{i}[2?100];" for i in range(THREADS))[:-1] + "}")
    tasks = [Thread(target=upsert_threaded, args=[conn, CALLS]) for conn in conns]
    [task.start() for task in tasks]
    main_q_con(f"do[{CALLS}; send_data[]]", wait=False)
    [task.join() for task in tasks]
    print(kx.q("count table"))


if __name__ == "__main__":
    try:
        asyncio.run(main())
    finally:
        kx.shutdown_thread()
