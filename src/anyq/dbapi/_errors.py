"""The exceptions of PEP 249."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

from anyq import errors

__all__ = [
    "DataError", "DatabaseError", "Error", "IntegrityError", "InterfaceError", "InternalError", "NotSupportedError",
    "OperationalError", "ProgrammingError", "Warning", "translated",
]  # fmt: skip


class Warning(Exception):
    """PEP 249 has it; nothing here raises it."""


class Error(errors.Error):
    """Base of what this module raises; the cause is `anyq`'s own exception."""


class InterfaceError(Error):
    """The connection or cursor is used wrongly: closed, by two threads, in an event loop."""


class DatabaseError(Error):
    """Base of errors that have to do with q."""


class DataError(DatabaseError):
    """A parameter or a result cannot be converted or sent."""


class OperationalError(DatabaseError):
    """The connection: it cannot be made, broke, or took too long."""


class IntegrityError(DatabaseError):
    """PEP 249 has it; q raises its own errors, see `ProgrammingError`."""


class InternalError(DatabaseError):
    """What q sent makes no sense."""


class ProgrammingError(DatabaseError):
    """q refused the operation: its own error text. Or there is no result set, or the parameters do not fit."""


class NotSupportedError(DatabaseError):
    """q has no such thing."""


_EDGE: Final[tuple[tuple[type[Exception], type[Error]], ...]] = (
    (errors.QError, ProgrammingError),
    (errors.ConnectError, OperationalError),
    (errors.ConnectionLost, OperationalError),
    (errors.CallTimeout, OperationalError),
    (errors.ClosedError, InterfaceError),
    (errors.BusyError, InterfaceError),
    (errors.MisuseError, InterfaceError),
    (errors.PortalClosed, InterfaceError),
    (errors.ConversionError, DataError),
    (errors.EncodeError, DataError),
    (errors.LimitError, DataError),
    (errors.Error, InternalError),
)
"""Which error of PEP 249 stands for one of ours: the first that fits."""


@contextmanager
def translated() -> Generator[None, None, None]:
    """Raise what a block raises as the exception of PEP 249 for it."""
    try:
        yield
    except Error:
        raise
    except errors.Error as error:
        raise next(ours for theirs, ours in _EDGE if isinstance(error, theirs))(str(error)) from error
