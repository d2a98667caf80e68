"""Answers that come later: deferred responses (-30!) and deferred sync (neg[.z.w]).

python examples/deferred.py
"""

from __future__ import annotations

import anyio

import anyq

SERVER = """
/ deferred response: the handler answers nothing now, the timer answers later
.late.waiting:();
.z.pg:{$[`later~first x;[-30!(::);.late.waiting,:enlist(.z.w;x 1)];value x]};
.late.answer:{w:.late.waiting;.late.waiting:();{-30!(x 0;0b;2*x 1)}each w;};
/ deferred sync: an async request whose answer is an async message
.late.post:{neg[.z.w]3*x};
"""


async def main() -> None:
    async with anyq.open_embedded() as q:
        for line in SERVER.splitlines():
            await q(line)
        async with anyq.serve(q=q, port=0) as server, anyq.connect("localhost", server.port) as client:
            answers: list[anyq.Value] = []

            async def ask(number: int) -> None:
                answers.append(await client(anyq.symbol("later"), number, reuse=False))

            async with anyio.create_task_group() as tasks:
                for number in (1, 2, 3):
                    tasks.start_soon(ask, number)
                await anyio.sleep(0.3)
                print("meanwhile", await client("1+1"))
                await q(".late.answer[]")
            print("deferred responses", sorted(int(answer.py()) for answer in answers))
            print("deferred sync", await client.deferred(".late.post", 14))


if __name__ == "__main__":
    anyio.run(main)
