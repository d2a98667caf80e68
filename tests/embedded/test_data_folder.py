"""What clients may do with files: below the data folder, which holds nothing that the server runs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import anyq
from anyq.embedded import EmbeddedQ

pytestmark = pytest.mark.anyio

HERE = Path(__file__).parent


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_nothing_is_imported_while_serving(backend: str, tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    program = tmp_path / "program.py"
    program.write_text((HERE / "imports_while_serving.py").read_text())
    done = subprocess.run(
        [sys.executable, str(program), str(HERE.parent / "engine" / "cases"), backend],
        capture_output=True, text=True, cwd=tmp_path, check=True, timeout=300,
    )  # fmt: skip
    assert json.loads(done.stdout.splitlines()[-1]) == []


FILE_QUERIES = r"""
`:x set 1
get`:x
key`:.
key`:x
hdel`:x
read0`:x
read1`:x
`:x 0: enlist "abc"
`:x 1: 0x0001
hcount`:x
save`:t
load`:x
`:t/ set ([]a:1 2)
hopen`:x
hopen`:x.log
\l x
system"l x"
\cd x
-11!`:x
.Q.en[`:.;([]a:`b`c)]
`:x upsert 1
.Q.dpft[`:.;2020.01.01;`a;`t]
\r x y
.Q.chk`:.
-21!`:x
(`:x;17;2;6)set 1
rsave`t
value`:x
""".strip().splitlines()


@pytest.mark.parametrize("query", FILE_QUERIES)
async def test_without_a_data_folder_clients_see_no_files(
    query: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "x").write_text("hello\n")
    monkeypatch.chdir(tmp_path)
    async with anyq.serve(port=0) as server, anyq.connect("127.0.0.1", server.port) as q:
        await q("t:([]a:1 2)")
        with pytest.raises(anyq.QError, match="access"):
            await q(query)
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("x", "hello\n")]


OUTSIDE = ["../secret", "/etc/hostname", "~/x", "link/x", "sub/../../secret", "linked"]


REACHING = r"""
get`$":{}"
(`$":{}") set 1
key`$":{}"
read1`$":{}"
\l {}
\cd {}
hopen`$":{}"
""".strip().splitlines()


@pytest.mark.parametrize("path", OUTSIDE)
@pytest.mark.parametrize("query", REACHING)
async def test_nothing_outside_of_the_data_folder(query: str, path: str, tmp_path: Path) -> None:
    data = tmp_path / "data"
    (data / "sub").mkdir(parents=True)
    (tmp_path / "secret").write_text("1")
    (data / "link").symlink_to(tmp_path)
    (data / "linked").symlink_to(tmp_path / "secret")
    async with anyq.serve(port=0, data=data) as server, anyq.connect("127.0.0.1", server.port) as q:
        with pytest.raises(anyq.QError, match="access"):
            await q(query.replace("{}", path))
    assert (tmp_path / "secret").read_text() == "1"


async def test_files_of_the_data_folder(tmp_path: Path) -> None:
    data = tmp_path / "kept"
    (data / "in").mkdir(parents=True)
    (data / "in" / "a.q").write_text("a:41\n")
    async with anyq.serve(port=0, data=data) as server, anyq.connect("127.0.0.1", server.port) as q:
        assert await q("`:x set 1 2 3; get `:x") == anyq.vector("long", [1, 2, 3])
        assert (data / "x").exists()
        before = await server.q('system"cd"')
        await q("\\cd in")
        await q("\\l a.q")
        assert await q("a") == 41
        assert await q("`:../y set 5; get `:../y") == 5
        with pytest.raises(anyq.QError, match="access"):
            await q("\\cd ../..")
        assert await server.q('system"cd"') == before
        assert bytes(await q('system"cd"')).decode() == str(data / "in")


async def database(folder: Path) -> None:
    async with anyq.open_embedded() as q:
        await q(f't:([]a:1 2 3); {{.Q.dpt[`$":{folder}";x;`t]}} each 2020.01.01 2020.01.02')


async def test_a_client_loads_a_database_of_the_data_folder(tmp_path: Path) -> None:
    await database(tmp_path / "hdb")
    async with anyq.serve(port=0, data=tmp_path) as server, anyq.connect("127.0.0.1", server.port) as q:
        await q("\\l hdb")
        assert await q("exec sum a from t where date=2020.01.01") == 6
        await q("\\cd .")
        assert await server.q("exec sum a from t") == 12  # from the owner's folder, which is another


async def test_clients_query_the_database_that_the_owner_loaded(tmp_path: Path) -> None:
    await database(tmp_path / "hdb")
    (tmp_path / "data").mkdir()
    for options in ({}, {"read_only": True}, {"data": tmp_path / "data"}):
        async with (
            anyq.open_embedded() as owner,
            anyq.serve(port=0, q=owner, **options) as server,
            anyq.connect("127.0.0.1", server.port) as q,
        ):
            await owner(f"\\l {tmp_path}/hdb")
            assert await q("exec sum a from t where date=2020.01.01") == 6
            assert await q("count t") == 6
            with pytest.raises(anyq.QError):
                await q("get`:2020.01.01/t/a")


