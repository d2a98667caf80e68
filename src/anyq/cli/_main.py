"""Which command was asked for; each is imported only when it runs, so that a console starts at once."""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ._address import host_and_port, listening
from ._serve_options import LOG_LEVELS, add_serve_options
from ._usage import Parser

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["main"]

DESCRIPTION = "Talk to q/kdb+ processes, serve q clients, and run q in-process."


class QParser(Parser):
    """A parser that hands what it does not know to a q script, as q does.

    The first word that is no option is the script; unknown options and whatever else follows are the script's
    (``.z.x``). A long option that is unknown and stands before the script is a mistake.
    """

    for_script = False

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        if not self.for_script:
            return super().parse_known_args(args, namespace)
        own, script, rest = self._split(list(args or ()))
        found, unknown = super().parse_known_args([*own, *script], namespace)
        found.arguments = rest
        return found, unknown

    def _split(self, todo: list[str]) -> tuple[list[str], list[str], list[str]]:
        takes = {name: _words_of(action) for action in self._actions for name in action.option_strings}
        own: list[str] = []
        script: list[str] = []
        rest: list[str] = []
        while todo:
            word = todo.pop(0)
            name, equals, _ = word.partition("=")
            if word == "--":
                return own, script, rest + todo
            meant = [option for option in takes if option == name or (name[:2] == "--" and option.startswith(name))]
            if name in takes or len(meant) == 1:
                count = 0 if equals else takes.get(name, takes[meant[0]])
                own += [word, *todo[:count]]
                del todo[:count]
            elif takes.get(word[:2]) == 1 and word[2:].lstrip("-").isdigit():
                own.append(word)
            elif not (script or rest) and (word.startswith("--") or not word.startswith("-")):
                (own if word.startswith("--") else script).append(word)
            else:
                rest.append(word)
        return own, script, rest


def _words_of(action: argparse.Action) -> int:
    """How many words follow an option."""
    return action.nargs if isinstance(action.nargs, int) else 1


if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[QParser]


def demo(arguments: argparse.Namespace) -> int:
    from ._demo import run

    return run(arguments)


def console(arguments: argparse.Namespace) -> int:
    # Loading makes nothing but what stays: the collector would look at all of it several times, and find no garbage.
    gc.disable()
    from ._q import run

    gc.freeze()
    gc.enable()
    return run(arguments)


def connect(arguments: argparse.Namespace) -> int:
    from ._connect import run

    return run(arguments)


def guide(arguments: argparse.Namespace) -> int:
    from ._help import run

    return run(arguments.topic, parser)


def completion(arguments: argparse.Namespace) -> int:
    from ._help import shell_completion

    return shell_completion(arguments.shell, parser())


def tap(arguments: argparse.Namespace) -> int:
    from ._tap import run

    return run(arguments)


def replay(arguments: argparse.Namespace) -> int:
    from ._replay import run

    return run(arguments)


def mcp(arguments: argparse.Namespace) -> int:
    from ._mcp import run

    return run(arguments)


def gateway(arguments: argparse.Namespace) -> int:
    from ._gateway import run

    return run(arguments)


def path(text: str) -> Path:
    from pathlib import Path

    return Path(text)


def quantity(text: str) -> float:
    """A number that is not negative."""
    number = float(text)
    if not number >= 0:
        raise argparse.ArgumentTypeError(f"{text!r} is negative, or no number")
    return number


def role(text: str) -> tuple[str, str]:
    """``ROLE=HOST:PORT``."""
    name, equals, address = text.partition("=")
    if not (name and equals and address):
        raise argparse.ArgumentTypeError(f"{text!r} is not ROLE=HOST:PORT, such as hdb=localhost:5012")
    return name, address


def natural(text: str) -> int:
    """A whole number that is not negative."""
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError(f"{text!r} is negative")
    return number


