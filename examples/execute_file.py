"""Run a local q script on a server.

python examples/execute_file.py                  # against a q of its own
python examples/execute_file.py localhost:5050
"""

from __future__ import annotations

import sys
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

import anyio

import anyq

SCRIPT = """\
/ a comment
.test.namespace.variable:2;
.test.namespace.function:{
  x+y
  };
.test.namespace.function[.test.namespace.variable;3]
"""


async def main(address: str | None) -> None:
    async with AsyncExitStack() as stack:
        if address is None:
            server = await stack.enter_async_context(anyq.serve(port=0))
            address = f"localhost:{server.port}"
        q = await stack.enter_async_context(anyq.connect(address))
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        path = Path(folder, "file.q")
        path.write_text(SCRIPT)
        print(await q.execute_file(path))
        print(await q(".test.namespace.variable"))
        print(await q(".test.namespace.function"))
        path.write_text("a:1\nb:2\na+`b\n")
        try:
            await q.execute_file(path)
        except anyq.QError as error:
            print(f"'{error} {error.__notes__[0].replace(folder, '').replace('/', '')}")


if __name__ == "__main__":
    anyio.run(main, sys.argv[1] if len(sys.argv) > 1 else None)
