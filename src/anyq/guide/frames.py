r"""# pandas, polars, Arrow

`.pd()`, `.pl()` and `.pa()` convert a table; a frame is an argument or a variable as it is. Numbers share memory with
the value and are read-only. `pip install "anyq[pandas]"`, `"anyq[polars]"` and `"anyq[arrow]"` bring the libraries.

```python
import anyq.sync
import pandas as pd

with anyq.sync.open_embedded() as q:
    q["trade"] = pd.DataFrame({"sym": ["a", "b", "a"], "price": [1.0, 2.0, 4.0], "size": [1, 2, 3]})
    frame = q("select vwap:size wavg price by sym from trade").pd()
    print(frame.loc["a", "vwap"])
```

```text
3.25
```

## Millions of rows

```python
import anyq.sync
import numpy as np

with anyq.sync.open_embedded() as q:
    rng = np.random.default_rng(1)
    rows = 100_000
    q["trade"] = {
        "time": np.sort(rng.integers(0, 6 * 3600, rows)).astype("m8[s]"),
        "sym": np.array(["AAPL", "IBM", "MSFT"])[rng.integers(0, 3, rows)],
        "price": rng.random(rows),
        "size": rng.integers(1, 100, rows),
    }
    q("trade:flip trade; quote:select time,sym,bid:price-.01 from trade where 0=i mod 7")
    joined = q("aj[`sym`time;trade;quote]").pl()
    print(joined.shape, q("exec count i from trade"))
    print(joined.columns)
```

```text
(100000, 5) 100000
['time', 'sym', 'price', 'size', 'bid']
```

Large results in parts: `q.stream(select("trade"), rows=1_000_000)`, see [Asking](asking.md). Tables that are spread over
many servers: [Many servers](servers.md).

## There and back

A frame remembers the q types, attributes and keys that its dtypes do not tell (pandas in `attrs`, Arrow in the schema's
metadata, polars on that very object) and goes back as what it was; a column that was computed anew goes by its dtype. A
plain index of integers without a name is dropped, any other makes a keyed table. What does not come back the same is a
table of the README.

| To | Say |
|---|---|
| choose types of columns | `anyq.as_q(frame, types={"note": "*", "venue": "s"})`; `"*"` is char vectors |
| make texts char vectors, not symbols | `strings="chars"`, also as an option of a connection |
| show moments in a zone | `.pd(tz="Europe/London")`, also `.pl`, `.pa`, `.py` |
| get Arrow's dtypes in pandas | `.pd(arrow=True)` |
| index by a column | key the table in q (`` `sym xkey t ``): keys are the index |

```python
import anyq
import polars as pl

frame = pl.DataFrame({"sym": ["a", "b"], "note": ["x", "y"]})
print(anyq.as_q(frame, types={"note": "*"})["note"])
```

```text
,"x"
,"y"
```

## Plots

`.pd().plot()` as with any frame; pandas needs matplotlib for it. For a notebook see [Notebooks](notebooks.md).

## Files

`anyq connect HOST:PORT -e 'select from trade' --output trade.parquet` writes a table as Parquet, Arrow, CSV or JSON;
from Python `pyarrow.parquet.write_table(table.pa(), "trade.parquet")`. DuckDB, narwhals and others take values through
Arrow's interface: `duckdb.from_arrow(table.pa())`. A dict is a table of keys and values there, a keyed table one of all
its columns. polars takes any mapping for columns by name: `pl.DataFrame(d)` of a dict or a keyed table that is none raises
and names `.pl()`. Give polars vectors, or `.py()`, and not lists of atoms: it reads all as the first that it meets.
"""

__all__: list[str] = []
