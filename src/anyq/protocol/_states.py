"""The states of both sides of a q connection, as data.

::

    CLIENT   CONNECTED --Login--> LOGGING_IN ==(server accepts)==> OPEN --EndOfFile--> CLOSED
    SERVER   CONNECTED ==(client logs in)==> DECIDING --Accept--> OPEN --EndOfFile--> CLOSED
                                                      --Refuse--> CLOSED

``-->`` is a move by an event of that side itself, ``==>`` one that the other side's event brings about.
The table does not know which side we play. An event that is not listed for a state is a protocol error,
and ERROR is for good. Once open, both sides may do the same: a q server may send requests to its clients too.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Final

from anyq.protocol._events import (
    Accept,
    AsyncMessage,
    DroppedReply,
    EndOfFile,
    ForeignProtocol,
    Login,
    Refuse,
    Response,
    SyncRequest,
    TooLarge,
)

__all__ = ["COUPLED", "TRANSITIONS", "Role", "State", "States"]


class Role(Enum):
    """Who opened the socket is the client."""

    CLIENT = "client"
    SERVER = "server"

    # The hash of an Enum is a function in Python, and these are looked up for each message.
    __hash__: Callable[[object], int] = object.__hash__  # type: ignore[assignment]

    @property
    def other(self) -> Role:
        return Role.SERVER if self is Role.CLIENT else Role.CLIENT


class State(Enum):
    """Where one side of a connection stands."""

    __hash__: Callable[[object], int] = object.__hash__  # type: ignore[assignment]

    CONNECTED = "connected, nothing said"
    LOGGING_IN = "login sent, verdict awaited"
    DECIDING = "login received, verdict owed"
    OPEN = "open"
    CLOSED = "closed"
    ERROR = "broken"


_OPEN: Final[dict[type, State]] = {
    AsyncMessage: State.OPEN,
    SyncRequest: State.OPEN,
    Response: State.OPEN,
    DroppedReply: State.OPEN,
    TooLarge: State.OPEN,
    EndOfFile: State.CLOSED,
}

TRANSITIONS: Final[dict[Role, dict[State, dict[type, State]]]] = {
    Role.CLIENT: {
        State.CONNECTED: {
            Login: State.LOGGING_IN,
            ForeignProtocol: State.CLOSED,
            EndOfFile: State.CLOSED,
        },
        State.LOGGING_IN: {EndOfFile: State.CLOSED},
        State.OPEN: _OPEN,
        State.CLOSED: {EndOfFile: State.CLOSED},
        State.ERROR: {},
    },
    Role.SERVER: {
        State.CONNECTED: {EndOfFile: State.CLOSED},
        State.DECIDING: {Accept: State.OPEN, Refuse: State.CLOSED, EndOfFile: State.CLOSED},
        State.OPEN: _OPEN,
        State.CLOSED: {EndOfFile: State.CLOSED},
        State.ERROR: {},
    },
}

COUPLED: Final[dict[tuple[Role, type], dict[State, State]]] = {
    (Role.CLIENT, Login): {State.CONNECTED: State.DECIDING},
    (Role.SERVER, Accept): {State.LOGGING_IN: State.OPEN},
    (Role.SERVER, Refuse): {State.LOGGING_IN: State.CLOSED},
}


class States:
    """The present state of both sides."""

    __slots__ = ("_now", "open")

    def __init__(self) -> None:
        self._now = {Role.CLIENT: State.CONNECTED, Role.SERVER: State.CONNECTED}
        self.open = False
        """Whether both sides are OPEN: asked for each message of those in a hurry."""

    def __getitem__(self, role: Role) -> State:
        return self._now[role]

    def allows(self, role: Role, event: type) -> bool:
        """Whether ``role`` may do ``event`` now."""
        return event in TRANSITIONS[role][self._now[role]]

    def move(self, role: Role, event: type) -> bool:
        """``role`` did ``event``; False, and nothing changes, if it may not."""
        now = self._now[role]
        after = TRANSITIONS[role][now].get(event)
        if after is None:
            return False
        if after is not now:
            self._now[role] = after
            coupled = COUPLED.get((role, event), {})
            self._now[role.other] = coupled.get(self._now[role.other], self._now[role.other])
            self.open = all(state is State.OPEN for state in self._now.values())
        return True

    def fail(self, role: Role) -> None:
        """``role`` broke the protocol: nothing it does counts any more."""
        self._now[role] = State.ERROR
        self.open = False
