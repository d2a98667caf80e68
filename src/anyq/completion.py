"""Completion of q text: the names that a server has, for consoles and notebooks."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from anyq.errors import Error
from anyq.values import Value

__all__ = ["names", "word_before"]

_NAME: Final = re.compile(r"[.\w]*$")
_QSQL: Final = ("by", "delete", "exec", "from", "select", "update")
_EVERYTHING: Final = (
    "string distinct raze(key `.;key `.q;@[{.Q.res};0;`$()];` sv' `,'key `;raze @[{cols each tables `.};0;()])"
)
"""Variables, q's words, namespaces, columns of tables. kdb+ before 3.5 has no ``.Q.res``; a table may be unreadable."""


def word_before(text: str) -> str:
    """The part of a name at the end of the text."""
    found = _NAME.search(text)
    return found[0] if found else ""


def names(ask: Callable[[str], Value], word: str) -> list[str]:
    """The names that begin with ``word``, in order: variables, q's words, namespaces, columns; after a dot, what a
    namespace or a table has. ``ask`` gives q's answer to a text; what it raises of ours means that there are none.
    """
    namespace, dot, _ = word.rpartition(".")
    inside = "key" if namespace.startswith(".") or not namespace else "@[cols;;`$()]"
    query = f"string {inside} `{namespace}" if namespace else _EVERYTHING
    try:
        found = ask(query).py()
    except (Error, KeyboardInterrupt):
        return []
    prefix = f"{namespace}{dot}" if namespace else ""
    texts = [name.decode("utf-8", "replace") for name in found if isinstance(name, bytes)]
    everything = {prefix + text for text in texts if text} | (set() if namespace else set(_QSQL))
    return sorted(name for name in everything if name.startswith(word))
