"""Laws of q written in q: ``holds("(asc x)~x iasc x", x=vector)``."""

from __future__ import annotations

from anyq.engine import Host, Interpreter
from anyq.errors import QError
from anyq.values import Value

__all__ = ["Q", "ask", "error", "holds"]

Q = Interpreter()


def ask(text: str, /, **values: Value) -> Value:
    """The value of a text in which ``values`` are variables."""
    for name, value in values.items():
        Q.set(name, value)
    return Q.eval(text)


def holds(text: str, /, **values: Value) -> bool:
    """Whether a condition is ``1b``."""
    return str(ask(text, **values)) == "1b"


def error(text: str, /, **values: Value) -> str:
    """The text of the error that a text raises; ``""`` if it raises none."""
    try:
        ask(text, **values)
    except QError as raised:
        return raised.text
    return ""


class Disk(Host):
    """A host whose files are in a dict."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.variables: dict[str, str] = {}

    def read(self, path: str, offset: int = 0, length: int | None = None) -> bytes:
        if path not in self.files:
            raise QError(f"{path}. OS reports: No such file or directory")
        data = self.files[path][offset:]
        return data if length is None else data[:length]

    def write_file(self, path: str, data: bytes) -> None:
        self.files[path] = bytes(data)

    def append(self, path: str, data: bytes) -> None:
        self.files[path] = self.files.get(path, b"") + bytes(data)

    def kind(self, path: str) -> str:
        path = path.rstrip("/")
        if path in self.files:
            return "file"
        return "folder" if any(name.startswith(f"{path}/") for name in self.files) else ""

    def names(self, path: str) -> list[str]:
        head = path.rstrip("/") + "/"
        return sorted({name[len(head) :].split("/")[0] for name in self.files if name.startswith(head)})

    def size(self, path: str) -> int:
        return len(self.read(path))

    def delete(self, path: str) -> None:
        if self.files.pop(path, None) is None:
            raise QError(path)

    def getenv(self, name: str) -> str:
        return self.variables.get(name, "")

    def setenv(self, name: str, text: str) -> None:
        self.variables[name] = text
