"""The host that allows nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from anyq.engine import Host
from anyq.errors import QError
from anyq.values import NULL

REFUSED: dict[str, Callable[[Host], object]] = {
    "write": lambda host: host.write(1, b""),
    "entropy": lambda host: host.entropy(1),
    "sleep": lambda host: host.sleep(0),
    "shell": lambda host: host.shell("true"),
    "setenv": lambda host: host.setenv("A", "b"),
    "exit": lambda host: host.exit(0),
    "listen": lambda host: host.listen("5000"),
    "set_timer": lambda host: host.set_timer(1),
    "read": lambda host: host.read("a"),
    "write_file": lambda host: host.write_file("a", b""),
    "append": lambda host: host.append("a", b""),
    "names": lambda host: host.names("a"),
    "size": lambda host: host.size("a"),
    "delete": lambda host: host.delete("a"),
    "change_folder": lambda host: host.change_folder("a"),
    "open": lambda host: host.open(":1", None),
    "close": lambda host: host.close(3),
    "call": lambda host: host.call(3, NULL),
    "post": lambda host: host.post(3, NULL),
    "internal": lambda host: host.internal(-38, NULL),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_q_s_own_error(name: str) -> None:
    with pytest.raises(QError, match=r"access|nosocket|nyi"):
        REFUSED[name](Host())


def test_what_needs_no_permission() -> None:
    host = Host()
    host.set_timer(0)
    host.alarm(1.0, lambda: None)()
    assert (host.now(), host.local_now(), host.elapsed(), host.port()) == (0, 0, 0, 0)
    assert (host.getenv("A"), host.kind("a"), host.facts()) == ("", "", {})
