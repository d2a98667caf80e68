"""Importing what answering may need before the first client is served.

Python looks for modules in the folder of the program, or wherever ``sys.path`` leads; a server that imports while it
serves would run what somebody has put there meanwhile. Most of anyq imports its rarer needs when they are met, so that
a console starts at once; a test holds that each of those is imported here.
"""

from __future__ import annotations

import contextlib
import sys
from importlib import import_module
from typing import Final

__all__ = ["preload"]

_MODULES: Final = (
    "_strptime", "bz2", "calendar", "concurrent.futures.thread", "decimal", "encodings.ascii", "encodings.idna",
    "encodings.latin_1", "encodings.utf_8", "getpass", "gzip", "hashlib", "html", "importlib.util", "ipaddress", "json",
    "linecache", "locale", "lzma", "platform", "pwd", "secrets", "select", "shutil", "stringprep", "subprocess",
    "tempfile", "termios", "tokenize", "traceback", "unicodedata", "urllib.parse", "zlib", "zoneinfo",
    "numpy.ma", "numpy.random",
)  # fmt: skip
"""Those that a platform lacks are passed over."""


def preload() -> None:
    """Import it all; the second time costs nothing."""
    from anyq import convert as convert

    from . import _outbound as _outbound  # with the whole client behind it
    from ._system import SystemHost

    SystemHost().facts()

    for name in _MODULES:
        if name not in sys.modules:
            with contextlib.suppress(ImportError):
                import_module(name)
