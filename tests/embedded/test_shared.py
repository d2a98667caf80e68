"""One embedded q, many owners of work: threads, and tasks of several event loops."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.amounts import examples

import anyq
from anyq.embedded import EmbeddedQ
from anyq.values import Value, chars

UPSERT = chars("{`t upsert (x;y)}")


def message(submitter: int, number: int) -> Value:
    return anyq.as_q([UPSERT, submitter, number])


def owned(deadline: float = 5.0) -> EmbeddedQ:
    q = EmbeddedQ()
    q.start()
    q.evaluate(chars("t:([]who:`long$();n:`long$())")).wait()
    return q


def rows(q: EmbeddedQ) -> list[tuple[int, int]]:
    table = q.evaluate(chars("t")).wait()
    assert isinstance(table, anyq.Table)
    return list(zip(table["who"].py(), table["n"].py(), strict=True))


def in_threads(*functions: Callable[[], object]) -> None:
    errors: list[BaseException] = []

    def run(function: Callable[[], object]) -> None:
        try:
            function()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(function,)) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def test_nothing_is_lost_and_each_submitter_is_in_order() -> None:
    """50 threads, and 2 tasks on each of 4 event loops. (20,000 upserts here, 100,000 in the benchmark.)"""
    threads, loops, tasks, each = 50, ("trio", "trio", "asyncio", "asyncio"), 2, 340
    q = owned()
    try:

        def thread(submitter: int) -> Callable[[], None]:
            def work() -> None:
                jobs = [q.evaluate(message(submitter, number)) for number in range(each)]
                jobs[-1].wait(60)

            return work

        def loop(index: int, backend: str) -> Callable[[], None]:
            async def upsert(submitter: int) -> None:
                for number in range(each):
                    await q.evaluate(message(submitter, number))

            async def main() -> None:
                async with anyio.create_task_group() as group:
                    for task in range(tasks):
                        group.start_soon(upsert, threads + index * tasks + task)

            return lambda: anyio.run(main, backend=backend)

        in_threads(
            *[thread(submitter) for submitter in range(threads)],
            *[loop(index, backend) for index, backend in enumerate(loops)],
        )
        found = rows(q)
        assert len(found) == (threads + len(loops) * tasks) * each
        for submitter in range(threads + len(loops) * tasks):
            assert [n for who, n in found if who == submitter] == list(range(each))
    finally:
        q.stop()


@pytest.mark.parametrize("seed", range(5))
def test_everybody_knows_what_became_of_his_jobs(seed: int) -> None:
    """Random cancellations, and the end in the midst of it: a job that says it ran did, and no other."""
    q = owned()
    counted: dict[int, set[int]] = {}
    unknown: dict[int, set[int]] = {}
    seen: list[tuple[int, int]] = []
    q.assign("note", lambda who, n: seen.append((int(who), int(n)))).wait()

    def blocking(submitter: int) -> Callable[[], None]:
        chance = random.Random(seed * 1000 + submitter)

        def work() -> None:
            ran, doubtful = counted.setdefault(submitter, set()), unknown.setdefault(submitter, set())
            for number in range(200):
                try:
                    job = q.evaluate(anyq.as_q([chars("note"), submitter, number]))
                except anyq.ClosedError:
                    return
                if chance.random() < 0.3 and job.cancel():
                    continue
                try:
                    job.wait(10)
                    ran.add(number)
                except anyq.PortalClosed:
                    return
                except anyq.QError:
                    doubtful.add(number)

        return work

    def cancelling(submitter: int, backend: str) -> Callable[[], None]:
        chance = random.Random(seed * 1000 + submitter)

        async def main() -> None:
            ran, doubtful = counted.setdefault(submitter, set()), unknown.setdefault(submitter, set())
            for number in range(200):
                job: Any = None
                with anyio.move_on_after(chance.choice([0, 0.0005, 5])):
                    try:
                        job = q.evaluate(anyq.as_q([chars("note"), submitter, number]))
                        await job
                    except (anyq.ClosedError, anyq.PortalClosed):
                        return
                    except anyq.QError:
                        doubtful.add(number)
                if job.cancel():
                    continue
                while not job.done():
                    await anyio.lowlevel.checkpoint()
                ran.add(number)

        return lambda: anyio.run(main, backend=backend)

    timer = threading.Timer(0.3, q.stop)
    timer.start()
    in_threads(*[blocking(n) for n in range(10)], cancelling(10, "asyncio"), cancelling(11, "trio"))
    timer.join()
    q.stop()
    happened: dict[int, set[int]] = {}
    for who, n in seen:
        assert n not in happened.setdefault(who, set())
        happened[who].add(n)
    for submitter, ran in counted.items():
        assert ran - unknown[submitter] <= happened.get(submitter, set())
        assert happened.get(submitter, set()) <= ran | unknown[submitter]


OPERATIONS = st.lists(st.tuples(st.sampled_from(["read", "write", "add"]), st.integers(0, 3)), min_size=1, max_size=6)


def linear(history: list[tuple[float, float, str, int, int]]) -> bool:
    """Whether some order of the operations, none before one that had ended when it began, explains all results."""

    def search(left: frozenset[int], state: int) -> bool:
        if not left:
            return True
        earliest_end = min(history[i][1] for i in left)
        for i in left:
            began, _, kind, argument, result = history[i]
            if began > earliest_end:
                continue
            after = {"read": state, "write": argument, "add": state + argument}[kind]
            if result == after and search(left - {i}, after):
                return True
        return False

    return search(frozenset(range(len(history))), 0)


def test_the_judge_of_histories() -> None:
    assert linear([(0, 1, "write", 1, 1), (0, 1, "read", 0, 0)])
    assert not linear([(0, 1, "write", 1, 1), (2, 3, "read", 0, 0)])


@settings(max_examples=examples(25))
@given(plans=st.lists(OPERATIONS, min_size=2, max_size=4))
def test_histories_are_those_of_one_at_a_time(plans: list[list[tuple[str, int]]]) -> None:
    """What concurrent threads and loops saw equals what some order of their calls would show."""
    queries = {"read": chars("{x;v}"), "write": chars("{v::x}"), "add": chars("{v::v+x;v}")}
    clock = iter(range(1_000_000))
    history: list[tuple[float, float, str, int, int]] = []
    q = EmbeddedQ()
    q.start()
    try:
        q.evaluate(chars("v:0")).wait()

        def thread(plan: list[tuple[str, int]]) -> Callable[[], None]:
            def work() -> None:
                for kind, argument in plan:
                    began = next(clock)
                    job = q.evaluate(anyq.as_q([queries[kind], argument]))
                    result = job.wait(10)
                    history.append((began, next(clock), kind, argument, int(result)))

            return work

        def loop(plan: list[tuple[str, int]], backend: str) -> Callable[[], None]:
            async def main() -> None:
                for kind, argument in plan:
                    began = next(clock)
                    result = await q.evaluate(anyq.as_q([queries[kind], argument]))
                    history.append((began, next(clock), kind, argument, int(result)))

            return lambda: anyio.run(main, backend=backend)

        backends = [None, "asyncio", None, "trio"]
        chosen = zip(plans, backends, strict=False)
        in_threads(*[thread(plan) if backend is None else loop(plan, backend) for plan, backend in chosen])
        assert linear(history)
    finally:
        q.stop()
