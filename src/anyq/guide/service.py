r'''# Running a service

A service is started in two ways: `anyq q script.q -p 5050` is a service as it is, and `anyq.serve` is one inside your program.

```python
import signal

import anyio
import anyq
from anyq.server import Limits


async def main() -> None:
    limits = Limits(connections=200, per_address=20, idle_time=3600)
    with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
        async with anyq.serve(port=0, limits=limits, timeout=30, grace=20) as server:
            print(len(server.addresses), server.ready)
            signal.raise_signal(signal.SIGTERM)  # the service manager does this
            async for _ in signals:
                break
    print("drained:", server.stats.errors, "errors")


anyio.run(main)
```

```text
1 True
drained: 0 errors
```

## Limits

Whoever goes beyond is disconnected, alone, and counted. Each field of `anyq.server.Limits` is an option of `anyq q`
(`--per-address 20`; `off` is without bound):

| Limit | Of | Default |
|---|---|---|
| `connections`, `per_address` | clients at a time, in all and of one address | 10,000, none |
| `login_time`, `login_size` | a login, TLS included | 10 s, 1 kB |
| `message_size` | one message of a client | 2 GiB |
| `queued_bytes`, `send_time` | what waits for a client, and for how long it may read nothing | 64 MiB, 60 s |
| `requests` | messages of a client that wait; beyond, it is not read | 64 |
| `idle_time` | silence | none |
| `refused_logins` | refused logins of an address before its logins have to wait | 5 |

`timeout=30` (`-T 30`) bounds each evaluation, which then ends with the q error `stop`; the time that it waits for its
turn does not count. `-w 4096` bounds the memory of q in MB.

## Draining

SIGTERM to `anyq q`, or leaving the block: no new connections, requests that run may finish within `grace` seconds
(`--grace`), then they are cancelled. `await server.stop(grace)` does the same from any task of the loop.
`server.serve_forever()` waits for it. Exit status of `anyq q`: 143 after SIGTERM, 1 when it cannot serve, and with
`--strict` at a script's first error.

## Statistics and metrics

`server.stats` counts since the start: `accepted`, `logins`, `refused`, `slowed`, `denied`, `late_logins`, `foreign`,
`over_limit`, `sync_messages`, `async_messages`, `errors`, `bad_messages`, `slow`, `idle`. `server.clients` are those that
are logged in, each with `queued_bytes`.

`metrics="9100"` (`--metrics 9100`, `pip install "anyq[metrics]"`) is a page for Prometheus, `/metrics`, with all of these
as `anyq_..._total`, and `/livez` and `/readyz` by their status. The port is on loopback unless a host is named.

## Log records

Logger `anyq.server`; `anyq q` writes it on standard error (`--log-level info`). Records have fields for a structured log:

| Record | Level | Fields |
|---|---|---|
| serving on ADDRESSES | INFO | |
| client N: USER logged in from ADDRESS | INFO | `handle user address` |
| client N: USER left: REASON | INFO | `handle user address` |
| the login of USER is refused | WARNING | `user address` |
| N logins were refused; from now on logins from there wait | WARNING | |
| client N may not ...: the option that would allow it | WARNING | `handle user permission` |
| client N: a handler failed, with traceback | ERROR | `handle user` |
| client N does not read: BYTES wait | WARNING | |
| client N is disconnected: what is no message | WARNING | |
| no connection can be accepted: out of descriptors or memory | ERROR | |

```python
import json
import logging


class Lines(logging.Formatter):
    """One JSON object a record."""

    def format(self, record: logging.LogRecord) -> str:
        fields = {name: getattr(record, name) for name in ("handle", "user", "address") if hasattr(record, name)}
        return json.dumps({"level": record.levelname, "text": record.getMessage(), **fields})


handler = logging.StreamHandler()
handler.setFormatter(Lines())
logging.getLogger("anyq").addHandler(handler)
```

Clients log to `anyq`: see [Reconnecting](reconnecting.md).

## systemd, containers

`examples/service` has a unit and a container file. The line that matters:

```ini
ExecStart=/opt/anyq/bin/anyq q /etc/anyq/start.q -q -p 127.0.0.1:5050 -u /etc/anyq/users -T 30 -w 4096 --strict --data /var/lib/anyq/data --metrics 127.0.0.1:9100 --grace 20
```

A file of users has `user:password` lines; passwords may be MD5, SHA-1 or, with `anyq[argon2]`, Argon2 hashes. TLS is
`-E 1` (with and without) or `-E 2` (TLS only), with `SSL_CERT_FILE` and `SSL_KEY_FILE` in the environment, as in kdb+.

## Watching the wire

`anyq tap 5051 localhost:5050` is a proxy that shows the messages that pass, and records them with `--record FILE`;
`anyq replay FILE HOST:PORT` plays a recording into a server, see [Commands](commands.md).
'''

__all__: list[str] = []
