"""The world as an engine's host: this machine's clock, files, shell and environment."""

from __future__ import annotations

import contextlib
import functools
import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, Final, TypeVar

from anyq.engine import Host
from anyq.errors import QError

from ._alarms import alarms
from ._atomic import append, committed_size, replace, replace_folder
from ._streams import append_to_stream, blocking_stream, is_stream, read_stream, write_stream

__all__ = ["SystemHost"]

T = TypeVar("T")

_EPOCH: Final = 946_684_800 * 10**9
"""2000-01-01 in nanoseconds since 1970-01-01."""

_SYSTEMS: Final = {"Linux": "l", "Darwin": "m", "Windows": "w"}


class SystemHost(Host):
    """This machine. Relative paths start from ``folder``, which `change_folder` moves; the process stays where it is.
    With ``moving=True`` they start from where the process is, and `change_folder` moves that.

    ``output`` and ``errors`` are where q's handles 1 and 2 write; what is written is flushed at once. Everything is
    allowed. `exit` raises `SystemExit` in the thread that evaluates.
    """

    def __init__(
        self,
        *,
        output: BinaryIO | None = None,
        errors: BinaryIO | None = None,
        folder: str | os.PathLike[str] | None = None,
        moving: bool = False,
        script: str = "",
        arguments: Sequence[str] = (),
    ) -> None:
        self.output = output
        self.errors = errors
        self._folder: Path | None = None if moving else Path(folder or os.getcwd()).absolute()
        self.script = script
        self.arguments = arguments
        self.look: Callable[[], object] = lambda: None
        """Called while something is waited for: raises when the evaluation that waits is to end."""
        self._anchor: Path | None = None
        self._wake = threading.Event()

    @property
    def folder(self) -> Path:
        """Where relative paths start."""
        return self._folder or Path.cwd()

    # -- output

    def write(self, stream: int, data: bytes) -> None:
        chosen = self.output if stream == 1 else self.errors
        text = sys.stdout if stream == 1 else sys.stderr
        target = chosen or getattr(text, "buffer", None)
        if target is None:  # a notebook's, which takes text only
            text.write(data.decode("utf-8", "replace"))
            return
        try:
            number = blocking_stream(target)
            if number is None:
                target.write(data)
            target.flush()
            if number is not None:
                write_stream(number, data, self.look)
        except OSError as error:
            raise QError(f"Cannot write to handle {stream}. OS reports: {error.strerror or error}") from error

    def _on_terminal(self, stream: int) -> bool:
        chosen = (self.output if stream == 1 else self.errors) or (sys.stdout if stream == 1 else sys.stderr)
        try:
            return chosen.isatty()
        except (OSError, ValueError, AttributeError):
            return False

    # -- time

    def now(self) -> int:
        return time.time_ns() - _EPOCH

    def local_now(self) -> int:
        now = time.time_ns()
        return now - _EPOCH + time.localtime(now // 10**9).tm_gmtoff * 10**9

    def elapsed(self) -> int:
        return time.perf_counter_ns()

    def sleep(self, seconds: float) -> None:
        self._wake.clear()
        self._wake.wait(seconds)

    def wake(self) -> None:
        """End a `sleep` that is going on. May be called from any thread."""
        self._wake.set()

    def alarm(self, seconds: float, callback: Callable[[], None]) -> Callable[[], None]:
        try:
            return alarms.add(seconds, callback)
        except RuntimeError as error:  # no more threads
            raise QError("limit", detail=str(error)) from error

    # -- the machine

    def entropy(self, count: int) -> bytes:
        return os.urandom(count)

    def shell(self, command: str) -> tuple[int, bytes]:
        import subprocess

        done = subprocess.run(
            command, shell=True, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False
        )
        return done.returncode, done.stdout

    def getenv(self, name: str) -> str:
        return os.environ.get(name, "")

    def setenv(self, name: str, text: str) -> None:
        os.environ[name] = text

    def exit(self, code: int) -> None:
        raise SystemExit(code)

    def facts(self) -> dict[str, str]:
        return {**_facts(), "pid": str(os.getpid()), "directory": str(self.folder)}

    # -- files

    def path(self, path: str) -> Path:
        """Where a path of q is. `QError` for what can be no path."""
        if "\0" in path:
            raise QError(f"{path!r}. OS reports: Invalid argument")
        return (self._anchor or self.folder) / os.path.expanduser(path)

    def anchored(self, read: Callable[[str], T]) -> Callable[[str], T]:
        folder = self.folder

        def anchored(path: str) -> T:
            before, self._anchor = self._anchor, folder
            try:
                return read(path)
            finally:
                self._anchor = before

        return anchored

    def read(self, path: str, offset: int = 0, length: int | None = None) -> bytes:
        found = self.path(path)
        if is_stream(found):
            with _explained(path):
                return read_stream(found, length, self.look)
        with _explained(path), found.open("rb") as file:
            file.seek(offset)
            end = committed_size(found)
            if end is not None:
                left = max(end - file.tell(), 0)
                length = left if length is None else min(length, left)
            return file.read(-1 if length is None else length)

    def write_file(self, path: str, data: bytes) -> None:
        target = self.path(path)
        with _explained(path):
            replace(target, data)

    def write_folder(self, path: str, files: Mapping[str, bytes]) -> None:
        target = self.path(path)
        with _explained(path):
            replace_folder(target, files)

    def append(self, path: str, data: bytes) -> None:
        target = self.path(path)
        if is_stream(target):
            if data:  # opening it for nothing would show its reader an end
                with _explained(path):
                    append_to_stream(target, data, self.look)
            return
        with _explained(path):
            append(target, data)

    def kind(self, path: str) -> str:
        found = self.path(path)
        return "folder" if found.is_dir() else "file" if found.exists() else ""

    def names(self, path: str) -> list[str]:
        with _explained(path):
            return sorted(os.listdir(self.path(path)))

    def size(self, path: str) -> int:
        with _explained(path):
            found = self.path(path)
            size, end = found.stat().st_size, committed_size(found)
            return size if end is None else min(size, end)

    def delete(self, path: str) -> None:
        found = self.path(path)
        with _explained(path):
            if found.is_dir():
                found.rmdir()
            else:
                found.unlink()

    def change_folder(self, path: str) -> None:
        found = self.path(path).resolve()
        if not found.is_dir():
            raise QError(f"{path}. OS reports: No such file or directory")
        if self._folder is None:
            os.chdir(found)
        else:
            self._folder = found


@contextlib.contextmanager
def _explained(path: str) -> Iterator[None]:
    """The system's errors as q words them: the path, and what the system says."""
    try:
        yield
    except OSError as error:
        raise QError(f"{path}. OS reports: {error.strerror}") from error


@functools.cache
def _facts() -> dict[str, str]:
    """What does not change. Asking the system who we are may mean asking a directory server."""
    import getpass
    import platform

    bits = 64 if sys.maxsize > 2**32 else 32
    return {
        "host": socket.gethostname(),
        "user": getpass.getuser(),
        "os": f"{_SYSTEMS.get(platform.system(), 'l')}{bits}",
    }
