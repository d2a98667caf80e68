"""What a simulation knows, and the promises as questions to that."""

from __future__ import annotations

import zlib
from collections import Counter, deque
from typing import Any, Final, Literal

import attrs
import numpy as np
import numpy.typing as npt

from anyq import codec
from anyq.errors import DecodeError, Error
from anyq.protocol import AsyncMessage, SyncRequest
from anyq.values import Atom, List, Value, Vector

__all__ = ["Kind", "Link", "Message", "Model", "Violation", "payload_number"]

_LAST: Final = 60
"""Events that a violation shows."""
_KEPT: Final = 8
"""Answers that are looked at again and again."""
_TOLERANCE: Final = 1e-6
_LATE: Final = 0.5
"""Virtual seconds that a time limit may be late: a blocking connection is refused, or pauses, meanwhile."""

Kind = Literal["call", "submit", "post"]
Array = npt.NDArray[np.int64]


class Violation(AssertionError):
    """A promise that was broken. `simulate` adds how to run it again."""


@attrs.define(eq=False)
class Message:
    """One message that a client gave to anyq."""

    number: int
    kind: Kind
    size: int
    idempotent: bool
    outcome: str = ""
    """``"answered"``, ``"not sent"``, ``"unknown"``, ``"cancelled"``; empty while nobody knows."""


@attrs.define(eq=False)
class Link:
    """One connection as the server has it. ``ordered``: its messages come in the order in which they were given."""

    number: int
    ordered: bool
    last: int = 0
    asked: deque[int] = attrs.field(factory=deque)


class Model:
    """All messages, and where they were seen. Each method is told of one event, and notes what breaks a promise."""

    def __init__(self) -> None:
        self.messages: dict[int, Message] = {}
        self.seen: Counter[int] = Counter()
        self.violation = ""
        self.trace = 0
        self.events: deque[str] = deque(maxlen=_LAST)
        self.links = 0
        self.pushed = 0
        self._kept: deque[tuple[int, int, Any]] = deque(maxlen=_KEPT)

    def note(self, *event: object) -> None:
        """Something happened: a part of the trace."""
        text = " ".join(map(str, event))
        self.trace = zlib.crc32(text.encode(), self.trace)
        self.events.append(text)

    def broken(self, promise: str, text: str) -> None:
        """A promise is broken; the first one counts."""
        self.note("BROKEN", promise, text)
        if not self.violation:
            self.violation = f"{promise}: {text}"

    # What clients do

    def give(self, kind: Kind, size: int, idempotent: bool) -> Message:
        """A client is about to hand a message over: its number."""
        message = Message(len(self.messages) + 1, kind, size, idempotent)
        self.messages[message.number] = message
        self.note(kind, message.number, size, idempotent)
        return message

    def answered(self, message: Message, answer: Value) -> None:
        """A caller got an answer."""
        number = payload_number(answer)
        message.outcome = "answered"
        self.note("answer", message.number, number)
        if number != message.number:
            self.broken("cancel-safe", f"call {message.number} got the answer to {number}")
        elif not self.seen[number]:
            self.broken("faithful", f"call {number} was answered, and no server saw it")
        elif message.size > 1:
            self._kept.append((number, message.size, answer))

    def failed(self, message: Message, error: BaseException) -> None:
        """A caller got an error."""
        outcome = getattr(error, "outcome", None)
        self.note("error", message.number, type(error).__name__, outcome)
        if outcome not in ("not sent", "unknown", "not run"):
            self.broken("nothing lost in silence", f"{message.kind} {message.number} got {error!r}, with no outcome")
            return
        message.outcome = "not sent" if outcome == "not run" else outcome
        self._check_unsent(message)

    def cancelled(self, message: Message) -> None:
        """A caller went away."""
        self.note("cancelled", message.number)
        message.outcome = "cancelled"

    def timed_out(self, message: Message, took: float, limit: float | None) -> None:
        """A caller's time limit is over, after ``took`` seconds."""
        self.note("timed out", message.number, round(took, 3))
        message.outcome = "cancelled"
        if limit is None or not limit - _TOLERANCE <= took <= limit + _LATE:
            self.broken("cancel-safe", f"call {message.number} with the time limit {limit} s ended after {took} s")

    # What servers see

    def link(self, ordered: bool) -> Link:
        """A client has logged in."""
        self.links += 1
        self.note("link", self.links)
        return Link(self.links, ordered)

    def arrived(self, link: Link, message: SyncRequest | AsyncMessage) -> None:
        """A message of a client arrived."""
        try:
            value = codec.decoded(message)
        except (Error, DecodeError) as error:
            self.broken("faithful", f"link {link.number} carried what is no message: {error!r}")
            return
        self.saw(link, value)

    def saw(self, link: Link, value: Value) -> None:
        """A server has a message of a client before it."""
        if isinstance(value, Vector) and not len(value):  # a pool looks whether its connection is there still
            return
        number = payload_number(value)
        self.note("seen", link.number, number)
        message = self.messages.get(number)
        if message is None:
            self.broken("handed over", f"link {link.number} carried {_short(value)}, which nobody sent")
            return
        self.seen[number] += 1
        array = _numbers(value)
        if len(array) != message.size or not bool((array == number).all()):
            self.broken("handed over", f"message {number} is {_short(value)}")
        if self.seen[number] > 1 and not message.idempotent:
            self.broken("nothing lost in silence", f"{message.kind} {number} came twice")
        if link.ordered and number <= link.last:
            self.broken("one owner", f"{message.kind} {number} came after {link.last} on link {link.number}")
        link.last = max(link.last, number)
        self._check_unsent(message)

    def _check_unsent(self, message: Message) -> None:
        if message.outcome == "not sent" and self.seen[message.number]:
            self.broken(
                "nothing lost in silence", f"{message.kind} {message.number} is 'not sent', and a server saw it"
            )

    # Looked at after each step

    def check(self) -> None:
        """Raise `Violation` if a promise is broken. One of the values that were given out is looked at again."""
        if self._kept:
            self._kept.rotate()
            self._look_again(*self._kept[0])
        if self.violation:
            raise Violation(self.violation)

    def _look_again(self, number: int, size: int, answer: Value) -> None:
        array = _numbers(answer)
        if len(array) != size or int(array[0]) != number or int(array[-1]) != number:
            self.broken("handed over", f"the answer to {number} has become {_short(answer)}")

    def check_end(self) -> None:
        """Every message has its outcome, and values that were given out are what they were."""
        for kept in self._kept:
            self._look_again(*kept)
        for message in self.messages.values():
            if not message.outcome and message.kind != "post":
                self.broken("nothing lost in silence", f"{message.kind} {message.number} has no end")
        self.check()


def _numbers(value: Value) -> Array:
    vector = value[1] if isinstance(value, List) and len(value) == 2 else value
    if isinstance(vector, Vector):
        return vector.array
    return np.full(1, vector.raw if isinstance(vector, Atom) else 0)


def payload_number(value: Value) -> int:
    """The number of the message with that value; 0 if it has none."""
    array = _numbers(value)
    return int(array[0]) if len(array) else 0


def _short(value: Value) -> str:
    text = repr(value)
    return text if len(text) < 80 else f"{text[:76]} ..."
