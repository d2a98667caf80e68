"""Simulation: whole programs of calls, losses and cancellations, of which one number decides everything."""

from __future__ import annotations

import argparse
import contextlib
import itertools
import logging
import multiprocessing
import os
import random
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Final

import attrs

from ._entries import ENTRIES
from ._model import Model, Violation
from ._virtual import Backend, run
from ._world import Program, draw_program, play

__all__ = ["Simulation", "main", "played", "simulate"]

_STEPS: Final = 300
"""Steps of one program."""
_TRIES: Final = 300
"""Programs that shrinking tries."""
_CHUNK: Final = 4
"""Programs that a process takes at a time."""
_LONG: Final = 1_000_000
"""Calls from which on a run reports its progress."""


@attrs.frozen
class Simulation:
    """What `simulate` has run. ``trace`` is a checksum of all events: the same seed gives the same one."""

    seed: int
    programs: int
    calls: int
    steps: int
    trace: int


def simulate(
    seed: int, *, calls: int = 1, entries: Sequence[str] = tuple(ENTRIES), told: Callable[[int], object] | None = None
) -> Simulation:
    """Run programs until ``calls`` messages were given to anyq: the programs of ``seed``, ``seed + 1`` and so on.

    A program has one client (of one of the entry points named in ``entries``), a server that echoes, posts, asks and
    restarts (a scripted one, or `anyq.serve` with Python handlers or its embedded q), and a network that splits,
    delays, stalls, cuts and half-closes; callers are cancelled anywhere or have time limits, and their buffers are used
    again. All of it happens in virtual time, in the order that the seed decides. After each step what
    happened is compared with a model of anyq's promises.

    Raises `AssertionError` with the promise that was broken, the seed that breaks it again, and the smallest program
    found that does. ``told`` is called with the number of calls after each program.
    """
    return _added(seed, calls, (_run(number, entries) for number in itertools.count(seed)), told)


def _run(seed: int, entries: Sequence[str]) -> Simulation:
    """The program of one seed."""
    program = draw_program(random.Random(seed), _STEPS, entries)
    model = _played(program, seed)
    return Simulation(seed, 1, len(model.messages), len(program.steps), model.trace)


def _added(
    seed: int, calls: int, runs: Iterable[Simulation], told: Callable[[int], object] | None = None
) -> Simulation:
    """As many runs as it takes for that number of calls, as one."""
    done = steps = trace = programs = 0
    for found in runs:
        done += found.calls
        steps += found.steps
        trace = (trace * 31 + found.trace) % (1 << 32)
        programs += 1
        if told is not None:
            told(done)
        if done >= calls:
            break
    return Simulation(seed, programs, done, steps, trace)


