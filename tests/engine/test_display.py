"""What the console's one-line form says, q reads again."""

from __future__ import annotations

import pytest
from hypothesis import assume, given

import anyq
from anyq.console import line
from anyq.engine import Interpreter
from anyq.testing import strategies as qst
from anyq.values import Dict, List, QType, Table, Value, Vector

Q = Interpreter()


def strs(part: Vector | anyq.Atom) -> list[str]:
    return list(part.symbols) if isinstance(part, Vector) else [part.raw]


YEARS = {QType.MONTH: (-23_988, 95_999), QType.DATE: (-730_119, 2_921_939)}
"""The years 1 to 9999, which are all that can be written."""


def within_years(part: Vector | anyq.Atom) -> bool:
    low, high = YEARS[part.qtype]
    ends = (part.qtype.null, part.qtype.inf, part.qtype.ninf)
    raws = part.array.tolist() if isinstance(part, Vector) else [part.raw]
    return all(raw in ends or low <= raw <= high for raw in raws)


def plain(text: str) -> bool:
    return not text or (text.isascii() and text.isalnum())


def readable(value: Value) -> bool:
    """Whether a value has a form that q reads: no functions, no attributes, symbols that are names, no odd floats."""
    todo = [value]
    while todo:
        part = todo.pop()
        if isinstance(part, Vector | anyq.Atom):
            if part.qtype in (QType.GUID, QType.REAL, QType.FLOAT, QType.DATETIME, QType.CHAR):
                return False
            if part.qtype in YEARS and not within_years(part):
                return False
            if part.qtype is QType.SYMBOL and not all(plain(text) for text in strs(part)):
                return False
            if isinstance(part, Vector) and part.attr:
                return False
        elif isinstance(part, List):
            if part.attr or anyq.values.collapse(part.items) != part:
                return False
            todo.extend(part.items)
        elif type(part) is Dict and not part.sorted:
            todo += [part.key, part.value]
        elif isinstance(part, Table):
            return False
        else:
            return False
    return True


@given(qst.values())
def test_the_one_line_form_reads_back(value: Value) -> None:
    assume(readable(value))
    # Single items show as k writes them, with a comma before: that is how k reads them too.
    assert Q.eval(line(value, 17), k=True) == value


FORMS = [
    "1b", "0x0102", "1 0N 0W", "1 2f", "0n 0w", "`a`b", "2000.01.01 0N", "0N 0Nd", "00:00 0W", "2000.01 0Nm",
    "0D00:00:00.000000001 -0W", '(1;`a;"x")', ",1", ",`a", "()", "`long$()", "`a`b!1 2", "(,`a)!,1", "`s#1 2", "::",
    "1 0Ne", "0 0Ni", "-104D05:59:59.254740993",
]  # fmt: skip


@pytest.mark.parametrize("text", FORMS)
def test_forms_stand_for_themselves(text: str) -> None:
    assert line(Q.eval(f"k){text}" if text.startswith((",", "(,")) else text)) == text
