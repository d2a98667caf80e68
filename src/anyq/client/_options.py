"""What can be chosen about a connection."""

from __future__ import annotations

import ssl
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, Literal, TypedDict

import attrs
from anyio.abc import ByteStream

from anyq.client._address import Address, parse_address
from anyq.client._kinds import check_kinds, check_login, unknown_option
from anyq.protocol import CAPABILITY, CallReport, Hooks, Overflow
from anyq.values import Strings, Value

__all__ = ["ConnectOptions", "Options", "Overflow"]


def _positive(_: Options, field: attrs.Attribute[Any], number: float | None) -> None:
    if number is not None and not number > 0:
        raise ValueError(f"{field.name} is a positive number, not {number!r}")


def _one_of(*allowed: str) -> Callable[[Options, attrs.Attribute[Any], str], None]:
    def check(_: Options, field: attrs.Attribute[Any], value: str) -> None:
        if value not in allowed:
            raise ValueError(f"{field.name} is one of {', '.join(map(repr, allowed))}, not {value!r}")

    return check


def checked_strings(strings: Strings) -> Strings:
    """``strings``, if it is one of what ``str`` may become; `ValueError` otherwise."""
    if strings not in ("symbols", "chars"):
        raise ValueError(f"strings is 'symbols' or 'chars', not {strings!r}")
    return strings


@attrs.frozen(kw_only=True)
class Options:
    """The keywords of `anyq.connect`; see there."""

    capability: int = attrs.field(default=CAPABILITY)
    connect_timeout: float | None = attrs.field(default=30.0, validator=_positive)
    timeout: float | None = attrs.field(default=None, validator=_positive)
    send_timeout: float | None = attrs.field(default=60.0, validator=_positive)
    close_timeout: float = attrs.field(default=1.0, validator=_positive)
    liveness: float | None = attrs.field(default=None, validator=_positive)
    keepalive: bool = True
    max_in_flight: int = attrs.field(default=1, validator=_positive)
    max_message_size: int = attrs.field(default=2**32, validator=_positive)
    max_queued: int = attrs.field(default=1 << 24, validator=_positive)
    abandon: Literal["drop", "close"] = attrs.field(default="drop", validator=_one_of("drop", "close"))
    reconnection_attempts: int = attrs.field(default=-1)
    connect_attempts: int = attrs.field(default=1)
    reconnection_delay: float = attrs.field(default=0.5)
    reconnection_function: Callable[[float], float] | None = attrs.field(default=None)
    max_delay: float | None = attrs.field(default=None, validator=_positive)
    jitter: float = attrs.field(default=0.0)
    compress: bool | None = None
    no_ctx: bool = False
    verify: bool = True
    ssl_context: ssl.SSLContext | None = None
    ca_file: str | None = None
    cert_file: str | None = None
    key_file: str | None = None
    server_hostname: str | None = None
    tls_from_environment: bool = False
    on_request: Callable[[Value], Value | Awaitable[Value]] | None = None
    on_state: Callable[[str], object] | None = None
    on_call: Callable[[CallReport], object] | None = None
    hooks: Hooks | None = None
    report_queries: bool = True
    strings: Strings = attrs.field(default="symbols")
    dial: Callable[[Address], Awaitable[ByteStream]] | None = None

    def compresses(self, address: Address) -> bool:
        """Whether messages to that address are compressed when it pays."""
        if self.compress is None:
            return self.dial is None and not address.local
        return self.compress

    @reconnection_attempts.validator
    def _check_attempts(self, _: attrs.Attribute[int], attempts: int) -> None:
        if attempts < -1 or attempts != int(attempts):
            raise ValueError(f"reconnection_attempts is -1 (never), 0 (without end) or their number, not {attempts!r}")

    @connect_attempts.validator
    def _check_connect_attempts(self, _: attrs.Attribute[int], attempts: int) -> None:
        if attempts < 0 or attempts != int(attempts):
            raise ValueError(f"connect_attempts is their number, or 0 (without end), not {attempts!r}")

    @strings.validator
    def _check_strings(self, _: attrs.Attribute[str], strings: Strings) -> None:
        checked_strings(strings)

    @jitter.validator
    def _check_jitter(self, _: attrs.Attribute[float], jitter: float) -> None:
        if not 0 <= jitter <= 1:
            raise ValueError(f"jitter is a part of the delay, 0 to 1, not {jitter!r}")

    @reconnection_delay.validator
    def _check_delay(self, _: attrs.Attribute[float], delay: float) -> None:
        if not delay >= 0:
            raise ValueError(f"reconnection_delay is a number of seconds, 0 or more, not {delay!r}")

    @reconnection_function.validator
    def _check_function(self, _: attrs.Attribute[Any], function: object) -> None:
        if function is not None and not callable(function):
            raise TypeError(f"reconnection_function is a function of the delay before, not {function!r}")

    @capability.validator
    def _check_capability(self, _: attrs.Attribute[int], capability: int) -> None:
        if not 0 <= capability <= CAPABILITY:
            raise ValueError(f"capability is 0 to {CAPABILITY}, not {capability!r}")