def add_demo(commands: Commands) -> None:
    parser = commands.add_parser(
        "demo",
        help="the first things one does with a q, from Trio and from asyncio, every answer checked",
        description="Starts two embedded q servers, talks to them from Trio and then from asyncio, and prints a "
        "transcript. The exit code is 1 when an answer was not the expected one.",
    )
    parser.add_argument(
        "--connect",
        metavar="HOST:PORT[:USER:PASS]",
        help="talk to this q; it gets a table `tab` and a namespace `.test`, which are deleted at the end",
    )
    parser.add_argument(
        "--backend", action="append", choices=("trio", "asyncio"), help="only this event loop (default: both)"
    )
    parser.set_defaults(run=demo)


def add_q(commands: Commands) -> None:
    parser = commands.add_parser(
        "q",
        help="a q console, and with -p a q server",
        description="Reads q from standard input, a statement a line, and prints what q prints.",
        epilog="The console ends at the end of its input unless it is serving, at \\\\ and at exit n. "
        "Exit codes: that of exit; 1 when it cannot serve (without a terminal), and with --strict at an error; 2 a "
        "wrong command line; 143 after SIGTERM.",
    )
    parser.add_argument("script", nargs="?", help="a q script to run first")
    parser.add_argument("arguments", nargs="*", help="what the script finds in .z.x")
    parser.add_argument(
        "-p",
        metavar="[HOST:]PORT",
        dest="port",
        help="serve q clients on this port, on loopback unless a host is given; "
        "0W is any free port, unix:PATH a unix socket alone",
    )
    parser.add_argument("-q", dest="quiet", action="store_true", help="no banner and no prompt")
    parser.add_argument("-u", metavar="FILE", dest="users", help="only clients with a user:password line of this file")
    parser.add_argument("-U", metavar="FILE", dest="users_only", help="the same as -u")
    parser.add_argument("-c", nargs=2, type=int, metavar=("ROWS", "COLUMNS"), dest="size", help="console size")
    parser.add_argument("-P", type=int, metavar="N", dest="precision", help="digits of floats printed (0: all, 7)")
    parser.add_argument("-S", type=int, metavar="N", dest="seed", help="random seed")
    parser.add_argument("-t", type=natural, metavar="MS", dest="timer", help="milliseconds between timer ticks")
    parser.add_argument("-o", type=int, metavar="N", dest="offset", help="hours of local time from UTC")
    parser.add_argument(
        "-T", type=natural, metavar="SECONDS", dest="query_timeout", help="longest a client's query may run"
    )
    parser.add_argument("-W", type=int, metavar="N", dest="week", help="first day of the week")
    parser.add_argument("-z", type=int, choices=(0, 1), dest="dates", help="0: dates are mm/dd, 1: dd/mm")
    parser.add_argument(
        "-E",
        type=int,
        choices=(0, 1, 2),
        default=0,
        dest="tls_mode",
        help="0: no TLS, 1: with and without, 2: TLS only",
    )
    parser.add_argument("-w", type=natural, metavar="MB", dest="memory", help="how much memory q may use")
    add_serve_options(parser)
    parser.for_script = True
    parser.set_defaults(run=console)


