"""What lower modules of this package use of higher ones, set when the package is imported."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from anyq.values import Value

__all__ = ["LINKS", "Links"]


def _missing(*_: Any, **__: Any) -> Any:
    raise RuntimeError("import anyq.pykx, not a part of it")


@attrs.define
class Links:
    """Functions, each named by what it does."""

    toq: Callable[..., Any] = _missing
    value_of: Callable[..., Value] = _missing
    """The q value of any object, as `toq` converts it."""
    convert: Callable[..., Any] = _missing
    """A value and the name of a conversion (``py np pd pa``) with its keywords."""
    query: Callable[..., Any] = _missing
    """The functional queries: a verb, a table and its clauses."""
    function: Callable[..., Value] = _missing
    """A Python callable as a q function."""


LINKS = Links()
