"""Simulation: whole programs of calls, losses and cancellations, of which one number decides everything."""

from __future__ import annotations

import argparse
import contextlib
import logging
import random
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
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
    restarts, and a network that splits, delays, stalls, cuts and half-closes; callers are cancelled anywhere, and their
    buffers are used again. All of it happens in virtual time, in the order that the seed decides. After each step what
    happened is compared with a model of anyq's promises.

    Raises `AssertionError` with the promise that was broken, the seed that breaks it again, and the smallest program
    found that does. ``told`` is called with the number of calls after each program.
    """
    done = steps = trace = programs = 0
    while done < calls:
        program = draw_program(random.Random(seed + programs), _STEPS, entries)
        model = _played(program, seed + programs)
        done += len(model.messages)
        steps += len(program.steps)
        trace = (trace * 31 + model.trace) % (1 << 32)
        programs += 1
        if told is not None:
            told(done)
    return Simulation(seed, programs, done, steps, trace)


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
        f"{_backend(seed)}, shrunk from {len(program.steps)} to {len(smallest.steps)} steps:\n{steps}\n  what happened:"
        f"\n{events}"
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
        with _quiet():
            run(play, program, model, backend=backend, seed=seed)
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


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Without the log, which tells of each loss."""
    log = logging.getLogger("anyq")
    before, log.level = log.level, logging.CRITICAL + 1
    log.manager._clear_cache()  # type: ignore[attr-defined]
    try:
        yield
    finally:
        log.setLevel(before)


def main(arguments: Sequence[str] | None = None) -> int:
    """``nox -s simulate``: run, and say how quick it was. 1 if a promise was broken."""
    parser = argparse.ArgumentParser(prog="simulate", description="Break the promises of anyq, if that can be done.")
    parser.add_argument("--calls", type=int, default=100_000, help="messages to give to anyq (100000)")
    parser.add_argument("--seed", type=int, help="where to begin; by default anywhere")
    parser.add_argument("--entry", choices=list(ENTRIES), action="append", help="entry points (all)")
    options = parser.parse_args(arguments)
    seed = secrets.randbits(32) if options.seed is None else options.seed
    began, cpu = time.perf_counter(), time.process_time()
    print(f"seed {seed}: {options.calls} calls", flush=True)
    try:
        found = simulate(seed, calls=options.calls, entries=options.entry or tuple(ENTRIES))
    except Violation as violation:
        print(violation)
        return 1
    took, used = time.perf_counter() - began, time.process_time() - cpu
    print(
        f"{found.calls} calls in {found.programs} programs of {found.steps} steps, 0 violations, "
        f"trace {found.trace:08x}: {took:.0f} s, {used:.0f} s of processor, {found.calls / used:.0f} calls a second"
    )
    return 0
