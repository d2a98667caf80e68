"""Log lines on standard error, which never hold up who logs: an event loop that serves must not wait for a reader."""

from __future__ import annotations

import contextlib
import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Full, Queue
from typing import Final

__all__ = ["logging_to_stderr"]

_FORMAT: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_MOST: Final = 10_000
"""Lines that wait for their reader; those beyond are lost, and counted."""
_LAST: Final = 1.0
"""Seconds that the lines left may take when the process ends."""


class _Lines(logging.Handler):
    """Formats here, writes in a thread of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(logging.Formatter(_FORMAT))
        self._queue: Queue[str | None] = Queue(_MOST)
        self._lost = 0
        self._thread = threading.Thread(target=self._work, name="anyq log", daemon=True)
        self._thread.start()

    def emit(self, record: logging.LogRecord) -> None:
        try:
            lost, self._lost = self._lost, 0
            if lost:
                self._queue.put_nowait(f"{lost} log lines were lost: nobody reads standard error")
            self._queue.put_nowait(self.format(record))
        except Full:
            self._lost += lost + 1
        except Exception:
            self.handleError(record)

    def _work(self) -> None:
        while (line := self._queue.get()) is not None:
            with contextlib.suppress(OSError, ValueError):
                sys.stderr.write(f"{line}\n")
                sys.stderr.flush()

    def finish(self) -> None:
        """Write what waits, as far as it is read in time."""
        with contextlib.suppress(Full):
            self._queue.put(None, timeout=_LAST)
            self._thread.join(_LAST)


@contextmanager
def logging_to_stderr(level: str) -> Iterator[None]:
    """Inside the block, log lines of anyq from that level on go to standard error."""
    logger = logging.getLogger("anyq")
    before = logger.level
    handler = _Lines()
    logger.addHandler(handler)
    logger.setLevel(logging.CRITICAL + 1 if level == "off" else level.upper())
    try:
        yield
    finally:
        logger.setLevel(before)
        logger.removeHandler(handler)
        handler.finish()
