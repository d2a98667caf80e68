"""The password file of `-u` and `-U`: one `user:password` a line.

A password is plain text, or the MD5 or SHA-1 of it in hexadecimal (KX reference, basics/cmdline.md). Prefer a hash,
and prefer a secret that is long: both hashes are quick to try out for whoever gets the file.
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


@attrs.frozen
class Users:
    """Who may log in. The repr shows names only."""

    secrets: dict[str, str] = attrs.field(repr=lambda secrets: repr(sorted(secrets)))

    def allows(self, user: str, password: str | None) -> bool:
        """Whether the password is that user's; takes as long for an unknown user as for a wrong password."""
        known = self.secrets.get(user, NOBODY)
        plain, md5, sha1 = _digests((password or "").encode("utf-8", "surrogateescape"))
        lowered = known.lower()
        given = md5 if _MD5.fullmatch(lowered) else sha1 if _SHA1.fullmatch(lowered) else plain
        wanted = lowered if given is not plain else known
        return hmac.compare_digest(given, wanted.encode("utf-8", "surrogateescape")) and known is not NOBODY


def read_users(path: str | os.PathLike[str]) -> Users:
    """Read a password file.

    Raises `OSError` when it cannot be read, and `ValueError` naming the line that is no `user:password`.
    """
    secrets = {}
    for number, line in enumerate(Path(path).read_text("utf-8", "surrogateescape").splitlines(), 1):
        user, colon, password = line.partition(":")
        if not line.strip():
            continue
        if not colon:
            raise ValueError(f"{path}:{number}: not of the form user:password")
        secrets[user] = password
    return Users(secrets)
