"""What callers may do: one table of permissions, with the options that grant them.

A client's evaluation computes, and sets variables. Whatever goes beyond that is a row of `PERMISSIONS`, which is looked
at where it is done. A refusal is the q error ``access``, and the server's log names the option that grants it.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Final

import attrs

if TYPE_CHECKING:  # a console that serves nobody starts without it
    from anyq.client import Address

__all__ = ["EVERYTHING", "PERMISSIONS", "Destinations", "Grant", "Permissions", "data_folder"]


@attrs.frozen
class Grant:
    """What a permission is for, and how an operator gives it."""

    what: str
    option: str
    flag: str

    @property
    def hint(self) -> str:
        """How to give it, for a log."""
        return f"{self.option} or `anyq q {self.flag}` allows it" if self.option else "no option allows it"


PERMISSIONS: Final = {
    "data": Grant("use files of the data folder", "serve(data=FOLDER)", "--data FOLDER"),
    "files": Grant(
        "use any file, use the environment, listen, end the process", "serve(allow_files=True)", "--allow-files"
    ),
    "shell": Grant("run shell commands", "serve(allow_shell=True)", "--allow-shell"),
    "python": Grant("run Python", "serve(allow_python=True)", "--allow-python"),
    "outbound": Grant("connect to other processes", "serve(outbound=[ADDRESS])", "--outbound ADDRESS"),
    "names": Grant("look up names of machines", "serve(outbound=[ADDRESS])", "--outbound ADDRESS"),
    "logins": Grant("set the login checks .z.pw and .z.ac", "serve(allow_logins=True)", "--allow-logins"),
    "call": Grant("call functions", "serve(allow=[NAME])", "--allow NAME"),
    "others": Grant("close what others opened", "", ""),
}
"""By the name of the attribute of `Permissions`; ``call`` and ``others`` are decided elsewhere."""

_LOCAL: Final = ("localhost", "127.0.0.1", "::1", "")


@attrs.frozen
class Destinations:
    """Where connections may lead: patterns ``HOST``, ``HOST:PORT``, ``:PORT`` (of this machine), ``unix:PATH``, ``*``.

    ``*`` and ``?`` stand for any text and for any character.
    """

    patterns: tuple[str, ...] = ()

    @classmethod
    def of(cls, given: Iterable[str] | bool | None) -> Destinations:
        """The rule for an option: ``True`` is everywhere. `TypeError` for one text or other things."""
        if given is None or isinstance(given, bool):
            return cls(("*",) if given else ())
        patterns = () if isinstance(given, str) else tuple(given)
        if isinstance(given, str) or not all(isinstance(pattern, str) for pattern in patterns):
            raise TypeError(f"outbound is a list of addresses, as outbound=['localhost:5010'], not {given!r}")
        return cls(patterns)

    def allows(self, address: Address) -> bool:
        """Whether a connection to that address may be opened."""
        return any(_matches(pattern.strip().lower(), address) for pattern in self.patterns)


_PATTERN: Final = re.compile(r"(?:\[(?P<six>[^]]*)\]|(?P<host>[^:]*)|(?P<bare>.*:.*:.*))(?::(?P<port>[\d*?]+))?")


def _matches(pattern: str, address: Address) -> bool:
    if pattern == "*":
        return True
    if address.unix:
        return fnmatchcase(f"unix:{address.socket_path}".lower(), pattern.replace("unix://", "unix:"))
    found = _PATTERN.fullmatch(pattern)
    if found is None:
        return False
    wanted, host = found["six"] or found["host"] or found["bare"] or "", address.host.lower()
    same = host in _LOCAL if wanted in _LOCAL else fnmatchcase(host, wanted)
    return same and fnmatchcase(str(address.port), found["port"] or "*")


@attrs.frozen(kw_only=True)
class Permissions:
    """What evaluations on behalf of a caller may do beyond computing. The owner of an embedded q may do everything.

    See `PERMISSIONS` for the meaning of ``data`` (a folder), ``files``, ``shell``, ``python``, ``outbound`` and
    ``logins``. ``seconds`` is how long an evaluation may take, also one that q begins by itself because the caller has
    set a handler for it. ``read_only`` callers change nothing, and use neither files nor handles nor commands.
    """

    data: Path | None = None
    files: bool = False
    shell: bool = False
    python: bool = False
    outbound: Destinations = Destinations()
    logins: bool = False
    read_only: bool = False
    seconds: float | None = None

    def allows(self, name: str) -> bool:
        """Whether the permission of that name is given."""
        return bool(getattr(self, name))

    @property
    def names(self) -> bool:
        """Whether names of machines may be looked up: by those who may connect to any machine."""
        return bool(self.outbound.patterns)


EVERYTHING: Final = Permissions(files=True, shell=True, python=True, outbound=Destinations(("*",)), logins=True)


def data_folder(given: str | os.PathLike[str], kept: Iterable[str | os.PathLike[str]] = ()) -> Path:
    """The folder that clients may use, resolved.

    `ValueError` if it is no folder, if Python imports from it (or would import from it what it imports elsewhere now),
    or if one of ``kept`` lies in it: the files that the server runs or reads its configuration from.
    """
    folder, said = Path(given).resolve(), f"data={os.fspath(given)!r}"
    if not folder.is_dir():
        raise ValueError(f"{said} is no folder")
    for entry in dict.fromkeys(sys.path):
        place = Path(entry or os.getcwd()).resolve()
        if place.is_relative_to(folder):
            raise ValueError(f"{said} holds {place}, which Python imports from: name a folder of data alone")
        if folder.is_relative_to(place):
            first = folder.relative_to(place).parts[0]
            if first in sys.stdlib_module_names or first in sys.modules:
                raise ValueError(f"{said} could be imported as the module {first}: rename the folder")
    for path in kept:
        if Path(path).resolve().is_relative_to(folder):
            raise ValueError(f"{said} holds {os.fspath(path)}, which clients could change there")
    return folder
