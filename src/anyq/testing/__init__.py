"""Help for tests of programs that use anyq.

`VirtualNetwork` carries connections in memory, which trickle, stall and break at your word; `ScriptedPeer` is a q
process that says exactly what your test says. `anyq.testing.strategies` has Hypothesis strategies for q values and
messages. It is a module of its own, so that what else is here can be used without Hypothesis. pytest finds the
fixtures `q_server` (an embedded q on a free port) and `q` (a connection to it, awaited in async tests) by itself.
"""

from ._awaited import AwaitedConnection, AwaitedFeed
from ._network import MemoryStream, Pipe, VirtualNetwork, memory_stream_pair
from ._peer import ScriptedPeer

__all__ = [
    "AwaitedConnection",
    "AwaitedFeed",
    "MemoryStream",
    "Pipe",
    "ScriptedPeer",
    "VirtualNetwork",
    "memory_stream_pair",
]
