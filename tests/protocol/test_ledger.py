"""The reply that a call gets is the reply to that call, whoever was cancelled and whatever broke."""

from __future__ import annotations

from collections import deque

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from anyq.protocol import (
    CALL_MOVES,
    NEED_DATA,
    Accept,
    AsyncMessage,
    Call,
    CallState,
    Connection,
    DroppedReply,
    Ledger,
    Login,
    Response,
    Role,
    SyncRequest,
)


def test_max_in_flight_is_at_least_one() -> None:
    with pytest.raises(ValueError, match="max_in_flight"):
        Ledger[bytes](0)


class Asked(Call):
    """A call that knows what it asked, and moves as the table says."""

    __slots__ = ("_state", "number", "reply")

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number
        self.reply: int | None = None

    @property
    def state(self) -> CallState:
        return self._state

    @state.setter
    def state(self, state: CallState) -> None:
        now = getattr(self, "_state", state)
        assert state is now or state in CALL_MOVES[now]
        self._state = state


def test_every_move_of_the_table_can_happen() -> None:
    seen: set[tuple[CallState, CallState]] = set()

    def follow(*steps: str) -> None:
        ledger, call = Ledger[bytes](), Call()
        ledger.add(call, b"12345678", expects_reply=True, size=8)
        for step in steps:
            before = call.state
            if step == "take":
                assert ledger.take() is not None
            elif step == "answer":
                ledger.answer()
            elif step == "abandon":
                ledger.abandon(call)
            elif step == "again":  # as `Calls` does with an idempotent call
                ledger.add(call, b"12345678", expects_reply=True, size=8)
            else:
                ledger.close(unsent=4 if step == "cut" else 0)
            seen.add((before, call.state))

    for steps in (("take", "answer"), ("take", "abandon"), ("take", "break", "again"), ("take", "cut"), ("abandon",)):
        follow(*steps)
    assert seen == {(before, after) for before, moves in CALL_MOVES.items() for after in moves}


class Conversation(RuleBasedStateMachine):
    """A client and a server, the bytes between them, and callers that come and go."""

    @initialize(in_flight=st.integers(1, 4))
    def log_in(self, in_flight: int) -> None:
        self.client = Connection(Role.CLIENT, max_in_flight=in_flight)
        self.server = Connection(Role.SERVER)
        self.up, self.down = bytearray(), bytearray()
        self.server.receive_data(self.client.send(Login("u", "p")))
        self.server.next_event()
        self.client.receive_data(self.server.send(Accept(6)))
        self.client.next_event()
        self.calls: list[Asked] = []
        self.unanswered: deque[int] = deque()
        self.server_calls = self.server_replies = self.posts = self.posted = self.owed = 0
        self.seen: list[int] = []

    @rule()
    def ask(self) -> None:
        call = Asked(len(self.calls))
        self.calls.append(call)
        self.client.queue(SyncRequest(call.number.to_bytes(4, "big")), call)

    @rule()
    def post(self) -> None:
        self.client.queue(AsyncMessage(b"post"))
        self.posts += 1

    @rule()
    def server_asks(self) -> None:
        self.down += self.server.send(SyncRequest(b"?"))
        self.server_calls += 1

    @rule(data=st.data())
    @precondition(lambda self: self.calls)
    def cancel(self, data: st.DataObject) -> None:
        call = data.draw(st.sampled_from(self.calls))
        before = call.state
        withdrawn = self.client.ledger.abandon(call)
        assert withdrawn is (before in (CallState.QUEUED, CallState.WITHDRAWN))

    @rule()
    def write(self) -> None:
        while (parts := self.client.take()) is not None:
            for part in parts:
                self.up += part

    @rule(data=st.data())
    def travel_up(self, data: st.DataObject) -> None:
        count = data.draw(st.integers(0, len(self.up)))
        if count:
            self.server.receive_data(self.up[:count])
            del self.up[:count]
        while (event := self.server.next_event()) is not NEED_DATA:
            if isinstance(event, SyncRequest):
                number = int.from_bytes(event.body, "big")
                self.seen.append(number)
                self.unanswered.append(number)
            elif isinstance(event, AsyncMessage):
                self.posted += 1
            else:
                assert isinstance(event, Response)
                self.server_replies += 1

    @rule(size=st.sampled_from([4, 4, 70_000]))
    @precondition(lambda self: self.unanswered)
    def answer(self, size: int) -> None:
        self.down += self.server.send(Response(self.unanswered.popleft().to_bytes(size, "big")))

    @rule(data=st.data())
    def travel_down(self, data: st.DataObject) -> None:
        count = data.draw(st.integers(0, len(self.down)))
        rest = memoryview(bytes(self.down[:count]))
        del self.down[:count]
        while rest:
            into = self.client.get_buffer()
            step = min(len(into), len(rest))
            into[:step] = rest[:step]
            rest = rest[step:]
            self.client.buffer_updated(step)
            while (event := self.client.next_event()) is not NEED_DATA:
                self.deliver(event)

    def deliver(self, event: object) -> None:
        if isinstance(event, Response):
            assert isinstance(event.call, Asked)
            assert event.call.state is CallState.ANSWERED
            assert int.from_bytes(event.body, "big") == event.call.number
        elif isinstance(event, DroppedReply):
            assert event.call.state is CallState.ABANDONED
        else:
            assert isinstance(event, SyncRequest)
            self.client.queue(Response(b"!"))

    @invariant()
    def withdrawn_calls_are_never_seen_and_order_is_kept(self) -> None:
        if not hasattr(self, "calls"):
            return
        assert self.seen == sorted(set(self.seen))
        for call in self.calls:
            if call.state in (CallState.WITHDRAWN, CallState.QUEUED):
                assert call.number not in self.seen
        assert self.client.ledger.in_flight <= self.client.ledger.max_in_flight

    def teardown(self) -> None:
        if not hasattr(self, "calls"):
            return
        unsent, unknown = self.client.ledger.close()
        lost = {call for call, _ in unsent} | set(unknown)
        settled = (CallState.ANSWERED, CallState.ABANDONED, CallState.WITHDRAWN)
        for call in self.calls:
            assert (call in lost) is (call.state not in settled)
        assert self.server_replies <= self.server_calls
        assert self.posted <= self.posts


TestConversation = Conversation.TestCase
TestConversation.settings = settings(max_examples=150, stateful_step_count=50, deadline=None)
