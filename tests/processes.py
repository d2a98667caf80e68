"""A q console that serves, in a process of its own; and work in processes that are killed."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol


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


_FORKS = """
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            work()
        os.waitpid(child, 0)
        print("dead", flush=True)
"""


class Run(Protocol):
    """What `killed_over_and_over` gives."""

    def __call__(self, seconds: float, begun: Callable[[], object] = ..., /) -> None: ...


@contextmanager
def killed_over_and_over(program: str, *arguments: str, folder: Path) -> Iterator[Run]:
    """Gives a function that runs ``work()`` of a program in a process, and kills it (-9) after so many seconds.

    The seconds count from the line with its process's number that ``work`` prints, and from the return of a function
    that may be given. Every round is a fork of one process, which has imported what the program needs: the program must
    start no thread before ``work``.
    """
    command = [sys.executable, "-c", textwrap.dedent(program) + textwrap.dedent(_FORKS), *arguments]
    with subprocess.Popen(
        command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as forks:
        assert forks.stdin is not None
        assert forks.stdout is not None
        output = forks.stdout

        def run(seconds: float, begun: Callable[[], object] = lambda: None) -> None:
            assert forks.stdin is not None
            forks.stdin.write("\n")
            forks.stdin.flush()
            pid = int(output.readline())
            begun()
            assert select.select([output], [], [], seconds)[0] == [], output.readline()  # it goes on until it is killed
            os.kill(pid, signal.SIGKILL)
            assert output.readline() == "dead\n"

        try:
            yield run
        finally:
            os.killpg(forks.pid, signal.SIGKILL)
