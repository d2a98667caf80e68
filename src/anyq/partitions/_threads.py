"""Tasks read by some threads, in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from anyq.values import Table

from ._task import Task

__all__ = ["read_ahead"]


def read_ahead(tasks: Sequence[Task], limit: int) -> Iterator[Table]:
    """The tables of tasks in their order; at most ``limit`` are read at a time or wait for the reader.

    When the reader stops, those that were not begun are dropped, and those under way are waited for.
    """
    pool = ThreadPoolExecutor(max(1, min(limit, len(tasks))), thread_name_prefix="anyq-partitions")
    try:
        ahead: deque[Future[Table]] = deque()
        for task in tasks:
            ahead.append(pool.submit(task.fetch))
            if len(ahead) >= limit:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)
