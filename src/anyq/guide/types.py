r"""# Types and nulls

A value prints as q prints it, and its `repr` can be evaluated. `.py() .np() .pd() .pl() .pa()` convert:

| q | `.py()` | `.np()` | `.pd()` `.pa()` `.pl()` |
|---|---|---|---|
| integer null | `None` | masked array | nullable integer, null |
| integer infinity | the extreme integer | the same | the same |
| float null, infinity | `nan`, `inf` | the same | the same |
| temporal null | `None` | `NaT` | `NaT`, null |
| temporal infinity | the last moment Python has | raw with `.np(raw=True)` | the last moment there is |
| symbol null | `""` | `""` | `""` |
| char vector | `bytes` | `S1` array | a string in a column of strings |
| guid | `uuid.UUID` | 16 bytes | text |

```python
rows = await q("([]n:1 0N 3;d:2024.02.29 0Nd 0Wd;s:`a``c)")
print(rows)  # as q prints it
print(rows.py()["n"], rows.py()["s"])
print(rows.np()["n"])
print(repr(rows["n"]))  # can be evaluated
```

```text
n d          s
--------------
1 2024.02.29 a

3 0W         c
[1, None, 3] ['a', '', 'c']
[1 -- 3]
anyq.vector('j', [1, None, 3])
```

## Values as Python objects

A `Dict` is a mapping with Python keys (`dict(row)`, `f(**row)`; for `csv`, `row.py()`), a table has `columns`, `shape`,
`dtypes`, `head`, `tail` and `t[["a", "b"]]`; `t["a"]` is a vector and `t[3]` a row. Numbers take part in arithmetic,
order and format, vectors in NumPy's operators; a null raises where a number is needed, and so does a moment, a guid or
a char. `f"{day:%d.%m.%y}"` is Python's format, `f"{day:>12}"` sets q's text. `json.dumps(v, default=anyq.json_default)`.
With a column of pandas an operator is that of pandas: `frame[frame.day == await q(".z.d")]`.

`numpy.asarray(v)`, `pd.Series(v)`, `df["c"] = v`, `pa.array(v)`, `pl.Series(v)` and `narwhals.from_native(t)` take values
as they are. NumPy has no nulls for integers: `numpy.asarray` gives floats with NaN, and an error that names `.np()`
where they would round. More under [pandas, polars, Arrow](frames.md).

```python
trades = await q("([]sym:`a`b;size:10 20;price:1.5 2.5)")
assert isinstance(trades, anyq.Table)  # for type checkers: an answer may be any value
print(trades.shape, trades.columns, trades[0]["size"] + 1)
print(float((trades["size"] * trades["price"]).sum()))
```

```text
(2, 3) ['sym', 'size', 'price'] 11
65.0
```

Two q values are `==` when they match, as q's `~` has it; an atom or a char vector is also `==` to the Python object it
converts to. `anyq.match` and `anyq.identical` (bit for bit) are there by name.

## Values of a type

There is a constructor for each type: `anyq.long(1)`, `anyq.longs([1, 2])`, `anyq.symbols(["a", "b"])`,
`anyq.table({"n": [1, 2]})`, `anyq.vector("h", [1, 2])`. `anyq.as_q(x)` converts as an argument is converted.
`strings="chars"`, an option of any connection, pool or embedded q, makes char vectors of texts in place of symbols.
`anyq.convert.register` takes classes of your own:

```python
import attrs
import anyq
import anyq.convert


@attrs.frozen
class Order:
    sym: str
    size: int


anyq.convert.register(Order, lambda order: {"sym": order.sym, "size": order.size})
print(anyq.as_q(Order("AAPL", 100)))
```

```text
sym | `AAPL
size| 100
```

The `repr` of over 1,000 items, or of nesting over 100 deep, is abbreviated in angle brackets and cannot be evaluated.
Values of any depth pickle; `.py()` and its siblings raise `ConversionError` for one nested deeper than Python's stack,
`.np()` beyond 1,000, `.pa()` and `.pl()` beyond 100.
"""

__all__: list[str] = []
