r"""# Notebooks

`pip install "anyq[notebook]"` brings IPython. In a notebook, or at IPython's prompt:

```ipython
%load_ext anyq
%q_connect rdb=localhost:5050
```

Several may be kept, under names of Python; `%q` and `%%q` ask the one named last, or the one that they are told:

```text
%q_connect rdb=localhost:5010 hdb=localhost:5012
%q_use hdb
%q @rdb count trade
%%q @hdb -i prices -o result
```

| Magic | Does |
|---|---|
| `%q_connect [NAME=]HOST:PORT ... [--user NAME] [--tls]` | connects, and asks the last one named from then on; alone it lists what is open |
| `%q_embedded [NAME]` | a q of the notebook's own; it is there without asking, too |
| `%q_use NAME` | asks another one |
| `%q [@NAME] TEXT`, `x = %q TEXT` | asks; IPython's own `{x}` and `$x` are left to q |
| `%%q [@NAME] [-i NAME] [-o NAME]` | sends Python variables, runs the cell as a q script, fetches q variables |

```ipython
prices = [1.5, 2.5]
```

```ipython
%%q -i prices -o total
trade:([]sym:`a`b;price:prices)
total:sum prices
select from trade
```

```ipython
assert total == 4.0
rdb("{x+y}", 1, 2)
```

`rdb` is a full blocking connection (see [Asking](asking.md)): `rdb.trade`, `rdb["x"] = frame`, `rdb.subscribe(...)`.
`anyq.sync.connect`, `anyq.sync.open_embedded` and `anyq.start_portal` work in cells as well.

Tables show as HTML with their shape and types, other values as q prints them. TAB completes q's words, and tables,
columns and functions of the q that is asked, in `%q`, in `%%q` and on connections. A long reply shows a progress bar.
Interrupting the kernel abandons a call and keeps the connection; an error of q shows q's own text and line.

```ipython
frame = rdb("select from ([]a:1 2 3;b:4 5 6)").pd()
frame.sum().to_dict()
```

Plots are those of pandas or polars: `frame.plot()` with matplotlib installed.

## Highlighting

The lexer of q for Pygments is installed with anyq under the names `q` and `kdb`: Sphinx, JupyterLab's exports, and
`pygmentize -l q script.q` find it.
"""

__all__: list[str] = []
