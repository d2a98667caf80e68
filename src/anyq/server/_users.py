"""The password file of `-u` and `-U`: one `user:password` a line.

A password is plain text, or the MD5 or SHA-1 of it in hexadecimal (KX reference, basics/cmdline.md), or, which is ours,
an Argon2 hash as ``argon2.PasswordHasher().hash(password)`` makes it (``$argon2id$v=19$...``). Prefer the last: whoever
gets the file tries out millions of MD5 or SHA-1 hashes in a second.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
from pathlib import Path

import attrs

__all__ = ["Users", "read_users"]

_MD5 = re.compile(r"[0-9a-f]{32}")
_SHA1 = re.compile(r"[0-9a-f]{40}")
NOBODY = "\0"


def _digests(password: bytes) -> tuple[bytes, ...]:
    """The forms in which a file may hold this password."""
    md5 = hashlib.md5(password, usedforsecurity=False).hexdigest()
    sha1 = hashlib.sha1(password, usedforsecurity=False).hexdigest()
    return password, md5.encode(), sha1.encode()


_ARGON2 = "$argon2"


def _argon2_allows(known: str, password: bytes) -> bool:
    import argon2

    try:
        return argon2.PasswordHasher().verify(known, password)
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False


@attrs.frozen
class Users:
    """Who may log in. The repr shows names only."""

    secrets: dict[str, str] = attrs.field(repr=lambda secrets: repr(sorted(secrets)))

    @property
    def slow(self) -> bool:
        """Whether a check takes so long (Argon2 means to) that it belongs in a thread."""
        return any(secret.startswith(_ARGON2) for secret in self.secrets.values())

    def allows(self, user: str, password: str | None) -> bool:
        """Whether the password is that user's; takes as long for an unknown user as for a wrong password."""
        known = self.secrets.get(user, NOBODY)
        given = (password or "").encode("utf-8", "surrogateescape")
        hashed = known if known.startswith(_ARGON2) else None
        if hashed is None and known is NOBODY:
            hashed = next((secret for secret in self.secrets.values() if secret.startswith(_ARGON2)), None)
        if hashed is not None:
            return _argon2_allows(hashed, given) and known is not NOBODY
        plain, md5, sha1 = _digests(given)
        lowered = known.lower()
        chosen = md5 if _MD5.fullmatch(lowered) else sha1 if _SHA1.fullmatch(lowered) else plain
        wanted = lowered if chosen is not plain else known
        return hmac.compare_digest(chosen, wanted.encode("utf-8", "surrogateescape")) and known is not NOBODY


def read_users(path: str | os.PathLike[str]) -> Users:
    """Read a password file. A line feed, with or without a carriage return before it, ends a line; nothing else does.

    Raises `OSError` when it cannot be read, and `ValueError` naming the line that is no `user:password`, or that needs
    the extra ``argon2``, which is not installed.
    """
    secrets = {}
    for number, line in enumerate(Path(path).read_bytes().decode("utf-8", "surrogateescape").split("\n"), 1):
        user, colon, password = line.removesuffix("\r").partition(":")
        if not line.strip():
            continue
        if not colon:
            raise ValueError(f"{path}:{number}: not of the form user:password")
        if password.startswith(_ARGON2):
            _need_argon2(f"{path}:{number}", password)
        secrets[user] = password
    return Users(secrets)


def _need_argon2(where: str, password: str) -> None:
    try:
        import argon2
    except ImportError:
        raise ValueError(f"{where}: Argon2 needs a library: pip install 'anyq[argon2]'") from None
    try:
        argon2.extract_parameters(password)
    except argon2.exceptions.InvalidHashError:
        raise ValueError(f"{where}: not an Argon2 hash") from None
