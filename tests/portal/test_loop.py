"""Which event loop runs in a thread, and how other threads reach it."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest

from anyq.portal import running_loop


def test_trio_half_imported_by_another_thread_is_no_loop_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "trio", ModuleType("trio"))
    assert running_loop() is None
