"""A query of a client: what is asked of whom, and the answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import anyio
import attrs

from anyq.engine import Interpreter
from anyq.errors import Error
from anyq.values import Value

from ._workers import Turn, Workers

__all__ = ["Part", "Query"]


@attrs.frozen
class Part:
    """What one process is asked, and its place in the queue."""

    turn: Turn
    message: Value
    repeat: bool
    """Whether it may be asked again of another process when one breaks that may have seen it."""


@attrs.frozen
class Query:
    """All that is asked for one client's query."""

    parts: Sequence[Part]
    join: Callable[[Interpreter, Sequence[Value]], Value] | None
    """What makes one answer of those of the parts; ``None`` where there is one, which is the answer."""

    async def answers(self, workers: Workers) -> list[Value]:
        """The answers of the parts, in their order. The first error gives the others up and is raised."""
        if len(self.parts) == 1:
            (part,) = self.parts
            return [await workers.ask(part.turn, part.message, repeat=part.repeat)]
        found: dict[int, Value] = {}
        failed: list[Error] = []

        async def one(place: int, part: Part) -> None:
            try:
                found[place] = await workers.ask(part.turn, part.message, repeat=part.repeat)
            except Error as error:
                failed.append(error)
                group.cancel_scope.cancel()

        async with anyio.create_task_group() as group:
            for place, part in enumerate(self.parts):
                group.start_soon(one, place, part)
        if failed:
            raise failed[0]
        return [found[place] for place in range(len(self.parts))]
