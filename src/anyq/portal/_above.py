"""What blocking code opens of the layers above, as far as it needs to know: the embedded q and its server."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import TYPE_CHECKING, Final, Literal, Protocol, Self, TypeAlias

from anyq.client import BlockingFace, Query
from anyq.doors import Door
from anyq.values import Strings, Value

if TYPE_CHECKING:
    from anyq.server import Client, Stats

__all__ = ["HOLD_LOCAL", "OPEN_LOCAL", "SERVE", "Answer", "LocalQ", "Serving"]


class Answer(Protocol):
    """The handle of a call on a q in this process."""

    def done(self) -> bool:
        """Whether the answer, or what prevents it, is known."""

    def result(self, timeout: float | None = None) -> Value:
        """The answer, waiting for it at most ``timeout`` seconds (`CallTimeout`)."""

    def cancel(self) -> None:
        """Give the call up. If it has begun it goes on, unheard."""


class LocalQ(BlockingFace):
    """A q in this process, for any number of threads: the face of `anyq.embedded.BlockingEmbedded`."""

    core: object
    """The `anyq.embedded.EmbeddedQ` that it asks. `anyq.embedded.open_blocking` has the type too."""

    def __enter__(self) -> Self:
        raise NotImplementedError

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End it, as leaving the block does."""
        raise NotImplementedError

    def __call__(
        self,
        query: Query,
        *arguments: object,
        wait: bool = True,
        reuse: bool = True,
        timeout: float | None = None,
        idempotent: bool = False,
        async_response: bool = False,
    ) -> Value:
        raise NotImplementedError

    def submit(self, query: Query, *arguments: object, idempotent: bool = False) -> Answer:
        """Ask now, and get a handle to ask for the answer later. Never waits."""
        raise NotImplementedError

    def post(self, query: Query, *arguments: object) -> None:
        """Ask without waiting; an error is logged."""
        raise NotImplementedError

    def flush(self, *, confirm: bool = False) -> None:
        """Wait until all that was asked so far has been done. ``confirm`` is there for the likeness to a connection."""
        raise NotImplementedError

    def interrupt(self) -> None:
        """Make the evaluation that runs raise the q error ``stop``."""
        raise NotImplementedError


class Serving(Protocol):
    """A server in an event loop, as `anyq.serve` makes it."""

    @property
    def port(self) -> int: ...
    @property
    def addresses(self) -> list[str]: ...
    @property
    def metrics_port(self) -> int: ...
    @property
    def ready(self) -> bool: ...
    @property
    def clients(self) -> dict[int, Client]: ...
    @property
    def stats(self) -> Stats: ...
    def broadcast(self, clients: Iterable[Client | int], query: object, *arguments: object) -> int: ...
    async def stop(self, grace: float | None = None) -> None: ...
    async def serve_forever(self) -> None: ...


Server: TypeAlias = AbstractAsyncContextManager[Serving, bool | None]
OPEN_LOCAL: Final = Door[Callable[[float, Strings, Literal["own", "caller"]], LocalQ]]("open_embedded")
"""Make an embedded q of a deadline (s), what ``str`` becomes, and whose thread evaluates, to be entered."""
LocalHold: TypeAlias = tuple[AbstractAsyncContextManager[object, bool | None], LocalQ]
HOLD_LOCAL: Final = Door[Callable[[float, Strings], LocalHold]]("embedded")
"""Make an embedded q of a deadline (s) and what ``str`` becomes: what an event loop holds open, and its face."""
SERVE: Final = Door[Callable[..., Server]]("serve")
"""Make a server, with the arguments of `anyq.serve`."""
