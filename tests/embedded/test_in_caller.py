"""The embedded q whose evaluations run in the calling thread."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

import anyq
from anyq.embedded import CallerEmbedded


@pytest.fixture
def q() -> Iterator[CallerEmbedded]:
    opened = anyq.sync.open_embedded(thread="caller")
    assert isinstance(opened, CallerEmbedded)
    with opened:
        yield opened


def test_evaluates_in_the_calling_thread(q: CallerEmbedded) -> None:
    q["place"] = lambda: threading.get_ident()
    assert q("place[]") == threading.get_ident()
    assert q("{x+y}", 1, 2) == 3
    assert "embedded q" in repr(q)


def test_is_used_inside_an_event_loop_and_inside_itself(q: CallerEmbedded) -> None:
    q["twice"] = lambda x: q("{2*x}", x)

    async def main() -> object:
        return q("twice each til 3")

    assert asyncio.run(main()) == anyq.longs([0, 2, 4])


def test_a_time_limit_stops_the_evaluation_and_no_later_one(q: CallerEmbedded) -> None:
    with pytest.raises(anyq.CallTimeout):
        q("while[1b;]", timeout=0.05)
    assert q("1+1", timeout=5) == 2
    assert q("1+1") == 2


def test_threads_take_turns_and_lose_no_row(q: CallerEmbedded) -> None:
    q("t:([]a:10?10)")

    def insert() -> None:
        for number in range(200):
            q("{`t insert enlist x}", number)

    threads = [threading.Thread(target=insert) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert q("count t") == 1010


def test_an_interrupt_from_another_thread_ends_the_evaluation(q: CallerEmbedded) -> None:
    began = threading.Event()
    q["begin"] = lambda: began.set()

    def interrupt() -> None:
        began.wait()
        q.interrupt()

    threading.Thread(target=interrupt).start()
    with pytest.raises(anyq.QError, match="stop"):
        q("begin[]; while[1b;]")
    assert q("1+1") == 2


def test_timers_run_when_it_is_called(q: CallerEmbedded) -> None:
    q('n:0; .z.ts:{n+:1}; system"t 1"')
    while q("n") == 0:
        pass
    q('system"t 0"')
    before = q("n")
    assert q("n") == before


def test_handles_are_answered(q: CallerEmbedded) -> None:
    with anyq.sync.serve(port=0) as server:
        assert q(f'h:hopen {server.port}; r:h"6*7"; hclose h; r') == 42
        assert q("neg", 1) == -1


def test_posts_and_handles_of_calls(q: CallerEmbedded) -> None:
    q.post("a:7")
    pending = q.submit("a")
    assert pending.done()
    assert pending.result() == 7
    assert q("a", wait=False) is anyq.NULL
    q.flush()


def test_is_opened_once_and_refuses_after_the_end() -> None:
    q = anyq.embedded.open_blocking(thread="caller")
    with pytest.raises(anyq.MisuseError):
        q("1")
    with q, pytest.raises(anyq.MisuseError):
        q.__enter__()
    with pytest.raises(anyq.ClosedError):
        q("1")
    with pytest.raises(ValueError, match="own"):
        anyq.embedded.open_blocking(thread="mine")  # type: ignore[arg-type]
