"""The first things one asks a q: values, arguments, tables, functions of the server; blocking, and from an event loop.

    python examples/first_calls.py                             # starts a server of its own, which wants a login
    python examples/first_calls.py localhost:5050:user:pass

The table comes as a pandas data frame: `pip install "anyq[pandas]"`.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack

import anyio

import anyq
import anyq.sync

SETUP = """
tab:([]x:`a`b`a`c;x1:.25 .5 .75 1;x2:til 4)
.test.addition:{x+y}
.test.namespace.subtraction:{x-y}
"""


def blocking(address: str) -> None:
    """Without an event loop; the connection closes at the end of its block."""
    with anyq.sync.connect(address) as q:
        for line in SETUP.split("\n"):
            q(line)
        print(q("1+1").py())
        print(q("{x+y+z}", 1, 2, 3))
        print(q("select from tab where x=`a, x1>0.2"))  # .pd() is a pandas DataFrame, .pl() a polars one
        print(q.test.addition(4, 2))
        print(q.test.namespace.subtraction(4, 2))
        try:
            q.test.unavailable(4, 2)
        except AttributeError as error:
            print(f"AttributeError: {error}")
        print(repr(q("1+1", wait=False)))  # an async message: no answer is expected


async def from_a_loop(address: str) -> None:
    """From Trio or asyncio; a call is sent at once where it is submitted, and awaited when its answer is wanted."""
    async with anyq.connect(address) as q:
        pending = q.submit("til 10")
        print(await q("1+1"))
        print((await pending).py())


def main(address: str) -> None:
    blocking(address)
    anyio.run(from_a_loop, address, backend="trio")


if __name__ == "__main__":
    with ExitStack() as stack:
        if len(sys.argv) > 1:
            main(sys.argv[1])
        else:
            portal = stack.enter_context(anyq.start_portal())
            serving = anyq.serve(port=0, authenticate=lambda user, password: (user, password) == ("user", "pass"))
            server = stack.enter_context(portal.wrap(serving))
            main(f"localhost:{server.port}:user:pass")
