"""The short examples, run as their readers run them; and that the index and the tests know every example."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import trustme

EXAMPLES = Path(__file__).parent.parent.parent / "examples"

OUTPUT = {
    "first_calls": (
        "2\n6\nx x1   x2\n---------\na 0.25 0 \na 0.75 2 \n6\n2\n"
        "AttributeError: the namespace .test has no attribute 'unavailable'\nQError: '.test.unavailable\n"
        "anyq.Primitive(101, 0)\n2\n[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]\n"
    ),
    "connection_manager": "0 1 2 3 4\n100 101 102 103 104\n",
    "execute_file": "5\n2\n{\n  x+y\n  }\n'type in file.q, line 3\n",
    "reconnect": (
        "2\nWARNING: Connection lost attempting to reconnect.\nFailed to reconnect, trying again in 0.5 seconds.\n"
        "Failed to reconnect, trying again in 1.0 seconds.\nConnection successfully reestablished.\n3\n"
    ),
    "deferred": "meanwhile 2\ndeferred responses [2, 4, 6]\ndeferred sync 42\n",
    "remote_functions": "10\n20\n30\n",
}


def run(name: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", str(EXAMPLES / f"{name}.py"), *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    return done.stdout


@pytest.mark.parametrize("name", OUTPUT)
def test_what_it_prints(name: str) -> None:
    where_and_why = r" \[localhost:\d+, attempt .*\]$"  # behind the lines of the log
    assert re.sub(where_and_why, "", run(name), flags=re.MULTILINE) == OUTPUT[name]


def test_tls_with_a_certificate_of_its_own() -> None:
    assert run("tls") == "2\nwithout the authority: ConnectError\n"


def test_market_data() -> None:
    assert run("market_data") == "a bar has time open high low close vwap\nanything else: access\n"


def test_fastapi_app() -> None:
    pytest.importorskip("fastapi")
    pytest.importorskip("httpx")
    assert run("fastapi_app") == '200 {"sym":"AAPL","vwap":2.25}\n404 {"detail":"no trades of none"}\nq: trade\n'


def test_frames() -> None:
    assert run("frames", "20000") == (
        "20000 time sym price size\n(3, 2) sym True\n20000 True\n18 ['sym', 'time', 'open', 'close']\n1b\n"
    )


def test_tests_with_a_ticker_plant() -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:asyncio", "-p", "no:cacheprovider", "-W", "error"]
    name = str(EXAMPLES / "ticker_plant_test.py")
    done = subprocess.run([*command, name], capture_output=True, text=True, timeout=60, check=False)
    assert "2 passed" in done.stdout


def test_each_that_needs_more_says_so_at_once() -> None:
    """The libraries that an example imports, and the plain installation does not bring, stand in its first line."""
    plain = {"anyio", "trio", "attrs", "numpy", "anyq"} | sys.stdlib_module_names
    plain |= {path.stem for path in EXAMPLES.glob("*.py")}
    for path in EXAMPLES.glob("*.py"):
        imported = re.findall(r"^ *(?:from|import) (\w+)", path.read_text("utf-8"), re.MULTILINE)
        first = path.read_text("utf-8").partition("\n")[0]
        for name in set(imported) - plain:
            wanted = {"pytest": "testing"}.get(name, name)
            assert wanted in first, f"{path.name} needs {name}"
        code = re.sub(r"#.*", "", path.read_text("utf-8"))
        for method in set(re.findall(r"\.(pd|pl|pa)\(\)", code)):
            assert {"pd": "pandas", "pl": "polars", "pa": "arrow"}[method] in first, f"{path.name} uses .{method}()"


def test_tls(tmp_path: Path) -> None:
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost")
    paths = [tmp_path / name for name in ("certificate.pem", "key.pem", "ca.pem")]
    for blob, path in zip(
        (certificate.cert_chain_pems[0], certificate.private_key_pem, authority.cert_pem), paths, strict=True
    ):
        blob.write_to_path(path)
    assert run("tls", *map(str, paths)) == "2\nwithout the authority: ConnectError\n"


def test_the_index_lists_every_example() -> None:
    listed = set(re.findall(r"\((\w+\.py)\)", (EXAMPLES / "README.md").read_text("utf-8")))
    assert listed == {path.name for path in EXAMPLES.glob("*.py")}


def test_every_example_is_run_by_a_test() -> None:
    tests = "".join(path.read_text("utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    untested = [path.stem for path in EXAMPLES.glob("*.py") if f'"{path.stem}' not in tests]
    assert not untested