async def test_a_column_name_leads_nowhere_else(tmp_path: Path) -> None:
    """Clients may write ``.d`` of a database that the owner loads."""
    await database(tmp_path / "hdb")
    async with anyq.open_embedded() as owner:
        await owner(f'(`$":{tmp_path}/secret") set 7 8 9')
        await owner(f'(`$":{tmp_path}/hdb/2020.01.02/t/.d") set `$("a";"../../../secret")')
        with pytest.raises(anyq.QError, match="type"):
            await owner(f"\\l {tmp_path}/hdb")


@pytest.mark.parametrize("what", ["folder of the program", "above it", "users", "no folder", "a module's name"])
def test_data_folders_that_would_let_clients_in(what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    program, users = tmp_path / "app" / "program", tmp_path / "kept" / "users"
    for folder in (program, tmp_path / "kept", program / "json"):
        folder.mkdir(parents=True)
    users.write_text("ann:x\n")
    monkeypatch.syspath_prepend(program)
    folder = {
        "folder of the program": program, "above it": tmp_path / "app", "users": tmp_path / "kept",
        "no folder": tmp_path / "none", "a module's name": program / "json",
    }[what]  # fmt: skip
    with pytest.raises(ValueError, match="data="):
        anyq.serve(port=0, data=folder, users=users)


async def test_refusals_are_logged_with_the_option(caplog: pytest.LogCaptureFixture) -> None:
    from anyq.embedded import PERMISSIONS

    async with (
        anyq.serve(port=0, allow=["value"]) as server,
        anyq.connect("127.0.0.1", server.port, username="ann") as q,
    ):
        refused = {
                "data": "read0`:x", "shell": 'system"ls"', "python": '.pykx.pyexec"1"', "outbound": "hopen 5000",
                "logins": ".z.pw:{[u;p]1b}", "files": "exit 0", "others": "hclose 77",
            }  # fmt: skip
        await server.q(".z.W")
        for permission, query in refused.items():
            if permission in ("python", "others"):
                continue
            with pytest.raises(anyq.QError, match="access"):
                await q("value", query.encode())
            assert PERMISSIONS[permission].flag in caplog.records[-1].getMessage()
            assert "'ann'" in caplog.records[-1].getMessage()
        with pytest.raises(anyq.QError, match="access"):
            await q("til", 3)
        assert "--allow NAME" in caplog.records[-1].getMessage()


async def test_refusals_do_not_fill_the_log(caplog: pytest.LogCaptureFixture) -> None:
    async with anyq.serve(port=0) as server, anyq.connect("127.0.0.1", server.port) as q:
        for _ in range(200):
            with pytest.raises(anyq.QError, match="access"):
                await q("read0`:x")
    assert len(caplog.records) < 30


async def test_the_owner_is_not_confined(tmp_path: Path) -> None:
    core = EmbeddedQ(folder=tmp_path)
    core.start()
    try:
        assert core.evaluate(anyq.chars("`:x set 1; get`:x")).wait() == 1
    finally:
        core.stop()
