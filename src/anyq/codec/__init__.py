"""Message bodies and values, each made of the other; compression; limits.

``loads`` and ``dumps`` take and give whole messages, ``decode`` and ``encode`` their bodies.
"""

from ._compression import Compressed, compress, decompress
from ._decode import Body, decode, decode_fast, decode_first, decode_number, decode_update
from ._encode import Buffer, encode, encode_error, encode_parts, encode_small, joined
from ._limits import DEFAULT_LIMITS, Limits
from ._memory import allocate
from ._message import Kind, dumps, loads, message_parts
from ._messages import Carrier, carry, decoded, decoded_request, reencoded
from ._pack import Packed, pack

__all__ = [
    "DEFAULT_LIMITS", "Body", "Buffer", "Carrier", "Compressed", "Kind", "Limits", "Packed", "allocate", "carry",
    "compress", "decode", "decode_fast", "decode_first", "decode_number", "decode_update", "decoded",
    "decoded_request", "decompress", "dumps", "encode", "encode_error", "encode_parts", "encode_small", "joined",
    "loads", "message_parts", "pack", "reencoded",
]  # fmt: skip
