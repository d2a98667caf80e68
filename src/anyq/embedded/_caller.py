"""On whose behalf q evaluates, and what that one may do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from anyq.values import Atom, List, QType, Value, Vector

from ._permissions import EVERYTHING, Permissions

if TYPE_CHECKING:  # a console that serves nobody starts without it
    from anyq.server import Encoded

__all__ = ["OWNER", "Caller", "address_number", "called_name"]


@attrs.define(eq=False)
class Caller:
    """Who asked for an evaluation: ``.z.w``, ``.z.u`` and ``.z.a`` of it.

    What the evaluation posts is collected in ``outbox`` (pairs of a handle and a message) and leaves when it ends.
    """

    handle: int = 0
    user: str = ""
    address: int = 0
    permissions: Permissions = EVERYTHING
    outbox: list[tuple[int, Value | Encoded]] = attrs.field(factory=list)
    asks: bool = False
    """Whether it waits for the result, which may be deferred then."""
    deferred: bool = False


OWNER = Caller()


def called_name(message: Value) -> str | None:
    """The function that a message calls by name."""
    head = message[0] if isinstance(message, List | Vector) and not _is_text(message) and len(message) else message
    if _is_text(head):
        return bytes(head).decode("utf-8", "surrogateescape")
    return head.raw if isinstance(head, Atom) and head.qtype is QType.SYMBOL else None


def _is_text(value: Value) -> bool:
    return isinstance(value, Vector) and value.qtype is QType.CHAR


def address_number(address: str) -> int:
    """An IPv4 address as q's ``.z.a`` has it; 0 for others."""
    import ipaddress  # a console that serves nobody does without

    host = address.rpartition(":")[0]
    try:
        number = int(ipaddress.IPv4Address(host))
    except ValueError:
        return 0
    return number - (1 << 32) if number >= 1 << 31 else number
