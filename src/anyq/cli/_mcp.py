"""`anyq mcp`: a q process, or an embedded q, as tools of a language model."""

from __future__ import annotations

import argparse
import os
import sys
from functools import partial

import anyq

__all__ = ["run"]


def run(arguments: argparse.Namespace) -> int:
    """Serve standard input and output until they close. 2 where the extra is missing or the options do not fit."""
    try:
        from anyq.mcp import sandbox, server
    except ModuleNotFoundError as error:
        print(f"anyq mcp: {error}", file=sys.stderr)
        return 2
    limits = {"write": arguments.write, "seconds": arguments.seconds}
    if arguments.server is None:
        opens = sandbox(*arguments.load, database=arguments.database, **limits)
    elif arguments.load or arguments.database:
        print("anyq mcp: --load and --database are for the embedded q, not for a server", file=sys.stderr)
        return 2
    else:
        opens = partial(
            anyq.connect,
            arguments.server,
            username=arguments.user or "",
            password=os.environ.get("ANYQ_PASSWORD") if arguments.user else None,
            tls=arguments.tls,
            reconnection_attempts=5,
        )
    try:
        made = server(opens, rows=arguments.rows, **limits)
    except ValueError as error:
        print(f"anyq mcp: {error}", file=sys.stderr)
        return 2
    made.run()
    return 0
