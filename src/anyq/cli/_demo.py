"""`anyq demo`: the first things one does with a q, as a transcript, with every answer checked."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TextIO

import anyio
import attrs

import anyq

NAMES_USED = ("tab", "test")
BACKENDS = ("trio", "asyncio")


@attrs.define
class Transcript:
    """What is printed, and what was not as expected."""

    out: TextIO
    wrong: list[str] = attrs.field(factory=list)

    def say(self, text: str = "") -> None:
        print(text, file=self.out, flush=True)

    def note(self, text: str) -> None:
        self.say(f"  -- {text}")

    def show(self, asked: str, answer: object, ok: bool, lines: int = 12) -> None:
        """Print the question and its answer; an answer that is not the expected one is kept for the end."""
        self.say(f"q){asked}")
        text = str(answer).splitlines()
        for line in text[:lines]:
            self.say(line)
        if len(text) > lines:
            self.say("..")
        self.expect(asked, ok)

    def expect(self, what: str, ok: bool) -> None:
        if not ok:
            self.wrong.append(what)
            self.say(f"  !! not the expected answer: {what}")


async def first_questions(to: Transcript, q: Any) -> None:
    """Atoms, vectors, arguments, a function of the server through the context interface."""
    answer = await q("1+1")
    to.show("1+1", answer, answer == 2)
    answer = await q("til 10")
    to.show("til 10", answer, answer.py() == list(range(10)))
    answer = await q("{x+y+z}", 1, 2, 3)
    to.show("{x+y+z}[1;2;3]", answer, answer == 6)
    await q(".test.addition:{x+y}")
    answer = await q.test.addition(4, 2)
    to.show(".test.addition[4;2]", answer, answer == 6)
    to.note("asked as: await q.test.addition(4, 2)")


async def a_table(to: Transcript, q: Any) -> None:
    """A table made on the server, and a selection that arrives as a table here."""
    await q("tab:([]1000?`a`b`c;1000?1f;1000?10)")
    matching = (await q("exec sum x=`a from tab")).py()
    query = "select from tab where x=`a"
    rows = await q(query)
    columns = rows.py()
    ok = list(columns) == ["x", "x1", "x2"] and set(columns["x"]) <= {"a"} and len(rows) == matching
    to.show(query, rows, ok, lines=7)
    to.note(f"a Table of {len(rows)} rows: .py() .np() .pd() .pa() .pl() convert it")


async def an_error(to: Transcript, q: Any) -> None:
    """The error text of q as an exception here; the connection goes on."""
    try:
        await q("1+`a")
    except anyq.QError as error:
        to.show("1+`a", f"'{error}", str(error) == "type")
        to.note("arrived as anyq.QError")
    else:
        to.expect("1+`a is an error", False)


async def two_at_once(to: Transcript, q: Any, other: Any) -> None:
    """Two servers that sleep 2 s and 1 s answer in 2 s in all."""
    began = time.perf_counter()
    sleeper = '{system"sleep ",string x;til y}'
    slow, quick = q.submit(sleeper, 2, 13), other.submit(sleeper, 1, 10)
    first, second = await slow, await quick
    took = time.perf_counter() - began
    to.show(f"{sleeper}[2;13]", first, first.py() == list(range(13)))
    to.show(f"{sleeper}[1;10]", second, second.py() == list(range(10)))
    to.note(f"two servers at once: took {took:.2f} s")
    to.expect(f"sleeping 2 s and 1 s together takes 2 s and not {took:.2f} s", 1.9 < took < 2.9)


async def a_cancelled_call(to: Transcript, q: Any) -> None:
    """A call given up after 0.2 s; its late answer is nobody's, and the next call gets its own."""
    with anyio.move_on_after(0.2) as scope:
        await q('{system"sleep 1";x}', 0)
    to.say('q){system"sleep 1";x}[0]')
    to.note("cancelled after 0.2 s by anyio.move_on_after")
    to.expect("the slow call was cancelled", scope.cancelled_caught)
    answer = await q("6*7")
    to.show("6*7", answer, answer == 42)
    to.note("the next call got its own answer")


@asynccontextmanager
async def embedded_servers(to: Transcript, address: str | None) -> AsyncIterator[tuple[str, str]]:
    """The addresses of the two servers; what is not given is an embedded q on a free loopback port."""
    async with anyq.serve(port=0) as second:
        if address is not None:
            to.say(f"servers: yours, and an embedded q on 127.0.0.1:{second.port}")
            yield address, f"127.0.0.1:{second.port}"
            return
        async with anyq.serve(port=0) as first:
            to.say(f"servers: two embedded q, on 127.0.0.1:{first.port} and 127.0.0.1:{second.port}")
            yield f"127.0.0.1:{first.port}", f"127.0.0.1:{second.port}"


async def leave_as_found(q: Any) -> None:
    """Take away what the demo defined."""
    await q("delete tab from `.")
    await q("delete addition from `.test")


async def program(to: Transcript, address: str | None) -> None:
    """The whole demo; the same on every backend."""
    async with (
        embedded_servers(to, address) as (here, there),
        anyq.connect(here) as q,
        anyq.connect(there) as other,
    ):
        used = [name for name in NAMES_USED if (await q(f"`{name} in key `.")).py()] if address else []
        if used:
            to.expect(f"your q has no {' or '.join(used)} that the demo would overwrite", False)
            return
        await first_questions(to, q)
        await a_table(to, q)
        await an_error(to, q)
        await two_at_once(to, q, other)
        await a_cancelled_call(to, q)
        if address is not None:
            await leave_as_found(q)


def run(arguments: argparse.Namespace, out: TextIO = sys.stdout) -> int:
    """Run the demo on the chosen backends.

    Returns 0 when every answer was the expected one, else 1.
    """
    to = Transcript(out)
    began = time.perf_counter()
    for backend in arguments.backend or BACKENDS:
        to.say(f"=== from {'Trio' if backend == 'trio' else backend} ===")
        try:
            anyio.run(program, to, arguments.connect, backend=backend)
        except (anyq.Error, OSError, TimeoutError) as error:
            to.expect(f"no error on {backend}, but {type(error).__name__}: {error}", False)
        to.say()
    took = time.perf_counter() - began
    if to.wrong:
        to.say(f"{len(to.wrong)} answers were not as expected ({took:.1f} s)")
        return 1
    to.say(f"every answer was the expected one ({took:.1f} s)")
    return 0
