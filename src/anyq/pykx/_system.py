"""``q.system``: q's system commands as attributes and methods."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from ._base import wrap
from ._exceptions import PyKXException, QError
from ._links import LINKS

__all__ = ["SystemCommands"]


def _setting(char: str, doc: str) -> property:
    def get(self: SystemCommands) -> Any:
        return self._run(char)

    def set_(self: SystemCommands, value: Any) -> None:
        text = (
            " ".join(map(str, value))
            if isinstance(value, list | tuple) or (hasattr(value, "__len__") and not isinstance(value, str))
            else str(value)
        )
        self._run(f"{char} {text}")

    return property(get, set_, doc=doc)


class SystemCommands:
    """q's ``\\`` commands. Calling it runs any: ``q.system("c")``."""

    def __init__(self, q: Any) -> None:
        self._q = q

    def _run(self, command: str) -> Any:
        return self._q._now("{system x}", command.encode() + b" " if len(command) == 1 else command.encode())

    def __call__(self, command: Any) -> Any:
        """Run a command of q, or of the operating system's shell."""
        return self._run(str(command) if not isinstance(command, bytes) else command.decode())

    def tables(self, namespace: Any = None) -> Any:
        """The names of the tables of a namespace."""
        return self._run("a" if namespace is None else f"a {_namespace(namespace)}")

    def functions(self, namespace: Any = None) -> Any:
        """The names of the functions of a namespace."""
        return self._run("f" if namespace is None else f"f {_namespace(namespace)}")

    def variables(self, namespace: Any = None) -> Any:
        """The names of the variables of a namespace."""
        return self._run("v" if namespace is None else f"v {_namespace(namespace)}")

    def load(self, path: Any) -> Any:
        """Run a script, or open a database."""
        text = str(path)
        text = text[1:] if text.startswith(":") else text
        if " " in text:
            folder, name = os.path.split(text)
            here = os.getcwd()
            os.chdir(folder or ".")
            try:
                return self._run(f"l {name}")
            finally:
                os.chdir(here)
        return self._run(f"l {text}")

    def cd(self, directory: Any = None) -> Any:
        """Go to a directory, or say where this is."""
        return self._run("cd" if directory is None else f"cd {directory}")

    def rename(self, source: Any, target: Any) -> Any:
        """Rename a file."""
        return self._run(f"r {source} {target}")

    def num_threads_is_fixed(self) -> bool:
        """The number of threads is given at the start."""
        return True

    namespace_doc = "The namespace that names are in."

    @property
    def namespace(self) -> Any:
        """The namespace that names are in."""
        return self._run("d")

    @namespace.setter
    def namespace(self, value: Any) -> None:
        text = str(value)
        self._run(f"d {text if text.startswith('.') else '.' + text}")

    @property
    def num_threads(self) -> Any:
        """The number of secondary threads."""
        return self._run("s")

    @num_threads.setter
    def num_threads(self, value: int) -> None:
        self._run(f"s {value}")

    @property
    def max_num_threads(self) -> Any:
        """The number of secondary threads that there may be."""
        return LINKS.toq(0)

    @property
    def workspace(self) -> Any:
        """Memory used, in bytes."""
        return self._run("w")

    console_size: property = _setting("c", "Rows and columns of the console.")
    display_size: property = _setting("C", "Rows and columns of what HTTP shows.")
    error_trap_clients: property = _setting("e", "Whether errors of clients are trapped.")
    garbage_collection: property = _setting("g", "How memory is given back.")
    utc_offset: property = _setting("o", "The offset of local time.")
    precision: property = _setting("P", "Significant digits of floats.")
    random_seed: property = _setting("S", "The seed of random numbers.")
    week_offset: property = _setting("W", "The first day of the week.")
    date_parsing: property = _setting("z", "How dates are read.")
    timer: property = _setting("t", "Milliseconds between two calls of .z.ts.")
    timeout: property = _setting("T", "Seconds that a query may take.")


def _namespace(name: Any) -> str:
    text = str(name)
    return text if text.startswith(".") else f".{text}"


_ = Path, wrap, PyKXException, QError
