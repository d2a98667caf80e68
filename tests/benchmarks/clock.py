"""Measuring: the best of several, because what disturbs a measurement only ever adds to it."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from typing import Any

__all__ = ["Report", "best", "per_call"]


def best(
    work: Callable[[], Any], rounds: int = 5, seconds: float = 3.0, clock: Callable[[], float] = time.perf_counter
) -> float:
    """Seconds that ``work`` takes at best, in ``rounds`` rounds or fewer if they take long, after a rehearsal."""
    work()
    found, spent = float("inf"), 0.0
    for _ in range(rounds):
        gc.collect()
        began = clock()
        result = work()
        took = clock() - began
        del result
        found, spent = min(found, took), spent + took
        if spent > seconds:
            break
    return found


def per_call(work: Callable[[], Any], count: int = 2000) -> float:
    """Seconds of processor time that one of many quick calls takes."""

    def many() -> None:
        for _ in range(count):
            work()

    return best(many, rounds=7, clock=time.thread_time) / count


class Report:
    """Lines of a table, printed as they come, and the targets among them, which are repeated at the end."""

    def __init__(self) -> None:
        self.targets: list[str] = []
        self.missed = 0

    def head(self, title: str, *columns: str) -> None:
        print(f"\n## {title}\n")
        self.row("", *columns)
        print("|---" * (len(columns) + 1) + "|")

    def row(self, name: str, *cells: str) -> None:
        print("| " + " | ".join([name.ljust(34), *(cell.rjust(14) for cell in cells)]) + " |", flush=True)

    def target(self, what: str, measured: float, limit: float, unit: str = "", *, at_least: bool = False) -> None:
        """A line that says whether a target is met."""
        met = measured >= limit if at_least else measured <= limit
        self.missed += not met
        word = "at least" if at_least else "at most"
        self.targets.append(f"{'met   ' if met else 'MISSED'} {what}: {measured:.4g}{unit} ({word} {limit:g}{unit})")

    def close(self) -> None:
        print("\n## Targets\n")
        print("\n".join(self.targets))


def micro(seconds: float) -> str:
    return f"{seconds * 1e6:.2f} us"


def milli(seconds: float) -> str:
    return f"{seconds * 1e3:.2f} ms"


__all__ += ["micro", "milli"]
