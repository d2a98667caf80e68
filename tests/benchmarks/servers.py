"""Servers to be measured, each in a process of its own: ``python servers.py KIND`` prints its port, then serves."""

from __future__ import annotations

import asyncio
import socket
import sys

import anyio


def double(message: object) -> object:
    return message


async def ours(**options: object) -> None:
    from anyq.server import Server

    async with Server(double, port=0) as server:
        print(server.port, flush=True)
        await server.serve_forever()


async def embedded() -> None:
    import anyq

    async with anyq.serve(port=0) as server:
        print(server.port, flush=True)
        await server.serve_forever()


async def theirs() -> None:
    from aiokdb import KObj
    from aiokdb.server import KdbWriter, ServerContext, start_qserver

    class Context(ServerContext):
        async def on_sync_request(self, cmd: KObj, dotzw: KdbWriter) -> KObj:
            return cmd

    server = await start_qserver(0, Context())
    print(next(s.getsockname()[1] for s in server.sockets if s.family is socket.AF_INET), flush=True)
    await server.serve_forever()


class Echo(asyncio.Protocol):
    """The login's answer is one byte; what follows comes back as it is."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.logged_in = False

    def data_received(self, data: bytes) -> None:
        self.transport.write(data if self.logged_in else b"\x06")
        self.logged_in = True


async def bare() -> None:
    server = await asyncio.get_running_loop().create_server(Echo, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


KINDS = {
    "anyq on asyncio": (ours, "asyncio"),
    "anyq on Trio": (ours, "trio"),
    "anyq, embedded q": (embedded, "asyncio"),
    "aiokdb": (theirs, "asyncio"),
    "bare asyncio echo": (bare, "asyncio"),
}

if __name__ == "__main__":
    main, backend = KINDS[sys.argv[1]]
    anyio.run(main, backend=backend)
