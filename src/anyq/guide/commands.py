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
| `anyq mcp [HOST:PORT]` | tools of a language model over a connection, or over a q of its own (`anyq[mcp]`) |
| `anyq completion SHELL` | what a shell needs to complete commands and options |
| `anyq replay FILE HOST:PORT` | plays a recording (`--speed 10`), or a tickerplant's log (`--rate 1000`), into a server |
| `anyq gateway PORT --server hdb=HOST:PORT ...` | one port in front of many q processes, see `anyq help servers` |
| `anyq mcp [HOST:PORT]` | tools of a language model, see `anyq help mcp`; read only by default |

Each has `--help`. History and completion are there in any case; `pip install "anyq[cli]"` adds menus of completions,
drawn tables (`--format table`) and progress bars.

## Profiles

`anyq connect prod` takes the server from `anyq/profiles.toml` in the folder of your configuration (`~/.config`, or
`$XDG_CONFIG_HOME`):

```toml
[prod]
address = "kdb.example.com:5010"
user = "ann"
password_command = "pass show kdb/prod"
tls = true
timeout = 30
```

The password is the first line that the command prints; or, with `keyring = true`, that of your desktop's keyring
(`pip install keyring`, `keyring set anyq ann@kdb.example.com:5010`). A password itself does not belong in the file.
`ANYQ_PASSWORD` of the environment comes before both. `ca_file`, `cert_file`, `key_file` and `connect_timeout` are known as
well; what the command line says counts more than the profile.

## A conversation

`anyq connect` says whom it speaks to; `help` lists its commands and `quit` leaves. TAB completes q's words, tables,
columns and what a namespace has. An input goes on until its brackets are closed. Ctrl-C abandons a query: the
connection goes on, but the server finishes what it has begun, and answers the next query after that.

## Shells

`eval "$(anyq completion bash)"` in `~/.bashrc` completes commands and options; `zsh` and `fish` are there as well.

## Formats

CSV and JSON have dates as ISO 8601 to the nanosecond and other temporal types as q prints them; a null is an empty
field, or `null`.
"""

__all__: list[str] = []
