r"""# Coming from PyKX

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
