r"""# Commands

Everything that a terminal and a shell script need is one command, `anyq`.

| Command | Does |
|---|---|
| `anyq help [TOPIC]` | these pages |
| `anyq demo` | the first things one does with a q, from Trio and asyncio, every answer checked; `--connect HOST:PORT` uses yours |
| `anyq q [script.q] [-p PORT]` | a q console, and a q server; `anyq q -h` lists the options of q that it has |
| `anyq connect HOST:PORT` | asks a server: history, completion, Ctrl-C gives up a call and keeps the connection |
| `anyq connect HOST:PORT -e 'QUERY'` | for scripts: `--format q\|table\|csv\|json\|arrow`, `--output file.parquet`, `--timing`, exit codes |
| `anyq tap PORT HOST:PORT` | a proxy that shows the messages that pass, and records them with `--record FILE` |
| `anyq replay FILE HOST:PORT` | plays a recording (`--speed 10`), or a tickerplant's log (`--rate 1000`), into a server |
| `anyq gateway PORT --server hdb=HOST:PORT ...` | one port in front of many q processes, see `anyq help servers` |
| `anyq mcp [HOST:PORT]` | tools of a language model, see `anyq help mcp`; read only by default |

Each has `--help`. History and completion are there in any case; `pip install "anyq[cli]"` adds menus of completions,
drawn tables (`--format table`) and progress bars.

CSV and JSON have dates as ISO 8601 to the nanosecond and other temporal types as q prints them; a null is an empty
field, or `null`.
"""

__all__: list[str] = []