class ConnectOptions(TypedDict, total=False):
    """The types of `Options`, for ``**options`` in signatures."""

    capability: int
    connect_timeout: float | None
    timeout: float | None
    send_timeout: float | None
    close_timeout: float
    liveness: float | None
    keepalive: bool
    max_in_flight: int
    max_message_size: int
    max_queued: int
    abandon: Literal["drop", "close"]
    reconnection_attempts: int
    reconnection_delay: float
    reconnection_function: Callable[[float], float] | None
    max_delay: float | None
    jitter: float
    connect_attempts: int
    compress: bool | None
    no_ctx: bool
    verify: bool
    ca_file: str | None
    cert_file: str | None
    key_file: str | None
    server_hostname: str | None
    tls_from_environment: bool
    on_request: Callable[[Value], Value | Awaitable[Value]] | None
    on_state: Callable[[str], object] | None
    on_call: Callable[[CallReport], object] | None
    hooks: Hooks | None
    report_queries: bool
    strings: Strings
    dial: Callable[[Address], Awaitable[ByteStream]] | None


_BACKGROUND = "nothing happens in its background"
_CLIENTS = "it is for connections that are opened, not for those that are accepted"
_POLLED: Final = frozenset({
    "capability", "connect_timeout", "keepalive", "max_in_flight", "max_message_size", "abandon", "compress", "no_ctx",
    "verify", "ca_file", "cert_file", "key_file", "server_hostname", "tls_from_environment", "on_request",
    "on_state", "on_call", "hooks", "report_queries", "strings",
})  # fmt: skip
_NAMES: Final = tuple(field.name for field in attrs.fields(Options) if field.name != "ssl_context")
_DEFAULTS: Final[Mapping[str, object]] = {field.name: field.default for field in attrs.fields(Options)}
REFUSED: Final[Mapping[str, Mapping[str, str]]] = {
    "anyq.sync.connect": {"dial": "it opens asynchronous streams"},
    "anyq.RawConnection": {name: _BACKGROUND for name in _NAMES if name not in _POLLED},
    "anyq.RawConnection(as_server=True)": {
        name: _CLIENTS for name in _NAMES if name not in ("max_message_size", "no_ctx")
    },
}
"""The options that an entry point cannot honour, and why. All others are honoured at each."""


def checked_options(entry: str, given: Mapping[str, Any], context: ssl.SSLContext | None = None) -> Options:
    """The options given at an entry point. `TypeError` naming those that it does not have, or cannot honour."""
    for name, value in given.items():
        if name not in _NAMES:
            raise unknown_option(entry, name, _NAMES)
        reason = REFUSED.get(entry, {}).get(name)
        if reason is not None and value is not _DEFAULTS[name] and value != _DEFAULTS[name]:
            raise TypeError(f"{entry} cannot honour {name}: {reason}; anyq.connect can")
    check_kinds(entry, given, _DEFAULTS)
    return Options(ssl_context=context, **given)


def parsed(
    entry: str,
    host: str | Address | None,
    port: int | None,
    given: Mapping[str, Any],
    *,
    username: str,
    password: str | None,
    tls: bool | ssl.SSLContext,
) -> tuple[Address, Options]:
    """Address and options of one connection, as they were given at an entry point."""
    check_login(entry, username, password, tls)
    address = parse_address(host, port, username=username, password=password, tls=bool(tls))
    return address, checked_options(entry, given, tls if isinstance(tls, ssl.SSLContext) else None)
