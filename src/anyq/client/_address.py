"""Where a q process listens, and as whom to log in."""

from __future__ import annotations

import os
import re
from ipaddress import ip_address
from operator import index
from typing import Final

import attrs

__all__ = ["Address", "parse_address"]

_SCHEMES: Final = {"tcp": (False, False), "tcps": (False, True), "unix": (True, False), "unixs": (True, True)}
_SCHEME: Final = re.compile(r"([A-Za-z]+)://|(unixs?):(?=/[^/])")


@attrs.frozen
class Address:
    """One place to connect to. ``str`` and ``repr`` never show the password."""

    host: str = "localhost"
    port: int | None = None
    user: str = ""
    password: str | None = attrs.field(default=None, repr=False)
    unix: bool = False
    """Connect to a unix socket instead of a TCP port."""
    path: str | None = None
    """Of the unix socket; by default ``kx.PORT`` in ``$QUDSPATH`` or ``/tmp``."""
    tls: bool = False

    def __str__(self) -> str:
        if self.unix:
            return f"{'unixs' if self.tls else 'unix'}://{self.socket_path}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'tcps://' if self.tls else ''}{host}:{self.port}"

    @property
    def local(self) -> bool:
        """Whether it is on this machine, by its name: q compresses nothing that it sends there."""
        return self.unix or self.host in ("localhost", "::1") or self.host.startswith("127.")

    @property
    def socket_path(self) -> str:
        """The path of the unix socket."""
        return self.path or f"{os.environ.get('QUDSPATH') or '/tmp'}/kx.{self.port}"

    @property
    def socket_names(self) -> tuple[bytes, bytes, bytes]:
        """The names under which a unix socket may be found, in the order in which KX's C library tries them.

        First the abstract name at its exact length, then padded with NUL to the full length, then the file.
        """
        path = os.fsencode(self.socket_path)
        return b"\0" + path, (b"\0" + path).ljust(108, b"\0"), path


def parse_address(
    host: str | Address | None = None,
    port: int | None = None,
    *,
    username: str = "",
    password: str | None = None,
    tls: bool = False,
) -> Address:
    """The address in any of these forms, the colon in front as in q being optional:

    ``"host:port"``, ``"host:port:user:password"``, ``":port"``, ``"[::1]:port"``,
    ``"tcps://host:port:user:password"``, ``"unix://port"``, ``"unix:///path/kx.port"`` or ``"unix:/path/kx.port"``,
    ``"unixs://..."``,
    or host and port apart. Keywords win over the text. The password is all that follows its colon, other colons
    too. `TypeError` if there is no port, `ValueError` if the text is not an address; neither shows a password.
    """
    if isinstance(host, Address):
        address = host
    elif host is None:
        address = Address()
    elif not isinstance(host, str):
        raise TypeError(f"a host is text, not {host!r}: connect('localhost', 5050) or connect(port=5050)")
    elif port is not None and _is_host(host):
        address = Address(host=_bare(host))
    else:
        address = _parse(host)
    if port is not None:
        address = attrs.evolve(address, port=_port(port))
    if address.port is None and address.path is None:
        raise TypeError("a port is needed: connect('localhost', 5050) or connect('localhost:5050')")
    return attrs.evolve(
        address,
        user=username or address.user,
        password=address.password if password is None else password,
        tls=tls or address.tls,
    )


def _is_host(text: str) -> bool:
    """Whether it is the name or the number of a host, and no more."""
    if ":" not in text or (text.startswith("[") and text.endswith("]")):
        return True
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _bare(host: str) -> str:
    return host.strip("[]") or "localhost"


def _parse(text: str) -> Address:
    found = _SCHEME.match(text.removeprefix(":"))
    if found is None:
        only_port = text.startswith(":") and text[1:].partition(":")[0].isdigit()
        return _parse_tcp(text if only_port else text.removeprefix(":"), False)
    scheme, rest = found[1] or found[2], text.removeprefix(":")[found.end() :]
    if scheme not in _SCHEMES:
        raise ValueError(f"{scheme}:// is not known; say one of {', '.join(f'{name}://' for name in _SCHEMES)}")
    unix, tls = _SCHEMES[scheme]
    return _parse_unix(rest, tls) if unix else _parse_tcp(rest, tls)


def _parse_tcp(rest: str, tls: bool) -> Address:
    if rest.startswith("["):
        host, bracket, rest = rest[1:].partition("]")
        if not bracket:
            raise ValueError("'[' without ']' in the address")
        if rest and not rest.startswith(":"):
            raise ValueError("after ']' a colon and the port follow")
        rest = rest.removeprefix(":")
    else:
        host, _, rest = rest.partition(":")
    port, user, password = _split(rest)
    return Address(host or "localhost", _port(port) if port else None, user, password, tls=tls)


def _parse_unix(rest: str, tls: bool) -> Address:
    where, user, password = _split(rest)
    if where.startswith("/"):
        return Address(path=where, user=user, password=password, unix=True, tls=tls)
    return Address(port=_port(where), user=user, password=password, unix=True, tls=tls)


def _split(rest: str) -> tuple[str, str, str | None]:
    where, _, login = rest.partition(":")
    user, _, password = login.partition(":")
    return where, user, password or None


def _port(port: str | int) -> int:
    if isinstance(port, str):
        if not (port.strip().isascii() and port.strip().isdigit()):
            raise ValueError(f"{port!r} is not a port number")
        number = int(port)
    else:
        number = index(port)
    if not 0 < number < 65536:
        raise ValueError(f"{number} is not a port number: 1 to 65535")
    return number
