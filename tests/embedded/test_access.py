"""What clients may not do, and what only some may."""

from __future__ import annotations

import contextlib
import inspect
from pathlib import Path

import anyio
import pytest

import anyq
from anyq.embedded import Destinations, EmbeddedQ
from anyq.embedded._caller import Caller
from anyq.embedded._host import SharedHost
from anyq.embedded._permissions import PERMISSIONS, Permissions

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    "query",
    [
        "a:1",
        "a::1",
        "{b::x} 1",
        ".ns.c:1",
        "t[0;`x]:5",
        "update x:0 from `t",
        "delete from `t",
        "delete t from `.",
        "`t insert (1;2)",
        "`t upsert (1;2)",
        "`a set 1",
        "v::t",
        "@[`t;0;:;1]",
        'system"ls"',
        'system"c 10 10"',
        "\\d .other",
        "\\P 3",
        'system"l x.q"',
        "`:some.txt 0: enlist \"x\"",
        "hopen 5000",
        'setenv[`A;"1"]',
        "exit 0",
    ],
)  # fmt: skip
async def test_a_read_only_server_changes_nothing(query: str) -> None:
    async with anyq.serve(port=0, read_only=True) as server, anyq.connect("127.0.0.1", server.port) as q:
        await server.q("t:([]x:1 2;y:3 4)")
        before = await server.q('(t;key `.;system"d")')
        with pytest.raises(anyq.QError):
            await q(query)
        with pytest.raises(anyq.QError):
            await q("{value x}", query)
        assert await server.q('(t;key `.;system"d")') == before


STATE = (
    "(t;k;v;d;s;e;f;n;l;u;.n.x;.n.l;nested;big;st;g;key `.;key `.n;key `.q;key `.Q;key `.z;key `.h;key `.j;"
    "system each string`d`P`c`S`T`t`z`o`W`b;meta t;meta k)"
)


