"""What threads cost: each figure against something measured in the same run, in turn with it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from anyio.from_thread import start_blocking_portal
from tests.benchmarks.bench_client import peer

import anyq

os.environ.setdefault("PYKX_UNLICENSED", "true")

CALLS = 1000
ROUNDS = 7
BURST = 10_000


def nothing() -> None:
    """The cheapest job."""


def repeat(step: Callable[[], object], count: int = CALLS) -> float:
    """Seconds for one step."""
    began = time.perf_counter()
    for _ in range(count):
        step()
    return (time.perf_counter() - began) / count


def in_threads(step: Callable[[], object], threads: int) -> float:
    """Seconds for one step, ``threads`` threads taking them at once."""
    workers = [threading.Thread(target=repeat, args=[step, CALLS // threads]) for _ in range(threads)]
    began = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return (time.perf_counter() - began) / CALLS


def best(*measures: Callable[[], float]) -> list[float]:
    """The best of several rounds of each, taken in turn, so that a busy moment hits all."""
    rounds = [[measure() for measure in measures] for _ in range(ROUNDS)]
    return [min(times) for times in zip(*rounds, strict=True)]


def show(what: str, ours: float, theirs: float, limit: str) -> float:
    """Print a line with what was measured, the target (``"limit 1.3"`` or ``"least 10"``), and whether it is met."""
    ratio, (kind, number) = ours / theirs, limit.split()
    met = ratio <= float(number) if kind == "limit" else ratio >= float(number)
    print(f"\n{'met   ' if met else 'MISSED'} {what}: {ours * 1e6:.1f} us against {theirs * 1e6:.1f} us: ", end="")
    print(f"{ratio:.2f} times ({limit})")
    return ratio


@pytest.mark.parametrize("threads", [1, 8])
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_portal_job(backend: Any, threads: int) -> None:
    with anyq.start_portal(backend) as portal, start_blocking_portal(backend) as theirs:
        ours, other = best(
            lambda: in_threads(lambda: portal.call(nothing), threads),
            lambda: in_threads(lambda: theirs.call(nothing), threads),
        )
    assert show(f"{backend}, {threads} threads: a portal job, BlockingPortal", ours, other, "limit 1.0") <= 1.0


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_burst_of_jobs(backend: Any) -> None:
    with anyq.start_portal(backend) as portal:

        def burst() -> float:
            began = time.perf_counter()
            for future in [portal.submit(nothing) for _ in range(BURST)]:
                future.result()
            return (time.perf_counter() - began) / BURST

        single, many = best(lambda: repeat(lambda: portal.submit(nothing).result()), burst)
    assert show(f"{backend}: one by one, in a burst", single, many, "least 10") >= 10


@pytest.mark.parametrize("threads", [1, 8])
def test_a_call_of_the_embedded_q(threads: int) -> None:
    """Less the evaluation, which is measured on the owner's own thread."""
    with anyq.embedded.open_blocking() as q, ThreadPoolExecutor(1) as pool:
        q("f:{x}")
        message = anyq.as_q([anyq.symbol("f"), 1])

        def evaluate() -> float:
            took: float = q.core.submit(lambda interpreter: repeat(lambda: interpreter.value(message))).wait()
            return took

        ours, evaluation, other = best(
            lambda: in_threads(lambda: q(anyq.symbol("f"), 1), threads),
            evaluate,
            lambda: in_threads(lambda: pool.submit(nothing).result(), threads),
        )
    what = f"{threads} threads: a call of the embedded q less {evaluation * 1e6:.1f} us, ThreadPoolExecutor"
    assert show(what, ours - evaluation, other, "limit 1.3") <= 1.3


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    yield from peer(0)


def test_a_blocking_round_trip(port: int) -> None:
    """Against a loop that sends ready-made bytes and looks at nothing but the length of the reply."""
    request = bytes.fromhex("0101000010000000 0a0001000000") + b"1 "
    with socket.create_connection(("127.0.0.1", port)) as sock, anyq.sync.connect("127.0.0.1", port) as q:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.sendall(b":\6\0")
        sock.recv(1)

        def raw() -> None:
            sock.sendall(request)
            assert len(sock.recv(65536)) == 17

        ours, other = best(lambda: repeat(lambda: q("1 ")), lambda: repeat(raw))
    assert show("a blocking round trip, a raw socket", ours, other, "limit 1.25") <= 1.25


def test_a_blocking_round_trip_against_pykx(port: int) -> None:
    pykx = pytest.importorskip("pykx")
    with anyq.sync.connect("127.0.0.1", port) as q, pykx.SyncQConnection("127.0.0.1", port, no_ctx=True) as theirs:
        ours, other = best(lambda: repeat(lambda: q("1")), lambda: repeat(lambda: theirs("1")))
    assert show("a blocking round trip, PyKX's", ours, other, "limit 1.25") <= 1.25


def test_import_of_the_blocking_side_only() -> None:
    code = "import anyq, time; t=time.perf_counter(); anyq.sync.connect; print(time.perf_counter()-t)"
    took = min(float(subprocess.check_output([sys.executable, "-c", code])) for _ in range(3))
    print(f"\nfirst use of anyq.sync: {took * 1e3:.0f} ms more than import anyq")
