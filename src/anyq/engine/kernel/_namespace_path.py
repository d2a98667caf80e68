"""Names of variables as seen in a namespace."""

from __future__ import annotations

__all__ = ["absolute"]


def absolute(name: str, context: str) -> str:
    """The full name of ``name`` as seen in namespace ``context`` (``""`` or a name with its dot)."""
    if name.startswith(".") or not context:
        return name
    return f"{context}.{name}"
