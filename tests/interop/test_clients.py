"""Clients that others wrote, talking to `anyq q -p`.

Each client runs in a process of its own (one of them changes the interpreter that it is imported into). What goes
through ``{x}`` has to come back as the very same bytes, where the client lets us give it bytes.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from anyq import codec

from .samples import SAMPLES, UNKNOWN

HERE = Path(__file__).parent


def ask(client: str, port: int, samples: list[str]) -> dict[str, Any]:
    """What the client got: the plain answers, and what came back through ``{x}``."""
    if importlib.util.find_spec(client) is None:
        pytest.skip(f"{client} is not installed: nox -s interop installs it")
    done = subprocess.run(
        [sys.executable, str(HERE / "clients.py"), client, str(port)],
        input=json.dumps(samples),
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "PYKX_UNLICENSED": "true"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


@pytest.mark.parametrize("client", ["pykx", "aiokdb", "kola"])
def test_first_questions(client: str, served: int) -> None:
    answer = ask(client, served, [])
    assert answer["1+1"] == 2
    assert answer["til 10"] == list(range(10))


@pytest.mark.parametrize("client", ["pykx", "aiokdb"])
def test_every_type_comes_back_byte_for_byte(client: str, served: int) -> None:
    sent = {name: bytes(codec.encode(value)).hex() for name, value in SAMPLES.items()}
    answer = dict(zip(sent, ask(client, served, list(sent.values()))["echo"], strict=True))
    assert {name for name, back in answer.items() if not back} == UNKNOWN[client]
    assert {name: back for name, back in answer.items() if back and back != sent[name]} == {}


def test_kola_values_come_back(served: int) -> None:
    answer = ask("kola", served, [])
    assert answer["echo"]
    for name, (there, back) in answer["echo"].items():
        assert back == there, name
