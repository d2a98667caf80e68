"""Tokens: what goes together, where it stands, and what is no token."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anyq.engine.syntax._lexer import Kind, source_of, text_of, tokenize
from anyq.errors import QError


def kinds(source: str) -> list[str]:
    return [f"{t.kind.value}:{t.text}" for t in tokenize(source)[:-1]]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x-1", ["name:x", "glyph:-", "numbers:1"]),
        ("x -1", ["name:x", "numbers:-1"]),
        ("x - 1", ["name:x", "glyph:-", "numbers:1"]),
        ("1 2 -3", ["numbers:1 2 -3"]),
        ("1 2-3", ["numbers:1 2", "glyph:-", "numbers:3"]),
        ("(x)-1", ["open:(", "name:x", "close:)", "glyph:-", "numbers:1"]),
        ("{x}-1", ["open:{", "name:x", "close:}", "numbers:-1"]),
        ("{[x]-1}", ["open:{", "open:[", "name:x", "close:]", "numbers:-1", "close:}"]),
        ("`a`b", ["symbols:`a`b"]),
        ("`a `b", ["symbols:`a", "symbols:`b"]),
        ("`:a/b.c", ["symbols:`:a/b.c"]),
        ("a.b", ["name:a.b"]),
        ("a .b", ["name:a", "name:.b"]),
        ("(a).b", ["open:(", "name:a", "close:)", "name:.b"]),
        ("a+:1", ["name:a", "glyph:+:", "numbers:1"]),
        ("a::1", ["name:a", "glyph:::", "numbers:1"]),
        ("+/x", ["glyph:+", "iterator:/", "name:x"]),
        ("f':x", ["name:f", "iterator:':", "name:x"]),
        ("x /gone", ["name:x"]),
        ("/gone", []),
        ("x\n/gone\ny", ["name:x", "name:y"]),
        ("a<=b", ["name:a", "glyph:<=", "name:b"]),
        ("2_x", ["numbers:2", "glyph:_", "name:x"]),
        ("a_b", ["name:a_b"]),
        ('("S";",")0:f', ["open:(", 'string:"S"', "semicolon:;", 'string:","', "close:)", "glyph:0:", "name:f"]),
        ("12:30 13:00", ["numbers:12:30 13:00"]),
        ("1e-3", ["numbers:1e-3"]),
        ('"a\\"b"', ['string:"a\\"b"']),
        ("0x1f", ["numbers:0x1f"]),
    ],
)
def test_tokens(source: str, expected: list[str]) -> None:
    assert kinds(source) == expected


def test_positions_and_adjacency() -> None:
    tokens = tokenize("ab + c")
    assert [(t.start, t.end, t.adjacent) for t in tokens[:3]] == [(0, 2, False), (3, 4, False), (5, 6, False)]
    assert [t.adjacent for t in tokenize("ab+c")] == [False, True, True, True]
    assert tokens[-1].kind is Kind.END


@pytest.mark.parametrize(("source", "text", "position"), [('1+"ab', '"', 2), ("1+\x00", "char", 2), ("é", "char", 0)])
def test_what_is_no_token(source: str, text: str, position: int) -> None:
    with pytest.raises(QError) as caught:
        tokenize(source_of(source))
    assert (caught.value.text, caught.value.position) == (text, position)


@given(st.binary())
def test_any_bytes_survive_as_source(data: bytes) -> None:
    assert source_of(text_of(data.decode("latin-1"))).encode("latin-1") == data
