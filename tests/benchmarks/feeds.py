"""A server that posts prepared updates as fast as they are taken, and readers of them.

``python -m tests.benchmarks.feeds ROWS COUNT`` prints its port. It shares no code with what is measured.
"""

from __future__ import annotations

import socket
import struct
import sys
import threading

__all__ = ["update"]


def update(rows: int) -> bytes:
    """``(`upd;`trade;table)`` with columns of times, symbols, floats and longs, as kdb+ sends it."""
    columns = [
        b"\x10\0" + struct.pack("<I", rows) + struct.pack("<q", 34_200_000_000_000) * rows,
        b"\x0b\0" + struct.pack("<I", rows) + b"ABC\0" * rows,
        b"\x09\0" + struct.pack("<I", rows) + struct.pack("<d", 101.25) * rows,
        b"\x07\0" + struct.pack("<I", rows) + struct.pack("<q", 300) * rows,
    ]
    names = b"\x0b\0\x04\0\0\0time\0sym\0price\0size\0"
    table = b"\x62\0\x63" + names + b"\0\0\x04\0\0\0" + b"".join(columns)
    body = b"\0\0\x03\0\0\0" + b"\xf5upd\0" + b"\xf5trade\0" + table
    return b"\1\0\0\0" + struct.pack("<I", len(body) + 8) + body


def serve(client: socket.socket, chunk: bytes, times: int) -> None:
    try:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.recv(1000)
        client.sendall(b"\6")
        request = client.recv(100_000)  # the go-ahead; a sync request is answered
        if request[1:2] == b"\1":
            client.sendall(b"\1\2\0\0\x0a\0\0\0e\0")
        for _ in range(times):
            client.sendall(chunk)
        client.recv(1)
    except OSError:
        pass
    client.close()


def main(rows: int, count: int) -> None:
    one = update(rows)
    together = max(1, min(count, (1 << 20) // len(one)))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(listener.getsockname()[1], flush=True)
        while True:
            arguments = (listener.accept()[0], one * together, count // together)
            threading.Thread(target=serve, args=arguments, daemon=True).start()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
