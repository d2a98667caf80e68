"""An engine with a machine under it: a q in this process, on its own thread, and what a server serves by default."""

from ._caller import Caller, Permissions
from ._core import EmbeddedQ
from ._face import Embedded, PendingCall, open_embedded
from ._host import Listening
from ._python import in_worker
from ._serve import EmbeddedServer, serve
from ._system import SystemHost

__all__ = [
    "Caller", "Embedded", "EmbeddedQ", "EmbeddedServer", "Listening", "PendingCall", "Permissions", "SystemHost",
    "in_worker", "open_embedded", "serve",
]  # fmt: skip