async def test_nothing_gets_around_read_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By statement, in a function, and posted; with values that in-place changes could share with the globals."""
    monkeypatch.chdir(tmp_path)
    attempts = Path(__file__).with_name("forbidden.q").read_text().splitlines()[1:]
    async with anyq.serve(port=0, read_only=True) as server, anyq.connect("127.0.0.1", server.port) as q:
        await server.q(
            "t:([]x:3 1 2;y:30 10 20); k:([a:`p`q]b:1 2); v:1 2 3; d:`a`b!1 2; s:`a`b`c; e:`s$`a`b; f:{x+1}; .n.x:5;"
            '.n.l:1 2 3; g:{[z]z[0]:99;z}; vw::count v; l:(1 2;3 4); st:"abc"; u:1; big:til 1000;'
            "n:nested:`a`b!(1 2;3 4)"
        )
        before = await server.q(STATE)
        for attempt in attempts:
            with contextlib.suppress(anyq.QError):
                await q(attempt)
            with contextlib.suppress(anyq.QError):
                await q("{value x}", attempt)
            await q.post(attempt)
            assert anyq.match(await server.q(STATE), before), attempt
    assert not list(tmp_path.iterdir())


async def test_a_read_only_server_computes() -> None:
    async with anyq.serve(port=0, read_only=True) as server, anyq.connect("127.0.0.1", server.port) as q:
        await server.q("t:([]x:1 2;y:3 4)")
        assert await q("{a:x; a+:1; a} 1") == 2
        assert await q("exec sum x from t") == 3
        with pytest.raises(anyq.QError, match="noupdate"):
            await q("t:1")
        await server.q("t:1")
        assert await q("t") == 1


async def test_only_functions_of_the_list_may_be_called() -> None:
    async with anyq.serve(port=0, allow=["add", ".api.one"]) as server, anyq.connect("127.0.0.1", server.port) as q:
        await server.q("add:{x+y}; .api.one:{1}; secret:{2}")
        assert await q(anyq.symbol("add"), 1, 2) == 3
        assert await q("add", 1, 2) == 3
        assert await q(".api.one", anyq.NULL) == 1
        for message in (
            ("secret", 1),
            ("1+1",),
            ("add[1;2]",),
            (anyq.symbol("secret"), 1),
            (anyq.Lambda("", "{2}"), 1),
            ("{x}", 1),
        ):
            with pytest.raises(anyq.QError, match="access"):
                await q(*message)


async def test_users_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "users"
    file.write_text("ann:secret\n")
    async with anyq.serve(port=0, users=file) as server:
        async with anyq.connect("127.0.0.1", server.port, username="ann", password="secret") as q:
            assert await q("1") == 1
        for user, password in (("ann", "wrong"), ("bob", "secret"), ("", "")):
            with pytest.raises(anyq.AuthenticationError):
                async with anyq.connect("127.0.0.1", server.port, username=user, password=password):
                    pass


async def test_a_file_of_users_and_a_check(tmp_path: Path) -> None:
    file = tmp_path / "users"
    file.write_text("ann:secret\nbob:secret\n")
    async with anyq.serve(port=0, users=file, authenticate=lambda user, password: user == "ann") as server:
        async with anyq.connect("127.0.0.1", server.port, username="ann", password="secret") as q:
            assert await q("1") == 1
        with pytest.raises(anyq.AuthenticationError):
            async with anyq.connect("127.0.0.1", server.port, username="bob", password="secret"):
                pass


async def test_handlers_that_a_client_sets_do_what_the_client_may(tmp_path: Path) -> None:
    """What q calls by itself, when a timer is due or a client has left, is no way around the permissions."""
    mark = tmp_path / "mark"
    command = f'system"touch {mark}"'
    async with anyq.serve(port=0) as server:
        async with anyq.connect("127.0.0.1", server.port) as q:
            with pytest.raises(anyq.QError, match="access"):
                await q(command)
            await q(f".z.pc:{{closed::1; {command}}}")
            await q(f".z.ts:{{ticked::1; {command}}}")
            await q('system"t 1"')
        with anyio.fail_after(10):
            while await server.q("all `closed`ticked in key `.") != 1:
                await anyio.sleep(0.01)
        assert not mark.exists()
        await server.q(f'system"t 0"; .z.pc:{{{command}}}')
        async with anyq.connect("127.0.0.1", server.port) as q:
            await q("1")
        with anyio.fail_after(10):
            while not mark.exists():
                await anyio.sleep(0.01)


async def test_a_timer_that_a_client_sets_has_the_time_of_its_queries() -> None:
    async with anyq.serve(port=0, timeout=0.1) as server:
        async with anyq.connect("127.0.0.1", server.port) as q:
            await q('.z.ts:{ticked::1; while[1b;x]}; system"t 1"')
        with anyio.fail_after(20):
            while await server.q("`ticked in key `.") != 1:
                await anyio.sleep(0.01)
            assert await server.q('system"t 0"; system"T"') == 0


async def test_an_opening_handler_that_a_client_sets_has_the_time_of_its_queries(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with anyq.serve(port=0, timeout=0.1) as server, anyq.connect(port=server.port) as q:
        await q(".z.po:{while[1b;]}")
        async with anyq.connect(port=server.port):
            with anyio.fail_after(10):
                assert await server.q("1+1") == 2
    assert [record.getMessage() for record in caplog.records if "stop" in record.getMessage()]


async def test_a_handle_that_a_client_opens_brings_nobody_who_may_more(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    attempt = f'system"touch {mark}"'.replace('"', '\\"')
    async with (
        anyq.serve(port=0, outbound=["localhost"]) as server,
        anyq.serve(port=0) as elsewhere,
        anyq.connect("127.0.0.1", server.port) as q,
    ):
        await q(f"h:hopen {elsewhere.port}")
        with pytest.raises(anyq.QError, match="access"):
            await elsewhere.q(f'(first key .z.W)({{asked::1; value x}};"{attempt}")')
        await elsewhere.q(f'(neg first key .z.W)({{told::1; value x}};"{attempt}")')
        with anyio.fail_after(10):
            while await server.q("all `asked`told in key `.") != 1:
                await anyio.sleep(0.01)
        await server.q("1")
    assert not mark.exists()


async def test_python_runs_only_where_it_is_allowed() -> None:
    async with anyq.serve(port=0, allow_python=True) as server:
        async with anyq.serve(port=0, q=server.q) as other, anyq.connect("127.0.0.1", other.port) as q:
            with pytest.raises(anyq.QError, match="access"):
                await q('.pykx.pyexec "x = 1"')
        async with anyq.connect("127.0.0.1", server.port) as q:
            await q("{.pykx.pyexec x}", b"def add(a, b):\n    return a + b\n")
            assert await q("{f:.pykx.get[x;<]; f . y}", anyq.symbol("add"), [1, 2]) == 3


@pytest.mark.parametrize(
    ("allowed", "target", "access"),
    [
        (None, "5010", False), ([], ":localhost:5010", False), (True, ":elsewhere:1", True),
        (["localhost:5010"], "5010", True), (["localhost:5010"], ":127.0.0.1:5010", True),
        (["localhost:5010"], "5011", False), ([":5010"], "5010", True), (["*:5010"], ":a.b:5010", True),
        (["*.b:50?0"], ":a.b:5010:user:pass", True), (["*.b"], ":A.B:7", True), (["*.b"], ":a.c:7", False),
        (["[::1]:5010"], ":[::1]:5010", True), (["fe80::1"], ":[fe80::1]:5010", True),
        (["10.0.0.1"], ":10.0.0.10:1", False),
        (["unix:/tmp/kx.*"], ":unix://5010", True), (["localhost"], ":unix://5010", False), (["*"], ":unix:///x", True),
        (["localhost:5010"], ":tcps://localhost:5010", True), (["a:1", "b:2"], ":b:2", True),
        (["a:1", "b:2"], ":b:1", False),
    ],
)  # fmt: skip
def test_where_clients_may_connect_to(allowed: list[str] | bool | None, target: str, access: bool) -> None:
    rule = Destinations.of(allowed)
    assert rule.allows(anyq.parse_address(f":{target}" if target.isdigit() else target)) is access


@pytest.mark.parametrize("given", ["localhost:5010", [5010], 5010])
def test_what_says_nothing_about_connections(given: object) -> None:
    with pytest.raises(TypeError):
        anyq.serve(port=0, outbound=given)  # type: ignore[arg-type]


async def test_connections_of_clients() -> None:
    async with anyq.serve(port=0) as elsewhere:
        options = {"outbound": [f"localhost:{elsewhere.port}"]}
        async with anyq.serve(port=0, **options) as server, anyq.connect("127.0.0.1", server.port) as q:  # type: ignore[arg-type]
            assert await q(f'h:hopen {elsewhere.port}; h"1+1"') == 2
            assert await q(f'`::{elsewhere.port} "1+1"') == 2
            for query in (
                f"hopen {server.port}",
                f'`::{server.port} "1"',
                "hopen`:unix://5000",
                f"hopen`:example.com:{elsewhere.port}",
            ):
                with pytest.raises(anyq.QError, match="access"):
                    await q(query)
            async with anyq.connect("127.0.0.1", server.port) as other:
                assert await other('h"2+2"') == 4
                handles = await other("key .z.W")
                for handle in ("h", str(await q(".z.w"))):
                    with pytest.raises(anyq.QError, match="access"):
                        await other(f"hclose {handle}")
                assert len(handles) == 2
            assert await q('h"1"') == 1
            await q("hclose h")


async def test_a_client_may_close_its_own_connection() -> None:
    async with anyq.serve(port=0) as server, anyq.connect("127.0.0.1", server.port) as q:
        with pytest.raises(anyq.ConnectionLost):
            await q("hclose .z.w; 1")


SETTERS = r"""
.z.{}:{{[u;p]1b}}
`.z.{} set {{[u;p]1b}}
@[`.z;`{};:;{{[u;p]1b}}]
.[`.z.{};();:;{{[u;p]1b}}]
delete {} from `.z
\x .z.{}
.z.{}::{{[u;p]1b}}
value(set;`.z.{};{{[u;p]1b}})
.z.{}.x:1b
`.z set ``{}!(::;{{[u;p]1b}})
.[`.z;enlist`{};:;{{[u;p]1b}}]
update {}:1 from `.z
{{.z.{}::x}} 1
@[`.z.{};`mallory;:;1b]
.z.{}[`mallory]:1b
""".strip().splitlines()


@pytest.mark.parametrize("name", ["pw", "ac"])
@pytest.mark.parametrize("setter", SETTERS)
async def test_clients_set_no_login_checks(setter: str, name: str) -> None:
    async with anyq.serve(port=0) as server, anyq.connect("127.0.0.1", server.port) as q:
        for before in ("{[u;p]u=`ann}", "`ann`bob!10b"):
            await server.q(f".z.{name}:{before}")
            with pytest.raises(anyq.QError):
                await q(setter.format(name).replace("\\n", "\n"))
            assert await server.q(f".z.{name}~{before}") == True  # noqa: E712


