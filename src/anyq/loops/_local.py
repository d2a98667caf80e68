"""What lives in one process."""

from __future__ import annotations

from typing import NoReturn

__all__ = ["Local"]


class Local:
    """Base of what owns threads, tasks or sockets: pickling or copying it says what to do instead."""

    __slots__ = ()

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            f"a {type(self).__name__} cannot be pickled or copied: it lives in this process; send the address that it "
            "serves or is connected to, and open a connection there"
        )
