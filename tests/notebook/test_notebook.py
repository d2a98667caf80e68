"""The notebook extension in an IPython shell of this process: what cells answer, show, and leave behind."""

from __future__ import annotations

import asyncio
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from typing import Any

import pytest
import trio

import anyq
from anyq import notebook
from anyq.notebook._completion import q_text
from anyq.remote._source import source_of

pytest.importorskip("IPython")

OUR_THREADS = ("anyq notebook", "embedded q")


def ours() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith(OUR_THREADS)]


@pytest.fixture
def shell(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A shell with the extension, and nothing of the user's own settings."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    from IPython.core.interactiveshell import InteractiveShell

    shell_class: Any = InteractiveShell
    made = shell_class()
    made.history_manager.enabled = False
    made.run_line_magic("load_ext", "anyq")
    yield made
    made.run_line_magic("unload_ext", "anyq")
    assert not ours()


def run(shell: Any, cell: str) -> Any:
    """The result of a cell; what it raised is raised."""
    done = shell.run_cell(cell)
    done.raise_error()
    return done.result


def shown(shell: Any, value: object) -> dict[str, str]:
    """What the shell would show of the value, by MIME type."""
    data: dict[str, str] = shell.display_formatter.format(value)[0]
    return data


def test_a_line_and_a_cell_ask_a_q_of_the_notebook(shell: Any) -> None:
    assert run(shell, "%q 6*7") == 42
    assert run(shell, "kept = %q til 3\nkept.py()") == [0, 1, 2]
    script = "%%q\n/ a comment\nx:7\nf:{[a;b]\n  a+b\n  }\n\\d .space\ny:8\n\\d .\nf[x;.space.y]"
    assert run(shell, script) == 15
    assert run(shell, "%q x:9") is None or run(shell, "%q x") == 9
    assert run(shell, "%%q\n/ nothing") is None


def test_braces_and_dollars_are_those_of_q(shell: Any) -> None:
    shell.user_ns.update(x="python", y=3)
    assert run(shell, "%q {x+y}[40;2]") == 42
    assert run(shell, "%q `long$2.0") == 2


def test_answers_are_shown_as_q_shows_them_and_tables_as_html(shell: Any) -> None:
    assert shown(shell, run(shell, "%q til 5"))["text/plain"] == "0 1 2 3 4"
    for query in ("([]s:`a`b;p:1 0N)", "([s:`a`b]p:1 0N)"):
        table = shown(shell, run(shell, f"%q {query}"))
        assert table["text/plain"].splitlines()[0].split() in (["s", "p"], ["s|", "p"])
        assert table["text/html"].startswith("<table>")
        assert "<th>p</th>" in table["text/html"]


def test_what_q_prints_is_seen(shell: Any, capsys: pytest.CaptureFixture[str]) -> None:
    run(shell, '%%q\n-1"printed";')
    assert "printed\n" in capsys.readouterr().out
    seen = StringIO()
    with redirect_stdout(seen):
        run(shell, '%%q\n-1"seen";')  # as in a notebook: the standard output takes text and has no bytes below it
    assert seen.getvalue() == "seen\n"


def test_variables_go_in_and_come_out(shell: Any) -> None:
    shell.user_ns["prices"] = [1.5, 2.5]
    run(shell, "%%q -i prices -o total -o n\ntotal:sum prices;\nn:count prices;")
    assert shell.user_ns["total"] == 4.0
    assert shell.user_ns["n"] == 2
    with pytest.raises(Exception, match="no Python variable"):
        run(shell, "%%q -i nothing\n1")
    with pytest.raises(Exception, match="unrecognized arguments"):
        run(shell, "%%q -x\n1")


def test_an_error_names_its_line_and_shows_none_of_our_code(shell: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(anyq.QError, match="type"):
        run(shell, "%%q\nx:1\nx+`a\nx:2")
    assert run(shell, "%q x") == 1
    out = capsys.readouterr().out
    assert "'type" in out
    assert "cell, line 2: x+`a" in out
    assert "Traceback" not in out
    assert "notebook.py" not in out


def test_a_connection(shell: Any, served: int) -> None:
    q = run(shell, f"q = %q_connect 127.0.0.1:{served}\nq")
    assert repr(q) == f"<NotebookConnection 127.0.0.1:{served}>"
    run(shell, "%q .notebook.here:1")
    with anyq.sync.connect("127.0.0.1", served) as other:
        assert other(".notebook.here") == 1
        other("delete here from `.notebook")
    assert run(shell, "q('{x+y}', 40, 2)") == 42
    run(shell, "%q_embedded")
    with pytest.raises(anyq.ClosedError):
        run(shell, "q('1')")
    assert run(shell, "%q 1") == 1


def test_connecting_that_fails_leaves_the_one_before(shell: Any, capsys: pytest.CaptureFixture[str]) -> None:
    run(shell, "%q x:5")
    with pytest.raises(anyq.ConnectError):
        run(shell, "%q_connect 127.0.0.1:1")
    assert "ConnectError: " in capsys.readouterr().out
    assert run(shell, "%q x") == 5
    assert "anyq notebook" not in ours()
    for wrong in ("%q_connect a=1 a=2", "%q_connect --what a", "%q_embedded x y", "%q_use", "%q_use x", "%q @x 1"):
        with pytest.raises(Exception, match=r"%q_\w+"):
            run(shell, wrong)


def test_a_password_is_asked_for(shell: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []

    def refuse(address: str, **options: Any) -> Any:
        asked.append(options)
        raise anyq.AuthenticationError("no")

    monkeypatch.setattr("anyq.notebook._connection.open_connection", refuse)
    monkeypatch.setattr("getpass.getpass", lambda: "typed")
    monkeypatch.delenv("ANYQ_PASSWORD", raising=False)
    with pytest.raises(anyq.AuthenticationError):
        run(shell, "%q_connect host:5050 --user ann --tls")
    monkeypatch.setenv("ANYQ_PASSWORD", "kept")
    with pytest.raises(anyq.AuthenticationError):
        run(shell, "%q_connect host:5050 --user ann")
    assert [(o["username"], o["password"], o["tls"]) for o in asked] == [("ann", "typed", True), ("ann", "kept", False)]


def test_a_function_of_a_cell_has_its_source(shell: Any) -> None:
    """As `anyq.remote` needs it."""
    run(shell, "three = 3\ndef above(x):\n    return x + three")
    text, name = source_of(shell.user_ns["above"])
    names: dict[str, Any] = {}
    exec(text, names)
    assert names[name](4) == 7


def test_it_works_where_an_event_loop_runs(shell: Any, served: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in the kernel of a notebook, whose cells may block: they own the loop."""

    async def cell() -> Any:
        with (
            anyq.sync.connect("127.0.0.1", served) as q,
            anyq.sync.open_embedded() as embedded,
            anyq.start_portal() as portal,
            portal.connect("127.0.0.1", served) as shared,
        ):
            return [run(shell, "%q 6*7"), q("6*7"), embedded("6*7"), shared("6*7"), q.submit("6*7").result()]

    with pytest.raises(anyq.MisuseError):
        asyncio.run(cell())
    shell.kernel = object()
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    assert asyncio.run(cell()) == [42] * 5


def test_other_threads_and_other_loops_may_not_block(shell: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    shell.kernel = object()
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)

    async def cell() -> None:
        with pytest.raises(anyq.MisuseError), anyq.sync.open_embedded() as q:
            q("6*7")

    trio.run(cell)
    thread = threading.Thread(target=asyncio.run, args=[cell()])
    thread.start()
    thread.join()


def test_several_by_name(shell: Any, served: int) -> None:
    """`served` stands for both: what differs is the connection."""
    where = f"127.0.0.1:{served}"
    rdb, hdb = run(shell, f"made = %q_connect rdb={where} hdb={where}\nmade")
    assert (shell.user_ns["rdb"], shell.user_ns["hdb"]) == (rdb, hdb)
    handles = [run(shell, text) for text in ("%q @rdb .z.w", "%q @hdb .z.w", "%%q @rdb\n.z.w", "%q .z.w")]
    assert handles == [rdb(".z.w"), hdb(".z.w"), rdb(".z.w"), hdb(".z.w")]
    run(shell, "%q_use rdb")
    assert run(shell, "%q .z.w") == rdb(".z.w")
    assert run(shell, "%q_connect") == {"rdb": rdb, "hdb": hdb}
    run(shell, "%q_embedded mine")
    assert run(shell, "%q 6*7") == 42
    assert shell.user_ns["mine"]("6*7") == 42
    run(shell, f"%q_connect rdb={where}")
    with pytest.raises(anyq.ClosedError, match="closed"):
        rdb("1")
    assert hdb("1") == 1


def test_one_that_cannot_be_made_keeps_all_as_it_was(shell: Any, served: int) -> None:
    rdb = run(shell, f"%q_connect rdb=127.0.0.1:{served}")
    with pytest.raises(anyq.ConnectError):
        run(shell, f"%q_connect rdb=127.0.0.1:{served} hdb=127.0.0.1:1")
    assert run(shell, "%q_connect") == {"rdb": rdb}
    assert rdb("6*7") == 42
    assert ours().count("anyq notebook") == 1


def test_a_connection_is_a_whole_one(shell: Any, served: int) -> None:
    q = run(shell, f"%q_connect 127.0.0.1:{served}")
    q["whole_t"] = {"a": [1, 2]}
    assert q["whole_t"]["a"] == anyq.as_q([1, 2])
    q("whole_f:{x+1}")
    assert q.whole_f(41) == 42
    q("delete whole_t,whole_f from `.")


@pytest.mark.parametrize("connected", [False, True])
def test_names_complete_in_lines_and_cells(shell: Any, served: int, connected: bool) -> None:
    run(shell, f"%q_connect 127.0.0.1:{served}" if connected else "%q_embedded")
    run(shell, "%q note_trade:([]note_price:1 2);.note.fn:{x}")
    with anyq.sync.connect("127.0.0.1", served) as plain:
        shell.user_ns["kept"] = plain if connected else run(shell, "%q_embedded named")
        run(shell, "kept('note_trade:([]note_price:1 2);.note.fn:{x}')")
        check_completions(shell)
    run(shell, "%q delete note_trade from `.;delete fn from `.note")


def check_completions(shell: Any) -> None:

    from IPython.core.completer import provisionalcompleter

    def completed(text: str) -> set[str]:
        with provisionalcompleter():
            return {made.text for made in shell.Completer.completions(text, len(text))}

    for before in ("%q select ", "x = %q ", "%%q -o x\nselect 1\n"):
        assert {"note_price"} <= completed(f"{before}note_p"), before
    assert "note_trade" in completed("%q count note_t")
    assert "select" in completed("%q sel")
    assert ".note.fn" in completed("%q .note.f")
    assert "note_trade.note_price" in completed("%q note_trade.no")
    assert "note_trade" in completed("kept.note_t")
    assert {"note", "note_trade"} <= completed("x = kept.not")
    assert "note.fn" in completed("kept.note.f")
    assert "note_trade" in completed('kept["note_t')
    for nothing in ("note_t", "shell.note_t", "kept.x.kept.note_t"):
        assert "note_trade" not in completed(nothing), nothing


@pytest.mark.parametrize(
    ("before", "found"),
    [
        ("%q 1+", ("", "1+")),
        ("x = 1\ny = %q @hdb sel", ("hdb", "sel")),
        ("%%q @hdb -i x\na\nb", ("hdb", "a\nb")),
        ("%%q\n", ("", "")),
        ("%%q -o x", None),
        ("x = 1", None),
        ("%quick x", None),
        ("%q 1\nx", None),
    ],
)
def test_where_q_text_is_typed(before: str, found: tuple[str, str] | None) -> None:
    assert q_text(before) == found


@pytest.mark.parametrize("library", ["tqdm", "rich", None])
def test_a_bar_for_long_replies(library: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    from anyq.notebook import _progress

    if library is not None:
        pytest.importorskip(library)
    monkeypatch.setattr(_progress, "_SHOW_AFTER", 0)
    if library != "tqdm":
        monkeypatch.setattr(_progress, "_tqdm", lambda whole: None)
    if library is None:
        monkeypatch.setattr(_progress, "_rich", lambda whole: None)
    bar = _progress.Progress()
    bar.update(0, 0)
    assert bar._bar is None
    bar.update(10, 100)
    bar.update(50, 100)
    assert getattr(bar._bar, "n", 0) == 50
    bar.clear()


@pytest.mark.parametrize("connected", [False, True])
def test_an_interrupt_abandons_the_call_and_nothing_else(shell: Any, served: int, connected: bool) -> None:
    q = run(shell, f"%q_connect 127.0.0.1:{served}" if connected else "%q_embedded")
    main = threading.main_thread().ident
    assert main is not None
    timer = threading.Timer(0.3, signal.pthread_kill, (main, signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        run(shell, f'%q system"sleep {1 if connected else 60}"')
    assert q("6*7", timeout=50) == 42  # the server sleeps on, the embedded q was woken


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="timers")
@pytest.mark.parametrize("connected", [False, True])
def test_an_interrupt_at_any_moment(served: int, connected: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The call is given up, whatever it is about to do, and the next one has its own answer."""
    q = notebook.connect(f"127.0.0.1:{served}") if connected else anyq.sync.open_embedded().__enter__()
    rng, interrupts = random.Random(1), 0
    monkeypatch.setattr(sys, "unraisablehook", lambda _: None)  # a destructor swallows what is raised inside it

    def handler(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, handler)
    try:
        while interrupts < 100:
            try:
                signal.setitimer(signal.ITIMER_REAL, rng.uniform(0.0001, 0.003))
                for _ in range(200):  # not for ever: see above
                    q("sum til 200000" if connected else "while[1b;0]", timeout=60)
            except KeyboardInterrupt:
                interrupts += 1
            assert q("6*7", timeout=50) == 42
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        q.close()


def test_a_session_ends_without_being_told_to() -> None:
    program = "%load_ext anyq\nprint(get_ipython().run_line_magic('q', '6*7'))\n"
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "IPython",
            "--no-banner",
            "--quick",
            "--simple-prompt",
            "--HistoryManager.enabled=False",
        ],
        input=program,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "42" in done.stdout
    assert done.returncode == 0
    assert "Error" not in done.stderr