async def test_the_permission_to_set_login_checks() -> None:
    async with anyq.serve(port=0, allow_logins=True) as server, anyq.connect("127.0.0.1", server.port) as q:
        await q(".z.pw:{[u;p]u=`ann}")
        with pytest.raises(anyq.AuthenticationError):
            await anyq.connect("127.0.0.1", server.port, username="bob").__aenter__()


async def test_the_owners_login_check_may_do_what_the_owner_may(tmp_path: Path) -> None:
    passwords = tmp_path / "passwords"
    passwords.write_text("ann\n")
    async with anyq.serve(port=0, read_only=True) as server:
        await server.q(f'seen:(); .z.pw:{{[u;p]seen::seen,u;u in `$read0`$":{passwords}"}}')
        async with anyq.connect("127.0.0.1", server.port, username="ann") as q:
            assert await q("seen") == anyq.symbols(["ann"])


REFUSED = {
    "read0`:f": "data",
    "`:f set 1": "data",
    "key`:f": "data",
    "hdel`:f": "data",
    '`:f 0: enlist"ab"': "data",
    'system"cd /"': "data",
    'system"ls"': "shell",
    "getenv`HOME": "files",
    'setenv[`A;"12"]': "files",
    "exit 0": "files",
    "\\p 0W": "files",
    "hopen 5000": "outbound",
    '`::5000 "1"': "outbound",
    '.Q.hg"http://localhost:1/"': "outbound",
    ".Q.host 1i": "names",
    ".Q.addr`example": "names",
    ".z.pw:{[u;p]1b}": "logins",
}