def _in_processes(seed: int, calls: int, entries: Sequence[str], jobs: int) -> Simulation:
    """As `simulate`, with the programs shared out among processes: the result is the same."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(jobs) as pool:
        runs = pool.imap(partial(_run, entries=entries), range(seed, seed + calls), _CHUNK)
        return _added(seed, calls, runs, _reporter(calls))


def _reporter(calls: int) -> Callable[[int], None]:
    """What prints a line for each tenth of the calls, so that a long run shows where it is."""
    began, tenth = time.perf_counter(), 0

    def report(done: int) -> None:
        nonlocal tenth
        if calls >= _LONG and done * 10 // calls > tenth:
            tenth = done * 10 // calls
            print(f"{done} calls after {time.perf_counter() - began:.0f} s", flush=True)

    return report


def _played(program: Program, seed: int) -> Model:
    """Play a program; shrink it if it breaks a promise."""
    model, violation = _try(program, seed)
    if violation is None:
        return model
    smallest, found, model = _shrunk(program, seed, violation, model)
    steps = "\n".join(f"    {step}" for step in smallest.steps)
    events = "\n".join(f"    {event}" for event in model.events)
    raise Violation(
        f"{found}\n  in the program of seed {seed}: nox -s simulate -- --seed {seed} --calls 1\n"
        f"  {smallest.entry}, max_in_flight={smallest.in_flight}, reconnection_attempts={smallest.attempts}, on "
        f"{_backend(seed)}, server: {smallest.server}, shrunk from {len(program.steps)} to {len(smallest.steps)} "
        f"steps:\n{steps}\n  what happened:\n{events}"
    ) from None


def _backend(seed: int) -> Backend:
    return "trio" if seed % 3 == 0 else "asyncio"


def _try(program: Program, seed: int) -> tuple[Model, Violation | None]:
    """The model after the program, and the promise that was broken."""
    model = Model()
    try:
        played(program, _backend(seed), seed, model)
    except Violation as violation:
        return model, violation
    return model, None


def played(program: Program, backend: Backend, seed: int, model: Model | None = None) -> Model:
    """Play a program on an event loop of its own. Raises `Violation`; all that is no documented error is one."""
    model = model or Model()
    try:
        with _watched_log(model):
            run(play, program, model, backend=backend, seed=seed)
        model.check()
    except BaseException as error:
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        if isinstance(error, Violation | KeyboardInterrupt):
            raise error from None
        model.broken("documented errors only", repr(error))
        raise Violation(model.violation) from error
    return model


def _shrunk(program: Program, seed: int, violation: Violation, model: Model) -> tuple[Program, Violation, Model]:
    """A smaller program that breaks the same promise."""
    promise = str(violation).partition(":")[0]
    tries, size = _TRIES, len(program.steps) // 2
    while size and tries:
        at = 0
        while at < len(program.steps) and tries:
            tries -= 1
            smaller = attrs.evolve(program, steps=program.steps[:at] + program.steps[at + size :])
            tried, found = _try(smaller, seed)
            if found is not None and str(found).partition(":")[0] == promise:
                program, violation, model = smaller, found, tried
            else:
                at += size
        size = min(size // 2, max(1, len(program.steps) // 2)) if size > 1 else 0
    return program, violation, model


class _Errors(logging.Handler):
    """Keeps the errors that are logged with a traceback: of what failed in the background."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info:
            self.records.append(record)


@contextlib.contextmanager
def _watched_log(model: Model) -> Iterator[None]:
    """Without the log, which tells of each loss; an error in it that nobody expects breaks a promise."""
    log, errors = logging.getLogger("anyq"), _Errors()
    before, propagate, log.level, log.propagate = log.level, log.propagate, logging.ERROR, False
    log.manager._clear_cache()  # type: ignore[attr-defined]
    log.addHandler(errors)
    try:
        yield
    finally:
        log.removeHandler(errors)
        log.propagate = propagate
        log.setLevel(before)
    for record in errors.records:
        model.broken("documented errors only", f"{record.getMessage()}: {record.exc_info and record.exc_info[1]!r}")


def main(arguments: Sequence[str] | None = None) -> int:
    """``nox -s simulate``: run, and say how quick it was. 1 if a promise was broken."""
    parser = argparse.ArgumentParser(prog="simulate", description="Break the promises of anyq, if that can be done.")
    parser.add_argument("--calls", type=int, default=100_000, help="messages to give to anyq (100000)")
    parser.add_argument("--seed", type=int, help="where to begin; by default anywhere")
    parser.add_argument("--entry", choices=list(ENTRIES), action="append", help="entry points (all)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes (one for each processor)")
    options = parser.parse_args(arguments)
    seed = secrets.randbits(32) if options.seed is None else options.seed
    began = time.perf_counter()
    print(f"seed {seed}: {options.calls} calls", flush=True)
    try:
        found = _in_processes(seed, options.calls, options.entry or tuple(ENTRIES), options.jobs)
    except Violation as violation:
        print(violation)
        return 1
    took = time.perf_counter() - began
    print(
        f"{found.calls} calls in {found.programs} programs of {found.steps} steps, 0 violations, "
        f"trace {found.trace:08x}: {took:.0f} s with {options.jobs} processes, {found.calls / took:.0f} calls a second"
    )
    return 0
