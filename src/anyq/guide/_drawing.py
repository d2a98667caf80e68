"""Pictures of state machines in plain text, drawn from the tables that the code follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import TypeVar

from anyq.protocol import CALL_MOVES, COUPLED, TRANSITIONS, CallState, Role, State

__all__ = ["call_picture", "connection_moves", "connection_picture", "drawn"]

S = TypeVar("S", bound=Enum)
Moves = Mapping[S, Sequence[tuple[str, S]]]
"""For each state what may happen, as text, and the state after it."""


def drawn(moves: Moves[S], first: S) -> list[str]:
    """The states as a tree that grows to the right, a line for each branch; a state drawn before is only named."""
    seen: set[S] = set()

    def branches(state: S) -> list[str]:
        if state in seen:
            return [state.name]
        seen.add(state)
        below: list[str] = []
        for text, after in moves.get(state, ()):
            arrow = f" {text} "
            head, *rest = branches(after)
            below += [arrow + head, *(" " * len(arrow) + line for line in rest)]
        if not below:
            return [state.name]
        return [state.name + below[0], *(" " * len(state.name) + line for line in below[1:])]

    return branches(first)


def connection_moves(role: Role) -> dict[State, list[tuple[str, State]]]:
    """What moves that side of a connection: its own events, and those of the other side."""
    moves: dict[State, list[tuple[str, State]]] = {}
    for (mover, event), coupled in COUPLED.items():
        for state, after in coupled.items() if mover is role.other else ():
            moves.setdefault(state, []).append((f"=={event.__name__}==>", after))
    for state, events in TRANSITIONS[role].items():
        for event, after in events.items():
            if after is not state:
                moves.setdefault(state, []).append((f"--{event.__name__}-->", after))
    return moves


def connection_picture() -> str:
    """Both sides of a connection, and what an open one carries."""
    lines: list[str] = []
    for role in Role:
        lines += [role.value, *(f"  {line}" for line in drawn(connection_moves(role), State.CONNECTED)), ""]
    carried = [event.__name__ for event, after in TRANSITIONS[Role.CLIENT][State.OPEN].items() if after is State.OPEN]
    lines += ["--> an event of that side, ==> one of the other side", f"OPEN carries {', '.join(carried)}"]
    return fenced(lines)


def call_picture() -> str:
    """What may become of a call."""
    moves = {state: [(f"--{why}-->", after) for after, why in events.items()] for state, events in CALL_MOVES.items()}
    lines = drawn(moves, CallState.QUEUED)
    return fenced([*lines, "", *(f"{state.name:<9} {state.value}" for state in CallState)])


def fenced(lines: Sequence[str]) -> str:
    """The lines as a block of Markdown."""
    return "\n".join(["```text", *lines, "```"])
