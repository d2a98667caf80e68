"""Many threads and event loops on one embedded q: nothing lost, nothing out of order, one history for all."""

from __future__ import annotations

import asyncio
import contextlib
import random
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError
from typing import Any

import attrs
import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.amounts import examples

import anyq
from anyq.portal import JobState

THREADS = 50
LOOPS = 4


def in_all_threads(work: Callable[[int], Any], count: int) -> None:
    errors: list[BaseException] = []

    def guarded(number: int) -> None:
        try:
            work(number)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=[number]) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors


def test_threads_and_loops_upsert_into_one_table() -> None:
    """50 threads, 2 Trio and 2 asyncio loops; 100,000 upserts."""
    each = 100_000 // (THREADS + LOOPS) + 1
    total = each * (THREADS + LOOPS)

    with anyq.embedded.open_blocking() as q:
        q("t:([]who:`long$();n:`long$())")
        q("put:{`t upsert (x;y)}")
        upsert = anyq.symbol("put")

        async def in_loop(who: int) -> None:
            face = anyq.embedded.Embedded(q.core)
            for step in range(0, each, 50):
                handles = [face.submit(upsert, who, number) for number in range(step, min(step + 50, each))]
                for handle in reversed(handles):
                    await handle

        def work(who: int) -> None:
            if who >= THREADS + LOOPS // 2:
                trio.run(in_loop, who)
            elif who >= THREADS:
                asyncio.run(in_loop(who))
            else:
                for number in range(each):
                    q(upsert, who, number)

        in_all_threads(work, THREADS + LOOPS)
        assert q("count t") == total
        assert q("all {x~til count x} each exec n by who from t") == True  # noqa: E712
        assert q("count distinct t") == total


@pytest.mark.parametrize("make", [anyq.start_portal, lambda: anyq.start_portal("trio")])
def test_every_submitter_knows_which_of_its_jobs_ran(make: Callable[[], Any]) -> None:
    """Random cancellations, and a shutdown in the middle."""
    ran: set[tuple[int, int]] = set()
    told: dict[tuple[int, int], bool | None] = {}
    owner = make()
    owner.shutdown_timeout = 0.2
    stopped = threading.Event()

    def work(who: int) -> None:
        rng = random.Random(who)
        futures = {}
        for number in range(1000):
            key = (who, number)
            try:
                futures[key] = owner.submit(ran.add, key)
            except anyq.PortalClosed:
                told[key] = False
                continue
            if rng.random() < 0.3:
                rng.choice(list(futures.values())[-5:]).cancel()
        stopped.wait()
        for key, future in futures.items():
            try:
                future.result(5)
            except (CancelledError, anyq.PortalClosed):
                assert future.state in (JobState.WITHDRAWN, JobState.ABANDONED)
            told[key] = future.ran

    with owner:
        closer = threading.Timer(0.05, owner.close)
        closer.start()
        stop = threading.Timer(0.6, stopped.set)
        stop.start()
        in_all_threads(work, 16)
        closer.join()
    assert len(told) == 16_000
    for key, answer in told.items():
        assert answer is (key in ran), key


def ran(give: Callable[[], Any]) -> bool | None:
    """What a handle says of its call, which is over; ``None`` if it does not know."""
    try:
        give()
    except anyq.PortalClosed as error:
        return None if error.outcome == "unknown" else False
    except anyq.ClosedError:
        return False
    return True


