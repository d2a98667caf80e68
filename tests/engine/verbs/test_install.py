"""The vocabulary as it is filled, and what the contributors' page says of adding to it."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from anyq.engine import Interpreter, Vocabulary
from anyq.engine.session._context import Context
from anyq.engine.verbs import install
from anyq.errors import QError
from anyq.values import Primitive, Value

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "examples" / "README.md").read_text("utf-8").partition("## Adding to anyq")[2]


def test_every_name_has_a_function() -> None:
    vocabulary = Vocabulary()
    install(vocabulary)
    iterators = {"'", "/", "\\", "':", "/:", "\\:"}
    empty = [n for n, e in vocabulary.entries.items() if not e.ranks and e.any_rank is None and n not in iterators]
    assert not empty


def test_names_of_one_primitive_are_aliases() -> None:
    vocabulary = Vocabulary()
    install(vocabulary)
    values = {id(entry): entry.value for entry in vocabulary.entries.values() if isinstance(entry.value, Primitive)}
    codes = Counter((value.qtype, value.code) for value in values.values())
    assert not [code for code, times in codes.items() if times > 1]


def test_installing_twice_changes_nothing() -> None:
    once, twice = Vocabulary(), Vocabulary()
    install(once)
    install(twice)
    install(twice)
    assert once.entries.keys() == twice.entries.keys()
    assert all(once.entries[name].ranks.keys() == twice.entries[name].ranks.keys() for name in once.entries)


def test_a_verb_added_at_run_time_is_a_verb() -> None:
    q = Interpreter()
    q.vocabulary.unary("twice", lambda x: q.verb("+", x, x))
    q.vocabulary.binary("plus", lambda x, y: q.verb("+", x, y))
    assert q.eval("twice 1 2 3") == q.eval("2 4 6")
    assert q.eval("twice each (1;2 3)") == q.eval("(2;4 6)")
    assert q.eval("(0 plus/1 2 3;plus[1;2];1 plus 2;{x plus y}[1]2)") == q.eval("(6;3;3;3)")
    assert q.eval("string twice") == q.eval('"twice"')


def test_a_verb_that_wants_its_session_gets_it() -> None:
    def applied(session: Context, f: Value, x: Value) -> Value:
        return session.apply(f, (x,))

    q, other = Interpreter(), Interpreter()
    for session in (q, other):
        session.vocabulary.binary("on", applied, context=True)
    q.eval("f:{x+n};n:10")
    other.eval("f:{x+n};n:20")
    assert [session.eval("f on 1") for session in (q, other)] == [q.eval("11"), q.eval("21")]


def test_an_unknown_rank_is_q_s_own_error() -> None:
    q = Interpreter()
    q.vocabulary.unary("lone", lambda x: x)
    with pytest.raises(QError, match="rank"):
        q.eval("lone[1;2]")


def test_the_program_of_the_page_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (program,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(compile(program, "README.md", "exec"), {})
    assert capsys.readouterr().out.split() == ['"AB!"', '"CD!"']


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`((?:src|tests)/[^`]+)`", PAGE))))
def test_every_place_that_the_page_names_exists(path: str) -> None:
    assert (ROOT / path).exists()


@pytest.mark.parametrize(
    ("name", "path"),
    [
        *re.findall(r"`(_?[A-Za-z_]+)` (?:in|of|there)\s+`(src/[^`]+\.py)`", PAGE),
        ("_COMMANDS", "src/anyq/engine/verbs/system/_commands.py"),
        ("ConnectOptions", "src/anyq/client/_options.py"),
    ],
)
def test_every_table_that_the_page_names_is_there(name: str, path: str) -> None:
    assert re.search(rf"^(class |def |async def )?{name}\b", (ROOT / path).read_text("utf-8"), re.MULTILINE)
