"""Notebook magics of PyKX: ``%%q``."""

from __future__ import annotations

from typing import Any

__all__ = ["load_ipython_extension"]


def load_ipython_extension(ipython: Any) -> None:
    """Register ``%q`` and ``%%q``, which evaluate in ``kx.q``."""
    from ._embedded_q import q
    from ._exceptions import QError

    def run(line: str, cell: str | None = None) -> None:
        if cell is None:
            text = line
        else:
            text = cell
        for statement in text.splitlines():
            if not statement.strip():
                continue
            try:
                result = q(statement)
            except QError as error:
                print(f"'{error}")
                return
            if not (callable(result) and result.is_null):
                print(result)

    ipython.register_magic_function(run, "line_cell", "q")
