"""``kx.serialize`` and ``kx.deserialize``: values as q's messages."""

from __future__ import annotations

import os
from typing import Any

from anyq import codec, errors

from ._base import wrap
from ._exceptions import QError
from ._links import LINKS

__all__ = ["deserialize", "serialize", "ssl_info"]


class serialize:
    """A value as the bytes of a message."""

    def __init__(self, obj: Any, mode: int = 6, wait: int = 0) -> None:
        self._data = codec.dumps(LINKS.value_of(obj))

    def __bytes__(self) -> bytes:
        return self._data

    def __len__(self) -> int:
        return len(self._data)

    def __getitem__(self, index: Any) -> Any:
        return self._data[index]

    def copy(self) -> bytes:
        """The bytes."""
        return self._data


def deserialize(data: Any) -> Any:
    """The value of the bytes of a message. `QError` for what is none, and for a message that is an error."""
    raw = bytes(data)
    try:
        return wrap(codec.loads(raw))
    except errors.QError as error:
        raise QError(error.text) from error
    except errors.Error as error:
        raise QError(f"Failed to deserialize supplied non PyKX IPC serialized format object: {error}") from error


def ssl_info() -> Any:
    """What the environment says of TLS."""
    names = ("CA_CERT_FILE", "CA_CERT_PATH", "CERT_FILE", "KEY_FILE", "CIPHER_LIST", "VERIFY_CLIENT", "VERIFY_SERVER")
    return LINKS.toq(
        {f"SSL_{name}": os.environ.get(f"KX_SSL_{name}") or os.environ.get(f"SSL_{name}") or "" for name in names}
    )
