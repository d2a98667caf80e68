"""Hooks: one that fails is logged and changes nothing; what stops a program goes on."""

from __future__ import annotations

import inspect
import logging

import pytest

from anyq.protocol._hooks import CallInfo, Hooks, RequestInfo, tell


@pytest.mark.parametrize("name", [name for name, _ in inspect.getmembers(Hooks, inspect.isfunction) if name[0] != "_"])
def test_the_hooks_of_the_base_class_do_nothing(name: str) -> None:
    method = getattr(Hooks(), name)
    assert method(*[None] * len(inspect.signature(method).parameters)) is None


@pytest.mark.parametrize("error", [ValueError("bad"), KeyboardInterrupt(), SystemExit(3)])
def test_errors_are_logged_and_exits_go_on(error: BaseException, caplog: pytest.LogCaptureFixture) -> None:
    def fail(news: object) -> None:
        raise error

    with caplog.at_level(logging.ERROR, "anyq"):
        if isinstance(error, Exception):
            tell(fail, 1)
            assert "a hook failed" in caplog.text
        else:
            with pytest.raises(type(error)):
                tell(fail, 1)


def test_infos_have_no_other_attributes() -> None:
    for made in (CallInfo("here", "1+1", 0.0, 9), RequestInfo(5, "me", True, 0.0)):
        made.data = "mine"
        with pytest.raises(AttributeError):
            made.other = 1  # type: ignore[union-attr]
    assert repr(CallInfo("here", "1+1", 0.0, 9)) == "<CallInfo '1+1' goes on>"
    assert repr(RequestInfo(5, "me", False, 0.0)) == "<RequestInfo handle 5 'me' async>"
