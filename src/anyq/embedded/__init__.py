"""An engine with a machine under it: a q in this process, on its own thread, and what a server serves by default."""

from typing import TYPE_CHECKING as _TYPE_CHECKING

from ._caller import Caller
from ._core import EmbeddedQ, as_received
from ._host import Listening
from ._permissions import PERMISSIONS, Destinations, Permissions, data_folder
from ._python import in_worker
from ._system import SystemHost

if _TYPE_CHECKING:
    from ._blocking import BlockingEmbedded, BlockingPendingCall
    from ._face import Embedded, PendingCall, open_embedded
    from ._in_caller import CallerEmbedded
    from ._opening import held, open_blocking
    from ._serve import EmbeddedServer, serve

__all__ = [
    "PERMISSIONS",
    "BlockingEmbedded",
    "BlockingPendingCall",
    "Caller",
    "CallerEmbedded",
    "Destinations",
    "Embedded",
    "EmbeddedQ",
    "EmbeddedServer",
    "Listening",
    "PendingCall",
    "Permissions",
    "SystemHost",
    "as_received",
    "data_folder",
    "held",
    "in_worker",
    "open_blocking",
    "open_embedded",
    "serve",
]  # fmt: skip


def __getattr__(name: str) -> object:
    """What needs the client or the server is imported when it is asked for: a plain console needs neither."""
    from importlib import import_module

    for module, names in {
        "_blocking": ("BlockingEmbedded", "BlockingPendingCall"),
        "_face": ("Embedded", "PendingCall", "open_embedded"),
        "_in_caller": ("CallerEmbedded",),
        "_opening": ("held", "open_blocking"),
        "_serve": ("EmbeddedServer", "serve"),
    }.items():
        if name in names:
            return getattr(import_module(f".{module}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
