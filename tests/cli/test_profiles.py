"""Profiles: where they come from, what is wrong with them, and what the command line says above them."""

from __future__ import annotations

import ssl
import sys
from pathlib import Path
from types import ModuleType

import pytest
import trustme

import anyq.sync
from anyq.cli import main
from anyq.cli._profiles import Profile, ProfileError, profile_of, profiles_file


@pytest.fixture
def profiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file, which is not there yet."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("ANYQ_PASSWORD", raising=False)
    path = profiles_file()
    assert path.is_relative_to(tmp_path)
    path.parent.mkdir()
    return path


@pytest.mark.parametrize("address", ["host:5050", ":5050", "5050", "unix:///tmp/kx", "tcps://h:1"])
def test_addresses_are_no_profiles(profiles: Path, address: str) -> None:
    assert profile_of(address) is None


def test_all_fields(profiles: Path) -> None:
    profiles.write_text(
        '[prod]\naddress="h:1"\nuser="ann"\nkeyring=true\ntls=true\ntimeout=3\nconnect_timeout=1.5\n'
        'password_command="secret-tool"\n'
    )
    found = profile_of("prod")
    assert found == Profile(
        name="prod", address="h:1", user="ann", keyring=True, tls=True, timeout=3, connect_timeout=1.5,
        password_command="secret-tool",
    )  # fmt: skip
    assert "secret-tool" not in repr(found)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (None, "there is no file"),
        ("[other]\naddress='h:1'", "has: other"),
        ("", "has: none"),
        ("[prod", "profiles.toml: "),
        ("prod='h:1'", "needs address"),
        ("[prod]\nuser='x'", "needs address"),
        ("[prod]\naddress='h:1'\npassword='x'", "does not belong in a file"),
        ("[prod]\naddress='h:1'\nport=1", "port is not known"),
        ("[prod]\naddress=5050", "address is 5050, and has to be str"),
        ("[prod]\naddress='h:1'\ntls='yes'", "tls is 'yes', and has to be bool"),
        ("[prod]\naddress='h:1'\ntimeout=true", "timeout is True"),
    ],
)
def test_what_is_wrong_is_named(
    profiles: Path, text: str | None, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if text is not None:
        profiles.write_text(text)
    assert main(["connect", "prod", "-e", "1"]) == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("print('s3cret'); print('more')", "s3cret"),
        ("raise SystemExit(3)", "ended with 3"),
        ("pass", "no password"),
    ],
)
def test_a_password_by_a_command(command: str, told: str) -> None:
    made = Profile(name="p", address="h:1", password_command=f'"{sys.executable}" -c "{command}"')
    if told == "s3cret":
        assert made.password() == told
    else:
        with pytest.raises(ProfileError, match=told):
            made.password()


def test_a_command_that_cannot_be_run() -> None:
    for command in ("/no/such/program", '"'):
        with pytest.raises(ProfileError, match="cannot be run"):
            Profile(name="p", address="h:1", password_command=command).password()


def test_a_password_of_the_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Profile(name="p", address="h:1", user="ann", keyring=True)
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(ProfileError, match="pip install keyring"):
        made.password()
    fake = ModuleType("keyring")
    kept = {("anyq", "ann@h:1"): "s3cret"}
    fake.__dict__["get_password"] = lambda service, user: kept.get((service, user))
    monkeypatch.setitem(sys.modules, "keyring", fake)
    assert made.password() == "s3cret"
    kept.clear()
    with pytest.raises(ProfileError, match="keyring set anyq ann@h:1"):
        made.password()
    assert Profile(name="p", address="h:1").password() is None


def test_tls_with_an_authority_of_ones_own(
    profiles: Path, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    with anyq.sync.serve(port=0, tls=context) as server:
        where = f"localhost:{server.port}"
        profiles.write_text(f'[prod]\naddress="{where}"\ntls=true\nca_file="{path}"\n')
        assert main(["connect", where, "--tls", "-e", "1"]) == 3
        assert main(["connect", where, "--tls", "--ca-file", str(path), "-e", "1"]) == 0
        assert main(["connect", "prod", "-e", "2"]) == 0
    assert capsysbinary.readouterr().out == b"1\n2\n"


def test_it_connects(profiles: Path, served: int, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    command = f"'{sys.executable}' -c 'print(1)'"
    profiles.write_text(f'[prod]\naddress="localhost:{served}"\nuser="ann"\npassword_command="""{command}"""\n')
    assert main(["connect", "prod", "-e", ".z.u"]) == 0
    assert capsysbinary.readouterr().out == b"`ann\n"
    assert main(["connect", "prod", "--user", "bob", "-e", ".z.u"]) == 0
    assert capsysbinary.readouterr().out == b"`bob\n"
