"""A q console that serves, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def serving_console(*options: str) -> Iterator[int]:
    """Run `anyq q` on a free port; gives the port, and kills the process at the end."""
    command = [sys.executable, "-m", "anyq", "q", "-q", "-p", "0W", *options]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write("\\p\n")
            process.stdin.flush()
            yield int(process.stdout.readline().strip().removesuffix("i"))
        finally:
            process.kill()
