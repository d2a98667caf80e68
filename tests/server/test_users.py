from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from anyq.server import read_users


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "users"
    sha1 = hashlib.sha1(b"salt and vinegar").hexdigest()
    md5 = hashlib.md5(b"chips").hexdigest().upper()
    path.write_text(f"ann:pa:ss:word\nbob:{md5}\ncat:{sha1}\nnone:\n\n")
    return path


@pytest.mark.parametrize(
    ("user", "password", "allowed"),
    [
        ("ann", "pa:ss:word", True),
        ("ann", "pa", False),
        ("ann", None, False),
        ("bob", "chips", True),
        ("bob", hashlib.md5(b"chips").hexdigest(), False),
        ("cat", "salt and vinegar", True),
        ("cat", "salt", False),
        ("none", "", True),
        ("none", None, True),
        ("nobody", "", False),
        ("nobody", "\0", False),
        ("", "", False),
    ],
)
def test_who_may_log_in(file: Path, user: str, password: str | None, allowed: bool) -> None:
    assert read_users(file).allows(user, password) is allowed


def test_the_repr_shows_no_secret(file: Path) -> None:
    assert "pa:ss" not in repr(read_users(file))
    assert "ann" in repr(read_users(file))


def test_a_bad_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "users"
    path.write_text("ann:x\nbob\n")
    with pytest.raises(ValueError, match=r"users:2: not of the form"):
        read_users(path)
