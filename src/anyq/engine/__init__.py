"""The q language, in-process.

`Interpreter` is one q session; it reaches the world only through the `Host` it is given.
"""

from ._host import Host
from ._interpreter import Interpreter, Program
from ._vocabulary import Entry, Native, Vocabulary
from .verbs import appended_bytes

__all__ = ["Entry", "Host", "Interpreter", "Native", "Program", "Vocabulary", "appended_bytes"]