def add_connect(commands: Commands) -> None:
    parser = commands.add_parser(
        "connect",
        help="ask a q process, from a terminal or a script",
        description="An interactive client; with -e it asks, prints the answers and ends.",
        epilog="Exit codes: 0; 1 an error of q; 2 a wrong command line; 3 no connection; 4 no answer; "
        "5 an answer that cannot be printed or written so.",
    )
    parser.add_argument(
        "server",
        metavar="HOST:PORT[:USER:PASS]",
        help="any address that anyq.connect takes, or the name of a profile (anyq help commands)",
    )
    parser.add_argument(
        "-e", dest="execute", action="append", metavar="QUERY", help="ask this and end; may be repeated"
    )
    parser.add_argument("--format", choices=("q", "table", "csv", "json", "arrow"), default="q", help="how to print")
    parser.add_argument("--output", type=path, metavar="FILE", help="write to a .csv .json .arrow .parquet .txt file")
    parser.add_argument("--timing", action="store_true", help="show how long each answer took")
    parser.add_argument("--timeout", type=quantity, metavar="SECONDS", help="longest wait for an answer")
    parser.add_argument("--connect-timeout", type=quantity, metavar="SECONDS", help="longest wait for a connection")
    parser.add_argument("--user", help="who logs in; the password is asked for, or that of the variable ANYQ_PASSWORD")
    parser.add_argument("--tls", action="store_true", help="speak TLS, certificate checked")
    parser.add_argument("--ca-file", metavar="FILE", help="who signed the server's certificate, if not the system's")
    parser.add_argument("--cert-file", metavar="FILE", help="the certificate of this client, for servers that want one")
    parser.add_argument("--key-file", metavar="FILE", help="its key")
    parser.set_defaults(run=connect)


def add_help(commands: Commands) -> None:
    parser = commands.add_parser(
        "help",
        help="the guide: a list of its pages, or one of them",
        description="Shows a page of the guide, or the usage of a command; without a topic, what there is.",
    )
    parser.add_argument("topic", nargs="*", help="a page's name or a part of it, such as asking; or a command")
    parser.set_defaults(run=guide)


def add_completion(commands: Commands) -> None:
    parser = commands.add_parser(
        "completion",
        help="what a shell needs to complete anyq's commands and options",
        description='Prints a script for the shell: bash: eval "$(anyq completion bash)" in ~/.bashrc; zsh: anyq '
        "completion zsh > a file _anyq on fpath; fish: anyq completion fish > ~/.config/fish/completions/anyq.fish.",
    )
    parser.add_argument("shell", choices=("bash", "zsh", "fish"))
    parser.set_defaults(run=completion)


def add_tap(commands: Commands) -> None:
    parser = commands.add_parser(
        "tap",
        help="a proxy that shows the messages that pass",
        description="Listens, forwards each connection to the server, and shows what passes: direction, kind, size, "
        "time to the answer, and the value as q prints it. Passwords are neither shown nor recorded.",
    )
    parser.add_argument("listen", type=listening, metavar="[HOST:]PORT", help="where clients connect (loopback)")
    parser.add_argument("server", type=host_and_port, metavar="HOST:PORT", help="where the server is")
    parser.add_argument("--record", metavar="FILE", help="write what passes to this file, for anyq replay")
    parser.add_argument("--lines", type=natural, default=10, help="lines shown of a value (default: 10)")
    parser.add_argument(
        "--keep", type=natural, default=64 << 20, metavar="BYTES", help="messages longer than this are only counted"
    )
    parser.set_defaults(run=tap)


def add_replay(commands: Commands) -> None:
    parser = commands.add_parser(
        "replay",
        help="play a recording of a tap, or a tickerplant's log, into a server",
        description="Sends the recorded messages of the clients to a server, or a log's messages as async messages.",
    )
    parser.add_argument("file", type=path, help="what anyq tap --record wrote, or a tickerplant's log")
    parser.add_argument("server", type=host_and_port, metavar="HOST:PORT", help="where the messages go")
    parser.add_argument("--speed", type=quantity, default=1.0, help="2 is twice as fast; 0 is without pauses")
    parser.add_argument("--rate", type=quantity, default=0.0, help="messages of a log a second; 0 is without pauses")
    parser.add_argument("--user", default="", help="who logs in")
    parser.add_argument("--password", help="the password (default: the variable ANYQ_PASSWORD)")
    parser.set_defaults(run=replay)


