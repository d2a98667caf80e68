"""`anyq connect` for scripts: questions on the command line or the standard input, answers in a format, exit codes."""

from __future__ import annotations

import argparse
import csv
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest
from anyio.from_thread import start_blocking_portal

import anyq
from anyq import console
from anyq.cli import main
from anyq.cli._connect import options_of
from anyq.cli._format import rendered
from anyq.cli._prompt import unfinished
from anyq.completion import word_before
from anyq.server import Server

TABLE = anyq.table({"s": anyq.symbols(["a", ""]), "n": anyq.vector("j", [1, None]), "t": anyq.strings(["x,y", "é"])})
ANSWERS: dict[str, object] = {
    "1+1": anyq.long(2),
    "tab": TABLE,
    "keyed": anyq.keyed_table({"k": anyq.vector("j", [1])}, {"v": anyq.vector("f", [0.5])}),
    "dict": anyq.dict(anyq.symbols(["a", "b"]), anyq.vector("d", [0, 1])),
    "nothing": anyq.NULL,
}


async def answer(message: anyq.Value) -> object:
    text = bytes(message).decode() if isinstance(message, anyq.Vector) else ""
    if text == "slow":
        await anyio.sleep(10)
    if text not in ANSWERS:
        raise anyq.QError(text)
    return ANSWERS[text]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with (
        start_blocking_portal("asyncio") as portal,
        portal.wrap_async_context_manager(
            Server(answer, authenticate=lambda user, password: user != "nobody", port=0, grace=0)
        ) as server,
    ):
        yield f"127.0.0.1:{server.port}"


def test_answers_and_exit_codes(address: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["connect", address, "-e", "1+1", "-e", "nothing", "-e", "dict"]) == 0
    assert capfd.readouterr().out == "2\na| 2000.01.01\nb| 2000.01.02\n"
    assert main(["connect", address, "-e", "boo", "-e", "1+1"]) == 1
    assert capfd.readouterr() == ("", "'boo\n")
    assert main(["connect", f"{address}:nobody:secret", "-e", "1+1"]) == 3
    out, err = capfd.readouterr()
    assert "secret" not in out + err
    assert "login was refused" in err
    assert main(["connect", "127.0.0.1:1", "-e", "1+1"]) == 3
    assert "127.0.0.1:1" in capfd.readouterr().err
    assert main(["connect", address, "--timeout", "0.1", "-e", "slow"]) == 4


def test_a_password_is_asked_for_and_stands_on_no_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = argparse.Namespace(user="ann", tls=False, connect_timeout=None, profile=None)
    monkeypatch.setenv("ANYQ_PASSWORD", "kept")
    assert options_of(arguments)["password"] == "kept"
    monkeypatch.delenv("ANYQ_PASSWORD")
    assert options_of(arguments)["password"] is None  # nobody is there to ask
    monkeypatch.setattr("anyq.cli._connect.is_terminal", lambda: True)
    monkeypatch.setattr("getpass.getpass", lambda prompt: f"typed at {prompt}")
    assert options_of(arguments)["password"] == "typed at password of ann: "


def test_formats(address: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["connect", address, "--format", "csv", "-e", "tab"]) == 0
    assert capfd.readouterr().out == 's,n,t\na,1,"x,y"\n,,é\n'
    assert main(["connect", address, "--format", "json", "-e", "tab", "-e", "keyed", "-e", "dict", "-e", "1+1"]) == 0
    assert [json.loads(line) for line in capfd.readouterr().out.splitlines()] == [
        [{"s": "a", "n": 1, "t": "x,y"}, {"s": "", "n": None, "t": "é"}],
        [{"k": 1, "v": 0.5}],
        {"a": "2000-01-01", "b": "2000-01-02"},
        2,
    ]
    assert main(["connect", address, "--format", "csv", "-e", "1+1"]) == 5
    assert "only a table has columns; this is no table but 2" in capfd.readouterr().err


def test_what_formats_keep() -> None:
    """Nanoseconds, days of a timespan, nulls and infinities; JSON that every reader takes."""
    columns: dict[str, anyq.Value] = {
        "p": anyq.vector("p", [757479845123456789, None]),
        "n": anyq.vector("n", [90_000_000_000_001, None]),
        "t": anyq.vector("t", [90_000_000, None]),
        "m": anyq.vector("m", [288, None]),
        "z": anyq.vector("z", [1.5, None]),
        "f": anyq.vector("f", [None, float("-inf")]),
        "c": anyq.chars("a,"),
        "b": anyq.vector("b", [True, False]),
        "l": anyq.List((anyq.vector("j", [1, 2]), anyq.symbols(["x"]))),
    }
    texts = {
        "p": ("2024-01-02T03:04:05.123456789", None),
        "n": ("1D01:00:00.000000001", None),
        "t": ("25:00:00.000", None),
        "m": ("2024-01", None),
        "z": ("2000-01-02T12:00:00.000", None),
        "f": (None, "-inf"),
        "c": ("a", ","),
        "b": (True, False),
        "l": ([1, 2], ["x"]),
    }
    table = anyq.table(columns)
    rows = json.loads(bytes(rendered(table, "json")), parse_constant=pytest.fail)
    assert rows == [{name: pair[row] for name, pair in texts.items()} for row in (0, 1)]
    lines = list(csv.reader(io.StringIO(bytes(rendered(table, "csv")).decode())))
    assert lines[1] == [*("" if texts[n][0] is None else str(texts[n][0]) for n in "pntmzfc"), "true", "1 2"]
    assert lines[2] == ["", "", "", "", "", "-inf", ",", "false", ",`x"]
    drawn = bytes(rendered(table, "table", console.Style(25, 200))).decode()
    assert "1D01:00:00.000000001" in drawn


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (anyq.timestamp(None), None),
        (anyq.chars("text"), "text"),
        (anyq.List((anyq.long(1), anyq.NULL, anyq.chars("x"))), [1, None, "x"]),
        (anyq.dict(anyq.vector("d", [0]), anyq.strings(["x"])), {"2000-01-01": "x"}),
        (anyq.List(()), []),
        (anyq.Lambda("", "{x}"), "{x}"),
    ],
)
def test_values_that_are_no_tables_in_json(value: anyq.Value, expected: object) -> None:
    assert json.loads(bytes(rendered(value, "json"))) == expected


