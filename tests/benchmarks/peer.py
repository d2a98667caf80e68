"""A process that answers a query with the message prepared under that name: the same bytes for every client.

It knows just enough of q IPC for a login and a char vector, and shares no code with what is measured.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

__all__ = ["answering"]


@contextmanager
def answering(messages: Mapping[str, bytes], directory: Path) -> Iterator[int]:
    """Run the process; gives its port. The messages are handed over in files."""
    for number, (name, message) in enumerate(messages.items()):
        (directory / f"{number}.name").write_text(name)
        (directory / f"{number}.message").write_bytes(message)
    with subprocess.Popen([sys.executable, __file__, str(directory)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()


def exactly(connection: socket.socket, count: int) -> bytes:
    data = bytearray()
    while len(data) < count:
        data += connection.recv(count - len(data)) or exit_thread()
    return bytes(data)


def exit_thread() -> bytes:
    raise SystemExit


def serve(connection: socket.socket, messages: Mapping[bytes, bytes]) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    login = b""
    while not login.endswith(b"\0"):
        login += exactly(connection, 1)
    connection.sendall(bytes([min(6, login[-2])]))
    null = bytes.fromhex("010200000a0000006500")
    while True:
        header = exactly(connection, 8)
        body = exactly(connection, int.from_bytes(header[4:], "little") - 8)
        connection.sendall(messages.get(body[6:], null))


def main(directory: Path) -> None:
    messages = {
        path.read_bytes(): path.with_suffix(".message").read_bytes() for path in sorted(directory.glob("*.name"))
    }
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(listener.getsockname()[1], flush=True)
        while True:
            connection = listener.accept()[0]
            threading.Thread(target=serve, args=(connection, messages), daemon=True).start()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
