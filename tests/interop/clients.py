"""Run as a script: one foreign client asks a server and prints what it got, as JSON.

python clients.py pykx|aiokdb|kola PORT  <  a JSON list of message bodies, in hexadecimal
"""

from __future__ import annotations

import datetime
import json
import socket
import struct
import sys
from collections.abc import Callable
from typing import Any

HEADER = 8


def message(body: str) -> bytes:
    data = bytes.fromhex(body)
    return struct.pack("<BBBBI", 1, 0, 0, 0, len(data) + HEADER) + data


def there_and_back(bodies: list[str], again: Callable[[str], str], through: Callable[[str], str]) -> list[str]:
    """What came back through the server; empty for what the client itself does not read and write as it is."""
    answers = []
    for body in bodies:
        try:
            known = again(body) == body
        except Exception:
            known = False
        answers.append(through(body) if known else "")
    return answers


def pykx(port: int, bodies: list[str]) -> dict[str, Any]:
    import pykx as kx

    def written(value: Any) -> str:
        return bytes(kx.serialize(value).data)[HEADER:].hex()

    with kx.SyncQConnection("127.0.0.1", port) as q:
        return {
            "1+1": q("1+1").py(),
            "til 10": q("til 10").py(),
            "echo": there_and_back(
                bodies,
                lambda body: written(kx.deserialize(message(body))),
                lambda body: written(q("{x}", kx.deserialize(message(body)))),
            ),
        }


def aiokdb(port: int, bodies: list[str]) -> dict[str, Any]:
    from aiokdb import MessageType, b9, cv, d9, kk

    def exactly(count: int) -> bytes:
        data = b""
        while len(data) < count:
            more = connection.recv(count - len(data))
            if not more:
                raise EOFError
            data += more
        return data

    def call(request: Any) -> Any:
        connection.sendall(b9(request, msgtype=MessageType.SYNC))
        header = exactly(HEADER)
        return d9(header + exactly(struct.unpack("<BBHI", header)[3] - HEADER))

    def written(value: Any) -> str:
        data: bytes = b9(value, msgtype=MessageType.ASYNC)
        return data[HEADER:].hex()

    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"user:password\x03\x00")
        assert connection.recv(1) == b"\x03"
        return {
            "1+1": call(cv("1+1")).aJ(),
            "til 10": list(call(cv("til 10")).kJ()),
            "echo": there_and_back(
                bodies,
                lambda body: written(d9(message(body))),
                lambda body: written(call(kk(cv("{x}"), d9(message(body))))),
            ),
        }


def kola(port: int, bodies: list[str]) -> dict[str, Any]:
    import kola
    import polars as pl

    library: Any = kola

    day = datetime.date(2021, 3, 4)
    values: dict[str, Any] = {
        "boolean": True,
        "long": 7,
        "float": 1.5,
        "symbol": "abc",
        "date": day,
        "time": datetime.time(1, 2, 3),
        "timespan": datetime.timedelta(days=1, microseconds=5),
        "booleans": pl.Series("", [True, False]),
        "bytes": pl.Series("", [1, 2], pl.UInt8),
        "shorts": pl.Series("", [1, 2], pl.Int16),
        "ints": pl.Series("", [1, 2], pl.Int32),
        "longs": pl.Series("", [1, 2], pl.Int64),
        "reals": pl.Series("", [1, 2], pl.Float32),
        "floats": pl.Series("", [1, 2], pl.Float64),
        "symbols": pl.Series("", ["a", "b"], pl.Categorical),
        "dates": pl.Series("", [day, day]),
        "timestamps": pl.Series("", [datetime.datetime(2021, 3, 4, 5)], pl.Datetime("ns")),
        "timespans": pl.Series("", [datetime.timedelta(1)], pl.Duration("ns")),
        "times": pl.Series("", [datetime.time(1, 2, 3)]),
        "table": pl.DataFrame({"a": [1, 2], "b": [1.5, 2.5]}),
    }
    q: Any = library.Q("127.0.0.1", port)
    q.connect()

    def text(value: Any) -> str:
        """A series comes back with the type as its name."""
        return str(value.alias("") if isinstance(value, pl.Series) else value)

    echo = {name: (text(value), text(q.sync("{x}", value))) for name, value in values.items()}
    echo["chars"] = "abc", q.sync("{x}", b"abc")  # it gives text for bytes
    answer = {"1+1": q.sync("1+1"), "til 10": list(q.sync("til 10")), "echo": echo}
    q.disconnect()
    return answer


if __name__ == "__main__":
    client = {"pykx": pykx, "aiokdb": aiokdb, "kola": kola}[sys.argv[1]]
    print("\n" + json.dumps(client(int(sys.argv[2]), json.load(sys.stdin))))
