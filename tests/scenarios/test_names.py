"""Each scenario of a connection stands as a test named after it."""

from __future__ import annotations

import re
from pathlib import Path

SCENARIOS = range(1, 52)


def test_every_scenario_has_its_test() -> None:
    files = Path(__file__).parent.glob("test_*.py")
    named = {int(number) for file in files for number in re.findall(r"def test_(\d\d)_", file.read_text("utf-8"))}
    assert named >= set(SCENARIOS)
