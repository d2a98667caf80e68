"""What anyq writes, KX's own serialiser reads, and writes in the same bytes.

Data only: without a licence, pykx makes char vectors of lambdas, and its library crashes on other functions.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

import anyq
from anyq import codec
from anyq.testing import strategies as q

pytestmark = pytest.mark.skipif(importlib.util.find_spec("pykx") is None, reason="pykx is not installed")

Again = Callable[[bytes], str]


@pytest.fixture(scope="module")
def again() -> Iterator[Again]:
    """A process of its own, because pykx loads a library that changes the process it is in."""
    command = [sys.executable, "-W", "ignore", str(Path(__file__).with_name("serializer.py"))]
    environment = {**os.environ, "PYKX_UNLICENSED": "true"}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        asked, answers = process.stdin, process.stdout
        while answers.readline().strip() != "ready":
            pass

        def ask(body: bytes) -> str:
            asked.write(body.hex() + "\n")
            asked.flush()
            return answers.readline().strip()

        yield ask
        process.kill()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(value=q.values(allow_functions=False))
def test_data(again: Again, value: anyq.Value) -> None:
    body = codec.encode(value)
    assert again(body) == body.hex()
