"""Writing files so that a crash or a full disk leaves the old content or the new, never a mix.

A file that is replaced is written beside the old one and renamed over it. A folder of files (a splayed table) is made
anew beside the old one, in which what is not replaced is a hard link, and the two are exchanged in one step where the
system can (``renameat2`` of Linux); elsewhere the old one is moved aside first.

Data is appended in place. Linux looks for a fatal signal between two pages of one write, so a write within one page is
there or not; for a longer one the old size is noted in a file beside it first, ``.NAME.append``. Who finds that note
reads no further than it says, and whoever appends next cuts the file there. An append that fails cuts it at once.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

__all__ = ["append", "committed_size", "replace", "replace_folder"]

_PAGE: Final = 4096
_AT_FDCWD: Final = -100
_EXCHANGE: Final = 2
_PIECE: Final = 1 << 24


def replace(target: Path, data: bytes) -> None:
    """Give a file this content; its mode stays."""
    target.parent.mkdir(parents=True, exist_ok=True)
    number, made = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with open(number, "wb") as file:
            file.write(data)
        if target.exists():
            shutil.copymode(target, made)
        else:
            os.chmod(made, 0o666 & ~_umask())
        _note(target).unlink(missing_ok=True)
        os.replace(made, target)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(made)
        raise


def replace_folder(target: Path, files: Mapping[str, bytes]) -> None:
    """Give these files of a folder this content, all of them or none; its other files stay."""
    target.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        if target.exists():
            shutil.copytree(target, made, copy_function=_link, dirs_exist_ok=True)
            shutil.copymode(target, made)
        else:
            made.chmod(0o777 & ~_umask())
        for name, data in files.items():
            replace(made / name, data)
        if not target.exists():
            made.rename(target)
        elif not _exchanged(made, target):
            aside = made.with_name(f"{made.name}.old")
            target.rename(aside)
            made.rename(target)
            made = aside
    finally:
        shutil.rmtree(made, ignore_errors=True)  # what came out of the exchange, or what was not finished


def _link(source: str, target: str) -> str:
    try:
        os.link(source, target)
    except OSError:  # a file system without hard links
        shutil.copy2(source, target)
    return target


def _exchanged(one: Path, other: Path) -> bool:
    """Exchange two folders in one step; False where the system or the file system cannot."""
    if sys.platform != "linux":
        return False
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    return call is not None and call(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _EXCHANGE) == 0


def _note(target: Path) -> Path:
    return target.with_name(f".{target.name}.append")


def committed_size(target: Path) -> int | None:
    """Where the content of a file ends that a process was appending to when it died, or is; ``None`` for others."""
    try:
        return int(_note(target).read_bytes() or b"x")
    except (OSError, ValueError):
        return None


def append(target: Path, data: bytes) -> None:
    """Add to the end of a file. When it fails, the file is as long as it was."""
    target.parent.mkdir(parents=True, exist_ok=True)
    number = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o666)
    try:
        size, noted = os.fstat(number).st_size, committed_size(target)
        if noted is not None and noted < size:
            os.ftruncate(number, noted)
            size = noted
        note = _note(target) if size // _PAGE != (size + len(data) - 1) // _PAGE else None
        try:
            if note is not None:
                note.write_bytes(b"%d" % size)
            _write(number, data)
        except BaseException:
            os.ftruncate(number, size)
            raise
        finally:
            if note is not None or noted is not None:
                _note(target).unlink(missing_ok=True)
    finally:
        os.close(number)


def _write(number: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(number, rest[:_PIECE]) :]


def _set_and_reset() -> int:
    mask = os.umask(0o077)  # a file that another thread makes in between is private
    os.umask(mask)
    return mask


_FIRST_UMASK: Final = _set_and_reset()


def _umask() -> int:
    """The process's file mask: the one of now where Linux shows it (proc_pid_status(5)), else the one at import.

    POSIX has no way to read it but to set it, which would be seen by files that other threads make meanwhile.
    """
    with suppress(OSError, StopIteration, ValueError), open("/proc/self/status", "rb") as file:
        return int(next(line for line in file if line.startswith(b"Umask:")).split()[1], 8)
    return _FIRST_UMASK
