r"""# Language models

`anyq mcp` makes a q process a set of tools for programs that speak the Model Context Protocol: assistants in editors,
agents, chat programs. It needs `pip install "anyq[mcp]"`.

```sh
anyq mcp hdb:5012 --user reader --tls     # a q process; the password is that of ANYQ_PASSWORD
anyq mcp --load tables.q                  # an embedded q with what a script defines
anyq mcp --database /data/hdb             # an embedded q over a database on disk
```

A client starts the command itself; most read a file like this:

```json
{"mcpServers": {"q": {"command": "anyq", "args": ["mcp", "hdb:5012"]}}}
```

| Tool | Gives |
|---|---|
| `tables` | names, rows, columns, key columns, whether a table is partitioned |
| `meta` | the columns of a table: type, foreign key, attribute |
| `explain` | what a query would read, without running it: its functional form, partitions, rows |
| `query` | the answer, as the q console shows it |

**What a model may do.** A query runs inside q's `reval`, which refuses assignments to globals, files, system commands and
handles; `--write` takes that away. Give the model's user no more rights on the server than it needs all the same. The
embedded q is asked as a stranger would ask it: no files, commands or network, with `--write` either.

**Limits.** `--rows` (1,000) cuts an answer on the server, before it is sent; `--seconds` (30) gives a query up. The
embedded q is then interrupted; a remote q goes on until its own limit, `-T`.

In a program:

```python
import anyio
from mcp.client import Client
from anyq.mcp import sandbox, server


async def main() -> None:
    async with Client(server(sandbox(), rows=100)) as client:
        answer = await client.call_tool("query", {"text": "sum til 10"})
        (text,) = answer.content
        assert text.type == "text"
        print(text.text, end="")


anyio.run(main)
```

```text
45
```

`server(lambda: anyq.connect("hdb:5012"))` serves a connection, a pool or whatever else answers q. `run("streamable-http")`
serves HTTP on loopback; how to secure that is the protocol's own documentation.
"""

__all__: list[str] = []
