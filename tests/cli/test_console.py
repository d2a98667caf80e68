"""`anyq q` as a process: what it prints for what it reads, and how it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import anyio
import pytest

import anyq

COMMAND = [sys.executable, "-m", "anyq", "q"]


def session(lines: str | bytes, *options: str, cwd: Path | None = None) -> tuple[str, int]:
    """What the console prints for this input, standard error included, and its exit code."""
    data = lines.encode() if isinstance(lines, str) else lines
    done = subprocess.run(
        [*COMMAND, "-q", *options],
        input=data,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=cwd,
        timeout=60,
        check=False,
    )
    return done.stdout.decode(), done.returncode


@contextmanager
def running(*options: str) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([*COMMAND, "-q", *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


def ask(process: subprocess.Popen[bytes], line: str) -> str:
    """One line in, one line out."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(line.encode() + b"\n")
    process.stdin.flush()
    return process.stdout.readline().decode().rstrip("\n")


def test_a_session() -> None:
    typed = """1+1
x:5
x
til 5;
{x}
(1;2.5;`a)
f:{x+y}
f[1;2]
::
/ a comment
-1"written";
show 1 2
([]a:1 2;b:`x`y)
"""
    out, code = session(typed)
    assert out == "2\n5\n{x}\n1\n2.5\n`a\n3\nwritten\n1 2\na b\n---\n1 x\n2 y\n"
    assert code == 0


def test_errors_are_printed_and_the_session_goes_on() -> None:
    out, code = session("1+`a\nf:{x+`a}\nf 1\n'mine\n)\nnosuch\n7\n")
    assert out.startswith("'type\n  [0]  1+`a\n        ^\n'type\n  [1]  ")
    assert "'mine\n" in out
    assert "'nosuch\n" in out
    assert out.endswith("\n7\n")
    assert code == 0


def test_how_it_ends() -> None:
    assert session("\\\\\n1+1\n") == ("", 0)
    assert session("exit 3\n1+1\n") == ("", 3)
    assert session("1+1") == ("2\n", 0)
    assert session("") == ("", 0)
    assert session("1+1\r\n\r\n2+2\r\n") == ("2\n4\n", 0)
    assert session("\\\\ what follows is a remark\n1+1\n") == ("", 0)


def test_what_is_done_before_it_ends() -> None:
    for ending, code in (("\\\\\n", 0), ("", 0), ("exit 3\n", 3)):
        assert session(".z.exit:{0N!(`bye;x)}\n" + ending) == (f"(`bye;{code})\n", code)
    assert session(".z.exit:{exit x+1}\nexit 3\n") == ("", 4)
    text, code = session(".z.exit:{x+`a}\nexit 3\n")
    assert text.startswith("'type")
    assert code == 3


def test_the_handler_of_the_input() -> None:
    typed = """.z.pi:{">",.Q.s value x}
2+3
1+`a
\\x .z.pi
2+3
"""
    lines = session(typed)[0].splitlines()
    assert (lines[0], lines[1], lines[-1]) == (">5", "'type", "5")


def test_bytes_that_are_no_text() -> None:
    done = subprocess.run(
        [*COMMAND, "-q"], input=b'"a\xff"\ncount "\xc3\xa9"\n', capture_output=True, timeout=60, check=False
    )
    assert done.stdout.splitlines()[-1] == b"2"
    assert done.returncode == 0


def test_system_commands_and_options() -> None:
    assert session("\\c 10 40\ntil 100\n")[0] == "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15..\n"
    assert session("1%3\n\\P\n", "-P", "3")[0] == "0.333\n3i\n"
    assert session("\\c\n", "-c", "30", "100")[0] == "30 100i\n"


def test_k_mode() -> None:
    assert session("\\\n#1 2 3\n\\\ncount 1 2\n")[0] == "3\n2\n"


def test_the_shell_is_the_owners(tmp_path: Path) -> None:
    (tmp_path / "here").touch()
    assert session('system"ls"\n', cwd=tmp_path)[0] == '"here"\n'


def test_a_script_runs_first(tmp_path: Path) -> None:
    script = tmp_path / "s.q"
    script.write_text("a:1\nf:{x+\n  a}\n/\nnot this\n\\\n-1 string f 1;\n")
    assert session("f 2\n.z.x\n", str(script), "one", "two")[0] == '2\n3\n"one"\n"two"\n'
    asked = ["-procname", "rdb1", "a", "-P", "3", "--stack", "b=c"]
    assert session(".z.x\n", str(script), *asked)[0] == '2\n"-procname"\n"rdb1"\n,"a"\n"--stack"\n"b=c"\n'
    out, code = session("1\n", str(tmp_path / "none.q"))
    assert out.startswith("'")
    assert "none.q" in out
    assert out.endswith("1\n")
    assert code == 0


