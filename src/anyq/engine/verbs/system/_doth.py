"""The ``.h``, ``.j`` and ``.o`` namespaces: markup, data as text, parts of HTTP responses, what catalogues ask for.

Facts: KX reference, pages ref/doth.md, ref/dotj.md; basics/syscmds.md (``\\f``) has the names of ``.o``.
"""

from __future__ import annotations

import re
import string as letters
from collections.abc import Callable
from typing import Final

from anyq.console import page
from anyq.console import string as plain_string
from anyq.errors import QError
from anyq.values import Atom, Dict, List, QType, Table, Value, Vector, collapse, count, strings

from ...kernel._support import chars, integer, is_atom, is_string, items_of, strs, symbol, symbols, text_of
from ...session._context import Context
from ...session._vocabulary import Vocabulary
from ..tables._dicts import unkeyed
from ..text._excel import workbook
from ..text._json import json_lines, read_json, write_json
from ..text._strings import to_string

__all__ = ["cells", "delimited", "install"]

_SAFE: Final = "$-.+!*'()," + letters.ascii_lowercase + letters.ascii_uppercase + "_" + letters.digits
_MEDIA: Final = {
    "htm": "text/html", "html": "text/html", "csv": "text/comma-separated-values", "txt": "text/plain",
    "xml": "text/plain", "xls": "application/msexcel", "gif": "image/gif", "ico": "image/x-icon", "jpg": "image/jpeg",
    "png": "image/png", "js": "text/javascript", "css": "text/css", "json": "application/json",
    "svg": "image/svg+xml", "jx": "text/plain",
}  # fmt: skip
_ANCHORS: Final = "a{text-decoration:none}a:link{color:024C7E}a:visited{color:024C7E}a:active{color:958600}"
_BODY: Final = "body{font:10pt verdana;text-align:justify}"
_LINK: Final = rb"http://[^\s<>\"]*"


def _text(x: Value) -> str:
    return text_of(x).decode("latin-1")


def _made(text: str) -> Vector:
    return chars(text.encode("latin-1"))


# -- markup


def element(name: str, content: str, attributes: str = "") -> str:
    return f"<{name}{attributes}>{content}</{name}>"


def _attributes(x: Value) -> str:
    if not isinstance(x, Dict):
        raise QError("type")
    pairs = zip(strs(x.key), items_of(x.value), strict=True)
    return "".join([f' {name}="{_plain(value)}"' for name, value in pairs])


def _plain(x: Value) -> str:
    return _text(x) if is_string(x) or (isinstance(x, Atom) and x.qtype is QType.SYMBOL) else _text(to_string(x, 7))


def _anchor(x: Value, y: Value, target: str) -> Value:
    href = _text(x) if isinstance(x, Atom) else f'"{_text(x)}"'
    return _made(element("a", _text(y), f"{target} href={href}"))


def _start(x: Value, y: Value) -> Value:
    return _made(f"<{_text(x)}{_attributes(y)}>")


def _lines(x: Value) -> str:
    return "".join([_text(line) + "\n" for line in items_of(x)])


def _code(x: Value) -> Value:
    parts = _text(x).split("\t")
    marked = [element("code", element("nobr", part)) if i % 2 else part for i, part in enumerate(parts)]
    return _made(" ".join(marked))


def _escaped(x: Value) -> str:
    return _text(x).replace("<", "&lt;")


def _xml_escaped(text: str) -> str:
    for char, name in (("&", "amp"), ("<", "lt"), (">", "gt"), ('"', "quot"), ("'", "apos")):
        text = text.replace(char, f"&{name};")
    return text


def _uri_unescaped(x: Value) -> Value:
    from urllib.parse import unquote_to_bytes

    return chars(unquote_to_bytes(text_of(x)))


def _document(q: Context, x: Value) -> Value:
    style = element("style", _text(q.get(".h.sa")) + _text(q.get(".h.sb")))
    return _made(element("html", element("head", style) + element("body", _text(x))))


def _frames(x: Value, y: Value, z: Value) -> Value:
    """A page of two frames, the left one as wide as the longest line needs."""
    width = 8 * max([len(_text(line)) for line in items_of(y)], default=0) + 84
    if count(z) != 2:
        raise QError("length")
    left, right = [_text(part) for part in items_of(z)]
    frames = f'<frame src="{left}"><frame name=v src="{right}">'
    inner = element("title", _text(x)) + element("frameset", frames, f' cols="{width},*"')
    return _made(element("html", element("head", inner)))


# -- addresses


def _uri_escaped(x: Value) -> Value:
    safe = set(_SAFE.encode())
    return chars(b"".join([bytes([b]) if b in safe else b"%%%02x" % b for b in text_of(x)]))


