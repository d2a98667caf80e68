"""node-q, the client of JavaScript programs, if it is installed where ``NODE_PATH`` says."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest


def test_node_q(served: int) -> None:
    node = shutil.which("node")
    found = [Path(folder) / "node-q" for folder in os.environ.get("NODE_PATH", "").split(os.pathsep) if folder]
    if node is None or not any(folder.exists() for folder in found):
        pytest.skip("node-q is not installed: npm install node-q, and set NODE_PATH to its node_modules")
    script = Path(__file__).with_name("node_client.js")
    done = subprocess.run([node, str(script), str(served)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    got = json.loads(done.stdout)
    assert got.pop("date").startswith("2024-02-29")
    assert got.pop("pushed")[-1] == [1, 2]
    assert got == {
        "1+1": 2,
        "til 10": list(range(10)),
        "sum": 42,
        "error": "'type",
        "symbols": ["a", "b", "c"],
        "string": "some text",
        "table": [{"sym": "a", "price": 1.5}, {"sym": "b", "price": 2.5}],
        "dict": {"a": 1, "b": 2},
        "null": None,
        "mixed": [1, "a", "text", True],
        "user": "ann",
        "async": 7,
        "after": 4,
    }
