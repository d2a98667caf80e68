r"""# Threads

A connection belongs to one event loop; using it from another loop or thread is `MisuseError`, at once. `anyq.sync` needs
no loop, and one thread uses such a connection at a time; inside a running loop it is refused, for it would stop the loop
(in the cells of a notebook it is allowed).

To share one connection among threads and event loops, give it to a portal, an owner thread that does what it is asked in
order:

```python
import threading

import anyq

with anyq.start_portal() as portal, portal.connect("localhost", 5050) as q:
    answers: list[anyq.Value] = []
    threads = [threading.Thread(target=lambda: answers.append(q("1+1"))) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(len(answers), answers[0])
```

```text
10 2
```

`portal.pool(...)` and `portal.embedded()` are shared in the same way. `q.submit(...)` gives a future, which can be awaited
in any event loop. Leaving the block ends the thread, with calls in flight answered or failed by `PortalClosed`, also when
the block raises; there is nothing to shut down at the end of a script.

## An embedded q of many threads

An embedded q has a thread of its own, so any thread or task may call it, and what they ask is done one after the other:
no row is lost.

```python
from concurrent.futures import ThreadPoolExecutor

import anyq.sync

with anyq.sync.open_embedded() as q, ThreadPoolExecutor(20) as threads:
    q("tab:([]n:`long$())")
    list(threads.map(lambda n: q("insert", "tab", [n]), range(1000)))
    print(q("count tab"))
```

```text
1000
```

| I have | Use |
|---|---|
| Trio or asyncio | `anyq.connect`, `anyq.Pool`, `anyq.open_embedded` |
| one thread, no loop | `anyq.sync.connect`, `anyq.sync.open_embedded` |
| many threads, or several loops | `anyq.start_portal()`, `anyq.sync.open_embedded` |
| a loop that polls by hand | `anyq.RawConnection` |
"""

__all__: list[str] = []
