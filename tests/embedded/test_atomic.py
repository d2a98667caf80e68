"""Files are old or new after a crash or a full disk, never half."""

from __future__ import annotations

import os
import random
import resource
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.processes import killed_over_and_over

import anyq.sync
from anyq.errors import QError

KILLS = int(os.environ.get("ANYQ_KILLS", "6"))
"""How often each writer is killed; the longer run uses 200."""


@pytest.fixture
def umask() -> Iterator[None]:
    before = os.umask(0o027)
    yield
    os.umask(before)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the mask is the one at import")
def test_new_files_have_the_mask_of_the_process_which_is_not_set(
    tmp_path: Path, umask: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with anyq.sync.open_embedded() as q:
        q(f'system "cd {tmp_path}"')
        with monkeypatch.context() as patch:
            patch.delattr(os, "umask")
            q("`:file set 1 2 3; `:t/ set ([]a:1 2)")
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o640
    assert (tmp_path / "t").stat().st_mode & 0o777 == 0o750
    assert (tmp_path / "t" / "a").stat().st_mode & 0o777 == 0o640


@contextmanager
def disk_full_at(size: int) -> Iterator[None]:
    """No file of this process may grow beyond so many bytes, as on a disk that is full there."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


@pytest.fixture
def small_disk() -> Iterator[None]:
    with disk_full_at(40_000):
        yield


def test_a_failed_append_leaves_the_log_as_it_was(tmp_path: Path, small_disk: None) -> None:
    with anyq.sync.open_embedded() as q:
        q(f'system "cd {tmp_path}"')
        q("`:log set ();h:hopen `:log")
        q("do[50;h enlist(`upd;`t;til 90)]")
        size = (tmp_path / "log").stat().st_size
        with pytest.raises(QError, match="OS reports"):
            q("h enlist(`upd;`t;til 4000)")
        assert (tmp_path / "log").stat().st_size == size
        q("do[3;h enlist(`upd;`t;1 2 3)]")
        q("n:0;upd:{[t;x] n+:1}")
        assert q("-11!`:log").py() == 53
        assert q("n").py() == 53


@pytest.mark.parametrize(
    "write",
    ["`:t/ set ([]a:til 6000;b:6000#1f)", "`:t/ upsert ([]a:til 6000;b:6000#1f)", "@[`:t;`a`b;:;(til 6000;6000#1f)]"],
)
def test_a_full_disk_leaves_the_old_table(tmp_path: Path, small_disk: None, write: str) -> None:
    with anyq.sync.open_embedded() as q:
        q(f'system "cd {tmp_path}"')
        old = q("`:t/ set ([]a:til 100;b:100#2f);get `:t/")
        with pytest.raises(QError, match="OS reports"):
            q(write)
        assert q("get `:t/") == old
        assert sorted(path.name for path in tmp_path.iterdir()) == ["t"]
        assert sorted(path.name for path in (tmp_path / "t").iterdir()) == [".d", "a", "b"]


def test_other_files_of_the_folder_stay(tmp_path: Path) -> None:
    with anyq.sync.open_embedded() as q:
        q(f'system "cd {tmp_path}"')
        q("`:t/ set ([]a:til 3;b:3#2f)")
        (tmp_path / "t" / "note").write_text("mine")
        q("`:t/ set ([]a:til 4)")
        assert (tmp_path / "t" / "note").read_text() == "mine"
        assert q("count get `:t/").py() == 4


WRITERS = {
    "log": (
        "`:log set ();h:hopen `:log",
        "h enlist (`upd;`t;i+til 3000)",
        "n:-11!(-2;`:log); if[0<type n;'`torn]; upd:{[t;x] if[not x~first[x]+til 3000;'`mixed]}; -11!`:log",
    ),
    "splayed": (
        "`:t/ set ([]a:enlist 0;b:enlist 0)",
        "`:t/ upsert ([]a:2000#i;b:2000#i)",
        "x:get `:t/; if[not x[`a]~x`b;'`mixed]; if[0<>(-1+count x)mod 2000;'`torn]",
    ),
    "dpft": (
        "t:([]s:2000?`3;v:2000#0;w:2000#0);.Q.dpft[`:.;2024.01.01;`s;`t]",
        "t:([]s:(2000+i)?`3;v:(2000+i)#i;w:(2000+i)#i);.Q.dpft[`:.;2024.01.01;`s;`t]",
        "sym:get `:sym;x:get `:2024.01.01/t/; if[not x[`v]~x`w;'`mixed]; if[1<count distinct x`v;'`mixed];"
        "if[any null value x`s;'`sym]; system\"l .\"; if[not tables[]~`t`x;'`left]",
    ),
    "en": (
        "`:sym set `$string til 500",
        ".Q.en[`:.;([]s:`$string(count get`:sym)+til 500)]",
        "x:get `:sym; if[not x~`$string til count x;'`mixed]; if[0<>count[x]mod 500;'`torn]",
    ),
    "set": ("`:f set 5000#0", "`:f set (5000+i)#i", "x:get `:f; if[1<count distinct x;'`mixed]"),
    "columns": (
        "`:t/ set ([]a:3000#0;b:3000#0)",
        "@[`:t;`a`b;:;(3000#i;3000#i)]",
        "x:get `:t/; if[not x[`a]~x`b;'`mixed]",
    ),
}


@pytest.mark.parametrize("kind", WRITERS)
def test_full_disk_leaves_old_or_new(kind: str, tmp_path: Path) -> None:
    setup, write, check = WRITERS[kind]
    failed = 0
    with anyq.sync.open_embedded() as q:
        q(f'system "cd {tmp_path}"')
        q(setup)
        for number, size in enumerate([0, 100, 2000, 4000, 8000, 12000, 16000, 20000, 24000, 30000, 36000, 50000]):
            with disk_full_at(size):
                failed += not q(f'@[{{value x;1b}};"i:{number + 1};{write}";{{if[not x like"*OS reports*";\'x];0b}}]')
            q(check)
            q(f'system "cd {tmp_path}"')
        assert failed > 2, failed
        q(f"i:99;{write};{check}")


PROGRAM = """
    import os, sys
    import anyq.sync
    import anyq.embedded
    setup, write = sys.argv[1:]
    def work():
        with anyq.sync.open_embedded() as q:
            q(setup)
            print(os.getpid(), flush=True)
            i = 0
            while True:
                i += 1
                q(f"i:{i};" + write)
"""


@pytest.mark.parametrize("kind", WRITERS)
def test_kill_leaves_old_or_new(kind: str, tmp_path: Path) -> None:
    setup, write, check = WRITERS[kind]
    chance = random.Random(kind)
    with anyq.sync.open_embedded() as q, killed_over_and_over(PROGRAM, setup, write, folder=tmp_path) as run:
        for _ in range(KILLS):
            run(chance.uniform(0.0, 0.06))
            q(f'system "cd {tmp_path}"')
            q(check)
