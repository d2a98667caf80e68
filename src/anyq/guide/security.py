r"""# Security

A server trusts nobody with anything but computing, and a client trusts no certificate unchecked.

| | unless you say otherwise |
|---|---|
| Who can reach a server | this machine alone: it listens on loopback; name a host to change that |
| Who may log in | everybody; `authenticate=function`, or `anyq q -u FILE` (plain, MD5, SHA-1, or Argon2 with `anyq[argon2]`); certificates of clients by the `tls` context, `client.certificate` |
| What clients may run | any q; `read_only=True` and `allow=["function", ...]` narrow it, `timeout=30` bounds each query |
| Shell commands, Python, files, connections elsewhere | nothing: see the next table |
| How much a client may take | bounded: connections, message sizes, nesting, queues, the time of a login |
| Passwords | sent in clear by q's login: use TLS on a network (`tls=context`); never in an error or a log of ours |
| `anyq.connect(..., tls=True)` | certificate and host name are checked; `verify=False` has to be spelled out |

Bytes that are no q message are one documented error and a closed connection, in bounded time and memory.

## What clients may do

Each permission is an option of `anyq.serve` and of `anyq q`:

| Clients want to | `anyq.serve(...)` | `anyq q` |
|---|---|---|
| use files below a folder; their paths start there | `data="kept"` | `--data kept` |
| connect elsewhere (`hopen`), look up names of machines | `outbound=["hdb:5012", "*.example.com"]` | `--outbound hdb:5012` |
| run shell commands | `allow_shell=True` | `--allow-shell` |
| use all files, use the environment, listen, end the process | `allow_files=True` | `--allow-files` |
| run Python | `allow_python=True` | `--allow-python` |
| set `.z.pw` and `.z.ac` | `allow_logins=True` | `--allow-logins` |

Anything else is the q error `access`, and a line of the log names the option that would have allowed it. The data folder
must hold nothing that the server runs or is configured by. Queries of a database that you loaded (`\l hdb`) need no
permission. `allow_python` lets whoever may call functions run any code on that machine.

```python
import anyio
import anyq


async def main() -> None:
    async with anyq.serve(port=0, read_only=True, allow=["total"], timeout=30) as server:
        await server.q("trade:([]sym:`a`b;size:1 2); total:{exec sum size from trade where sym=x}")
        async with anyq.connect("localhost", server.port) as q:
            print(await q(anyq.symbol("total"), "b"))
            for text in ("delete from `trade", 'system"ls"', "total:{x}"):
                try:
                    await q(text)
                except anyq.QError as error:
                    print(error)


anyio.run(main)
```

```text
2
access
access
access
```

## TLS

A server takes an `ssl.SSLContext`, a client `tls=True` and `ca_file=` where the authority is your own.
`examples/tls.py` makes a certificate and checks both. Servers that ask clients for certificates set
`context.verify_mode = ssl.CERT_REQUIRED`, and the client passes `cert_file=` and `key_file=`. On the command line:

```text
SSL_CERT_FILE=cert.pem SSL_KEY_FILE=key.pem anyq q -p 5050 -E 2 -u users
anyq connect localhost:5050 --tls --ca-file ca.pem --user ann
```
"""

__all__: list[str] = []
