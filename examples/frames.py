"""Trades, vwap, an as-of join and bars with pandas and polars. Needs `pip install "anyq[pandas,polars,arrow]"`.

python examples/frames.py [ROWS]; the cells (`# %%`) are those of an editor or of Jupyter.
"""

# %%
from __future__ import annotations

import sys

import numpy as np
import polars as pl

import anyq.sync

ROWS = int(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1].isdigit() else 100_000
q = anyq.sync.open_embedded().__enter__()  # or anyq.sync.connect("localhost", 5050)

# %% A frame becomes a table: numbers are not copied one by one
rng = np.random.default_rng(1)
frame = pl.DataFrame(
    {
        "time": np.sort(rng.integers(0, 6 * 3600 * 10**9, ROWS)).astype("m8[ns]"),
        "sym": np.array(["AAPL", "IBM", "MSFT"])[rng.integers(0, 3, ROWS)],
        "price": 100 + rng.random(ROWS),
        "size": rng.integers(1, 100, ROWS),
    }
)
q["trade"] = frame
print(q("count trade"), *q("cols trade").py())

# %% Aggregate where the data is; a keyed table is a frame with an index
vwap = q("select vwap:size wavg price,trades:count i by sym from trade").pd()
print(vwap.shape, vwap.index.name, bool((vwap.vwap > 100).all()))

# %% An as-of join in q, and the same in polars
q("quote:select time,sym,bid:price-0.01 from trade where 0=i mod 7")
joined = q("aj[`sym`time;trade;quote]").pl()
quotes = q("quote").pl()
same = frame.join_asof(quotes, on="time", by="sym", strategy="backward", check_sortedness=False)
print(joined.height, joined["bid"].is_nan().sum() == same["bid"].null_count())  # the null of q's floats is NaN

# %% Bars, by Arrow
bars = q("select open:first price,close:last price by sym,0D01 xbar time from trade").pa()
print(bars.num_rows, bars.column_names)

# %% Back again: the types of q are remembered
print(q("{x~trade}", q("trade").pd()))
q.close()
