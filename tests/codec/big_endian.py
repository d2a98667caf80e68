"""A body of the other byte order, made of a little-endian one without anyq's help."""

from __future__ import annotations

from struct import pack, unpack_from

WIDTHS = {
    1: 1, 2: 1, 4: 1, 5: 2, 6: 4, 7: 8, 8: 4, 9: 8, 10: 1, 12: 8, 13: 4, 14: 4, 15: 8, 16: 8, 17: 4, 18: 4, 19: 4,
}  # fmt: skip
"""Bytes that are turned round together: a guid's are not."""
PARTS = {99: 2, 127: 2} | dict.fromkeys(range(106, 112), 1)


def big_endian(body: bytes) -> bytes:
    turned, end = _object(body, 0)
    assert end == len(body)
    return turned


def _turn(raw: bytes, width: int) -> bytes:
    return b"".join(raw[i : i + width][::-1] for i in range(0, len(raw), width))


def _text(body: bytes, pos: int) -> tuple[bytes, int]:
    end = body.index(0, pos) + 1
    return body[pos:end], end


def _many(body: bytes, pos: int, count: int) -> tuple[bytes, int]:
    out = []
    for _ in range(count):
        turned, pos = _object(body, pos)
        out.append(turned)
    return b"".join(out), pos


def _object(body: bytes, pos: int) -> tuple[bytes, int]:
    kind, pos = body[pos], pos + 1
    head = bytes([kind])
    if kind >= 128:
        turned, pos = _atom(body, pos, 256 - kind)
    elif kind <= 19:
        turned, pos = _vector(body, pos, kind)
    elif kind == 98:
        turned, end = _object(body, pos + 1)
        turned, pos = body[pos : pos + 1] + turned, end
    elif kind == 100:
        text, pos = _text(body, pos)
        turned, pos = _object(body, pos)
        turned = text + turned
    elif kind in (104, 105):
        count = unpack_from("<I", body, pos)[0]
        turned, pos = _many(body, pos + 4, count)
        turned = pack(">I", count) + turned
    elif kind in PARTS:
        turned, pos = _many(body, pos, PARTS[kind])
    else:
        turned, pos = body[pos : pos + 1], pos + 1
    return head + turned, pos


def _atom(body: bytes, pos: int, kind: int) -> tuple[bytes, int]:
    if kind == 11:
        return _text(body, pos)
    size = 16 if kind == 2 else WIDTHS[kind]
    return _turn(body[pos : pos + size], WIDTHS[kind]), pos + size


def _vector(body: bytes, pos: int, kind: int) -> tuple[bytes, int]:
    attr, count = unpack_from("<BI", body, pos)
    assert attr < 128
    head, pos = pack(">BI", attr, count), pos + 5
    if kind == 0:
        turned, pos = _many(body, pos, count)
    elif kind == 11:
        end = pos
        for _ in range(count):
            _, end = _text(body, end)
        turned, pos = body[pos:end], end
    else:
        end = pos + count * (16 if kind == 2 else WIDTHS[kind])
        turned, pos = _turn(body[pos:end], WIDTHS[kind]), end
    return head + turned, pos
