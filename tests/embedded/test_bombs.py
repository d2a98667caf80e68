"""Values that are small to send and huge to work on end with the time limit, whatever verb meets them."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anyq.embedded import EmbeddedQ
from anyq.engine import Interpreter
from anyq.errors import QError
from anyq.values import Value, chars

EXAMPLES = int(os.environ.get("ANYQ_BOMBS", "20"))
"""How many are tried; the gate does so on one Python, for they leave millions of objects to the collector."""

BOMBS = {
    "wide": "1000000#1 2 3f",
    "longs": "til 1000000",
    "many": "200000#enlist 1 2 3",
    "dag": "{(x;x)}/[40;1]",
    "text": '2000000#"abc def"',
    "strings": '200000#("abc";"de")',
    "symbols": "300000?`4",
    "table": '([]a:300000?100;b:300000?`3;c:300000#("ab";"cd"))',
    "wide table": 'flip(`$"c",/:string til 2000)!2000#enlist 100#1',
}
EXCEPT = {
    "exit": "ends the process",
    "hopen": "connects; tests/embedded/test_waits.py",
    "system": "runs what its argument says",
    "value": "evaluates its argument",
    "read0": "reads files; test_waits.py",
}
"""Verbs that are not tried, and why."""

NAMES = sorted(
    name
    for name in Interpreter().vocabulary.entries
    if (name.isalpha() or not name[0].isalnum()) and name not in EXCEPT
)
VERBS = [name for name in NAMES if not name.startswith((".", "\\")) and name.isascii()]
SHAPES = ("f[x]", "f[x;y]", "f'[x;y]", "f/[x;y]", "f\\[x]", "f/:[x;y]", "f':[x]", "f[x;y;x]")


def _limit(interpreter: Interpreter) -> None:
    interpreter.time_limit = 0.1


@pytest.fixture(scope="module")
def q(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedQ]:
    q = EmbeddedQ()
    q.start()
    evaluate(q, f'system "cd {tmp_path_factory.mktemp("bombs")}"')
    for number, text in enumerate(BOMBS.values()):
        evaluate(q, f"bomb{number}:{text}")
    q.submit(_limit).wait()
    yield q
    q.stop()


def evaluate(q: EmbeddedQ, text: str) -> Value:
    """The value of a text; `CallTimeout` is the failure, when the time limit did not end it."""
    return q.evaluate(chars(text)).wait(60)


@pytest.mark.skipif(not EXAMPLES, reason="ANYQ_BOMBS=0")
@settings(max_examples=EXAMPLES or 1)
@given(st.sampled_from(VERBS), st.sampled_from(SHAPES), st.integers(0, len(BOMBS) - 1), st.integers(0, len(BOMBS) - 1))
def test_each_verb_ends_with_the_time_limit(q: EmbeddedQ, verb: str, shape: str, x: int, y: int) -> None:
    function = f"({verb})" if not verb[0].isalpha() else verb
    text = shape.replace("x", f"bomb{x}").replace("y", f"bomb{y}").replace("f", function, 1)
    with contextlib.suppress(QError):
        evaluate(q, f"{text};1")
    assert evaluate(q, "1+1") == 2
