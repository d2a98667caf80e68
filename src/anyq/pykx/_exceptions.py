"""The exceptions that programs of PyKX expect, by their names."""

from __future__ import annotations

from typing import Final

from anyq import errors

__all__ = [
    "FutureCancelled",
    "LicenseException",
    "NoResults",
    "PyArrowUnavailable",
    "PyKXException",
    "PyKXWarning",
    "QError",
    "UninitializedConnection",
    "Unsupported",
    "translated",
]

_EXPLAINED: Final = {
    "assign": "Cannot redefine a reserved word of q",
    "insert": "Cannot insert a record with an existing key into a keyed table",
    "s-fail": 'Cannot set "sorted" attribute on an unsorted list',
    "u-fail": "Failed to do one of the following: set the unique attribute on a list with equal items, or the parted "
    "attribute on a list whose equal items are not together",
    "access": "Failed to connect, or to do this: credentials or permissions do not allow it",
    "noupdate": "Cannot update data in a read-only evaluation",
    "nyi": "This is not yet implemented here",
}
"""What is said behind q's own word, where that alone helps nobody."""


class PyKXException(Exception):
    """Base of the exceptions of this package."""


class PyKXWarning(Warning):
    """Base of the warnings of this package."""


class QError(PyKXException):
    """An error of q. Its text begins with q's own word."""

    def __init__(self, text: object = "", *rest: object) -> None:
        super().__init__(text, *rest)
        self.detail: str = ""
        """The call chain with carets, where q gave one."""


class LicenseException(PyKXException):
    """For ``except`` clauses: nothing here needs a licence, and nothing raises this."""


class UninitializedConnection(PyKXException):
    """An asynchronous connection was used that was neither awaited nor entered."""

    def __init__(self, text: str = "") -> None:
        super().__init__(
            text or "The connection is not open: write 'await kx.AsyncQConnection(...)' or 'async with' it before use"
        )


class FutureCancelled(PyKXException):
    """The future was cancelled before its answer came."""


class NoResults(PyKXException):
    """The answer is not there yet."""


class PyArrowUnavailable(PyKXException):
    """PyArrow is needed and could not be imported."""

    def __init__(self, text: str = "") -> None:
        super().__init__(
            text or "PyArrow could not be loaded. Check `pykx._pyarrow.import_attempt_output` for the reason."
        )


class Unsupported(PyKXException, NotImplementedError):
    """A part of PyKX that this package leaves out. The text names it and the way to do it here."""


def translated(error: errors.QError) -> QError:
    """An error of anyq's q as one of this package."""
    word = error.text
    more = _EXPLAINED.get(word)
    made = QError(f"{word}: {more}" if more else word)
    made.detail = error.detail or ""
    return made