def _uri_map(x: Value) -> Value:
    kept = set(text_of(x))
    every = bytes(range(256))
    return Dict(chars(every), collapse([chars(bytes([b]) if b in kept else b"%%%02x" % b) for b in every]))


def _linked(x: Value) -> Value:
    return chars(re.sub(_LINK, lambda found: b'<a href="' + found[0] + b'">' + found[0] + b"</a>", text_of(x)))


# -- responses


def response(status: str, kind: str, content: str) -> str:
    """An HTTP response with its content."""
    media = _MEDIA.get(kind, "text/plain")
    return (
        f"HTTP/1.1 {status}\r\nContent-Type: {media}\r\nConnection: close\r\n"
        f"Content-Length: {len(content)}\r\n\r\n{content}"
    )


def _bad_request(x: Value) -> Value:
    return _made(response("400 Bad Request", "txt", "'" + _escaped(x)))


def _preformatted(q: Context, x: Value) -> Value:
    head = element("head", element("style", _text(q.get(".h.sb"))))
    page = element("html", head + element("body", element("pre", _lines(x))))
    return _made(response("200 OK", "htm", page))


# -- data as text


def cells(column: Value, delimiter: str) -> list[str]:
    """The text of each item; the items of a nested one between delimiters."""
    if isinstance(column, Vector) and column.qtype is not QType.CHAR:
        return [_text(item) for item in items_of(to_string(column, 7))]
    return [_cell(item, delimiter) for item in items_of(column)]


def _cell(item: Value, delimiter: str) -> str:
    if is_atom(item) or is_string(item):
        return _plain(item) if not (isinstance(item, Atom) and item.qtype is QType.CHAR) else chr(item.raw)
    return delimiter.join(cells(item, delimiter))


def delimited(x: Value, separator: str, delimiter: str) -> List:
    """The lines of a table with a heading, or of a list of columns."""
    plain = unkeyed(x)
    head: list[str] = []
    if isinstance(plain, Table):
        head = [separator.join(plain.column_names)]
        columns = list(plain.data.items)
    elif isinstance(plain, List):
        columns = list(plain.items)
    else:
        raise QError("type")
    texts = [[_quoted(cell, separator) for cell in cells(column, delimiter)] for column in columns]
    if len({len(column) for column in texts}) > 1:
        raise QError("length")
    rows = [separator.join(row) for row in zip(*texts, strict=True)]
    return strings([line.encode("latin-1") for line in head + rows])


def _quoted(cell: str, separator: str) -> str:
    if separator == "," and any(char in cell for char in ',"\n'):
        return '"' + cell.replace('"', '""') + '"'
    return cell


def _csv(q: Context, x: Value) -> Value:
    return delimited(x, ",", _text(q.get(".h.d")))


def _xml(x: Value) -> Value:
    table = unkeyed(x)
    if not isinstance(table, Table):
        raise QError("type")
    texts = [cells(column, " ") for column in table.data.items]
    names = table.column_names
    rows = [
        element("r", "".join([element(n, _xml_escaped(cell)) for n, cell in zip(names, row, strict=True)]))
        for row in zip(*texts, strict=True)
    ]
    return strings(["<R>", *rows, "</R>"])


def _json_lines(x: Value) -> Value:
    """A table as a line for each row; a list as a line for each item."""
    if isinstance(x, Table):
        return json_lines(x)
    if isinstance(x, List):
        return strings([write_json(item, between=b",\n ") for item in x.items])
    return chars(write_json(x))


def _excel(x: Value) -> Value:
    return strings(workbook({"Sheet1": _cells_of(x)}))


def _cells_of(x: Value) -> tuple[list[str], list[list[tuple[str, str]]]]:
    """Column names, and for each row the kind and text of its cells."""
    table = unkeyed(x)
    if not isinstance(table, Table):
        raise QError("type")
    kinds = [
        "Number" if isinstance(c, Vector) and c.qtype < QType.CHAR and c.qtype > QType.BYTE else "String"
        for c in table.data.items
    ]
    texts = [cells(column, " ") for column in table.data.items]
    rows = [list(zip(kinds, row, strict=True)) for row in zip(*texts, strict=True)]
    return table.column_names, rows


def _excel_sheets(x: Value) -> Value:
    if not isinstance(x, Dict):
        raise QError("type")
    sheets = zip(strs(x.key), items_of(x.value), strict=True)
    return strings(workbook({name: _cells_of(table) for name, table in sheets}))


def _from_json(_: Value, y: Value) -> Value:
    return List.of(tuple([read_json(text_of(line)) for line in items_of(y)]))


def _iso(x: Value) -> Value:
    text = plain_string(Atom(QType.TIMESTAMP, integer(x)))
    return _made(text[:10].replace(".", "-") + "T" + text[11:])


