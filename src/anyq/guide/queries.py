r"""# Queries made of values

`anyq.select`, `exec`, `update` and `delete` send ``(?;`trade;where;by;columns)``, a list of values: no name and no
constant is ever read as q text, so none can be injected. `anyq.query` has q's functions by their names.

```python
import datetime

from anyq.query import col, select, wavg

day, wanted = datetime.date(2024, 1, 2), ["AAPL", "x;exit 0"]
await q("trade:([]date:2#2024.01.02;sym:`AAPL`IBM;size:10 20;price:1.5 2.5)")
query = select(
    "trade", {"vwap": wavg("size", "price")}, by=["sym"], where=[col("date") == day, col("sym").isin(wanted)]
)
print(query)
print(await q(query))
```

```text
select vwap:size wavg price by sym from trade where date=2024.01.02,sym in `$("AAPL";"x;exit 0")
sym | vwap
----| ----
AAPL| 1.5
```

## Python's database API

`anyq.dbapi` is PEP 249, for tools that speak to databases. Parameters are arguments of a q function, by position or by
name:

```python
import anyq.dbapi
import polars

with anyq.dbapi.connect("localhost", 5050) as connection, connection.cursor() as cursor:
    cursor.execute("orders:([]sym:`a`b`a;size:10 20 30)")
    print(cursor.execute("select from orders where sym=s, size>n", {"s": "a", "n": 10}).fetchall())
    print(polars.read_database("select sum size by sym from orders", connection).rows())
```

```text
[('a', 30)]
[('a', 40), ('b', 20)]
```
"""

__all__: list[str] = []
