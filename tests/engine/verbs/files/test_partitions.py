"""Partitioned tables are read by need: which files a query opens, and segments."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.engine.test_cases import Memory

import anyq
from anyq.engine import Interpreter
from anyq.errors import QError
from anyq.values import match


class Watched(Memory):
    """Remembers what was read whole."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def read(self, path: str, offset: int = 0, length: int | None = None) -> bytes:
        if length is None:
            self.seen.append(path)
        return super().read(path, offset, length)


@pytest.fixture
def q() -> Interpreter:
    made = Interpreter(Watched())
    made.eval("t:([]sym:`a`b`a;n:1 2 3;f:1 2 3f)")
    for day in range(1, 6):
        made.eval(f"`:db/2020.01.0{day}/t/ set .Q.en[`:db]update n*{day} from t")
    made.eval(r"\l db")
    return made


def read_by(q: Interpreter, query: str) -> list[str]:
    host = q.host
    assert isinstance(host, Watched)
    host.seen.clear()
    q.eval(query)
    return sorted(set(host.seen))


@pytest.mark.parametrize(
    ("query", "files"),
    [
        ("select sum n from t where date=2020.01.02", ["2020.01.02/t/n"]),
        ("select n by sym from t where date=2020.01.02", ["2020.01.02/t/n", "2020.01.02/t/sym"]),
        (
            "exec n from t where date in 2020.01.02 2020.01.04,f>1",
            [f"2020.01.0{d}/t/{c}" for d in (2, 4) for c in "fn"],
        ),
        ("select from t where date=last date", [f"2020.01.05/t/{c}" for c in ("f", "n", "sym")]),
        ("?[t;enlist(=;`date;2020.01.03);0b;(enlist`n)!enlist(max;`n)]", ["2020.01.03/t/n"]),
        ("{exec n from t where date=x}2020.01.03", ["2020.01.03/t/n"]),
        ("select count i by date from t", []),
        ("count t", []),
        ("cols t", []),
        (".Q.cn t", []),
        ("meta t", [f"2020.01.05/t/{c}" for c in ("f", "n", "sym")]),
        (".Q.ind[t;3 4]", [f"2020.01.02/t/{c}" for c in ("f", "n", "sym")]),
        (".Q.s t", [f"2020.01.0{d}/t/{c}" for d in range(1, 6) for c in ("f", "n", "sym")]),
        ("exec n from t where date=2020.02.01", ["2020.01.05/t/n"]),
    ],
)
def test_a_query_reads_what_it_needs(q: Interpreter, query: str, files: list[str]) -> None:
    assert read_by(q, query) == files


def test_loading_reads_no_columns(q: Interpreter) -> None:
    assert not [path for path in read_by(q, r"\l .") if path.endswith(("/n", "/f", "/sym"))]
    assert q.eval("exec sum n from t") == 6 * 15


def test_a_damaged_column_is_named(q: Interpreter) -> None:
    q.eval("`:2020.01.02/t/n set 1 2")
    with pytest.raises(QError, match=r"2020\.01\.02/t/n\. The columns differ in count"):
        q.eval("select n from t where date=2020.01.02")
    assert q.eval("exec sum n from t where date=2020.01.01") == 6


def test_a_column_that_is_missing_is_named(q: Interpreter) -> None:
    q.eval("hdel`:2020.01.02/t/f")
    with pytest.raises(QError, match=r"2020\.01\.02/t/f\. OS reports"):
        q.eval("select f from t")
    assert q.eval("exec sum f from t where date=2020.01.01") == 6.0


def test_segments(q: Interpreter) -> None:
    q.eval('`:/seg/root/par.txt 0:("/seg/1";"/seg/2")')
    q.eval("`:/seg/root/sym set `a`b")
    q.eval("sym:`a`b")
    for day, segment in ((1, 1), (2, 2), (3, 1)):
        q.eval(f"`:/seg/{segment}/2021.01.0{day}/s/ set .Q.en[`:/seg/root]([]sym:`a`b;n:{day} {day * 10})")
    assert q.eval(".Q.par[`:/seg/root;2021.01.02;`s]") == anyq.symbol(":/seg/1/2021.01.02/s")
    assert q.eval(".Q.par[`:/seg/root;2021.01.03;`s]") == anyq.symbol(":/seg/2/2021.01.03/s")
    q.eval(r"\l /seg/root")
    assert q.eval(".Q.P") == anyq.symbols([":/seg/1", ":/seg/2"])
    assert match(q.eval(".Q.D"), q.eval("(2021.01.01 2021.01.03;enlist 2021.01.02)"))
    assert q.eval(".Q.PD") == anyq.symbols([":/seg/1", ":/seg/2", ":/seg/1"])
    assert match(q.eval("exec n by date from s"), q.eval("2021.01.01 2021.01.02 2021.01.03!(1 10;2 20;3 30)"))
    assert read_by(q, "exec n from s where date=2021.01.02") == ["/seg/2/2021.01.02/s/n"]
    assert q.eval(".Q.u") == anyq.boolean(True)


@pytest.mark.parametrize(
    ("folder", "field", "values"),
    [
        ("2020.03", "month", "2020.03 2020.04m"),
        ("2020", "year", "2020 2021i"),
        ("7", "int", "7 8i"),
    ],
)
def test_other_partitions(folder: str, field: str, values: str) -> None:
    q = Interpreter(Memory())
    first, second = values.rstrip("mi").split(" ")
    assert first == folder
    q.eval(f"`:db/{first}/t/ set ([]n:1 2)")
    q.eval(f"`:db/{second}/t/ set ([]n:3 4)")
    q.eval(r"\l db")
    assert q.eval(".Q.pf") == anyq.symbol(field)
    assert match(q.eval(field), q.eval(values))
    kind = "m" if field == "month" else "i"
    assert match(q.eval(f"exec n from t where {field}={second}{kind}"), q.eval("3 4"))


def test_real_files(tmp_path: Path) -> None:
    with anyq.sync.open_embedded() as q:
        q(f'd:hsym`$"{tmp_path}"')
        q("t:([]sym:`b`a`b;n:1 2 3)")
        for day in ("2020.01.01", "2020.01.02"):
            q(f".Q.dpft[d;{day};`sym;`t]")
        q(f'system"l {tmp_path}"')
        assert q("exec n from t where date=2020.01.02").py() == [2, 1, 3]
        assert q("select sum n by sym from t") == q("([sym:`a`b]n:4 8)")


def test_what_may_set_nothing_counts_and_does_not_change_the_view(q: Interpreter) -> None:
    assert match(q.eval('reval(value;".Q.cn t")'), q.eval("5#3"))
    assert match(q.eval('reval(value;"count t")'), q.eval("15"))
    for text in (".Q.view 1#date", ".Q.view[]", ".Q.bv[]"):
        with pytest.raises(QError, match="noupdate"):
            q.eval(f"reval(value;{text!r})".replace("'", '"'))
        assert match(q.eval("exec distinct date from t"), q.eval("date"))
