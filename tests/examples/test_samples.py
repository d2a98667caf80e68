"""Where each code sample of PyKX's pages on connections, servers and threads is done here.

A sample is named by its page and by its first line, or what is told about it there. Its place is an example, which
`test_examples` and its neighbours run, a section of the README or the guide, whose programs `tests/guide` runs, or a
test.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

SAMPLES: dict[tuple[str, str], list[str]] = {
    # Asynchronous querying
    ("async_querying", "q -p 5050, q -p 5051"): ["README.md#start", "src/anyq/guide/commands.py#commands"],
    ("async_querying", "python async_query.py"): ["examples/async_querying.py"],
    ("async_querying", "ConnectionManager"): ["examples/connection_manager.py"],
    # Communicate via IPC
    ("ipc", "server = subprocess.Popen(('python', 'server.py'))"): ["src/anyq/guide/testing.py#testing-your-program"],
    ("ipc", "server.stdin.close(); server.kill()"): ["src/anyq/guide/testing.py#testing-your-program"],
    ("ipc", "conn = kx.SyncQConnection('localhost', 5050)"): [
        "README.md#start",
        "tests/sync/test_core.py::test_use_after_close",
    ],
    ("ipc", "conn = await kx.AsyncQConnection('localhost', 5050)"): [
        "README.md#start",
        "tests/scenarios/test_basics.py::test_opening_into_a_task_group_of_ones_own",
    ],
    ("ipc", "with kx.SyncQConnection('localhost', 5050) as conn"): ["README.md#start"],
    ("ipc", "async with kx.AsyncQConnection('localhost', 5050) as conn"): ["README.md#start"],
    ("ipc", "kx.SyncQConnection(username='user', password='pass')"): [
        "examples/first_calls.py",
        "src/anyq/guide/serving.py#serving",
    ],
    ("ipc", "kx.SyncQConnection('localhost', 5050, tls=True)"): [
        "examples/tls.py",
        "tests/sync/test_dial.py::test_tls",
    ],
    ("ipc", "kx.SecureQConnection('localhost', 5050)"): [
        "examples/tls.py",
        "tests/scenarios/test_sockets.py::test_47_certificates_are_checked",
    ],
    ("ipc", "print(conn('1+1').py())"): ["examples/first_calls.py"],
    ("ipc", "conn('select from tab where x=`a, x1>0.9995').pd()"): ["examples/first_calls.py"],
    ("ipc", "conn('{x+y+z}', 1, 2, 3)"): ["examples/first_calls.py", "src/anyq/guide/asking.py#asking"],
    ("ipc", "conn('.test.addition:{x+y}')"): ["examples/first_calls.py", "src/anyq/guide/asking.py#asking"],
    ("ipc", "conn.test.addition(4, 2)"): ["examples/first_calls.py", "src/anyq/guide/asking.py#asking"],
    ("ipc", "conn.test.namespace.subtraction(4, 2)"): ["examples/first_calls.py"],
    ("ipc", "conn.test.unavailable(4, 2)"): [
        "examples/first_calls.py",
        "tests/scenarios/test_basics.py::test_06_a_name_that_the_server_lacks",
    ],
    ("ipc", "session = kx.remote.session(host='localhost', port=5050)"): [
        "examples/remote_functions.py",
        "src/anyq/guide/remote.py",
    ],
    ("ipc", "def zero_arg_function()"): ["examples/remote_functions.py"],
    ("ipc", "def single_arg_function(x)"): ["examples/remote_functions.py"],
    ("ipc", "def multi_arg_function(x, y)"): ["examples/remote_functions.py"],
    ("ipc", "kx.SyncQConnection(port=5050, reconnection_attempts=5)"): [
        "examples/reconnect.py",
        "tests/sync/test_driver.py::test_reconnecting",
        "tests/scenarios/test_failure.py::test_33_a_server_restarts_while_the_connection_is_idle",
    ],
    ("ipc", "reconnection_delay=1, reconnection_function=lambda x:x"): [
        "tests/sync/test_driver.py::test_reconnecting",
        "tests/scenarios/test_failure.py::test_34_a_constant_delay",
    ],
    ("ipc", "with open('file.q', 'w') as file"): ["examples/execute_file.py"],
    ("ipc", "q.file_execute('file.q'), blocking"): ["tests/sync/test_connection.py::test_names_and_files"],
    ("ipc", "q.file_execute('file.q'), async"): ["examples/execute_file.py"],
    ("ipc", "q('1+1', wait=False)"): [
        "examples/first_calls.py",
        "src/anyq/guide/asking.py#asking",
        "tests/scenarios/test_basics.py::test_04_wait_false_posts_and_keeps_the_order",
    ],
    ("ipc", "fut = q('til 10'); await fut, event_loop="): [
        "examples/first_calls.py",
        "src/anyq/guide/asking.py#asking",
    ],
    ("ipc", "fut = q('query', wait=False, reuse=False)"): [
        "examples/deferred.py",
        "tests/scenarios/test_deferred.py::test_29_a_deferred_answer_has_a_connection_of_its_own",
        "tests/scenarios/test_deferred.py::test_31_the_answer_is_an_async_message",
    ],
    ("ipc", "kx.q.z.pg = qval_sync; kx.q.z.ps = qval_async"): [
        "examples/server.py",
        "src/anyq/guide/serving.py#serving",
    ],
    ("ipc", "kx.RawQConnection(as_server=True, conn_gc_time=20.0); q.poll_recv()"): [
        "examples/raw_server.py",
        "tests/client/test_raw.py::test_it_serves",
    ],
    # PyKX as q server
    ("server", "python server.py"): ["examples/server.py"],
    ("server", "python server_async.py"): ["examples/server_async.py"],
    ("server", "def validate(user, password)"): ["examples/server.py", "src/anyq/guide/serving.py#serving"],
    ("server", "kx.q.z.pw = kx.q('{[user; password] ...}')"): [
        "tests/embedded/test_serve.py::test_handlers_of_q",
    ],
    ("server", "def qval(query)"): ["examples/server.py"],
    ("server", "kx.q.z.pg = kx.q('{[x] show x; show y: value x; y}')"): ["examples/server_async.py"],
    ("server", "kx.q.z.ps"): ["examples/server.py", "examples/server_async.py"],
    ("server", "conn_gc_time=10.0"): ["tests/client/test_raw.py::test_clients_that_have_gone_are_cleaned_up"],
    ("server", "reval"): ["tests/embedded/test_access.py::test_a_read_only_server_changes_nothing"],
    # Multi-threaded execution
    ("threading", "os.environ['PYKX_THREADING'] = '1'; kx.shutdown_thread()"): [
        "src/anyq/guide/threads.py#threads",
        "tests/sync/test_twins.py::test_the_interpreter_exits_with_an_open_embedded_q",
    ],
    ("threads", "python asyncio_threading.py"): ["examples/asyncio_threading.py", "examples/trio_threading.py"],
    ("threads", "python threads.py"): ["examples/threads.py"],
    ("threads", "try: main() finally: kx.shutdown_thread()"): [
        "src/anyq/guide/threads.py#threads",
        "tests/sync/test_twins.py::test_the_interpreter_exits_with_an_open_embedded_q",
    ],
}


def anchors(text: str) -> set[str]:
    """The anchors of the headings, as a reader's browser finds them."""
    headings = re.findall(r"^(?:r?[\"']{3})?#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def exists(place: str) -> bool:
    """Whether the file is there, with its section or test."""
    file, section, test = *place.partition("#")[::2], place.partition("::")[2]
    path = ROOT / file.partition("::")[0]
    if not path.is_file():
        return False
    text = path.read_text("utf-8")
    if section:
        return section in anchors(text)
    return not test or re.search(rf"^\s*(async )?def {re.escape(test)}\(", text, re.MULTILINE) is not None


PLACES = sorted({place for places in SAMPLES.values() for place in places})


@pytest.mark.parametrize("place", PLACES)
def test_the_place_is_there(place: str) -> None:
    assert exists(place)


def test_every_sample_has_a_place_and_every_example_of_them_is_an_example() -> None:
    assert all(SAMPLES.values())
    assert {page for page, _ in SAMPLES} == {"async_querying", "ipc", "server", "threading", "threads"}


@pytest.mark.parametrize(
    "place", ["examples/none.py", "README.md#none", "tests/examples/test_samples.py::test_none", "README.md::none"]
)
def test_a_place_that_is_none_is_told(place: str) -> None:
    assert not exists(place)
