"""The codec against memcpy, whole calls against a raw socket loop and other clients, in one run.

Run by ``nox -s bench``, or by hand: ``python -m tests.benchmarks.codec [small] [bulk] [calls] [memory]``.
``ANYQ_PURE=1`` measures pure Python.
"""

from __future__ import annotations

import contextlib
import re
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import numpy as np

import anyq
from anyq import codec, twin
from anyq.client import request_body

from .clock import Report, best, micro, milli, per_call
from .payloads import LARGE, SMALL, compressible_table
from .peer import answering
from .rivals import RIVALS, Ask

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
    "aiokdb": {},
}
"""kola's answers are polars objects already; aiokdb takes minutes for large ones. PyKX's `.pd()` counts for tables."""


def converted(form: Callable[[Any], Any], body: bytes) -> Any:
    return form(codec.decode(body))


def answered(form: Callable[[Any], Any], ask: Ask, name: str) -> Any:
    return form(ask(name))


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
    sizes = {"compressible table": 100_000_000 if twin.COMPILED else 1_000_000}
    for name, size in sizes.items():
        body = codec.encode(compressible_table(size))
        packed = codec.compress(body)
        assert packed is not None
        squeeze = len(body) / best(partial(codec.compress, body), 3) / 1e6
        expand = len(body) / best(partial(codec.decompress, packed.payload, flag=packed.flag), 3) / 1e6
        share = len(packed.payload) / len(body)
        report.row(name, str(len(body)), f"{share:.3f}", f"{squeeze:.0f} MB/s", f"{expand:.0f} MB/s")
        if twin.COMPILED:
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


async def async_calls(port: int, name: str, form: Callable[[Any], Any], rounds: int) -> float:
    found = float("inf")
    async with anyq.connect("127.0.0.1", port, no_ctx=True) as q:
        for _ in range(rounds + 1):
            began = time.perf_counter()
            result = form(await q(name))
            found = min(found, time.perf_counter() - began)
            del result
    return found


def ours(port: int, name: str, form: Callable[[Any], Any], backend: str, rounds: int = 5) -> float:
    return anyio.run(async_calls, port, name, form, rounds, backend=backend)


def calls(report: Report) -> None:
    messages = {name: codec.dumps(make(), kind="response") for name, make in (LARGE | SMALL).items()}
    with tempfile.TemporaryDirectory() as directory, answering(messages, Path(directory)) as port:
        asks = {"raw": raw_loop(port)}
        for rival, connect in RIVALS.items():
            with contextlib.suppress(ImportError):
                asks[rival] = connect(port)
        round_trips(report, port, asks)
        times: dict[tuple[str, str, str], float] = {}
        for name in LARGE:
            one_payload(report, port, name, asks, times)
        judge(report, times)


def round_trips(report: Report, port: int, asks: dict[str, Ask]) -> None:
    report.head("Small calls over loopback", "asyncio", "trio", *asks)
    for name in SMALL:
        mine = [ours(port, name, FORMS["received"], backend, 300) for backend in ("asyncio", "trio")]
        theirs = [best(partial(ask, name), 300, 1.0) for ask in asks.values()]
        report.row(name, *map(micro, mine + theirs))


def one_payload(
    report: Report, port: int, name: str, asks: dict[str, Ask], times: dict[tuple[str, str, str], float]
) -> None:
    raw = best(partial(asks["raw"], name), 7)
    times[name, "raw", "received"] = raw
    report.head(f"Whole calls over loopback: {name} (raw receive {milli(raw)})", *FORMS)
    for backend in ("asyncio", "trio"):
        found = [ours(port, name, form, backend) for form in FORMS.values()]
        times |= {(name, backend, form): t for form, t in zip(FORMS, found, strict=True)}
        report.row(f"anyq on {backend}", *(f"{milli(t)} {t / raw:.2f}x" for t in found))
    for rival, ask in asks.items():
        if rival == "raw":
            continue
        cells = []
        for form in FORMS:
            convert = RIVAL_FORMS[rival].get(form)
            if convert is None or (form == ".pd()" and name != "1M trades"):
                cells.append("-")
                continue
            t = times[name, rival, form] = best(partial(answered, convert, ask, name), 3)
            cells.append(f"{milli(t)} {t / raw:.2f}x")
        report.row(rival, *cells)


def judge(report: Report, times: dict[tuple[str, str, str], float]) -> None:
    def mine(name: str, form: str) -> float:
        return min(times[name, "asyncio", form], times[name, "trio", form])

    def against(what: str, name: str, form: str, rival: str, rival_form: str, factor: float) -> None:
        if (name, rival, rival_form) in times:
            ratio = times[name, rival, rival_form] / mine(name, form)
            report.target(what, ratio, factor, "x", at_least=True)

    for name in ("10M longs", "10M floats"):
        report.target(f"{name}: to raw", mine(name, "received") / times[name, "raw", "received"], 1.15, "x")
        against(f"{name}: faster than PyKX", name, "received", "pykx", "received", 4)
    name = "1M symbols"
    report.target("1M symbols: to raw", mine(name, "received") / times[name, "raw", "received"], 1.5, "x")
    against("1M symbols to Arrow: faster than PyKX's .np()", name, ".pa()", "pykx", ".np()", 4)
    against("1M symbols to polars: faster than PyKX's .np()", name, ".pl()", "pykx", ".np()", 4)
    factor = 1 if twin.COMPILED else 1 / 12
    for form in ("received", ".pl()"):
        for rival in ("pykx", "kola"):
            against(f"1M strings {form}: faster than {rival}", "1M strings", form, rival, "received", factor)
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
    print(f"anyq {anyq.__version__}, {'compiled twin' if twin.COMPILED else 'pure Python'}, Python {sys.version}")
    report = Report()
    for name in chosen or SECTIONS:
        SECTIONS[name](report)
    report.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
