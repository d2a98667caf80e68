"""An engine with a machine under it: clock, files, shell."""

from ._system import SystemHost

__all__ = ["SystemHost"]
