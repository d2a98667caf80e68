"""What the tests of queries share."""

from __future__ import annotations

import anyq
from anyq.embedded import BlockingEmbedded

__all__ = ["answer"]


def answer(q: BlockingEmbedded, query: object) -> object:
    """What q makes of a query: a value, or the text of its error."""
    try:
        return q(query)  # type: ignore[arg-type]
    except anyq.QError as error:
        return error.text
