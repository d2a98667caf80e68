"""`anyq q` as a service: exit status, standard error, logs, bounds, metrics, and its end."""

from __future__ import annotations

import argparse
import inspect
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import attrs
import pytest

import anyq
from anyq.cli._serve_options import LIMITS, add_serve_options, limits_of, serve_options
from anyq.server import Limits

COMMAND = [sys.executable, "-m", "anyq", "q", "-q"]


def ended(
    *options: str, text: str = "", folder: Path | None = None, **variables: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *options], input=text, capture_output=True, text=True, timeout=60, cwd=folder, check=False,
        env={**os.environ, **variables},
    )  # fmt: skip


@contextmanager
def serving(*options: str, folder: Path | None = None) -> Iterator[tuple[subprocess.Popen[str], int]]:
    with subprocess.Popen(
        [*COMMAND, "-p", "0W", *options],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=folder,
    ) as process:  # fmt: skip
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write("\\p\n")
            process.stdin.flush()
            yield process, int(process.stdout.readline().strip().removesuffix("i"))
        finally:
            process.kill()


def test_every_option_of_serve_and_every_limit_is_there() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("-T", dest="query_timeout", type=int)
    add_serve_options(parser)
    arguments = parser.parse_args([])
    given = {
        *serve_options(arguments),
        "limits",
        "users",
        "host",
        "port",
        "unix",
        "tls",
        "plain",
        "q",
        "metrics",
        "hooks",
        "listen",
    }
    handlers = {"on_sync", "on_async", "authenticate", "on_open", "on_close", "on_timer", "timer"}
    assert given == set(inspect.signature(anyq.serve).parameters) - handlers
    assert set(LIMITS) == {field.name for field in attrs.fields(Limits)}
    assert limits_of(arguments) == {}
    arguments = parser.parse_args(["--per-address", "3", "--idle-time", "off", "--login-time", "2.5"])
    assert limits_of(arguments) == {"per_address": 3, "idle_time": None, "login_time": 2.5}
    for wrong in ("0", "-1", "x"):
        with pytest.raises(SystemExit):
            parser.parse_args(["--requests", wrong])


def test_what_keeps_it_from_serving() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for options in (["-p", port], ["-p", "99999"], ["-p", "0W", "-E", "2"], ["-p", "0W", "--metrics", port]):
            done = ended(*options, KX_SSL_CERT_FILE="", SSL_CERT_FILE="")
            assert (done.returncode, done.stdout) == (1, ""), options
            assert done.stderr.strip().splitlines()[-1].startswith("anyq q: '"), options
    assert ended("-u", "no such file").returncode == 2
    assert ended("--data", "no such folder").returncode == 2


def test_strict_ends_it_at_an_error_of_the_script(tmp_path: Path) -> None:
    (tmp_path / "bad.q").write_text('a:1\nb:2+`x\n-1"not reached";\n')
    done = ended("--strict", "bad.q", text="a\n", folder=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "bad.q:2" in done.stderr
    done = ended("bad.q", text="a\n", folder=tmp_path)
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1] == "1"


def test_it_logs_port_logins_and_refusals(tmp_path: Path) -> None:
    (tmp_path / "users").write_text("ann:secret\n")
    (tmp_path / "kept").mkdir()
    with serving("-u", "users", "--data", "kept", folder=tmp_path) as (process, port):
        with anyq.sync.connect("127.0.0.1", port, username="ann", password="secret") as q:
            with pytest.raises(anyq.QError, match="access"):
                q("hopen 5000")
            assert q("`:x set 5; get`:x") == 5
        with pytest.raises(anyq.AuthenticationError):
            anyq.sync.connect("127.0.0.1", port, username="eve", password="x")
        process.terminate()
        _, errors = process.communicate(timeout=20)
    assert f"serving on 127.0.0.1:{port}" in errors
    assert "'ann' logged in from 127.0.0.1" in errors
    assert "the login of 'eve' is refused" in errors
    assert "--outbound ADDRESS" in errors
    assert (tmp_path / "kept" / "x").exists()


@pytest.mark.parametrize(("grace", "answer"), [("20", True), ("0", False)])
def test_termination_lets_queries_end_within_the_grace(grace: str, answer: bool) -> None:
    with serving("--grace", grace) as (process, port), anyq.sync.connect("127.0.0.1", port) as q:
        slow = q.submit('-1"begun"; system"sleep 1"; 42')
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        process.terminate()
        if answer:
            assert slow.result() == 42
        else:
            with pytest.raises((anyq.ConnectionLost, anyq.QError)):
                slow.result()
        assert process.wait(20) == 128 + signal.SIGTERM
        with pytest.raises(anyq.ConnectError):
            anyq.sync.connect("127.0.0.1", port)


def test_nobody_reads_standard_error() -> None:
    """More log lines than a pipe holds: clients do not wait for their reader."""
    with serving("--log-level", "debug") as (process, port), anyq.sync.connect("127.0.0.1", port) as q:
        for _ in range(2000):
            with pytest.raises(anyq.QError):
                q("f:{x+`a}; f 1")
        assert q("1+1") == 2
        process.terminate()
        assert process.wait(20) == 128 + signal.SIGTERM


