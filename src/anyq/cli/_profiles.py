"""Profiles of `anyq connect`: servers by a name, in a TOML file of the user.

[prod]
address = "kdb.example.com:5010"
user = "ann"
password_command = "pass show kdb/prod"    # its first line; or keyring = true; never a password itself
tls = true
timeout = 30
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any, Final

import attrs

__all__ = ["Profile", "ProfileError", "profile_of", "profiles_file"]

_SERVICE: Final = "anyq"
_KINDS: Final[dict[str, tuple[type, ...]]] = {
    "address": (str,),
    "user": (str,),
    "password_command": (str,),
    "keyring": (bool,),
    "tls": (bool,),
    "timeout": (int, float),
    "connect_timeout": (int, float),
    "ca_file": (str,),
    "cert_file": (str,),
    "key_file": (str,),
}


class ProfileError(ValueError):
    """A profile that cannot be used; the text names the file, the profile and what is wrong."""


@attrs.frozen(kw_only=True)
class Profile:
    """One server."""

    name: str
    address: str
    user: str = ""
    password_command: str = attrs.field(default="", repr=False)
    keyring: bool = False
    tls: bool = False
    timeout: float | None = None
    connect_timeout: float | None = None
    ca_file: str | None = None
    cert_file: str | None = None
    key_file: str | None = None

    def password(self) -> str | None:
        """The password, by the command or the keyring of the profile; ``None`` if it names neither.

        `ProfileError` if there is none to be had that way. The command runs without a shell.
        """
        if self.password_command:
            return self._from_command()
        if not self.keyring:
            return None
        try:
            import keyring
        except ModuleNotFoundError:
            raise ProfileError(f"profile {self.name}: keyring = true needs: pip install keyring") from None
        found: str | None = keyring.get_password(_SERVICE, f"{self.user}@{self.address}")
        if found is None:
            raise ProfileError(
                f"profile {self.name}: the keyring has no password; put it there with: "
                f"keyring set {_SERVICE} {self.user}@{self.address}"
            )
        return found

    def _from_command(self) -> str:
        try:
            done = subprocess.run(
                shlex.split(self.password_command), stdout=subprocess.PIPE, text=True, timeout=60, check=False
            )
        except (OSError, ValueError, subprocess.TimeoutExpired) as error:
            raise ProfileError(f"profile {self.name}: password_command cannot be run: {error}") from None
        first = done.stdout.partition("\n")[0]
        if done.returncode or not first:
            raise ProfileError(f"profile {self.name}: password_command ended with {done.returncode} and no password")
        return first


def profiles_file() -> Path:
    """Where profiles are: ``anyq/profiles.toml`` in the user's folder of configuration."""
    if sys.platform == "win32":
        folder = Path(os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming")
    else:
        folder = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return folder / "anyq" / "profiles.toml"


def profile_of(server: str) -> Profile | None:
    """The profile of that name; ``None`` for what is an address.

    `ProfileError` for a name without a profile, and for a file or a profile that is wrong.
    """
    if ":" in server or server.isdigit():
        return None
    path = profiles_file()
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise ProfileError(f"{server!r} is neither HOST:PORT nor a profile: there is no file {path}") from None
    except (OSError, ValueError) as error:
        raise ProfileError(f"{path}: {error}") from None
    if server not in found:
        names = ", ".join(found) or "none"
        raise ProfileError(f"{server!r} is neither HOST:PORT nor a profile; {path} has: {names}")
    return _checked(path, server, found[server])


def _checked(path: Path, name: str, given: Any) -> Profile:
    where = f"{path}, profile {name}"
    if not isinstance(given, dict) or "address" not in given:
        raise ProfileError(f'{where}: it needs address = "HOST:PORT"')
    if "password" in given:
        raise ProfileError(f"{where}: a password does not belong in a file; use password_command or keyring = true")
    for key, value in given.items():
        if key not in _KINDS:
            raise ProfileError(f"{where}: {key} is not known; there are {', '.join(_KINDS)}")
        if type(value) not in _KINDS[key]:
            raise ProfileError(f"{where}: {key} is {value!r}, and has to be {_KINDS[key][-1].__name__}")
    return Profile(name=name, **given)
