"""Log lines on standard error, which never hold up who logs: an event loop that serves must not wait for a reader."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from ._lines import Lines

__all__ = ["logging_to_stderr"]

_FORMAT: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class _Handler(logging.Handler):
    """Formats here; the lines are written elsewhere."""

    def __init__(self, lines: Lines) -> None:
        super().__init__()
        self.setFormatter(logging.Formatter(_FORMAT))
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._lines.put(self.format(record))
        except Exception:
            self.handleError(record)


@contextmanager
def logging_to_stderr(level: str) -> Iterator[None]:
    """Inside the block, log lines of anyq from that level on go to standard error."""
    logger = logging.getLogger("anyq")
    before = logger.level
    lines = Lines(sys.stderr)
    handler = _Handler(lines)
    logger.addHandler(handler)
    logger.setLevel(logging.CRITICAL + 1 if level == "off" else level.upper())
    try:
        yield
    finally:
        logger.setLevel(before)
        logger.removeHandler(handler)
        lines.finish()
