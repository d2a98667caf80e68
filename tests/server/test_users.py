from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import pytest

import anyq
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


@pytest.mark.parametrize("separator", ["\v", "\f", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029", "\r"])
def test_lines_end_at_line_feeds_alone(separator: str, tmp_path: Path) -> None:
    """A password with what Python takes for the end of a line made a login of its rest."""
    path = tmp_path / "users"
    path.write_bytes(f"ann:secret{separator}mallory:x\r\nbob:y\n".encode())
    users = read_users(path)
    assert not users.allows("mallory", "x")
    assert users.allows("ann", f"secret{separator}mallory:x")
    assert users.allows("bob", "y")
    assert set(users.secrets) == {"ann", "bob"}


def test_argon2(tmp_path: Path) -> None:
    argon2 = pytest.importorskip("argon2")
    hasher = argon2.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    path = tmp_path / "users"
    path.write_text(f"ann:{hasher.hash('secret')}\nbob:plain\n")
    users = read_users(path)
    assert users.slow
    for user, password, allowed in (
        ("ann", "secret", True), ("ann", "other", False), ("ann", None, False), ("bob", "plain", True),
        ("bob", "secret", False), ("nobody", "secret", False), ("ann", users.secrets["ann"], False),
    ):  # fmt: skip
        assert users.allows(user, password) is allowed, (user, password)
    path.write_text("ann:$argon2id$nonsense\n")
    with pytest.raises(ValueError, match=r"users:1: not an Argon2 hash"):
        read_users(path)


def test_argon2_without_its_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "argon2", None)
    path = tmp_path / "users"
    path.write_text("ann:$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHQ$aGFzaA\n")
    with pytest.raises(ValueError, match=r"anyq\[argon2\]"):
        read_users(path)


@pytest.mark.anyio
async def test_a_slow_check_delays_nobody(tmp_path: Path) -> None:
    argon2 = pytest.importorskip("argon2")
    path = tmp_path / "users"
    path.write_text(f"ann:{argon2.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash('secret')}\n")
    async with anyq.serve(port=0, users=path) as server:
        async with anyq.connect("127.0.0.1", server.port, username="ann", password="secret") as q:
            assert await q("1+1") == 2
        with pytest.raises(anyq.AuthenticationError):
            await anyq.connect("127.0.0.1", server.port, username="ann", password="wrong").__aenter__()
