"""The world of a q that several callers use: what each may do, and its handles."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

import attrs

from anyq.console import visible
from anyq.errors import QError
from anyq.values import Value

from ._caller import OWNER, Caller
from ._handles import Handles
from ._permissions import PERMISSIONS
from ._system import SystemHost

if TYPE_CHECKING:  # a console that serves nobody starts without it
    from anyq.client import Address

__all__ = ["Listening", "SharedHost"]

T = TypeVar("T")
log: Final = logging.getLogger("anyq.embedded")
_SHOWN: Final = 200
"""Characters of what was refused that a log line shows."""
_LOGIN_CHECKS: Final = (".z.pw", ".z.ac")
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
        self._folders: dict[Path, Path] = {}
        """Where in each data folder its clients are."""
        self.on_timer: Callable[[int], None] = super().set_timer
        self.on_exit: Callable[[int], None] = lambda code: None
        self.before_exit: Callable[[int], None] = lambda code: None

    def begin(self, caller: Caller) -> None:
        """An evaluation on behalf of ``caller`` begins, or goes on after one inside it."""
        self.acting = caller

    # What the caller may do

    def require(self, permission: str, what: str) -> None:
        """`QError` (``access``) if the caller lacks a permission of `PERMISSIONS`; ``what`` says for what."""
        self._check_open()
        if not self.acting.permissions.allows(permission):
            raise self.refused(permission, what)

    def refused(self, permission: str, what: str) -> QError:
        """The error of a refusal, which is logged with the option that would have allowed it."""
        grant, caller = PERMISSIONS[permission], self.acting
        if self.handles.note_refusal(caller.handle):
            what = what.encode("utf-8", "backslashreplace").decode()[:_SHOWN]
            log.warning(
                "client %d (%r) may not %s: %r; %s", caller.handle, caller.user, grant.what, what, grant.hint,
                extra={"handle": caller.handle, "user": caller.user, "permission": permission},
            )  # fmt: skip
        return QError("access", detail=f"may not {grant.what}; {grant.hint}")

    def _check_open(self) -> None:
        """`QError` (``noupdate``) in an evaluation that must not do anything but compute."""
        if self.sealed and self._anchor is None:
            raise QError("noupdate")

    def check_python(self) -> None:
        """`QError` (``access``) if the caller may not run Python."""
        self.require("python", "Python")

    def check_address(self, address: Address) -> None:
        """`QError` (``access``) if the caller may not connect to that address."""
        self._check_open()
        if not self.acting.permissions.outbound.allows(address):
            raise self.refused("outbound", str(address))

    def check_name(self, name: str) -> None:
        """`QError` (``access``) if the caller may not set that ``.z`` name."""
        if name == ".z" or name.startswith(_LOGIN_CHECKS):
            self.require("logins", name)

    def write(self, stream: int, data: bytes) -> None:
        # What clients print must not drive the operator's terminal.
        if self.acting.handle and self._on_terminal(stream):
            data = visible(data.decode("utf-8", "surrogateescape"), lines=True).encode()
        super().write(stream, data)

    # What must end when the evaluation is interrupted

    def rest(self) -> None:
        """No interrupt is pending: a new evaluation begins."""
        self._wake.clear()

    def sleep(self, seconds: float) -> None:
        self._wake.wait(seconds)

    def shell(self, command: str) -> tuple[int, bytes]:
        self.require("shell", command)
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

    # Files

    @property
    def _visited(self) -> Path:
        """The folder that the caller's relative paths start from: clients move about in their data folder alone."""
        permissions = self.acting.permissions
        if permissions.files or permissions.data is None:
            return self.folder
        return self._folders.get(permissions.data, permissions.data)

    def path(self, path: str) -> Path:
        """Where a path of q is. Raises `QError` (``access``) when the caller may not go there."""
        self._check_open()
        permissions = self.acting.permissions
        if permissions.files:
            return super().path(path)
        if permissions.data is None:
            raise self.refused("data", path)
        found = (self._anchor or self._visited) / os.path.expanduser(path)
        try:
            resolved = found.resolve()
        except (OSError, RuntimeError, ValueError) as error:  # a loop of links, a NUL
            raise QError(f"{path}. OS reports: {error}") from error
        if not resolved.is_relative_to(permissions.data):
            raise self.refused("files", path)
        return found

    def anchored(self, read: Callable[[str], T]) -> Callable[[str], T]:
        acting, base = self.acting, self._visited
        permissions = attrs.evolve(acting.permissions, read_only=False)
        reader = Caller(handle=acting.handle, user=acting.user, permissions=permissions)

        def anchored(path: str) -> T:
            before = self.acting, self._anchor
            self.acting, self._anchor = reader, base
            try:
                return read(path)
            finally:
                self.acting, self._anchor = before

        return anchored

    def change_folder(self, path: str) -> None:
        permissions = self.acting.permissions
        if permissions.files:
            self._check_open()
            super().change_folder(path)
            return
        found = self.path(path).resolve()
        if not found.is_dir():
            raise QError(f"{path}. OS reports: No such file or directory")
        assert permissions.data is not None
        self._folders[permissions.data] = found

    def facts(self) -> dict[str, str]:
        return {**super().facts(), "directory": str(self._visited)}

    def getenv(self, name: str) -> str:
        self.require("files", f"getenv {name}")
        return super().getenv(name)

    def setenv(self, name: str, text: str) -> None:
        self.require("files", f"setenv {name}")
        super().setenv(name, text)

    # The process

    def port(self) -> int:
        return self.listening.port if self.listening is not None else 0

    def listen(self, port: str) -> None:
        self.require("files", f"\\p {port}")
        if self.listening is None:
            super().listen(port)
        else:
            self.listening.listen(port)

    def set_timer(self, interval: int) -> None:
        self.on_timer(interval)

    def exit(self, code: int) -> None:
        self.require("files", "exit")
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

    def fetch(self, url: str, method: str, content_type: str, body: bytes) -> bytes:
        from ._http import address_of, fetched

        self.check_address(address_of(url))
        return fetched(url, method, content_type, body)

    def host_name(self, address: str) -> str:
        if address.startswith("127."):
            self._check_open()
            return "localhost"
        self.require("names", address)
        return self._looked_up(lambda: socket.gethostbyaddr(address)[0])

    def host_address(self, name: str) -> str:
        self.require("names", name)
        return self._looked_up(lambda: socket.gethostbyname(name))

    def _looked_up(self, look_up: Callable[[], str]) -> str:
        from anyq import sync

        try:
            with sync.watched(self.look):
                return sync.apart(look_up)
        except (OSError, UnicodeError):
            return ""

    def close(self, handle: int) -> None:
        self._check_open()
        if handle in self.handles and not self.handles.may_close(handle, self.acting):
            raise self.refused("others", f"hclose {handle}")
        self.handles.close(handle, self.acting)

    def call(self, handle: int, message: Value) -> Value:
        self._check_open()
        return self.handles.call(handle, message, self.acting)

    def post(self, handle: int, message: Value) -> Value:
        self._check_open()
        return self.handles.post(handle, message, self.acting)