def _with_infinity(x: Value) -> Value:
    """``.j.jd``: a value, and a dict that may say how to write infinities."""
    if not isinstance(x, List) or len(x) != 2 or not isinstance(x[1], Dict):
        raise QError("type")
    options = x[1]
    null = "null0w" in options and bool(options["null0w"])
    return chars(write_json(x[0], infinity="null" if null else "inf"))


_PLAIN: Final[dict[str, tuple[int, Callable[..., Value]]]] = {
    "ha": (2, lambda x, y: _anchor(x, y, "")), "hb": (2, lambda x, y: _anchor(x, y, " target=v")),
    "hc": (1, lambda x: _made(_escaped(x))), "he": (1, _bad_request), "hta": (2, _start),
    "hn": (3, lambda x, y, z: _made(response(_text(x), _text(y), _text(z)))),
    "hy": (2, lambda x, y: _made(response("200 OK", _text(x), _text(y)))),
    "hr": (1, lambda x: _made("-" * len(text_of(x)))),
    "htc": (2, lambda x, y: _made(element(_text(x), _text(y)))),
    "htac": (3, lambda x, y, z: _made(element(_text(x), _text(z), _attributes(y)))),
    "nbr": (1, lambda x: _made(element("nobr", _text(x)))), "code": (1, _code), "fram": (3, _frames),
    "pre": (1, lambda x: _made(element("pre", _lines(x)))), "xmp": (1, lambda x: _made(element("xmp", _lines(x)))),
    "text": (1, lambda x: _made("".join([element("p", _text(line)) + "\n" for line in items_of(x)]))),
    "xs": (1, lambda x: _made(_xml_escaped(_text(x)))), "http": (1, _linked),
    "hu": (1, _uri_escaped), "hug": (1, _uri_map), "uh": (1, _uri_unescaped),
    "td": (1, lambda x: delimited(x, "\t", " ")), "xd": (1, _xml), "ed": (1, _excel), "edsn": (1, _excel_sheets),
    "xt": (2, _from_json), "iso8601": (1, _iso),
    "ka": (1, lambda x: chars("keep-alive" if integer(x) else "close")),
}  # fmt: skip


def answer_get(q: Context, x: Value) -> Value:
    """``.z.ph`` until a program sets it: the page of ``?expression``, made by ``.h.val``; 404 for files."""
    asked = x[0] if isinstance(x, List) and len(x) else x
    text = _uri_unescaped(asked)
    if not text_of(text).startswith(b"?"):
        return _made(response("404 Not Found", "txt", "not found"))
    found = q.apply(q.get(".h.val"), (chars(text_of(text)[1:]),))
    return q.verb(".h.hp", List.of(tuple([chars(line) for line in page(found, q.settings.style).split("\n")[:-1]])))


def install(vocabulary: Vocabulary) -> None:
    """Enter this family's names."""
    vocabulary.define(".z.ph", 1, answer_get, context=True)
    for name, (rank, function) in _PLAIN.items():
        vocabulary.define(f".h.{name}", rank, function)
    vocabulary.define(".h.html", 1, _document, context=True)
    vocabulary.define(".h.hp", 1, _preformatted, context=True)
    vocabulary.define(".h.cd", 1, _csv, context=True)
    vocabulary.define(".h.val", 1, lambda q, x: q.value(x), context=True)
    constants = {"br": "<br>", "HOME": "html", "logo": "", "sa": _ANCHORS, "sb": _BODY, "sc": _SAFE}
    for name, held in constants.items():
        vocabulary.constant(f".h.{name}", chars(held))
    vocabulary.constant(".h.d", Atom(QType.CHAR, 32))
    vocabulary.constant(".h.c0", symbol("024C7E"))
    vocabulary.constant(".h.c1", symbol("958600"))
    vocabulary.constant(".h.ty", Dict(symbols(list(_MEDIA)), strings(list(_MEDIA.values()))))
    vocabulary.define(".h.jsonl", 1, _json_lines)
    _install_types(vocabulary)
    vocabulary.define(".j.j", 1, lambda x: chars(write_json(x)))
    vocabulary.define(".j.k", 1, lambda x: read_json(text_of(x)))
    vocabulary.define(".j.jd", 1, _with_infinity)
    for name, word in {"Cols": "cols", "Fkey": "fkeys", "Key": "keys"}.items():
        vocabulary.alias(f".o.{name}", word)


def _install_types(vocabulary: Vocabulary) -> None:
    """``.h.tx``: what makes text of data, by file type."""
    names = {"raw": "enlist", "json": ".h.jsonl", "csv": ".h.cd", "txt": ".h.td", "xml": ".h.xd", "xls": ".h.ed"}
    functions = [vocabulary.entries[of].value for of in names.values()]
    vocabulary.constant(".h.tx", Dict(symbols(list(names)), List.of(tuple(functions))))
