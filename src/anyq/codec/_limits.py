"""What a decoder is willing to take."""

from __future__ import annotations

from typing import Final

import attrs

__all__ = ["DEFAULT_LIMITS", "Limits"]


def _positive(_: Limits, field: attrs.Attribute[int], number: int) -> None:
    if number < 1:
        raise ValueError(f"{field.name} is a positive number, not {number}")


@attrs.frozen(kw_only=True)
class Limits:
    """Bounds on what is decoded. What would exceed one raises `anyq.LimitError` before memory is taken for it.

    * ``max_message_size``: bytes of a message as it comes, header included.
    * ``max_decompressed_size``: bytes of a message after decompression, header included; the same as
      ``max_message_size`` unless given. (No stream expands more than 121-fold, and one that claims to is refused
      whatever this number.)
    * ``max_depth``: how deep lists, dicts, tables and functions may nest. This is also a `anyq.DecodeError`.
    """

    max_message_size: int = attrs.field(default=2**32, validator=_positive)
    max_decompressed_size: int = attrs.field(validator=_positive)
    max_depth: int = attrs.field(default=20_000, validator=_positive)

    @max_decompressed_size.default
    def _as_received(self) -> int:
        return self.max_message_size


DEFAULT_LIMITS: Final = Limits()
