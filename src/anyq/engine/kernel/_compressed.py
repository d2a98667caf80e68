"""Compressed files of kdb+: read, and what ``-21!`` says of them.

Layout, as public readers of such files agree on it (the DolphinDB plugin for kdb+; kb/file-compression.md for what the
numbers mean), all little-endian: ``kxzipped``, the blocks, and a trailer: a version (int), algorithm and level (a byte
each), two zero bytes, the lengths of the plain and of the compressed file and the size of a block (longs), for each
block its length and algorithm (ints), and the number of blocks (long). Each block is compressed by itself.

How kdb+ lays out a block of its own algorithm (1) is not public, and others need libraries that are not here: these
files are ``'nyi``, with the algorithm's name. Files are written plain, which kdb+ reads as well.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from typing import Final

import attrs

from anyq.errors import QError

__all__ = ["Read", "Trailer", "is_compressed", "plain_bytes", "plain_size", "trailer_of"]

_MAGIC: Final = b"kxzipped"
_ENCRYPTED: Final = b"kxzippEd"
_HEAD: Final = struct.Struct("<iBBHqqq")
_BLOCK: Final = struct.Struct("<ii")
_COUNT: Final = struct.Struct("<q")
_NAMES: Final = {0: "none", 1: "q IPC", 2: "gzip", 3: "snappy", 4: "lz4hc", 5: "zstd"}
_BLOCK_SIZES: Final = range(12, 21)

Read = Callable[[int, int | None], bytes]
"""Some bytes of a file: from an offset, so many (to the end)."""


@attrs.frozen
class Trailer:
    """What the end of a compressed file says."""

    algorithm: int
    level: int
    plain: int
    """The length of the file that was compressed."""
    block_size: int
    blocks: tuple[tuple[int, int], ...]
    """For each block its length and algorithm."""

    @property
    def block_power(self) -> int:
        """The block size as a power of two."""
        return self.block_size.bit_length() - 1


def is_compressed(head: bytes) -> bool:
    """Whether a file that begins so is compressed. ``'nyi`` for encrypted ones."""
    if head.startswith(_ENCRYPTED):
        raise QError("nyi", detail="encrypted files")
    return head.startswith(_MAGIC)


def trailer_of(read: Read, size: int, path: str) -> Trailer:
    """The trailer of a compressed file of that size. Raises `QError` with the path when it contradicts itself."""
    room = size - len(_MAGIC) - _HEAD.size - _COUNT.size
    count = _COUNT.unpack(read(size - _COUNT.size, None))[0] if room >= 0 else -1
    if not 0 <= count * _BLOCK.size <= room:
        raise _damaged(path)
    start = size - _COUNT.size - count * _BLOCK.size - _HEAD.size
    data = read(start, None)
    _, algorithm, level, _, plain, _, block_size = _HEAD.unpack_from(data)
    blocks = tuple(_BLOCK.iter_unpack(data[_HEAD.size : -_COUNT.size]))
    made = Trailer(algorithm, level, plain, block_size, blocks)
    whole = block_size in [1 << power for power in _BLOCK_SIZES] and -(-plain // block_size) == count
    if not whole or min((length for length, _ in blocks), default=0) < 0:
        raise _damaged(path)
    if sum(length for length, _ in blocks) != start - len(_MAGIC):
        raise _damaged(path)
    return made


def plain_size(read: Read, size: int, path: str) -> int:
    """The size of the file that a file stands for: its own, or that of what was compressed."""
    return trailer_of(read, size, path).plain if is_compressed(read(0, len(_MAGIC))) else size


def plain_bytes(data: bytes, path: str) -> bytes:
    """The file that was compressed. Raises `QError`: with the path for a damaged one, ``nyi`` for other algorithms."""

    def read(offset: int, length: int | None) -> bytes:
        return data[offset:] if length is None else data[offset : offset + length]

    trailer = trailer_of(read, len(data), path)
    out, at, left = [], len(_MAGIC), trailer.plain
    for length, algorithm in trailer.blocks:
        want = min(left, trailer.block_size)
        out.append(_block(data[at : at + length], algorithm, want, path))
        at, left = at + length, left - want
    return b"".join(out)


def _block(data: bytes, algorithm: int, want: int, path: str) -> bytes:
    if algorithm == 0:
        made, done = data, True
    elif algorithm == 2:
        stream = zlib.decompressobj()
        try:
            made = stream.decompress(data, want + 1)
        except zlib.error:
            raise _damaged(path) from None
        done = stream.eof
    else:
        name = _NAMES.get(algorithm, f"algorithm {algorithm}")
        raise QError("nyi", detail=f"files compressed by {name}")
    if len(made) != want or not done:
        raise _damaged(path)
    return made


def _damaged(path: str) -> QError:
    return QError(f"{path}. The file is damaged")
