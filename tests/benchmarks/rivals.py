"""Other clients of q, those that are installed, all called in one way."""

from __future__ import annotations

import contextlib
import importlib
import os
import warnings
from collections.abc import Callable
from typing import Any

__all__ = ["RIVALS", "Ask"]

Ask = Callable[[str], Any]
"""Send the text of a query, give what the client makes of the answer."""


def _pykx(port: int) -> Ask:
    os.environ.setdefault("PYKX_UNLICENSED", "true")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pykx

        return pykx.SyncQConnection("127.0.0.1", port, no_ctx=True)  # type: ignore[no-any-return]


def _kola(port: int) -> Ask:
    kola: Any = importlib.import_module("kola")
    q = kola.Q("127.0.0.1", port)
    q.connect()
    ask: Ask = q.sync
    return ask


def _aiokdb(port: int) -> Ask:
    from aiokdb.socket import khpu

    q = khpu("127.0.0.1", port, ":")

    def ask(text: str) -> Any:
        with contextlib.redirect_stdout(None):  # it prints each header
            return q.k(text)

    return ask


RIVALS: dict[str, Callable[[int], Ask]] = {"pykx": _pykx, "kola": _kola, "aiokdb": _aiokdb}
