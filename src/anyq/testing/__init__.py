"""Help for tests of programs that use anyq.

`VirtualServer` is a server of yours without sockets, and `TickerPlant` a kdb+tick to subscribe to. `VirtualNetwork`
carries connections in memory, which trickle, stall and break at your word; `ScriptedPeer` is a q process that says
exactly what your test says. `simulate` plays whole programs of calls, losses and cancellations against every entry
point, of which a seed decides everything. `anyq.testing.strategies` has Hypothesis strategies for q values and
messages. It is a module of its own, so that what else is here can be used without Hypothesis. pytest finds the fixtures
`q_server` (an embedded q on a free port) and `q` (a connection to it, awaited in async tests) by itself.
"""

from typing import TYPE_CHECKING as _TYPE_CHECKING

from ._network import MemoryStream, Pipe, VirtualNetwork, memory_stream_pair
from ._peer import ScriptedPeer

if _TYPE_CHECKING:
    from ._awaited import AwaitedConnection, AwaitedFeed
    from ._plant import TickerPlant
    from ._simulation import Simulation, simulate
    from ._virtual_server import VirtualServer

__all__ = [
    "AwaitedConnection", "AwaitedFeed", "MemoryStream", "Pipe", "ScriptedPeer", "Simulation", "TickerPlant",
    "VirtualNetwork", "VirtualServer", "memory_stream_pair", "simulate",
]  # fmt: skip


def __getattr__(name: str) -> object:
    """Import what needs the portal or the embedded q when it is asked for: pytest imports this package in each run."""
    from importlib import import_module

    for module, names in {
        "_awaited": ("AwaitedConnection", "AwaitedFeed"),
        "_plant": ("TickerPlant",),
        "_simulation": ("Simulation", "simulate"),
        "_virtual_server": ("VirtualServer",),
    }.items():
        if name in names:
            return getattr(import_module(f".{module}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
