"""The q language, in-process.

`Interpreter` is one q session; it reaches the world only through the `Host` it is given.
"""

from ._interpreter import Interpreter, Program
from .session._host import Host
from .session._vocabulary import Entry, Native, Vocabulary
from .verbs.files._stored import appended_bytes

__all__ = ["Entry", "Host", "Interpreter", "Native", "Program", "Vocabulary", "appended_bytes"]
