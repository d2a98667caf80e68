"""How much `import anyq` adds to what it stands on."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

ROUNDS = 15
LIMIT = 0.120


def seconds(statement: str) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", statement], check=True)
    return time.perf_counter() - began


def test_import_time() -> None:
    """The median of what is added, the two measured in turn so that a busy moment hits both."""
    added = []
    for _ in range(ROUNDS):
        base = seconds("import numpy, anyio")
        added.append(seconds("import anyq") - base)
    median = statistics.median(added)
    print(f"\nimport anyq: {median * 1e3:.0f} ms more than import numpy, anyio (limit {LIMIT * 1e3:.0f} ms)")
    assert median < LIMIT
