"""``.h``: markup that Python's parsers read back."""

from __future__ import annotations

import csv
import html
import io
import json
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engine.asking import ask, error, holds

from anyq.values import Vector, as_q, chars, strings, symbols, table

texts = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=8)


def text(value: object) -> str:
    assert isinstance(value, Vector)
    return bytes(value).decode()


@given(texts)
def test_escapes_are_undone_by_python(x: str) -> None:
    assert html.unescape(text(ask(".h.xs x", x=chars(x)))) == x
    assert unquote(text(ask(".h.hu x", x=chars(x)))) == x
    assert holds("x~.h.uh .h.hu x", x=chars(x))


@given(texts.filter(lambda x: "<" not in x and "&" not in x))
def test_elements(x: str) -> None:
    made = ElementTree.fromstring(text(ask(".h.htc[`p;x]", x=chars(x))))
    assert (made.tag, made.text or "") == ("p", x)
    assert text(ask('.h.ha["u";x]', x=chars(x))) == f"<a href=u>{x}</a>"


@given(st.lists(st.tuples(texts.filter(lambda x: "," not in x), st.integers(-9, 9)), min_size=1, max_size=4))
def test_tables_as_csv_json_and_xml(rows: list[tuple[str, int]]) -> None:
    x = table({"s": strings([s for s, _ in rows]), "n": as_q([n for _, n in rows])})
    lines = [text(line) for line in ask(".h.cd x", x=x)]
    found = list(csv.DictReader(io.StringIO("\n".join(lines))))
    assert [(row["s"], int(row["n"])) for row in found] == rows or any(not s.strip() or '"' in s for s, _ in rows)
    jsonl = [json.loads(text(line)) for line in ask(".h.jsonl x", x=x)]
    assert [(row["s"], row["n"]) for row in jsonl] == rows


@given(st.sampled_from(["200 OK", "404 Not Found"]), texts)
def test_responses_say_their_length(status: str, body: str) -> None:
    made = text(ask(".h.hn[s;`txt;b]", s=chars(status), b=chars(body)))
    head, _, content = made.partition("\r\n\r\n")
    assert content == body
    fields = dict(line.split(": ", 1) for line in head.split("\r\n")[1:])
    assert fields["Content-Length"] == str(len(body))
    assert head.startswith(f"HTTP/1.1 {status}")


@pytest.mark.parametrize("kind", ["csv", "txt", "json", "xml", "xls"])
def test_each_file_type_has_a_writer(kind: str) -> None:
    assert holds(f"(type first .h.tx[`{kind}]([]a:1 2))in 10 -10h")
    assert holds(f"10h=type .h.ty`{kind}")
    assert error(".h.htc[`p;1]") in ("type", "")
    assert symbols(["a"]) == ask("enlist`a")
