"""Feed damaged bytes to every function of the compiled module: ``python -m tests.fuzz.fuzz_speedups --minutes 30``.

Each body is also decoded in Python: value or error have to be the same. Meant for a module that was built with
AddressSanitizer and UndefinedBehaviorSanitizer (``nox -s sanitize``), which end the process at the first fault; buffers
are exactly as long as what is in them, so that a byte beyond is found.
"""

from __future__ import annotations

import argparse
import random
import secrets
import time
from collections.abc import Callable
from typing import Any
from unittest import mock

import numpy as np

import anyq
from anyq import codec
from anyq.codec import _decode, _scan, _speedups, _stream
from anyq.console import CellStyle, _columns, column_texts
from anyq.protocol import _receive
from anyq.speedups import COMPILED, speedups

MARKS = bytes([0, 1, 2, 4, 5, 7, 8, 9, 10, 11, 19, 20, 98, 99, 100, 101, 127, 128, 236, 237, 245, 247, 248, 255])


def corpus() -> list[bytes]:
    """Bodies of every kind that the compiled decoder knows, and of some that it does not."""
    types = [t for t in anyq.QType if t.dtype is not None]
    vectors = [anyq.Vector(t, np.zeros(n, t.numpy)) for t in types for n in (0, 1, 3, 70)]
    vectors += [anyq.symbols(["a", "bc", ""] * n) for n in (0, 1, 3, 30)]
    atoms = [vector[0] for vector in vectors if len(vector)]
    rows = anyq.table({"sym": anyq.symbols(["a", "b"]), "price": [1.0, 2.0], "on": [True, False]})
    mixed = [rows, anyq.strings(["ab"] * 9), anyq.table({f"c{i}": anyq.chars("ab") for i in range(9)})]
    nested = [anyq.as_q([1, ["a", [rows, {"k": [1, 2]}]]]), anyq.as_q({"a": [1], "b": 2.0})]
    keyed = [anyq.keyed_table({"k": [1, 2]}, {"v": anyq.strings(["a", "b"])})]
    updates = [anyq.as_q([anyq.symbol("upd"), anyq.symbol("trade"), rows]), anyq.as_q([None, [None]])]
    return [codec.encode(value) for value in (*vectors, *atoms, *mixed, *nested, *keyed, *updates)]


def damaged(chance: random.Random, body: bytes, other: bytes) -> bytes:
    data = bytearray(body)
    for _ in range(chance.randint(1, 4)):
        at = chance.randint(0, len(data))
        what = chance.randrange(6)
        if what == 0 and data:
            data[at % len(data)] = chance.choice(MARKS)
        elif what == 1 and data:
            data[at % len(data)] ^= 1 << chance.randrange(8)
        elif what == 2:
            del data[at : at + chance.randint(1, 8)]
        elif what == 3:
            data[at:at] = bytes(chance.choices(MARKS, k=chance.randint(1, 6)))
        elif what == 4:
            begin = chance.randint(0, len(other))
            data[at:at] = other[begin : begin + chance.randint(1, 60)]
        else:
            del data[at:]
    return bytes(data)


def outcome(function: Callable[..., Any], *arguments: Any) -> Any:
    try:
        value = function(*arguments)
    except (anyq.Error, ValueError) as error:
        return type(error), str(error)
    if isinstance(value, anyq.Value):
        return type(value), codec.encode(value)
    if isinstance(value, memoryview | np.ndarray):
        return bytes(value)
    return value if not isinstance(value, tuple) else tuple(map(str, value))


def check(chance: random.Random, body: bytes) -> None:
    held = bytearray(body) if chance.random() < 0.5 else body
    compiled = outcome(codec.decode, held)
    with mock.patch.object(_decode, "decode_fast", _decode._not_known):
        plain = outcome(codec.decode, held)
    assert compiled == plain, (body, compiled, plain)
    start, count = chance.randint(0, len(body)), chance.randint(1, 100)
    for fast, slow, arguments in (
        (speedups.frames, _receive.frames, (memoryview(body), start, len(body), count, chance.randint(0, 5))),
        (_speedups.symbols_end, _scan.symbols_end, (body, start, count)),
        (_speedups.string_bounds, _scan.string_bounds, (body, start, count, True)),
        (_speedups.decompress_stream, _stream.decompress_stream, (body, count * 10)),
        (_speedups.compress_stream, _stream.compress_stream, (body, count)),
    ):
        found, wanted = outcome(fast, *arguments), outcome(slow, *arguments)
        assert found == wanted, (fast, arguments, found, wanted)
    rows(chance, body, count)
    codes, views = np.empty(count, np.int32), np.empty(16 * count, np.uint8)
    offsets = np.sort(np.array(chance.choices(range(-2, len(body) + 3), k=2 * count), np.int64))
    outcome(speedups.factorize, body, codes)
    outcome(speedups.symbol_views, body, views)
    outcome(speedups.string_views, body, offsets[:count], offsets[count:], views)
    outcome(speedups.join_strings, body, offsets[:count], offsets[count:], bytearray(count), chance.random() < 0.5)
    outcome(speedups.symbol_texts, body, bytearray(len(body)), np.empty(count + 1, np.int64))


def rows(chance: random.Random, body: bytes, count: int) -> None:
    """What writes columns: floats against Python's own texts, the rest for faults of memory."""
    style = CellStyle(digits=chance.choice([0, 1, 7, 15, 16, 17]), null="null", quote='"', date_mark="-")
    for qtype in (anyq.QType.FLOAT, anyq.QType.TIMESTAMP, anyq.QType.DATE, anyq.QType.TIME, anyq.QType.SHORT):
        vector = anyq.Vector(qtype, np.frombuffer(body[: len(body) // 16 * 16], qtype.numpy))
        texts = list(column_texts(vector, style))
        assert texts == [text.encode() for text in _columns.plain_column_texts(vector, style)], (body, style)
    edges = np.sort(np.array(chance.choices(range(-2, len(body) + 3), k=2 * count), np.int64))
    column = body, edges[:count], edges[count:]
    for special in (b"", b',"'):
        outcome(speedups.quoted_texts, *column, special)
    outcome(speedups.join_rows, (column, column), (b"{", body[:9], b"}"))
    outcome(_decode.decode_update, body)
    outcome(_decode.decode_number, body)
    outcome(_decode._new_decoder().storage if chance.random() < 0.01 else _STORAGE, body, chance.randint(-1, 40), count)


_STORAGE: Any = _decode._new_decoder().storage if COMPILED else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=1)
    parser.add_argument("--seed", type=int, default=secrets.randbits(32))
    options = parser.parse_args()
    assert COMPILED, "the compiled module is not in use"
    print(f"seed {options.seed}", flush=True)
    chance, bodies, end, rounds = random.Random(options.seed), corpus(), time.monotonic() + 60 * options.minutes, 0
    first = len(bodies)
    while time.monotonic() < end:
        body = damaged(chance, chance.choice(bodies), chance.choice(bodies))
        check(chance, body)
        rounds += 1
        if len(body) < 2000 and chance.random() < 0.02:  # what was damaged once is damaged further
            if len(bodies) < 5000:
                bodies.append(body)
            else:
                bodies[chance.randrange(first, len(bodies))] = body
    print(f"{rounds} bodies, nothing found")


if __name__ == "__main__":
    main()