def test_a_library_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rich.table", None)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    for kind in ("table", "arrow", "parquet"):
        with pytest.raises(ModuleNotFoundError, match="pip install"):
            rendered(TABLE, kind)


def test_a_table_is_drawn() -> None:
    pytest.importorskip("rich")
    drawn = bytes(rendered(TABLE, "table")).decode()
    assert "x,y" in drawn
    assert drawn.count("\n") == 6
    assert rendered(anyq.long(1), "table") == b"1\n"


@pytest.mark.parametrize("suffix", ["csv", "json", "arrow", "parquet", "txt"])
def test_files(address: str, tmp_path: Path, suffix: str) -> None:
    if suffix in ("arrow", "parquet"):
        pytest.importorskip("pyarrow")
    path = tmp_path / f"out.{suffix}"
    assert main(["connect", address, "--output", str(path), "-e", "tab"]) == 0
    if suffix == "parquet":
        import pyarrow.parquet

        assert pyarrow.parquet.read_table(path).num_rows == 2
    elif suffix == "arrow":
        import pyarrow as pa

        with pa.ipc.open_stream(path) as reader:
            assert reader.read_all().column_names == ["s", "n", "t"]
    else:
        assert path.read_bytes() == rendered(TABLE, {"txt": "q"}.get(suffix, suffix))


def test_options_that_do_not_go_together(
    address: str, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    output = str(tmp_path / "none" / "out.csv")
    for rest in ([], ["-e", "tab", "-e", "tab"]):
        assert main(["connect", address, "--output", output, *rest]) == 2
        assert "one -e" in capfd.readouterr().err
    assert main(["connect", address, "--output", output, "-e", "tab"]) == 5
    assert "none/out.csv" in capfd.readouterr().err
    assert main(["connect", "127.0.0.1:", "-e", "tab"]) == 2
    assert "a port is needed" in capfd.readouterr().err


def test_a_file_of_no_known_kind(address: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["connect", address, "--output", "out.xls", "-e", "tab"]) == 2
    assert ".parquet" in capfd.readouterr().err


def test_questions_from_the_standard_input(
    address: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = ["1+1", "boo", "", "\\format csv", "keyed", "\\format x", "\\timing", "1+1", "\\help", "\\\\", "1+1"]
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in typed)))
    assert main(["connect", address]) == 0
    lines = capfd.readouterr().out.splitlines()
    assert lines[:6] == ["2", "'boo", "k,v", "1,0.5", "a format is one of q table csv json arrow", "timing is on"]
    assert "only a table has columns" in lines[6]
    assert "leave" in lines[7]


def test_an_input_of_several_lines_from_the_standard_input(
    address: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ANSWERS, "(1;\n2)", anyq.long(12))
    monkeypatch.setattr("sys.stdin", io.StringIO("(1;\n2)\n1+1"))
    assert main(["connect", address]) == 0
    assert capfd.readouterr().out == "12\n2\n"


@pytest.mark.parametrize(
    ("text", "open_still"),
    [
        ("1+1", False),
        ("f:{x", True),
        ("f:{x}", False),
        ("(1;2", True),
        ('"abc', True),
        ('"a\\"', True),
        ('"a(b"', False),
        ("1 / (", False),
        ("f:{x / (\n y}", False),
        ("a)b(", False),
        ("(1]", False),
        ('"', True),
    ],
)
def test_input_goes_on_while_something_is_open(text: str, open_still: bool) -> None:
    assert unfinished(text) is open_still


def test_the_word_that_is_completed() -> None:
    assert [word_before(text) for text in ("1+.test.ad", "count ta", "", "f[", "a b_1")] == [
        ".test.ad",
        "ta",
        "",
        "",
        "b_1",
    ]


def test_nothing_asked_for_shows_the_usage(capfd: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "demo" in capfd.readouterr().err
    assert main(["--version"]) == 0
    assert "anyq" in capfd.readouterr().out


def test_a_wrong_command_line(capfd: pytest.CaptureFixture[str]) -> None:
    for bad in (["tap", "x", "y"], ["nothing"], ["replay"]):
        with pytest.raises(SystemExit, match="2"):
            main(bad)


@pytest.mark.parametrize(
    "line",
    ["connect x:1 --timeout=-1", "connect x:1 --connect-timeout=nan", "replay x y:1 --speed=-2", "q -w -5", "q -T x"],
)
def test_a_quantity_is_not_negative(line: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(line.split())
    assert "negative" in capfd.readouterr().err or line.endswith("x")