def test_nobody_reads_standard_output() -> None:
    with serving("-T", "1") as (process, port), anyq.sync.connect("127.0.0.1", port) as q:
        with pytest.raises(anyq.QError, match="stop"):
            q('do[1000000;-1"a line of output"]')
        assert q("1+1") == 2
        process.terminate()
        assert process.wait(20) == 128 + signal.SIGTERM


def test_the_working_folder_is_not_imported_from(tmp_path: Path) -> None:
    assert ended("--data", ".", folder=tmp_path).returncode == 2  # `python -m` imports from there when it starts
    with serving("--allow-files", "--allow-shell", folder=tmp_path) as (process, port):
        for name in ("getpass", "json", "decimal", "subprocess", "_strptime", "anyq", "hashlib"):
            (tmp_path / f"{name}.py").write_text("raise SystemExit(77)\n")
        with anyq.sync.connect("127.0.0.1", port) as q:
            for query in (".z.u", '.j.k"[1]"', ".j.j 1", 'system"echo 1"', 'md5"ab"', "hopen`:x", '"D"$"2020.01.01"'):
                q(query)
            assert q("1+1") == 2
        assert process.poll() is None


def test_metrics() -> None:
    pytest.importorskip("prometheus_client")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with serving("--metrics", str(port)) as (process, q_port), anyq.sync.connect("127.0.0.1", q_port) as q:
        q("1+1")
        with pytest.raises(anyq.QError):
            q("hopen 1")
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as page:
            assert page.headers["Content-Type"].startswith("application/openmetrics-text")
            lines = page.read().decode().splitlines()
        for line in ("up 1.0", "ready 1.0", "clients 1.0", "sync_messages_total 2.0", "denied_total 1.0"):
            assert f"anyq_{line}" in lines
        assert lines[-1] == "# EOF"
        for path in ("livez", "readyz"):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}", timeout=10) as page:
                assert page.status == 200
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/nothing", timeout=10)
        q("1+1")
        process.stdin.write("\\p 0\n\\p 0W\n\\p\n")  # type: ignore[union-attr]
        process.stdin.flush()  # type: ignore[union-attr]
        assert process.stdout is not None
        moved = int(process.stdout.readline().strip().removesuffix("i"))
        with (
            anyq.sync.connect("127.0.0.1", moved) as other,
            urllib.request.urlopen(f"http://127.0.0.1:{port}/") as page,
        ):
            assert other("1") == 1
            assert "anyq_ready 1.0" in page.read().decode()


EXAMPLES = Path(__file__).parents[2] / "examples" / "service"


def of_unit() -> list[str]:
    text = (EXAMPLES / "anyq.service").read_text().replace("\\\n", " ")
    return next(line for line in text.splitlines() if line.startswith("ExecStart=")).split()[2:]


def of_container() -> list[str]:
    text = (EXAMPLES / "Containerfile").read_text().replace("\\\n", " ")
    words: list[str] = json.loads(next(line for line in text.splitlines() if line.startswith("ENTRYPOINT"))[11:])
    return words[2:]


@pytest.mark.parametrize("words", [of_unit(), of_container()], ids=["systemd", "container"])
def test_the_examples_of_services(words: list[str], tmp_path: Path) -> None:
    """Their commands, with folders and ports of this test, serve, are measured, and end in time."""
    pytest.importorskip("prometheus_client")
    (tmp_path / "data").mkdir()
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "start.q").write_text("answer:42\n")
    (tmp_path / "etc" / "users").write_text("ann:secret\n")
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as two:
        port, metrics = one.getsockname()[1], two.getsockname()[1]
    places = {
        "/etc/anyq/": f"{tmp_path}/etc/", "/var/lib/anyq/data": f"{tmp_path}/data", "/data": f"{tmp_path}/data",
    }  # fmt: skip
    given = []
    for word in words[1:] if words[0] == "q" else words:
        found = next((old for old in places if word.startswith(old)), None)
        word = word.replace(found, places[found], 1) if found else word
        given.append({"5050": f"127.0.0.1:{port}", "9100": f"127.0.0.1:{metrics}"}.get(word.rpartition(":")[2], word))
    command = [sys.executable, "-m", "anyq", "q", *given]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd=tmp_path
    ) as process:
        try:
            assert process.stderr is not None
            while "serving on" not in (line := process.stderr.readline()):
                assert line, "it ended"
            with anyq.sync.connect("127.0.0.1", port, username="ann", password="secret") as q:
                assert q("`:x set answer; get`:x") == 42
            with urllib.request.urlopen(f"http://127.0.0.1:{metrics}/readyz", timeout=10) as page:
                assert page.status == 200
            process.terminate()
            assert process.wait(20) == 128 + signal.SIGTERM
        finally:
            process.kill()


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    unit = tmp_path / "anyq.service"
    unit.write_text((EXAMPLES / "anyq.service").read_text().replace("/opt/anyq/bin/anyq", "/bin/true"))
    done = subprocess.run(
        ["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False, timeout=60
    )
    assert "anyq.service" not in done.stderr
