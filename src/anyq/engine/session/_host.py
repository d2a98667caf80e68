"""The engine's access to the world.

The engine uses no clock, file, socket, process or shell itself: it asks its `Host`. The class here refuses all of that
and has a fixed time. The packages above derive hosts that allow what their owner allows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from anyq.errors import QError
from anyq.values import Value

__all__ = ["Host"]

T = TypeVar("T")


class Host:
    r"""A host that allows nothing. Every refusal is q's own error, ``access`` (``nosocket`` for handles).

    Paths are text as q writes them, without the leading colon of a file symbol. Times count nanoseconds since
    2000-01-01. All methods may be called from the thread that evaluates, and only from there.
    """

    sealed: bool = False
    """Set while an evaluation may change nothing and reach nothing: no files, no handles, no commands."""

    arguments: Sequence[str] = ()
    """What followed the script on the command line (``.z.x``)."""

    script: str = ""
    """The script that was started (``.z.f``)."""

    def write(self, stream: int, data: bytes) -> None:
        """Write to standard output (1) or standard error (2)."""
        raise QError("access")

    def now(self) -> int:
        """UTC time."""
        return 0

    def local_now(self) -> int:
        """Time in the local zone."""
        return self.now()

    def elapsed(self) -> int:
        """A clock for durations, in nanoseconds from any start."""
        return 0

    def entropy(self, count: int) -> bytes:
        """Random bytes that no seed decides, for guids."""
        raise QError("access")

    def sleep(self, seconds: float) -> None:
        """Wait; returns early when the evaluation is interrupted."""
        raise QError("access")

    def wake(self) -> None:
        """End a `sleep` that is going on. May be called from any thread."""

    def alarm(self, seconds: float, callback: Callable[[], None]) -> Callable[[], None]:
        """Have ``callback`` called (from any thread) after a time; the result cancels it."""
        return lambda: None

    def shell(self, command: str) -> tuple[int, bytes]:
        """Run a shell command: its exit status and what it wrote to standard output."""
        raise QError("access")

    def getenv(self, name: str) -> str:
        """An environment variable; empty if there is none."""
        return ""

    def setenv(self, name: str, text: str) -> None:
        """Set an environment variable."""
        raise QError("access")

    def exit(self, code: int) -> None:
        """End the process, or whatever stands for it. Does not return."""
        raise QError("access")

    def facts(self) -> dict[str, str]:
        """What the process is: ``host``, ``user``, ``pid``, ``os``, ``directory``; missing ones are unknown."""
        return {}

    def port(self) -> int:
        """The port that is served, 0 if none."""
        return 0

    def listen(self, port: str) -> None:
        r"""Serve on a port as ``\p`` says it, or stop serving (``0``)."""
        raise QError("nosocket")

    def set_timer(self, interval: int) -> None:
        """Have ``.z.ts`` applied every so many milliseconds; 0 ends that."""
        if interval:
            raise QError("access")

    # -- files

    def read(self, path: str, offset: int = 0, length: int | None = None) -> bytes:
        """The bytes of a file. Raises `QError` with the path and the system's words."""
        raise QError("access")

    def write_file(self, path: str, data: bytes) -> None:
        """Replace a file whole, making its folders; nothing is left half-written."""
        raise QError("access")

    def write_folder(self, path: str, files: Mapping[str, bytes]) -> None:
        """Replace these files of a folder; make the folder if it is missing.

        All of them or none where files outlive the process; here one after the other, in the order given.
        """
        for name, data in files.items():
            self.write_file(f"{path}/{name}", data)

    def append(self, path: str, data: bytes) -> None:
        """Add to the end of a file; when that fails, the file is as long as it was."""
        raise QError("access")

    def kind(self, path: str) -> str:
        """``"file"``, ``"folder"`` or ``""`` when there is nothing."""
        return ""

    def names(self, path: str) -> list[str]:
        """The names in a folder, sorted."""
        raise QError("access")

    def size(self, path: str) -> int:
        """The size of a file in bytes."""
        raise QError("access")

    def delete(self, path: str) -> None:
        """Delete a file or an empty folder."""
        raise QError("access")

    def change_folder(self, path: str) -> None:
        """Make ``path`` the folder that relative paths start from."""
        raise QError("access")

    def anchored(self, read: Callable[[str], T]) -> Callable[[str], T]:
        """``read``, a function of a path, as it works now whoever calls it later: from the folder that is current now,
        with the rights of who evaluates now. For files that are read on demand.
        """
        return read

    # -- handles

    def internal(self, number: int, argument: Value) -> Value:
        """An internal function about connections: ``-25!``, ``-30!``, ``-38!``. `QError` (``nyi``) for others."""
        raise QError("nyi", detail=f"{number}!x")

    def open(self, target: str, timeout: float | None) -> int:
        """Open a process address or a file for appending: a new handle, above 2."""
        raise QError("nosocket")

    def fetch(self, url: str, method: str, content_type: str, body: bytes) -> bytes:
        """The body of a web server's answer (``.Q.hg``, ``.Q.hp``)."""
        raise QError("nosocket")

    def host_name(self, address: str) -> str:
        """The name of the machine at an IPv4 address; empty if it has none (``.Q.host``)."""
        return ""

    def host_address(self, name: str) -> str:
        """The IPv4 address of a machine by its name; empty if there is none (``.Q.addr``)."""
        return ""

    def close(self, handle: int) -> None:
        """Close a handle that `open` gave, or that a client's connection has."""
        raise QError("nosocket")

    def call(self, handle: int, message: Value) -> Value:
        """Send a synchronous request on a handle and wait for its answer; on a file, append to it."""
        raise QError("nosocket")

    def post(self, handle: int, message: Value) -> Value:
        """Send an asynchronous message on a handle: the generic null; on a file, append a line to it: the negative
        handle.
        """
        raise QError("nosocket")
