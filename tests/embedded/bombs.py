"""A program: an embedded q is given what is small to send and huge to work on, and its event loop is watched meanwhile.

Each line of its input is an expression. For each it prints a line: the seconds of processor time that the expression
took, the longest time for which nothing else could run in the event loop, and what came of it. It has a memory bound,
as `anyq q -w` has, and lives to the end.

How long the loop stood still is the lesser of two figures: the time on the clock between two turns of a task of the
loop, and the processor time that the two threads, of the loop and of the q, used in it. On a busy machine the first one
counts what other processes do, too.
"""

from __future__ import annotations

import sys
import threading
import time
from typing import Final

import anyio
import anyio.to_thread

import anyq
from anyq.cli._q import limit_memory
from anyq.embedded import EmbeddedQ

__all__ = ["BOMBS"]

BOMBS: Final = {
    "wide": "2000000#1 2 3f",
    "longs": "til 2000000",
    "many": "100000#enlist 1 2 3",
    "dag": "{(x;x)}/[40;1]",
    "text": '3000000#"abc def"',
    "strings": '100000#("abc";"de")',
    "symbols": "500000?`4",
    "table": '([]a:300000?100;b:300000?`3;c:300000#("ab";"cd"))',
    "columns": 'flip(`$"c",/:string til 2000)!2000#enlist 200#1',
}
"""By the name of the variable that holds it."""
TURN: Final = 0.004


class Watch:
    """The longest time for which the event loop stood still since `begin`."""

    def __init__(self, owner: int) -> None:
        self._clocks = time.pthread_getcpuclockid(owner), time.pthread_getcpuclockid(threading.get_ident())
        self.longest = 0.0
        self.began = 0.0

    def used(self) -> float:
        return sum(map(time.clock_gettime, self._clocks))

    def begin(self) -> None:
        self.longest, self.began = 0.0, time.clock_gettime(self._clocks[0])

    @property
    def seconds(self) -> float:
        return time.clock_gettime(self._clocks[0]) - self.began

    async def run(self) -> None:
        at, used = time.perf_counter(), self.used()
        while True:
            await anyio.sleep(TURN)
            now, used_now = time.perf_counter(), self.used()
            self.longest = max(self.longest, min(now - at - TURN, used_now - used))
            at, used = now, used_now


async def main(megabytes: int, limit: float) -> None:
    core = EmbeddedQ()
    core.start()
    limit_memory(megabytes)
    async with (
        anyq.serve(port=0, q=core, timeout=limit) as server,
        anyq.connect(port=server.port) as q,
        anyio.create_task_group() as tasks,
    ):
        for name, text in BOMBS.items():
            await server.q(f"{name}:{text}")
        (owner,) = [each for each in threading.enumerate() if each.name.startswith("embedded q")]
        assert owner.ident is not None
        watch = Watch(owner.ident)
        tasks.start_soon(watch.run)
        print("ready", flush=True)
        while line := await anyio.to_thread.run_sync(sys.stdin.readline):
            watch.begin()
            try:
                await q(line[:-1] + ";1")
                came = "ok"
            except anyq.QError as error:
                came = error.text
            assert await q("1+1") == 2
            await anyio.sleep(2 * TURN)
            print("=", f"{watch.seconds:.3f}", f"{watch.longest:.3f}", came[:80].replace("\n", " "), flush=True)
        tasks.cancel_scope.cancel()
    core.stop()


if __name__ == "__main__":
    anyio.run(main, int(sys.argv[1]), float(sys.argv[2]))
