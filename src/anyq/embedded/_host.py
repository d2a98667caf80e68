"""The world of a q that several callers use: what each may do, and its handles."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Protocol

from anyq.errors import QError
from anyq.values import Value

from ._caller import EVERYTHING, OWNER, Caller
from ._handles import Handles
from ._system import SystemHost

__all__ = ["Listening", "SharedHost"]

_SHELL_POLL: Final = 0.05
_KILLED: Final = -9


class Listening(Protocol):
    """What serves the q to others, as ``\\p`` sees it. Both are called on the thread of the q."""

    @property
    def port(self) -> int:
        """The port that is served, 0 if none."""

    def listen(self, port: str) -> None:
        """Serve on another port, given as q has it; ``0`` ends it. Raises `QError`."""


class SharedHost(SystemHost):
    """This machine, as far as the caller of the evaluation may use it. ``options`` are those of `SystemHost`."""

    def __init__(self, handles: Handles, **options: Any) -> None:
        super().__init__(**options)
        self.handles = handles
        self.acting: Caller = OWNER
        self.listening: Listening | None = None
        self.on_timer: Callable[[int], None] = super().set_timer
        self.on_exit: Callable[[int], None] = lambda code: None
        self.before_exit: Callable[[int], None] = lambda code: None

    def begin(self, caller: Caller) -> None:
        """An evaluation on behalf of ``caller`` begins, or goes on after one inside it."""
        self.acting = caller
        self.caller = caller.handle or int(caller.permissions is not EVERYTHING)
        self.allow_shell = caller.permissions.shell
        self.confined = not caller.permissions.files

    # What must end when the evaluation is interrupted

    def rest(self) -> None:
        """No interrupt is pending: a new evaluation begins."""
        self._wake.clear()

    def sleep(self, seconds: float) -> None:
        self._wake.wait(seconds)

    def alarm(self, seconds: float, callback: Callable[[], None]) -> Callable[[], None]:
        def ring() -> None:
            callback()
            self.wake()

        return super().alarm(seconds, ring)

    def shell(self, command: str) -> tuple[int, bytes]:
        self._check_open()
        if self.caller and not self.allow_shell:
            raise QError("access")
        import subprocess

        group: dict[str, Any] = {"process_group": 0} if hasattr(os, "killpg") else {}
        with subprocess.Popen(
            command, shell=True, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, **group
        ) as running:
            while True:
                try:
                    output, _ = running.communicate(timeout=_SHELL_POLL)
                    return running.returncode, output
                except subprocess.TimeoutExpired:
                    if self._wake.is_set():  # what the shell began may hold its output open: it is not waited for
                        with contextlib.suppress(OSError):
                            if group:
                                os.killpg(running.pid, signal.SIGKILL)
                        running.kill()
                        return _KILLED, b""

    # What a sealed evaluation must not do

    def _check_open(self) -> None:
        if self.sealed:
            raise QError("noupdate")

    def path(self, path: str) -> Path:
        self._check_open()
        return super().path(path)

    def setenv(self, name: str, text: str) -> None:
        self._check_open()
        super().setenv(name, text)

    def check_python(self) -> None:
        """`QError` (``access``) if the caller may not run Python."""
        self._check_open()
        if not self.acting.permissions.python:
            raise QError("access")

    # The process

    def port(self) -> int:
        return self.listening.port if self.listening is not None else 0

    def listen(self, port: str) -> None:
        self._owner_only()
        if self.listening is None:
            super().listen(port)
        else:
            self.listening.listen(port)

    def set_timer(self, interval: int) -> None:
        self.on_timer(interval)

    def exit(self, code: int) -> None:
        self._check_open()
        self._owner_only()
        self.before_exit(code)
        self.on_exit(code)
        super().exit(code)

    # Handles

    def internal(self, number: int, argument: Value) -> Value:
        self._check_open()
        return self.handles.internal(number, argument, self.acting)

    def open(self, target: str, timeout: float | None) -> int:
        self._check_open()
        return self.handles.open(target, timeout, self.acting)

    def close(self, handle: int) -> None:
        self._check_open()
        self.handles.close(handle, self.acting)

    def call(self, handle: int, message: Value) -> Value:
        self._check_open()
        return self.handles.call(handle, message, self.acting)

    def post(self, handle: int, message: Value) -> Value:
        self._check_open()
        return self.handles.post(handle, message, self.acting)
