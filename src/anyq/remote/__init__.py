"""Python functions that run where the data is."""

from ._session import AsyncSession, Session, function, session

__all__ = ["AsyncSession", "Session", "function", "session"]
