"""Lines for a stream whose reader may be slow, or gone: who writes them never waits."""

from __future__ import annotations

import contextlib
import os
import threading
from queue import Full, Queue
from typing import Final, TextIO

__all__ = ["Lines"]

_MOST: Final = 10_000
"""Lines that wait for their reader; those beyond are lost, and counted."""
_LAST: Final = 1.0
"""Seconds that the lines left may take when the process ends."""


class Lines:
    """Writes lines to a stream in a thread of its own; any thread may `put` them."""

    def __init__(self, stream: TextIO, most: int = _MOST) -> None:
        self._stream = stream
        self._queue: Queue[str | None] = Queue(most)
        self._lost = 0
        self._thread = threading.Thread(target=self._work, name="anyq lines", daemon=True)
        self._thread.start()

    def put(self, line: str) -> None:
        """Write a line in its turn. When too many wait it is lost; the next one that is not says how many were."""
        lost, self._lost = self._lost, 0
        try:
            if lost:
                self._queue.put_nowait(f"({lost} lines were lost: they were not read in time)")
                lost = 0
            self._queue.put_nowait(line)
        except Full:
            self._lost += lost + 1

    def _work(self) -> None:
        while (line := self._queue.get()) is not None:
            with contextlib.suppress(OSError, ValueError):  # nobody reads it any more
                self._write(f"{line}\n".encode("utf-8", "backslashreplace"))

    def _write(self, data: bytes) -> None:
        # Not through the stream's buffer, whose lock the interpreter wants when it ends.
        number = self._stream.fileno()
        while data:
            data = data[os.write(number, data) :]

    def finish(self) -> None:
        """Write what waits, as far as it is read in time."""
        with contextlib.suppress(Full):
            self._queue.put(None, timeout=_LAST)
            self._thread.join(_LAST)
