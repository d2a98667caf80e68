r"""# Asking

A connection is called with q text, and with arguments for a function. The pieces of code on this page run inside
`async with anyq.connect("localhost", 5050) as q:`; on a connection of `anyq.sync` they are the same without `await`.

```python
print(await q("{x+y+z}", 1, 2, 3))  # a function and its arguments, at most 8
print(await q("til", 5))  # text is a function too
await q(".test.addition:{x+y}")
print(await q.test.addition(4, 2))  # a function of the server, by its name
table = await q("([]sym:`a`b`a;size:10 20 30)")
print(await q("{select sum size by sym from x}", table))
```

```text
6
0 1 2 3 4
6
sym| size
---| ----
a  | 40
b  | 20
```

Python objects become q values: `bool int float` are boolean, long, float; `str` is a symbol and `bytes` a char vector;
`datetime date time timedelta UUID` are timestamp, date, time, timespan, guid; arrays and data frames keep their types.
What has no q form is a `TypeError` that names it, before anything is sent. See [Types and nulls](types.md).

## Where to

| Address | Is |
|---|---|
| `connect("localhost", 5050)`, `connect(port=5050)` | host and port |
| `connect("host:5050:user:password")` | as `hopen` takes it; also by `username=`, `password=` |
| `connect("unix:///tmp/kx.5050")` | a unix socket |
| `connect("tcps://host:5050")`, `connect(..., tls=True)` | TLS, certificate and host name checked |

## Sent now, awaited later

```python
pending = [q.submit("{x*x}", n) for n in range(4)]  # sent now, in this order
print([int(await answer) for answer in reversed(pending)])
await q("counter:0", wait=False)  # an async message; no answer is expected
await q.post("{counter::x}", 7)  # the same, by its own name
print(await q("counter"))  # messages are handled in order
```

```text
[9, 4, 1, 0]
7
```

Tasks share a connection: calls go out in the order in which they are made, and each task gets its own answer. A q
process answers one call at a time; two servers work at the same time, each over a connection of its own, and
`max_in_flight=64` sends calls before the first is answered, for servers that answer in order.

A server may take its time (`-30!`): the caller waits, and `reuse=False` gives such a call a connection of its own. A
server that answers by an async message (`neg[.z.w] result`) is asked by `q.deferred(...)`. `q.execute_file("file.q")`
runs a local script there, statement by statement; its errors name file and line.

## Variables and functions by name

A name is checked and sent as a symbol. On a blocking connection `q["trade"] = frame` sets and `q["trade"]` reads a
variable; on any other:

```python
await q.set("quotes", {"a": [1, 2]})
print(await q.get("quotes"))
add = q.fn("{x+y}")
print(await add(1, 2))
```

```text
a| 1 2
3
```

## Large tables, in parts

`q.stream` reads the result of a select in windows of rows, so that neither side holds all of it:

```python
from anyq.query import select

await q("ticks:([]n:til 250000)")
total = 0
async for part in q.stream(select("ticks"), rows=100_000):
    total += len(part)
print(total)
```

```text
250000
```
"""

__all__: list[str] = []
