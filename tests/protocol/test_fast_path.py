"""The fast path of small calls is defined by the general one: the same bytes, answers, states and counts."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anyq.errors import LocalProtocolError
from anyq.protocol import (
    NEED_DATA,
    Accept,
    AsyncMessage,
    Buffer,
    Call,
    Connection,
    Login,
    Message,
    Response,
    Role,
    SyncRequest,
)
from anyq.speedups import speedups

COMPILED: dict[str, Any] = {
    name: getattr(speedups, name) for name in ("request_bytes", "response_body") if hasattr(speedups, name)
}
bodies = st.binary(min_size=1, max_size=40) | st.integers(1 << 15, 1 << 17).map(bytes)
steps = st.one_of(
    st.tuples(st.just("call"), bodies),
    st.tuples(st.just("post"), bodies),
    st.tuples(st.just("answer"), bodies),
    st.tuples(st.just("push"), bodies),
    st.tuples(st.just("ask"), bodies),
    st.tuples(st.just("abandon"), st.integers(0, 9)),
    st.tuples(st.just("deliver"), st.integers(1, 100) | st.just(1 << 20)),
)
exchange = st.tuples(st.binary(min_size=1, max_size=40), bodies).map(
    lambda pair: [("deliver", 1 << 20), ("call", pair[0]), ("answer", pair[1]), ("deliver", 1 << 20)]
)
programs = st.lists(steps.map(lambda step: [step]) | exchange, max_size=20).map(
    lambda parts: list(chain.from_iterable(parts))
)


class Side:
    """A client, by the fast path where that goes, or always by the general one."""

    def __init__(self, in_flight: int, limit: int, fast: dict[str, Any] | None) -> None:
        self.fast = fast is not None
        self.protocol = Connection(Role.CLIENT, max_in_flight=in_flight, max_message_size=limit, **fast or {})
        self.protocol.send(Login("u", "p"))
        self.protocol.receive_data(b"\x06")
        assert isinstance(self.protocol.next_event(), Accept)
        self.sent = bytearray()
        self.told: list[object] = []
        self.calls: list[Call] = []

    def call(self, body: bytes) -> None:
        call = Call()
        self.calls.append(call)
        data = self.protocol.request(body, call) if self.fast else None
        if data is None:
            self.queue(SyncRequest(body), call)
        else:
            self.sent += data

    def queue(self, message: Message, call: Call) -> None:
        self.protocol.queue(message, call)
        self.take()

    def take(self) -> None:
        while (parts := self.protocol.take()) is not None:
            self.sent += b"".join(parts)

    def receive(self, data: bytes) -> None:
        head = self.protocol.ledger.head()
        body = self.protocol.reply(data) if self.fast else None
        if body is not None:
            self.told.append((Response, bytes(body), self.calls.index(head)))  # type: ignore[arg-type]
        else:
            self.protocol.receive_data(data)
            self.drain()
        self.take()

    def drain(self) -> None:
        try:
            while (event := self.protocol.next_event()) is not NEED_DATA:
                call = getattr(event, "call", None)
                body: Buffer = getattr(event, "body", b"")
                self.told.append((type(event), bytes(body), None if call is None else self.calls.index(call)))
        except Exception as error:
            self.told.append((type(error), str(error)))

    def state(self) -> tuple[object, ...]:
        ledger = self.protocol.ledger
        return (
            bytes(self.sent), self.told, [call.state for call in self.calls], ledger.in_flight, ledger.queued,
            ledger.queued_size, ledger.unconfirmed, self.protocol.owed, self.protocol.our_state,
            self.protocol.their_state, self.protocol.receiving,
        )  # fmt: skip


@pytest.mark.parametrize("functions", [{}, COMPILED], ids=["python", "compiled"])
@given(program=programs, in_flight=st.integers(1, 3), limit=st.sampled_from([60, 1 << 30]))
def test_the_fast_path_is_the_general_one(
    functions: dict[str, Callable[..., Any]], program: list[tuple[str, Any]], in_flight: int, limit: int
) -> None:
    sides = [Side(in_flight, limit, functions), Side(in_flight, limit, None)]
    server = Connection(Role.SERVER)
    server.receive_data(b"u:p\x06\x00")
    server.next_event()
    server.send(Accept(6))
    seen, wire = 0, bytearray()
    for name, argument in program:
        if name in ("call", "post", "abandon"):
            for side in sides:
                act(side, name, argument)
            if len(sides[1].sent) > seen:
                server.receive_data(bytes(sides[1].sent[seen:]))
            seen = len(sides[1].sent)
            while server.next_event() is not NEED_DATA:
                pass
        elif name == "deliver":
            piece = bytes(wire[:argument])
            del wire[:argument]
            for side in sides if piece else []:
                side.receive(piece)
        else:
            try:
                wire += server.send({"answer": Response, "push": AsyncMessage, "ask": SyncRequest}[name](argument))
            except LocalProtocolError:
                assert name == "answer"
        assert sides[0].state() == sides[1].state()


def act(side: Side, name: str, argument: Any) -> None:
    if side.protocol.their_state.name == "ERROR":
        return
    if name == "call":
        side.call(argument)
    elif name == "post":
        side.queue(AsyncMessage(argument), Call())
    elif side.calls:
        side.protocol.ledger.abandon(side.calls[argument % len(side.calls)])
        side.take()
