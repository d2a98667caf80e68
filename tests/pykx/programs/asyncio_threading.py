# mypy: ignore-errors
"""Tasks on threads of their own that upsert what comes into one local table."""

import asyncio
import os
import sys

os.environ["PYKX_THREADING"] = "1"
os.environ["PYKX_BETA_FEATURES"] = "1"
import pykx as kx

PORT, TASKS, CALLS = int(sys.argv[1]), 4, 25
table = kx.q("table: ([] a: 10?10; b: 10?10)")


async def upsert_threaded(q, calls):
    while calls > 0:
        result = await q.poll_recv_async()
        if type(result) is kx.LongVector and len(result) == 2:
            kx.q.upsert("table", result)
            calls -= 1


async def main():
    conns = [await kx.RawQConnection(port=PORT, event_loop=asyncio.get_event_loop()) for _ in range(TASKS)]
    main_q_con = kx.SyncQConnection(port=PORT)
    [await conn(f"py_server{i}: neg .z.w") for i, conn in enumerate(conns)]
    await conns[0]("send_data: {" + "".join(f"py_server{i}[2?100];" for i in range(TASKS))[:-1] + "}")
    tasks = [asyncio.create_task(upsert_threaded(conn, CALLS)) for conn in conns]
    main_q_con(f"do[{CALLS}; send_data[]]", wait=False)
    for task in tasks:
        await task
    print(kx.q("count table"))


if __name__ == "__main__":
    try:
        asyncio.run(main())
    finally:
        kx.shutdown_thread()