def add_mcp(commands: Commands) -> None:
    parser = commands.add_parser(
        "mcp",
        help="tools of a language model: a q process, or a q in this one, by the Model Context Protocol",
        description="Serves the Model Context Protocol on standard input and output: the tools tables, meta, explain "
        "and query. Queries change nothing, unless --write is given. Needs the extra mcp.",
    )
    parser.add_argument(
        "server",
        nargs="?",
        metavar="HOST:PORT",
        help="any address that anyq.connect takes; without one, an embedded q that reaches nothing outside itself",
    )
    parser.add_argument("--load", action="append", type=path, default=[], metavar="FILE", help="a q script to load")
    parser.add_argument("--database", type=path, metavar="FOLDER", help="a database to load")
    parser.add_argument("--write", action="store_true", help="queries may change what the user may change")
    parser.add_argument("--rows", type=natural, default=1000, metavar="N", help="most rows of an answer (1000)")
    parser.add_argument("--seconds", type=quantity, default=30.0, metavar="S", help="longest a query may take (30)")
    parser.add_argument("--user", help="who logs in; the password is that of the variable ANYQ_PASSWORD")
    parser.add_argument("--tls", action="store_true", help="speak TLS, certificate checked")
    parser.set_defaults(run=mcp)


def add_gateway(commands: Commands) -> None:
    parser = commands.add_parser(
        "gateway",
        help="one port in front of many q processes",
        description="Answers selects of tables that are spread over processes, and the calls of TorQ's gateway "
        "(.gw.syncexec, .gw.asyncexec and their kin), by asking the processes named by --server.",
    )
    parser.add_argument("listen", type=listening, metavar="[HOST:]PORT", help="where clients connect (loopback)")
    parser.add_argument(
        "--server",
        action="append",
        required=True,
        type=role,
        metavar="ROLE=HOST:PORT",
        help="a process; those of one role hold the same, and stand in for each other. May be repeated",
    )
    parser.add_argument("--user", help="who logs in there; the password is that of the variable ANYQ_PASSWORD")
    parser.add_argument("-u", metavar="FILE", dest="users", help="only clients with a user:password line of this file")
    parser.add_argument("-T", type=quantity, metavar="SECONDS", dest="seconds", help="longest a query may take")
    parser.add_argument("--depth", type=natural, default=1, metavar="N", help="queries a process has at a time (1)")
    parser.add_argument(
        "--per-client", type=natural, default=64, metavar="N", help="queries of one client at a time (64)"
    )
    parser.add_argument("--log-level", choices=LOG_LEVELS, default="info", help="what is logged (info)")
    parser.set_defaults(run=gateway)


COMMANDS = {
    "help": add_help,
    "demo": add_demo,
    "q": add_q,
    "connect": add_connect,
    "tap": add_tap,
    "replay": add_replay,
    "gateway": add_gateway,
    "mcp": add_mcp,
    "completion": add_completion,
}


def parser(command: str = "") -> Parser:
    """The command line: all of it, or as much as one command needs."""
    top = Parser(prog="anyq", description=DESCRIPTION)
    top.add_argument("--version", action="store_true", help="the version of anyq and of what it stands on")
    commands = top.add_subparsers(title="commands", metavar="", prog="anyq", parser_class=QParser)
    for add in [COMMANDS[command]] if command in COMMANDS else COMMANDS.values():
        add(commands)
    return top


def version() -> int:
    """Print the versions that a report of a fault should name."""
    import platform
    from importlib.metadata import version as installed

    print(f"anyq {installed('anyq')}")
    for name in ("anyio", "trio", "numpy"):
        print(f"{name} {installed(name)}")
    print(f"Python {platform.python_version()} on {platform.platform()}")
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code.

    A wrong command line prints the usage on standard error and exits with 2.
    """
    given = sys.argv[1:] if argv is None else argv
    top = parser(given[0] if given else "")
    arguments = top.parse_args(given)
    if arguments.version:
        return version()
    if not hasattr(arguments, "run"):
        top.print_help(sys.stderr)
        return 2
    try:
        return int(arguments.run(arguments))
    except KeyboardInterrupt:
        return 130
