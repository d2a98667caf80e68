r"""# Coming from PyKX

## Run what you have

`anyq.pykx` has PyKX's names. A script runs unchanged by `python -m anyq.pykx script.py args`: `import pykx` is then
this package, also in the modules that the script imports. A program does the same by `anyq.pykx.install()` before the
first `import pykx`, which is refused if the real one is loaded; `uninstall()` takes it back. Or change one line:

```python
import anyq.pykx as kx

print(kx.q("{x+y}", 1, 2).py())
```

```text
3
```

No licence is needed. `kx.q` is an engine inside this process, opened when it is first used, see
[its limits](embedded.md). What is not covered raises `kx.Unsupported`, which names the native way.

### Where it differs on purpose

| case | PyKX | `anyq.pykx` |
|---|---|---|
| a call is in flight when the connection is lost | may return `None` | raises: it is not known whether it ran |
| an error in a file of `file_execute` | is lost unless the result is looked at | raises `QError` with the line |
| TLS | left to q's settings | certificate and host name are checked, unless `KX_SSL_VERIFY_SERVER=NO`; the other `KX_SSL_*` are read |
| `SecureQConnection` | speaks plain text if `tls=False` | never sends a byte in clear |
| a future that is not awaited | stays unsent until something polls | is on its way at once |
| a blocking connection inside a running event loop | blocks in silence | blocks; the logger `anyq.pykx` says so once |
| `poll_recv` | spins | waits in `poll_recv_async()`; polling works from any thread |
| `kx.remote.function` that cannot run there | fails at the server | is refused before it is sent |
| tables on disk | are mapped, `SplayedTable` | are read when used, and are `Table` |
| `kx.tick` | processes that outlive the program | threads that end with it; functions are called as they are |
| SQL (`kx.q.sql`) | needs `s.k_` | an error that says to write q |

## Write it natively

Most spellings are the same; this table has the others, and what differs.

| PyKX | here | what differs |
|---|---|---|
| `kx.SyncQConnection('localhost', 5050)`, `conn.close()` | `with anyq.sync.connect("localhost", 5050) as q` | opened and closed by its block; refused inside a running event loop, which it would block |
| `await kx.AsyncQConnection(...)`, `event_loop=` | `async with anyq.connect(...) as q` | Trio too; the loop is the one it is opened in |
| `kx.SecureQConnection(...)`, `tls=True` | `anyq.connect(..., tls=True)` | certificate and host name are checked |
| `kx.RawQConnection(...)`, `poll_send`, `poll_recv` | `anyq.RawConnection(...)` | the same calls; `await poll_recv_async()` waits without a busy loop |
| `username='user', password='pass'` | the same | or in the address, `"host:5050:user:pass"` |
| `port=5050` alone | the same | the host is then this machine |
| `conn('1+1').py()`, `.np()`, `.pd()`, `.pa()` | the same, and `.pl()` | nulls as in [Types and nulls](types.md) |
| `kx.LongAtom`, `kx.Table`, ... | `anyq.Atom`, `Vector`, `List`, `Dict`, `Table`, ... | the q type is `value.qtype` |
| `conn('{x+y+z}', 1, 2, 3)` | the same | at most 8 arguments, as in q |
| `conn('1+1', wait=False)` | the same, or `await q.post("1+1")` | the generic null, which PyKX calls `Identity` |
| `fut = conn('til 10')`, `await fut` | `pending = q.submit("til 10")`, `await pending` | `await q("til 10")` does both |
| `conn('query', reuse=False)` | the same | a connection of its own, closed after the answer |
| `conn('query', wait=False, reuse=False)`, `await` | `await q.deferred("query")` | for servers that answer by an async message |
| `conn.test.addition(4, 2)` | the same, with `await` | a name the server lacks is an `AttributeError` as well |
| `conn.file_execute('f.q', return_all=True)` | `q.execute_file("f.q", return_all=True)` | the old name works too; an error names its line |
| `kx.remote.session(host=..., port=...)` | `anyq.remote.session(host=..., port=...)` | or of a connection: `anyq.remote.session(q)` |
| `@kx.remote.function(session)` | `@anyq.remote.function(session)` | takes keywords, and outer values along; async over an async connection |
| `reconnection_attempts=5`, `reconnection_delay=`, `reconnection_function=` | the same | a call that may have run is not sent again unless it is `idempotent=True` |
| `WARNING: Connection lost ...` on the screen | the logger `anyq`, level `INFO` | the same lines |
| `kx.QError` | `anyq.QError` | other errors have classes of their own, see [Errors](errors.md) |
| `kx.q('til 10')` | `q("til 10")` with `anyq.open_embedded()` or `anyq.sync.open_embedded()` | an engine of its own: needs no licence, see [its limits](embedded.md) |
| `kx.q.value(query)` | `await q("value", query)` | of what a client sent; your own text is a symbol, as in PyKX, and `b"1+1"` is q text |
| `kx.q.z.pg = f`, `kx.q.z.ps = f` | `anyq.serve(on_sync=f, on_async=f, port=5050)` | Python, plain or async, or the text of a q function |
| `kx.q.z.pw = validate` | `anyq.serve(authenticate=validate)` | no password is `None` there, too |
| `RawQConnection(as_server=True)`, `while True: q.poll_recv()` | `anyq.serve(...)` | no loop to write; `RawConnection(as_server=True)` is there too |
| `conn_gc_time=20.0`, `clean_open_connections()` | the same, of a `RawConnection` | `anyq.serve` needs neither |
| `reval` does not hold | `anyq.serve(read_only=True)` | holds |
| `PYKX_THREADING`, `PYKX_BETA_FEATURES`, `kx.shutdown_thread()` | `anyq.sync.open_embedded()` | any thread may call it; it ends with its block; q may call Python |
| `with kx.PyKXReimport(): subprocess.Popen(...)` | the fixture `q_server`, or `anyq q -p 5050` | a server to try things on |
| a `ConnectionManager` by hand | `anyq.Pool`, or `examples/connection_manager.py` | |

What PyKX's pages show, and where it is done here, is a table in `tests/examples/test_samples.py`.
"""

__all__: list[str] = []
