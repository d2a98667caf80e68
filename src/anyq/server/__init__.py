"""Serving q: listeners, sessions, handlers, limits."""

from ._client import Answer, AnswerState, Client, Posted
from ._handlers import Handler
from ._limits import Limits, Stats
from ._server import Server

__all__ = ["Answer", "AnswerState", "Client", "Handler", "Limits", "Posted", "Server", "Stats"]
