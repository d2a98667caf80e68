"""The decisions about calls, as one machine: sent, lost, answered or abandoned, each caller is told once."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from tests.amounts import examples
from tests.protocol.test_connection import opened

from anyq.errors import ClosedError, ConnectionLost
from anyq.protocol import NEED_DATA, AsyncMessage, Calls, Connection, EndOfFile, Request, Role, SyncRequest


class Link(RuleBasedStateMachine):
    """Calls over links to a peer that answers in order; the model is a list of what each caller may be told."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: Calls = Calls("here", reconnects=True)
        self.peer: Connection | None = None
        self.made: list[tuple[Request, bytes]] = []
        self.gone: set[Request] = set()
        self.connect()

    def connect(self) -> None:
        self.peer = opened(Role.SERVER)
        self.calls.attach(opened())

    def flush(self) -> None:
        link = self.calls.live
        assert link is not None
        assert self.peer is not None
        while (parts := link.take()) is not None:
            for part in parts:
                self.peer.receive_data(part)

    @rule(number=st.integers(0, 255), idempotent=st.booleans())
    def call(self, number: int, idempotent: bool) -> None:
        request, body = Request(idempotent=idempotent), bytes((len(self.made) % 256, number))
        self.calls.submit(SyncRequest(body), request)
        self.made.append((request, body))

    @precondition(lambda self: self.calls.live is not None)
    @rule()
    def answer(self) -> None:
        """The peer takes what was sent, and answers one request with its own body."""
        self.flush()
        assert self.peer is not None
        link = self.calls.live
        assert link is not None
        event = self.peer.next_event()
        if isinstance(event, SyncRequest):
            from anyq.protocol import Response

            link.receive_data(self.peer.send(Response(bytes(event.body))))
            while (arrived := link.next_event()) is not NEED_DATA:
                assert not isinstance(arrived, EndOfFile)
                self.calls.handle(arrived)  # type: ignore[arg-type]

    @precondition(lambda self: any(not request.done() for request, _ in self.made))
    @rule(data=st.data())
    def abandon(self, data: st.DataObject) -> None:
        waiting = [request for request, _ in self.made if not request.done() and request not in self.gone]
        if waiting:
            request = data.draw(st.sampled_from(waiting))
            self.calls.abandon(request)
            self.gone.add(request)

    @precondition(lambda self: self.calls.live is not None)
    @rule(sent=st.booleans())
    def lose(self, sent: bool) -> None:
        if sent:
            self.flush()
        self.calls.broken(OSError("cut"))
        self.calls.detach()
        for request, _ in self.made:
            if isinstance(request.error, ConnectionLost):
                assert not request.idempotent
                assert request.error.outcome == "unknown"

    @precondition(lambda self: self.calls.live is None)
    @rule()
    def reconnect(self) -> None:
        self.connect()

    @invariant()
    def an_answer_is_the_answer_to_its_call(self) -> None:
        for request, body in self.made:
            if request.response is not None:
                assert bytes(request.response.body) == body
                assert request.error is None

    @invariant()
    def counters_add_up(self) -> None:
        counters = self.calls.counters
        told = [request for request, _ in self.made if request.done()]
        assert counters.calls == len(self.made)
        assert counters.abandoned == len(self.gone)
        assert counters.answered == sum(request.response is not None for request in told)

    def teardown(self) -> None:
        self.calls.close(ClosedError("over"))
        for request, _ in self.made:
            assert request.done() or request in self.gone


TestLink = Link.TestCase
TestLink.settings = settings(max_examples=examples(20), stateful_step_count=25, deadline=None)


def test_parked_messages_go_in_order_to_the_next_link() -> None:
    calls: Calls = Calls("here", reconnects=True)
    calls.attach(opened())
    calls.broken(OSError("cut"))
    calls.detach()
    for number in range(5):
        calls.submit(AsyncMessage(bytes((number,))), Request())
    assert calls.wanted
    link = opened()
    calls.attach(link)
    sent = b"".join(bytes(part) for parts in iter(link.take, None) for part in parts)
    assert sent[8::9] == bytes(range(5))