def test_each_line_is_flushed() -> None:
    with running() as process:
        assert ask(process, "1+1") == "2"
        assert ask(process, "2+2") == "4"


def test_ctrl_c_stops_the_line_and_nothing_else() -> None:
    with running() as process:
        assert ask(process, "x:42;x") == "42"
        assert ask(process, '-1"sleeping";system"sleep 30"') == "sleeping"
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.stdout is not None
        assert process.stdout.readline() == b"'stop\n"
        assert time.monotonic() - began < 10
        while (answer := ask(process, "x")) != "42":
            assert answer.startswith("  ")


async def asked(port: int, query: str, **options: str) -> anyq.Value:
    async with anyq.connect("127.0.0.1", port, **options) as q:  # type: ignore[arg-type]
        return await q(query)


def port_of(process: subprocess.Popen[bytes]) -> int:
    return int(ask(process, "\\p").removesuffix("i"))


def test_it_serves_on_after_the_end_of_its_input() -> None:
    with running("-p", "0W") as process:
        port = port_of(process)
        assert ask(process, "a:7;a") == "7"
        assert process.stdin is not None
        process.stdin.close()
        assert anyio.run(asked, port, "a+1") == 8
        with pytest.raises(anyq.QError, match="access"):
            anyio.run(asked, port, 'system"ls"')
        assert process.poll() is None
        process.terminate()
        assert process.wait(10) == 143


def test_the_port_is_opened_and_closed_while_it_runs() -> None:
    with running() as process:
        assert ask(process, "\\p") == "0i"
        assert ask(process, "\\p 0W\n1") == "1"
        port = port_of(process)
        assert anyio.run(asked, port, "1+1") == 2
        assert ask(process, "\\p 0\n\\p") == "0i"
        with pytest.raises(anyq.ConnectError):
            anyio.run(asked, port, "1+1")
        assert ask(process, "\\p nonsense").startswith("'nonsense")


def test_a_password_file(tmp_path: Path) -> None:
    users = tmp_path / "users"
    users.write_text("ann:secret\nbob:other\n")
    with running("-p", "0W", "-u", str(users)) as process:
        port = port_of(process)
        assert ask(process, ".z.pw:{[user;password]not user=`bob}\n1") == "1"

        async def logged_in() -> None:
            async with anyq.connect("127.0.0.1", port, username="ann", password="secret") as q:
                assert await q("1+1") == 2
            with pytest.raises(anyq.AuthenticationError):
                async with anyq.connect("127.0.0.1", port, username="ann", password="wrong"):
                    pass
            with pytest.raises(anyq.AuthenticationError):  # who is in the file is asked about, too
                async with anyq.connect("127.0.0.1", port, username="bob", password="other"):
                    pass

        anyio.run(logged_in)
    done = subprocess.run([*COMMAND, "-u", str(tmp_path / "no")], capture_output=True, check=False, timeout=60)
    assert done.returncode == 2
    assert b"-u: " in done.stderr


def test_an_open_door_is_warned_about() -> None:
    with subprocess.Popen(
        [*COMMAND, "-q", "-p", "0.0.0.0:0W"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert ask(process, "1") == "1"
        process.kill()
        assert process.stderr is not None
        assert b"may log in" in process.stderr.read()


def test_the_timer_runs_while_nothing_is_typed() -> None:
    with running() as process:
        assert ask(process, "n:0;.z.ts:{n::n+1}\n\\t 10\n1") == "1"
        began = time.monotonic()
        while int(ask(process, "n")) < 5:
            assert time.monotonic() - began < 10
            time.sleep(0.02)
        assert ask(process, "\\t 0\n\\t") == "0i"


def test_exit_in_the_timer_ends_a_console_that_waits_for_input() -> None:
    with running() as process:
        assert ask(process, ".z.ts:{exit 5}\n1") == "1"
        assert process.stdin is not None
        process.stdin.write(b"\\t 10\n")
        process.stdin.flush()
        assert process.wait(10) == 5


def test_exit_by_a_client_that_may_ends_the_process() -> None:
    with running("-p", "0W", "--allow-files") as process:
        with pytest.raises(anyq.Error):
            anyio.run(asked, port_of(process), "exit 5")
        assert process.wait(10) == 5


def test_an_interrupt_ends_a_shell_command_and_what_it_began() -> None:
    assert session('system"sleep 0; echo hi"\n') == ('"hi"\n', 0)
    with running() as process:
        assert ask(process, '-1"begun";system"sleep 30; echo"') == "begun"
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.stdout is not None
        assert process.stdout.readline() == b"'stop\n"
        assert time.monotonic() - began < 10


def test_the_banner_says_that_this_is_no_kdb() -> None:
    done = subprocess.run(COMMAND, input=b"\\\\\n", capture_output=True, timeout=60, check=False)
    assert b"not kdb+" in done.stdout
    assert os.linesep.encode() in done.stdout
