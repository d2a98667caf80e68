"""The command, over processes that are killed."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import anyio
import pytest

import anyq
from anyq.cli import main
from anyq.errors import QError

pytestmark = pytest.mark.anyio
TABLE = "t:([]a:til 100)"


@contextmanager
def process(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process, and its first line of output."""
    command = [sys.executable, "-m", "anyq", *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as made:
        assert made.stdin is not None
        assert made.stdout is not None
        try:
            if arguments[0] == "q":
                made.stdin.write(f"{TABLE}\n\\p\n")
                made.stdin.flush()
            yield made, made.stdout.readline().strip()
        finally:
            made.kill()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_kill_of_a_process_under_load_loses_no_answer_in_silence() -> None:
    """Selects are all answered; other queries are answered, or fail with an error that names the process."""
    with ExitStack() as stack:
        workers = [stack.enter_context(process("q", "-q", "-p", "0W")) for _ in range(2)]
        servers = [f"--server=hdb=localhost:{line.removesuffix('i')}" for _, line in workers]
        made, line = stack.enter_context(process("gateway", "0", *servers, "--log-level", "off"))
        port = int(line.rpartition(":")[2])
        right = 0
        errors: list[tuple[str, str]] = []
        killed = anyio.Event()

        async def client(query: str, wanted: object) -> None:
            nonlocal right
            async with anyq.connect("localhost", port, max_in_flight=8) as q:
                for number in range(60):
                    handles = [q.submit(query) for _ in range(4)]
                    if number == 20:
                        killed.set()
                    for handle in handles:
                        try:
                            assert (await handle).py() == wanted
                            right += 1
                        except QError as error:
                            errors.append((query, str(error)))

        with anyio.fail_after(60):
            async with anyio.create_task_group() as tasks:
                for _ in range(4):
                    tasks.start_soon(client, "exec sum a from t", 4950)
                    tasks.start_soon(client, '.gw.syncexecj["sum til 100";`hdb;first]', 4950)
                await killed.wait()
                workers[0][0].kill()
        assert right + len(errors) == 8 * 60 * 4
        assert all(query[0] == "." and "was lost while it had the query" in text for query, text in errors)
        assert len(errors) < 10  # one that it had, a few that were on their way
        made.send_signal(signal.SIGTERM)
        assert made.wait(10) == 128 + signal.SIGTERM


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["0"], "--server"),
        (["0", "--server", "hdb"], "ROLE=HOST:PORT"),
        (["0", "--server", "=localhost:1"], "ROLE=HOST:PORT"),
        (["0", "--server", "hdb=localhost:1", "--depth", "0"], "depth"),
        (["0", "--server", "hdb=localhost:1", "-u", "/nowhere"], "/nowhere"),
    ],
)
def test_options_that_do_not_fit(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        sys.exit(main(["gateway", *arguments]))
    assert end.value.code == 2
    assert said in capsys.readouterr().err


def test_a_port_in_use(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["gateway", str(port), "--server", "hdb=localhost:1"]) == 1
    assert "anyq gateway: " in capsys.readouterr().err
