"""What bounds reads of many servers, by a simulation of queues: ``python -m tests.benchmarks.scale``.

A task passes three queues, each of which serves one at a time in the order of arrival: the scheduler of the reader,
its server, and the reader's network link. At most ``limit`` tasks are under way. Times are simulated; a run with the
same seed gives the same figures on every machine.
"""

from __future__ import annotations

import heapq
import random
from collections import deque

import attrs

__all__ = ["Load", "simulated"]


@attrs.frozen
class Load:
    """What is read; times in seconds."""

    tasks: int = 4000
    work: float = 0.4
    """What a server takes for a task, on average; of exponential spread by ``spread``."""
    spread: float = 0.25
    """The part of the work that varies, from 0 to 1."""
    overhead: float = 0.001
    """What the scheduler takes for a task; Dask's documentation names 1 ms."""
    answer: float = 1e6
    """Bytes of an answer."""
    link: float = 1.25e9
    """Bytes a second of the reader's link; 10 Gbit/s."""

    def bounds(self, servers: int) -> dict[str, float]:
        """The seconds that each kind of queue is busy at least."""
        return {
            "servers": self.tasks * self.work / servers,
            "scheduler": self.tasks * self.overhead,
            "network": self.tasks * self.answer / self.link,
        }


class _Queue:
    """A queue with one server: when a task that arrives now will be done."""

    def __init__(self) -> None:
        self._free = 0.0

    def done(self, now: float, takes: float) -> float:
        self._free = max(now, self._free) + takes
        return self._free


def simulated(load: Load, servers: int, limit: int, seed: int = 1) -> float:
    """The seconds until the last answer has arrived."""
    chance = random.Random(seed)
    scheduler, link = _Queue(), _Queue()
    queues = [_Queue() for _ in range(servers)]
    left = deque(range(load.tasks))
    # The stage that a task arrives at: 0 the scheduler, 1 its server, 2 the link, 3 the reader.
    events = [(0.0, 0, left.popleft()) for _ in range(min(limit, len(left)))]
    now = 0.0
    while events:
        now, stage, task = heapq.heappop(events)
        if stage == 0:
            end = scheduler.done(now, load.overhead)
        elif stage == 1:
            work = load.work * (1 - load.spread + load.spread * chance.expovariate(1))
            end = queues[task % servers].done(now, work)
        elif stage == 2:
            end = link.done(now, load.answer / load.link)
        else:
            if left:
                heapq.heappush(events, (now, 0, left.popleft()))
            continue
        heapq.heappush(events, (end, stage + 1, task))
    return now


def main() -> None:
    load = Load()
    one = simulated(load, 1, 1)
    print("| servers | limit | seconds | x one connection | bound by | its seconds |\n|---|---|---|---|---|---|")
    for servers in (1, 10, 100, 1000):
        for limit in sorted({8, 2 * servers}):
            took = simulated(load, servers, limit)
            name, least = max(load.bounds(servers).items(), key=lambda item: item[1])
            if limit < servers:
                name, least = "limit", load.tasks * load.work / limit
            print(f"| {servers} | {limit} | {took:.1f} | {one / took:.1f} | {name} | {least:.1f} |", flush=True)


if __name__ == "__main__":
    main()
