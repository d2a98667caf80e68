from __future__ import annotations

from anyq.embedded import BlockingEmbedded
from anyq.engine import Interpreter
from anyq.query import col, select


def test_words_of_the_engine_are_no_names() -> None:
    words = {name for name in Interpreter().vocabulary.entries if name.isalnum() and name[0].isalpha()}
    assert len(words) > 100
    for name in words:
        assert str(select("t", name)).startswith("?["), name


def test_plain_names_are_written_as_they_are() -> None:
    assert str(select(".a.t", ["a", "b_1"], where=col("t.x") > 1)) == "select a,b_1 from .a.t where t.x>1"


def test_other_names_are_values(q: BlockingEmbedded) -> None:
    assert str(select("a b")) == '?[`$"a b";();0b;()]'
    assert str(select("t", "_a")) == '?[`t;();0b;(enlist `$"_a")!enlist `$"_a"]'
    assert str(select("t", where=col("1") > 1)) == "?[`t;enlist (>;`1;1);0b;()]"
