"""`anyq help`: the pages of the guide in a terminal; and what shells need to complete the command line."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence

from anyq.guide import Page, page, pages

__all__ = ["run", "shell_completion"]


def run(words: Sequence[str], parser: Callable[[], argparse.ArgumentParser]) -> int:
    """Show a page, the usage of a command, or the list of pages. 2 for a topic that there is not."""
    topic = " ".join(words)
    if not topic:
        print(listing(), end="")
        return 0
    commands = _commands(parser())
    if topic in commands and topic not in [page.topic for page in pages()]:
        commands[topic].print_help()
        return 0
    try:
        show(page(topic))
    except LookupError as error:
        print(f"anyq help: {error.args[0]}", file=sys.stderr)
        return 2
    return 0


def listing() -> str:
    """The pages, a line each."""
    width = max(len(page.topic) for page in pages())
    lines = [f"  {page.topic:<{width}}  {page.title}" for page in pages()]
    return "\n".join(["anyq help TOPIC, with a topic of", "", *lines, "", "anyq COMMAND --help: its options", ""])


def show(page: Page) -> None:
    """Print the page: drawn and through a pager on a terminal that has the extra ``cli``, else its Markdown."""
    if sys.stdout.isatty():
        try:
            from rich.console import Console
            from rich.markdown import Markdown
        except ModuleNotFoundError:
            pass
        else:
            os.environ.setdefault("LESS", "-FRX")  # colours; no pager for what fits the screen
            console = Console()
            with console.pager(styles=console.is_terminal and bool(console.color_system)):
                console.print(Markdown(page.text))
            return
    print(page.text, end="")


def _commands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def shell_completion(shell: str, parser: argparse.ArgumentParser) -> int:
    """Print the script that completes the command line in that shell. 5 without the library that makes it."""
    try:
        import shtab
    except ModuleNotFoundError:
        print('anyq completion needs: pip install "anyq[cli]"', file=sys.stderr)
        return 5
    print(shtab.complete(parser, shell))
    return 0
