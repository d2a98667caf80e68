"""Python functions that run on a server.

    python examples/remote_functions.py                # with a server of its own, which may run Python
    python examples/remote_functions.py localhost 5050

The server is a kdb+ with PyKX, or `anyq q -p 5050 --allow-python`.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack

import anyq
import anyq.remote


def main(host: str, port: int) -> None:
    with anyq.remote.session(host=host, port=port) as session:

        @anyq.remote.function(session)
        def zero_arg_function() -> int:
            return 10

        @anyq.remote.function(session)
        def single_arg_function(x: int) -> int:
            return x + 10

        @anyq.remote.function(session)
        def multi_arg_function(x: int, y: int) -> int:
            return x + y

        print(zero_arg_function())
        print(single_arg_function(10))
        print(multi_arg_function(10, 20))


if __name__ == "__main__":
    with ExitStack() as stack:
        if len(sys.argv) > 2:
            main(sys.argv[1], int(sys.argv[2]))
        else:
            portal = stack.enter_context(anyq.start_portal())
            server = stack.enter_context(portal.wrap(anyq.serve(port=0, allow_python=True)))
            main("localhost", server.port)
