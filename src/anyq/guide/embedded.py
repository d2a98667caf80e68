r"""# The embedded q

`anyq.open_embedded()`, `anyq.sync.open_embedded()` and `anyq q` are an interpreter of the q language for tests, tools and
small services, in Python and NumPy, checked against KX's published pages. It is no kdb+ and needs no licence.

```python
import anyq.sync

with anyq.sync.open_embedded() as q:
    q("trade:([]sym:`a`b`a;size:1 2 3)")
    q["rate"] = 1.5
    q["twice"] = lambda x: 2 * int(x)  # q calls it
    print(q("select sum size by sym from trade"))
    print(q("twice[4]*rate"))
```

```text
sym| size
---| ----
a  | 4
b  | 2
12f
```

It has a thread of its own: any thread or task may call it, in order. Leaving the block lets the evaluation that runs
finish within `deadline` seconds, then interrupts it.

## Its limits

* Of kdb+'s own files, those compressed by other algorithms than gzip, encrypted ones and nested columns are `nyi`;
  files are written uncompressed.
* One thread: `peach` is `each`, `-s` has no effect.
* No debugger: an error shows its line and the calls around it, and ends the evaluation.
* No HTTP and no websockets (`.z.ph`, `.z.ws`), no C functions (`2:`).
* Built-in functions are not kdb+'s k source: what kdb+ keeps as k text goes over the wire as its name. Of 59 expressions
  with recorded bytes of a kdb+ 3, all but one serialise to them: `-8!save`, which kdb+ sends as its own k source.
* A scalar loop runs at the speed of Python, not of C; whole vectors run at that of NumPy.

What it does not know raises `nyi` and names the thing; it never guesses.
"""

__all__: list[str] = []
