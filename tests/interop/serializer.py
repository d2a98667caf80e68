"""Run as a script: KX's own serialiser reads bodies, a line of hexadecimal each, and writes them again."""

from __future__ import annotations

import sys

HEADER = 8


def main() -> None:
    import pykx as kx

    print("ready", flush=True)
    for line in sys.stdin:
        body = bytes.fromhex(line)
        message = bytes((1, 0, 0, 0)) + (len(body) + HEADER).to_bytes(4, "little") + body
        try:
            again = bytes(kx.serialize(kx.deserialize(message)).data)[HEADER:].hex()
        except Exception as error:
            again = f"refused: {error!r}".replace("\n", " ")
        print(again, flush=True)


if __name__ == "__main__":
    main()
