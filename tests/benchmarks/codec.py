"""The codec against memcpy, whole calls against a raw socket loop and other clients, in one run.

Run by ``nox -s bench``, or by hand: ``python -m tests.benchmarks.codec [small] [bulk] [calls] [memory]``.
``ANYQ_PURE=1`` measures pure Python.
"""

from __future__ import annotations

import contextlib
import gc
import re
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import anyio
import numpy as np
from anyio.from_thread import start_blocking_portal

import anyq
from anyq import codec
from anyq.client import request_body
from anyq.speedups import COMPILED

from .clock import Report, best, micro, milli, per_call
from .payloads import LARGE, SMALL, compressible_table
from .peer import answering
from .rivals import RIVALS, Ask

Contender = Callable[[str, Callable[[Any], Any]], float]
"""Asks for a payload, makes something of it, and tells the seconds that took."""
Key = TypeVar("Key")

FORMS: dict[str, Callable[[Any], Any]] = {
    "received": lambda value: value,
    ".np()": lambda value: value.np(),
    ".pd()": lambda value: value.pd(),
    ".pa()": lambda value: value.pa(),
    ".pl()": lambda value: value.pl(),
}
RIVAL_FORMS: dict[str, dict[str, Callable[[Any], Any]]] = {
    "pykx": {"received": lambda v: v, ".np()": lambda v: v.np(), ".pd()": lambda v: v.pd()},
    "kola": {"received": lambda v: v},
    "raw": {"received": lambda v: v},
    "aiokdb": {},
}
"""kola's answers are polars objects already; aiokdb takes minutes for large ones. PyKX's `.pd()` counts for tables."""


ROUNDS = {"10M longs": 25, "10M floats": 25, "1M symbols": 90}
"""How often what is received is measured, where a target goes by receiving alone. The shorter the call, the more it
counts whether the other processor happened to be free for the peer: of 1M symbols a few calls take half of what most
take, those of the raw loop as well."""


def converted(form: Callable[[Any], Any], body: bytes) -> Any:
    return form(codec.decode(body))


def small(report: Report) -> None:
    report.head("Small messages", "decode", "encode", "aiokdb decode", "aiokdb encode")
    with contextlib.suppress(ImportError):
        import aiokdb
    times = {}
    for name, make in SMALL.items():
        value = make()
        body = codec.encode(value)
        view = memoryview(body)
        times[name] = per_call(partial(codec.decode, view)), per_call(partial(codec.encode_parts, value))
        other = ["-", "-"]
        if "aiokdb" in sys.modules:
            message = codec.dumps(value)
            theirs = aiokdb.d9(message)
            other = [micro(per_call(partial(aiokdb.d9, message))), micro(per_call(partial(aiokdb.b9, theirs)))]
        report.row(name, *map(micro, times[name]), *other)
    tiny = codec.encode(anyq.vector("j", range(10)))
    report.target("decode 10 longs", per_call(partial(codec.decode, memoryview(tiny))) * 1e6, 50, " us")
    report.target("decode an atom reply", times["atom"][0] * 1e6, 3, " us")
    report.target("decode a 10-row table", times["10-row table"][0] * 1e6, 20, " us")
    query = per_call(lambda: request_body("{x+y+z}", (1, 2, 3), 6))
    report.target("encode a query with 3 Python arguments", query * 1e6, 6, " us")


def bulk(report: Report) -> None:
    report.head("Bodies, as ratios to memcpy of the same bytes", "memcpy", "decode", "encode", "encode_parts")
    for name, make in LARGE.items():
        value = make()
        body = codec.encode(value)
        received = codec.decode(body)
        copy = best(partial(bytearray, body))
        decode = best(partial(codec.decode, body))
        encode = best(partial(codec.encode, received))
        parts = best(partial(codec.encode_parts, received))
        report.row(name, milli(copy), *(f"{t / copy:.4f}" for t in (decode, encode, parts)))
        if name == "10M longs":
            report.target("decode 10 million longs", decode * 1e6, 50, " us")
    report.head("Conversions, after receiving", *list(FORMS)[1:])
    for name, make in LARGE.items():
        body = codec.encode(make())
        times = [best(partial(converted, form, body), 3) for form in list(FORMS.values())[1:]]
        report.row(name, *map(milli, times))
    compression(report)


