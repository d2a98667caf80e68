"""The ledger of one side's own messages: what waits to be sent, and which calls still await their response.

A q connection carries no message ids. The n-th response belongs to the n-th request, so the order of
requests is the only thing that tells whose answer arrives. Hence two rules:

* A call that was handed to the network never gives up its place. When its caller goes away it stays as a
  tombstone, and the response that comes for it is thrown away.
* A message of which no byte was handed over can be withdrawn; the other side never sees it.

Messages leave in the order in which they were queued, except that responses to the other side's requests
go first: the other side may be blocked until it has them.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable
from enum import Enum
from typing import Final, Generic, TypeVar

__all__ = ["CALL_MOVES", "Call", "CallState", "Ledger"]

M = TypeVar("M")


class CallState(Enum):
    """What became of a queued message."""

    QUEUED = "waits to be sent"
    SENT = "was handed to the network"
    ANSWERED = "got its response"
    ABANDONED = "its caller went away; the response will be dropped"
    WITHDRAWN = "its caller went away before anything was sent"
    LOST = "the connection broke"


CALL_MOVES: Final[dict[CallState, dict[CallState, str]]] = {
    CallState.QUEUED: {
        CallState.SENT: "its turn comes",
        CallState.WITHDRAWN: "the caller goes away",
    },
    CallState.SENT: {
        CallState.ANSWERED: "the reply comes",
        CallState.ABANDONED: "the caller goes away",
        CallState.LOST: "the connection breaks",
        CallState.QUEUED: "the connection breaks before all of it left",
    },
    CallState.LOST: {CallState.QUEUED: "it is idempotent"},
}
"""What may become of a message, and why. A test holds the ledger to it; the guide draws it."""

# For those in a hurry: the class of an enumeration takes its time to find a member.
_SENT: Final = CallState.SENT
_ANSWERED: Final = CallState.ANSWERED


class Call:
    """One message on its way: its identity and its state. Drivers may subclass it to hold more."""

    __slots__ = ("mark", "order", "state")

    def __init__(self) -> None:
        self.state: CallState = CallState.QUEUED
        self.order: int = 0
        """Its place among the messages of the connection; messages are sent again in this order."""
        self.mark: int = 0
        """Number of async messages that this link had handed over before it."""


class Ledger(Generic[M]):
    """Order, tombstones, and who was lost. ``M`` is whatever represents a message.

    ``max_in_flight`` bounds how many requests may await their response, tombstones included.
    """

    __slots__ = ("_confirmed", "_handed", "_posted", "_queued", "_sent", "max_in_flight", "on_sent", "queued_size")

    def __init__(self, max_in_flight: int = 1) -> None:
        if max_in_flight < 1:
            raise ValueError(f"max_in_flight must be at least 1, not {max_in_flight}")
        self.max_in_flight: int = max_in_flight
        self.on_sent: Callable[[Call], object] | None = None
        """Called with each message that is taken, for hooks."""
        # A plain dict would look for its first item behind all that were taken before.
        self._queued: OrderedDict[Call, tuple[M, bool, int]] = OrderedDict()
        self.queued_size: int = 0
        """The sum of the sizes of what waits to be sent."""
        self._sent: deque[Call] = deque()
        self._handed: list[tuple[Call | None, M, int]] = []
        self._posted = 0
        self._confirmed = 0

    @property
    def unconfirmed(self) -> int:
        """Number of async messages handed over with no answered request behind them.

        The other side handles messages in order, so the answer to a request confirms what was posted before it.
        """
        return self._posted - self._confirmed

    def calls(self) -> list[Call]:
        """The messages that wait to be sent, and the requests that await their response; tombstones are left out."""
        return [*(call for call in self._sent if call.state is _SENT), *self._queued]

    def handed_last(self, call: Call) -> bool:
        """Whether ``call`` is the message that was taken last, so that a part of it may not be sent yet."""
        return bool(self._handed) and self._handed[-1][0] is call

    @property
    def queued(self) -> int:
        """How many messages wait to be sent."""
        return len(self._queued)

    @property
    def in_flight(self) -> int:
        """How many sent requests await their response, tombstones included."""
        return len(self._sent)

    def add(self, call: Call, message: M, *, expects_reply: bool, size: int = 0) -> None:
        """Queue ``message``, of ``size`` bytes with its header, behind all that are queued."""
        call.state = CallState.QUEUED
        self._queued[call] = (message, expects_reply, size)
        self.queued_size += size

    def take(self, *, more: bool = False) -> M | None:
        """The next message to hand to the network, or ``None`` when none may go now.

        From here on the message counts as sent: the other side may have seen it. ``more`` says that it follows what
        was taken before at once, and that the network may not have all of that yet; see `close`.
        """
        if not more:
            self._handed.clear()
        queued = self._queued
        if not queued:
            return None
        call = next(iter(queued))
        message, expects_reply, size = queued[call]
        if expects_reply:
            if len(self._sent) >= self.max_in_flight:
                return None
            call.mark = self._posted
            self._sent.append(call)
        else:
            self._posted += 1
        del queued[call]
        self.queued_size -= size
        call.state = CallState.SENT
        self._handed.append((call, message, size))
        if self.on_sent is not None:
            self.on_sent(call)
        return message

    def hand_over(self, message: M, size: int, *, more: bool = False) -> None:
        """Note a message that goes to the network without having been queued, and that nobody waits for."""
        if not more:
            self._handed.clear()
        self._handed.append((None, message, size))

    def enter(self, call: Call) -> None:
        """Note a request that went out without having been queued."""
        call.state = CallState.SENT
        call.mark = self._posted
        self._sent.append(call)

    def enter_alone(self, call: Call) -> bool:
        """As `enter`, if nothing is queued or in flight; else False, and nothing changes."""
        sent = self._sent
        if sent or self._queued:
            return False
        call.state = _SENT
        call.mark = self._posted
        sent.append(call)
        return True

    def take_alone(self, call: Call, message: M, size: int) -> bool:
        """As `add` and `take` of a request, if nothing is queued or in flight; else False, and nothing changes."""
        if not self.enter_alone(call):
            return False
        self._handed[:] = [(call, message, size)]
        if self.on_sent is not None:
            self.on_sent(call)
        return True

    def answer_alone(self) -> bool:
        """As `answer`, if one request is in flight and its caller waits; else False, and nothing changes."""
        sent = self._sent
        if len(sent) != 1:
            return False
        call = sent[0]
        if call.state is not _SENT:
            return False
        sent.clear()
        self._confirmed = call.mark
        call.state = _ANSWERED
        return True

    def abandon(self, call: Call) -> bool:
        """The caller of ``call`` goes away. True if the other side will never see the message."""
        if call.state is CallState.QUEUED:
            entry = self._queued.pop(call, None)  # none if its caller went away before it was queued
            if entry is not None:
                self.queued_size -= entry[2]
            call.state = CallState.WITHDRAWN
        elif call.state is CallState.SENT:
            call.state = CallState.ABANDONED
        return call.state is CallState.WITHDRAWN

    def head(self) -> Call | None:
        """The call to which the next response belongs."""
        return self._sent[0] if self._sent else None

    def answer(self) -> Call:
        """A whole response arrived: the call it belongs to, which leaves the ledger. Tombstones stay ABANDONED."""
        call = self._sent.popleft()
        self._confirmed = call.mark
        if call.state is CallState.SENT:
            call.state = CallState.ANSWERED
        return call

    def close(self, *, unsent: int = 0) -> tuple[list[tuple[Call, M]], list[Call]]:
        """The connection is over: the messages that did not leave whole, and the calls whose outcome is unknown.

        The former become QUEUED, in order, so that they can be queued again elsewhere; the latter become LOST.
        ``unsent`` is how many bytes of what was taken last were not handed to the network; a peer cannot have acted
        on a message of which it has only a part.
        """
        lost = [(call, message) for call, (message, _, _) in self._queued.items()]
        in_flight = set(self._sent)
        while unsent > 0 and self._handed:
            call, message, size = self._handed.pop()
            unsent -= size
            self._posted -= call is not None and call not in in_flight
            if call is not None and call.state is CallState.SENT:
                call.state = CallState.QUEUED
                lost.insert(0, (call, message))
        unknown = [call for call in self._sent if call.state is CallState.SENT]
        for call in unknown:
            call.state = CallState.LOST
        self._queued.clear()
        self._handed.clear()
        self.queued_size = 0
        self._sent.clear()
        return lost, unknown