@pytest.mark.parametrize("query", REFUSED)
async def test_what_is_not_allowed_is_refused_and_logged(query: str, caplog: pytest.LogCaptureFixture) -> None:
    async with anyq.serve(port=0) as server, anyq.connect("127.0.0.1", server.port) as q:
        with pytest.raises(anyq.QError, match=r"^access"):
            await q(query)
        assert server.stats.denied == 1
    (refusal,) = [record for record in caplog.records if "may not" in record.getMessage()]
    assert vars(refusal)["permission"] == REFUSED[query]
    assert PERMISSIONS[REFUSED[query]].option in refusal.getMessage()


PURE = {
    "alarm", "anchored", "begin", "elapsed", "entropy", "facts", "local_now", "now", "refused", "require", "rest",
    "sleep", "wake", "write", "port", "set_timer", "internal", "call", "post", "close", "check_name", "exit",
    "check_address", "check_python", "fetch", "before_exit", "on_exit", "on_timer", "look",
}  # fmt: skip
"""What needs no permission, has one of its own (tested above), or is not for q."""


@pytest.mark.parametrize(
    "name", sorted(name for name in dir(SharedHost) if name[0] != "_" and callable(getattr(SharedHost, name)))
)
def test_every_way_to_the_world_asks_for_a_permission(name: str) -> None:
    if name in PURE:
        return
    q = EmbeddedQ()
    q.host.begin(Caller(handle=9, user="eve", permissions=Permissions()))
    method = getattr(q.host, name)
    given = ("9.9.9.9", "x", "y", "z")
    count = sum(p.default is p.empty for p in inspect.signature(method).parameters.values())
    with pytest.raises(anyq.QError, match=r"^access"):
        method(*given[:count])
