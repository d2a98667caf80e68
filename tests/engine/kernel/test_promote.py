"""Tables of result types: their symmetries, and that operators give what they say."""

from __future__ import annotations

import pytest
from tests.engine.asking import ask, error

from anyq.engine.kernel import _promote as promote
from anyq.values import Atom, QType, Vector

TYPES = [QType.of(char) for char in "bxhijefcpmdznuvt"]
NAMES = {"+": promote.ADD, "-": promote.SUBTRACT, "*": promote.MULTIPLY, "%": promote.DIVIDE, "&": promote.LESSER}


@pytest.mark.parametrize("name", NAMES)
def test_an_operator_has_the_type_of_the_table(name: str) -> None:
    """Each pair of types, atoms and vectors."""
    wrong = []
    for x in TYPES:
        for y in TYPES:
            wanted = NAMES[name].get((x, y))
            a, b = Atom(x, 1 if x is not QType.CHAR else 97), Atom(y, 1 if y is not QType.CHAR else 97)
            if wanted is None:
                found = error(f"x{name}y", x=a, y=b)
                ok = found == "type"
            else:
                made = ask(f"x{name}y", x=a, y=b)
                whole = ask(f"(enlist x){name}enlist y", x=a, y=b)
                assert isinstance(made, Atom)
                assert isinstance(whole, Vector)
                ok = made.qtype is whole.qtype is wanted
            if not ok:
                wrong.append((x.char, y.char, wanted))
    assert not wrong


@pytest.mark.parametrize("table", [promote.ADD, promote.LESSER, promote.COMPARE], ids=["add", "lesser", "compare"])
def test_commutative_operators_have_symmetric_tables(table: promote.Promotion) -> None:
    numbers = [t for t in TYPES if t is not QType.CHAR]
    assert not [(x.char, y.char) for x in numbers for y in numbers if table.get((x, y)) is not table.get((y, x))]


def test_guids_and_symbols_take_no_part() -> None:
    for table in (*NAMES.values(), promote.MOD, promote.DIV, promote.COMPARE):
        assert not [pair for pair in table if QType.GUID in pair or QType.SYMBOL in pair]