def compression(report: Report) -> None:
    report.head("Compression", "bytes", "shrinks to", "compress", "decompress")
    sizes = {"compressible table": 100_000_000 if COMPILED else 1_000_000}
    for name, size in sizes.items():
        body = codec.encode(compressible_table(size))
        packed = codec.compress(body)
        assert packed is not None
        squeeze = len(body) / best(partial(codec.compress, body), 3) / 1e6
        expand = len(body) / best(partial(codec.decompress, packed.payload, flag=packed.flag), 3) / 1e6
        share = len(packed.payload) / len(body)
        report.row(name, str(len(body)), f"{share:.3f}", f"{squeeze:.0f} MB/s", f"{expand:.0f} MB/s")
        if COMPILED:
            report.target("compress a compressible table", squeeze, 150, " MB/s", at_least=True)
            report.target("decompress it", expand, 500, " MB/s", at_least=True)


def raw_loop(port: int) -> Ask:
    """What any client has to do at least: send the query, receive the answer into memory of its size."""
    connection = socket.create_connection(("127.0.0.1", port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.sendall(b":\x06\0")
    connection.recv(1)
    head = bytearray(8)

    def ask(text: str) -> object:
        connection.sendall(codec.dumps(anyq.chars(text), kind="sync"))
        connection.recv_into(head, 8, socket.MSG_WAITALL)
        view = memoryview(np.empty(int.from_bytes(head[4:], "little") - 8, np.uint8))  # type: ignore[arg-type]
        done = 0
        while done < len(view):
            done += connection.recv_into(view[done:])
        return view

    return ask


async def timed(q: anyq.Connection, name: str, form: Callable[[Any], Any]) -> float:
    began = time.perf_counter()
    result = form(await q(name))
    took = time.perf_counter() - began
    del result
    return took


def timed_ask(ask: Ask, name: str, form: Callable[[Any], Any]) -> float:
    began = time.perf_counter()
    result = form(ask(name))
    took = time.perf_counter() - began
    del result
    return took


@contextlib.contextmanager
def connections(port: int) -> Iterator[dict[str, Contender]]:
    """A connection on each event loop, each in a thread of its own, and the other clients."""
    with contextlib.ExitStack() as stack:
        found: dict[str, Contender] = {"raw": partial(timed_ask, raw_loop(port))}
        for backend in ("asyncio", "trio"):
            portal = stack.enter_context(start_blocking_portal(backend))
            connection = anyq.connect("127.0.0.1", port, no_ctx=True)
            q = stack.enter_context(portal.wrap_async_context_manager(connection))
            found[f"anyq on {backend}"] = partial(portal.call, timed, q)
        for rival, connect in RIVALS.items():
            with contextlib.suppress(ImportError):
                found[rival] = partial(timed_ask, connect(port))
        yield found


def calls(report: Report) -> None:
    large = LARGE if COMPILED else {"1M strings": LARGE["1M strings"]}  # of pure Python only this has a target
    messages = {name: codec.dumps(make(), kind="response") for name, make in (large | SMALL).items()}
    with tempfile.TemporaryDirectory() as directory, answering(messages, Path(directory)) as port:
        with connections(port) as contenders:
            report.head("Small calls over loopback", *contenders)
            for name in SMALL:
                found = in_turn(
                    {who: partial(ask, name, FORMS["received"]) for who, ask in contenders.items()}, 300, pause=False
                )
                report.row(name, *map(micro, found.values()))
            times: dict[tuple[str, str, str], float] = {}
            for name in large:
                one_payload(report, name, contenders, times)
        judge(report, times)


def in_turn(works: Mapping[Key, Callable[[], float]], rounds: int, *, pause: bool = True) -> dict[Key, float]:
    """The best time of each. All have their turn in each round, so that a busy moment hits all alike.

    Without the pause before each the processors stay awake, which helps some more than others: whoever is compared
    over different numbers of rounds has to be measured with it.
    """
    found = dict.fromkeys(works, float("inf"))
    for _ in range(rounds + 1):
        for name, work in works.items():
            if pause:
                gc.collect()
                time.sleep(0.02)  # what the one before has left to its threads and to the kernel is not ours
            found[name] = min(found[name], work())
    return found


def one_payload(
    report: Report, name: str, contenders: dict[str, Contender], times: dict[tuple[str, str, str], float]
) -> None:
    works = {
        (name, who, form): partial(ask, name, convert)
        for who, ask in contenders.items()
        for form, convert in RIVAL_FORMS.get(who, FORMS).items()
        if form != ".pd()" or who != "pykx" or name == "1M trades"
    }
    received = {key: work for key, work in works.items() if key[2] == "received"}
    times |= in_turn(received, ROUNDS.get(name, 5))
    times |= in_turn({key: work for key, work in works.items() if key not in received}, 5)
    raw = times[name, "raw", "received"]
    report.head(f"Whole calls over loopback: {name} (raw receive {milli(raw)})", *FORMS)
    for who in contenders:
        found = [times.get((name, who, form)) for form in FORMS]
        if who != "raw" and any(found):
            report.row(who, *("-" if t is None else f"{milli(t)} {t / raw:.2f}x" for t in found))


def judge(report: Report, times: dict[tuple[str, str, str], float]) -> None:
    def mine(name: str, form: str) -> float:
        return min(times[name, "anyq on asyncio", form], times[name, "anyq on trio", form])

    def against(what: str, name: str, form: str, rival: str, rival_form: str, factor: float) -> None:
        if (name, rival, rival_form) in times:
            ratio = times[name, rival, rival_form] / mine(name, form)
            report.target(what, ratio, factor, "x", at_least=True)

    def to_raw(name: str, limit: float) -> None:
        if (name, "raw", "received") in times:
            report.target(f"{name}: to raw", mine(name, "received") / times[name, "raw", "received"], limit, "x")

    for name in ("10M longs", "10M floats"):
        to_raw(name, 1.15)
        against(f"{name}: faster than PyKX", name, "received", "pykx", "received", 4)
    name = "1M symbols"
    to_raw(name, 1.5)
    against("1M symbols to Arrow: faster than PyKX's .np()", name, ".pa()", "pykx", ".np()", 4)
    against("1M symbols to polars: faster than PyKX's .np()", name, ".pl()", "pykx", ".np()", 4)
    factor = 1 if COMPILED else 1 / 12
    kind = "" if COMPILED else " in pure Python"
    for form in ("received", ".pl()"):
        for rival in ("pykx", "kola"):
            against(f"1M strings {form}{kind}: faster than {rival}", "1M strings", form, rival, "received", factor)
    against("1M trades to pandas: faster than PyKX", "1M trades", ".pd()", "pykx", ".pd()", 3)
    against("1M trades to polars: faster than kola", "1M trades", ".pl()", "kola", "received", 2)


def memory(report: Report) -> None:
    """The most that a process has in memory beyond what it had before, while it receives 10 million longs."""
    body = codec.dumps(LARGE["10M longs"](), kind="response")
    with tempfile.TemporaryDirectory() as directory, answering({"x": body}, Path(directory)) as port:
        command = [sys.executable, "-m", "tests.benchmarks.codec", "receive", str(port)]
        grown = int(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    report.target("memory for receiving N bytes, above N", grown / 1e6 - len(body) / 1e6, 10, " MB")


def peak() -> int:
    """The most bytes that this process has had in memory."""
    with contextlib.suppress(OSError):
        status = Path("/proc/self/status").read_text()  # what getrusage tells was inherited from the parent
        return 1024 * int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


async def receive(port: int) -> None:
    """Print by how many bytes the process has grown at its largest."""
    async with anyq.connect("127.0.0.1", port, no_ctx=True) as q:
        await q("y")
        before = peak()
        await q("x")
        print(peak() - before)


SECTIONS = {"small": small, "bulk": bulk, "calls": calls, "memory": memory}


def main(chosen: list[str]) -> int:
    if chosen[:1] == ["receive"]:
        anyio.run(receive, int(chosen[1]))
        return 0
    print(f"anyq {anyq.__version__}, {'accelerator' if COMPILED else 'pure Python'}, Python {sys.version}")
    report = Report()
    for name in chosen or SECTIONS:
        SECTIONS[name](report)
    report.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
