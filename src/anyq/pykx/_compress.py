"""``kx.Compress``: how files are compressed."""

from __future__ import annotations

from enum import Enum
from typing import Any

from . import _engine
from ._exceptions import Unsupported
from ._links import LINKS

__all__ = ["Compress", "CompressionAlgorithm", "Encrypt"]


class CompressionAlgorithm(Enum):
    """What compresses, by q's numbers."""

    none = 0
    ipc = 1
    gzip = 2
    snappy = 3
    lz4hc = 4
    zstd = 5


class Compress:
    """An algorithm, its block size as a power of 2, and its level."""

    def __init__(
        self,
        algo: CompressionAlgorithm = CompressionAlgorithm.ipc,
        *,
        block_size: int = 2**17,
        level: int | None = None,
    ) -> None:
        if block_size & (block_size - 1):
            raise ValueError(f"block_size must be a power of 2, not {block_size}")
        self.algorithm = algo
        self.encoded: tuple[int, int, int] = (block_size.bit_length() - 1, algo.value, level or 0)

    def global_init(self, **keywords: Any) -> None:
        """Compress all files that are written from now on."""
        _engine.call("{.z.zd:x;}", LINKS.value_of(list(self.encoded)))


class Encrypt:
    """Encryption of files, which is left out."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        raise Unsupported("encryption of files is left out: use an encrypted file system")
