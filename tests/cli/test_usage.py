"""Wrong command lines: the usage of the command, and what may have been meant."""

from __future__ import annotations

import socket

import pytest

from anyq.cli import main


@pytest.mark.parametrize(
    ("line", "usage", "told"),
    [
        ("conect x", "anyq", "did you mean connect?"),
        ("replya x", "anyq", "did you mean replay?"),
        ("connect --timig x:1", "anyq connect", "did you mean --timing?"),
        ("connect x:1 --formt csv", "anyq connect", "did you mean --format?"),
        ("connect x:1 --format cvs", "anyq connect", "did you mean csv?"),
        ("tap --recrd f 1 x:1", "anyq tap", "did you mean --record?"),
        ("replay f x:1 --sped 1", "anyq replay", "did you mean --speed?"),
        ("completion zhs", "anyq completion", "did you mean zsh"),
        ("mcp --rowz 1", "anyq mcp", "did you mean --rows?"),
        ("demo extra", "anyq demo", "unrecognized arguments: extra\n"),
        ("nothing like it", "anyq", "invalid choice"),
    ],
)
def test_usage(line: str, usage: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(line.split())
    err = capsys.readouterr().err
    assert caught.value.code == 2
    assert err.startswith(f"usage: {usage} [-h]")
    assert told in err
    assert "argument :" not in err


def test_a_port_that_is_taken_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["tap", str(port), "localhost:1"]) == 2
    assert f"cannot listen on 127.0.0.1:{port}: " in capsys.readouterr().err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_of_shells(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("shtab")
    assert main(["completion", shell]) == 0
    out = capsys.readouterr().out
    for word in ("connect", "timing", "replay"):
        assert word in out


def test_completion_without_its_library(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "shtab", None)
    assert main(["completion", "bash"]) == 5
    assert "anyq[cli]" in capsys.readouterr().err


def test_the_null_and_times(served: int, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["connect", f"localhost:{served}", "-e", "::", "--format", "json"]) == 0
    assert capsysbinary.readouterr().out == b"null\n"
    assert main(["connect", f"localhost:{served}", "-e", "::", "-e", "6*7", "--timing"]) == 0
    found = capsysbinary.readouterr()
    assert found.out == b"42\n"
    assert [line.split()[1] for line in found.err.splitlines()] == [b"ms", b"ms"]
