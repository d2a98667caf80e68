r"""# Performance

Measured by the benchmarks of this repository, on Python 3.12 with the compiled speedups, on a machine of 2 cores. Each
line compares things of one run; the machine moves both sides of it, by a factor of two and more, so read the ratios.

| What | anyq | beside it |
|---|---|---|
| an atom there and back, asyncio | 83 us | PyKX 75 us |
| an atom there and back, Trio | 77 us | PyKX 67 us |
| an atom there and back, blocking, on one core | 8.9 us | PyKX 25.3 us, a raw socket 7.6 us |
| decode the reply: an atom, a table of 10 rows | 1.3 us, 19 us | aiokdb 2.5 us, 47 us |
| encode a query of 3 arguments | 1.6 us | aiokdb 2.9 us |
| 10,000,000 longs, received and as NumPy | 39 ms | PyKX 135 ms |
| 1,000,000 symbols, received and as NumPy | 24 ms | PyKX 78 ms |
| 1,000,000 strings, received and as pandas | 20 ms | PyKX 1,040 ms, as NumPy |
| 256 MB received | 1.04 to 1.09 times a bare socket | |
| 64 calls in flight against `anyq q`, to one at a time | 3.6 times as many (asyncio), 3.3 (Trio) | |
| small requests served a second, Python handler, asyncio, 1, 10 and 200 clients | 22,300, 121,200, 112,800 | aiokdb 9,200, 44,300, 52,600 |
| the same on Trio | 21,900, 117,600, 110,100 | |
| 1,000 idle connections | 26 MB | |
| waiting 10 s for an answer | 0.7 ms of processor | |

Waking a processor that sleeps takes longer than many an answer. So while one answer is due, and the last one came within
0.3 ms, a connection looks for it for 0.2 ms before it lets its thread sleep; other tasks and threads run meanwhile. A
server does the same for 0.1 ms while requests come one upon the other.

A process keeps the memory of the last large reply (1 to 128 MB) that nobody refers to any more, for the next one of its
size.

`nox -s bench` runs all of them, and `python -m tests.benchmarks.codec small` the first few; `ANYQ_PURE=1` does without the
speedups. Without a compiler at installation everything works, in Python alone.

## What makes programs slow

| Shape | Instead |
|---|---|
| a call for each row | one call with a table of rows: `q("insert", "trade", frame)` |
| waiting for each answer of many small calls | `max_in_flight=64` and `q.submit`, for servers that answer in order |
| `.py()` of a large vector | `.np()`, `.pl()`, `.pa()`: numbers are views, not copies |
| fetching a table to aggregate it here | aggregate in q, or [with a plan](servers.md) over many servers |
| a new connection for each request of a web service | one connection, or a `Pool`, for the program's life |
"""

__all__: list[str] = []