def test_every_submitter_to_the_embedded_q_knows_which_of_its_upserts_ran() -> None:
    """50 threads, 2 Trio and 2 asyncio loops; 100,000 upserts, random cancellations, and the q closes in the middle.

    What each submitter was told is compared with the rows that are in the table at the end.
    """
    each = 100_000 // (THREADS + LOOPS) + 1
    total = each * (THREADS + LOOPS)
    told: list[dict[int, bool | None]] = [{} for _ in range(THREADS + LOOPS)]
    refused = [0] * (THREADS + LOOPS)
    middle = threading.Event()

    with anyq.embedded.open_blocking() as q:
        q("t:([]who:`long$();n:`long$())")
        q["tell"] = lambda: middle.set()
        q(f"put:{{`t upsert (x;y);if[{total // 3}=count t;tell[]]}}")
        upsert = anyq.symbol("put")

        def submitted(face: Any, who: int, rng: random.Random, step: int) -> dict[int, Any]:
            """The calls of one step that the q took; about a quarter of them is cancelled, begun or not."""
            handles: dict[int, Any] = {}
            for number in range(step, min(step + 50, each)):
                try:
                    handles[number] = face.submit(upsert, who, number)
                except anyq.ClosedError:
                    told[who][number] = False
                    refused[who] += 1
                if handles and rng.random() < 0.3:
                    rng.choice(list(handles.values())[-5:]).cancel()
            return handles

        async def in_loop(who: int) -> None:
            face, rng = anyq.embedded.Embedded(q.core), random.Random(who)
            for step in range(0, each, 50):
                for number, handle in submitted(face, who, rng, step).items():
                    with contextlib.suppress(anyq.ClosedError, anyq.PortalClosed):
                        await handle
                    assert number not in told[who]
                    told[who][number] = ran(handle.result)

        def work(who: int) -> None:
            if who == THREADS + LOOPS:
                assert middle.wait(60)
                q.close()
            elif who >= THREADS + LOOPS // 2:
                trio.run(in_loop, who)
            elif who >= THREADS:
                asyncio.run(in_loop(who))
            else:
                rng = random.Random(who)
                for step in range(0, each, 50):
                    for number, handle in submitted(q, who, rng, step).items():
                        assert number not in told[who]
                        told[who][number] = ran(handle.result)

        in_all_threads(work, THREADS + LOOPS + 1)
    rows = q.core.interpreter.get("t").py()  # its thread has ended, so nobody else has it
    there: list[list[int]] = [[] for _ in range(THREADS + LOOPS)]
    for who, number in zip(rows["who"], rows["n"], strict=True):
        there[who].append(number)
    for who, answers in enumerate(told):
        assert sorted(answers) == list(range(each))
        assert None not in answers.values()
        assert there[who] == [number for number in range(each) if answers[number]], who
    assert total // 3 <= sum(map(len, there)) < total // 2
    assert sum(refused) > total // 3


@attrs.frozen
class Event:
    """A read or a write of one of two variables, and between which moments it happened."""

    write: bool
    variable: str
    value: int
    began: int
    ended: int


def sequential(events: list[Event]) -> bool:
    """Whether some order of the events explains them: each read gives the last write, and what ended before another
    began comes first."""

    def explain(left: tuple[Event, ...], state: dict[str, int]) -> bool:
        if not left:
            return True
        horizon = min(event.ended for event in left)
        for event in left:
            if event.began > horizon:
                continue
            if event.write or state[event.variable] == event.value:
                after = {**state, event.variable: event.value}
                if explain(tuple(other for other in left if other is not event), after):
                    return True
        return False

    return explain(tuple(events), {"a": 0, "b": 0})


PROGRAMS = st.lists(
    st.lists(st.tuples(st.booleans(), st.sampled_from("ab")), min_size=1, max_size=4), min_size=2, max_size=4
)


@pytest.fixture(scope="module")
def shared() -> Any:
    with anyq.start_portal("trio") as portal:
        yield portal.embedded()


@settings(max_examples=examples(60))
@given(programs=PROGRAMS)
def test_concurrent_histories_are_sequential(shared: Any, programs: list[list[tuple[bool, str]]]) -> None:
    """Linearizability: what threads and loops see of the embedded q, some one-by-one order explains."""
    shared("a:b:0")
    clock, lock = iter(range(1_000_000)), threading.Lock()
    values = iter(range(1, 1_000_000))
    history: list[Event] = []
    barrier = threading.Barrier(len(programs))

    def tick() -> int:
        with lock:
            return next(clock)

    def note(write: bool, variable: str, value: int, began: int) -> None:
        event = Event(write, variable, value, began, tick())
        with lock:
            history.append(event)

    def blocking(program: list[tuple[bool, str]]) -> None:
        for write, variable in program:
            began, value = tick(), next(values)
            if write:
                shared.set(variable, value)
            else:
                value = int(shared(variable).py())
            note(write, variable, value, began)

    async def awaiting(program: list[tuple[bool, str]]) -> None:
        face = anyq.embedded.Embedded(shared.core)
        for write, variable in program:
            began, value = tick(), next(values)
            if write:
                await face.set(variable, value)
            else:
                value = int((await face(variable)).py())
            note(write, variable, value, began)

    def work(who: int) -> None:
        barrier.wait()
        if who % 3 == 1:
            trio.run(awaiting, programs[who])
        elif who % 3 == 2:
            asyncio.run(awaiting(programs[who]))
        else:
            blocking(programs[who])

    in_all_threads(work, len(programs))
    assert sequential(history)


def test_the_checker_sees_a_history_that_is_none() -> None:
    write, late = Event(True, "a", 1, 0, 1), Event(False, "a", 0, 2, 3)
    assert not sequential([write, late])
    assert sequential([write, Event(False, "a", 0, 0, 3)])
    assert sequential([late, Event(True, "a", 1, 1, 4)])
