"""How far a long reply is, by the bar that is installed: tqdm's, else rich's, else none."""

from __future__ import annotations

import time
from typing import Any, Final

__all__ = ["Progress"]

_SHOW_AFTER: Final = 0.5
"""Seconds before there is a bar: what is done by then needs none."""


class Progress:
    """The bar of one call."""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self._bar: Any = None

    def update(self, here: int, whole: int) -> None:
        """``here`` of ``whole`` bytes are received; ``whole`` is 0 before the reply begins."""
        if not whole or time.perf_counter() - self._began < _SHOW_AFTER:
            return
        if self._bar is None:
            self._bar = _tqdm(whole) or _rich(whole) or _NoBar()
        self._bar.n = here
        self._bar.refresh()

    def clear(self) -> None:
        """Take the bar away, if there is one."""
        if self._bar is not None:
            self._bar.close()


def _tqdm(whole: int) -> Any:
    try:
        from tqdm.auto import tqdm
    except ModuleNotFoundError:
        return None
    return tqdm(total=whole, unit="B", unit_scale=True, leave=False)


def _rich(whole: int) -> Any:
    try:
        from rich.progress import BarColumn, DownloadColumn, Progress, TransferSpeedColumn
    except ModuleNotFoundError:
        return None
    return _RichBar(Progress(BarColumn(), DownloadColumn(), TransferSpeedColumn(), transient=True), whole)


class _NoBar:
    n = 0

    def refresh(self) -> None:
        pass

    def close(self) -> None:
        pass


class _RichBar(_NoBar):
    def __init__(self, bar: Any, whole: int) -> None:
        self._bar = bar
        self._task = bar.add_task("", total=whole)
        bar.start()

    def refresh(self) -> None:
        self._bar.update(self._task, completed=self.n)

    def close(self) -> None:
        self._bar.stop()
