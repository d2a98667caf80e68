"""The picture of the README, a conversation with q in `examples/console.svg`: ``python -m tests.picture``.

The answers are those of the embedded q, as `anyq connect` prints them.
"""

from __future__ import annotations

import io
from pathlib import Path

from pygments.lexers.q import QLexer
from rich.console import Console
from rich.syntax import Syntax
from rich.text import Text

import anyq.sync
from anyq.cli._connect import ABANDONED, OWED, greeting

__all__ = ["PICTURE", "conversation", "drawn"]

PICTURE = Path(__file__).parent.parent / "examples" / "console.svg"
PROMPT = "localhost:5050> "
ABANDON = 'system"sleep 5"'
INPUTS = (
    "trade:([]time:09:30+til 4;sym:`AAPL`IBM`AAPL`IBM;price:189.5 172 190.5 171;size:100 50 300 150)",
    "select vwap:size wavg price,trades:count i by sym from trade",
    "meta trade",
    ABANDON,
    "exec sum price*size from trade",
)


def conversation() -> list[tuple[str, str]]:
    """What is typed, and what q prints for it."""
    with anyq.sync.open_embedded() as q:
        found: list[tuple[str, str]] = []
        for text in INPUTS:
            value = anyq.NULL if text == ABANDON else q(text)
            answer = f"^C{ABANDONED}" if text == ABANDON else "" if value is anyq.NULL else str(value)
            if found and found[-1][0] == ABANDON:
                answer = f"{OWED}\n{answer}"
            found.append((text, answer))
        return found


def drawn(lines: list[tuple[str, str]]) -> str:
    """The conversation as SVG."""
    console = Console(record=True, width=112, file=io.StringIO(), force_terminal=True)
    console.print(Text(f"$ anyq connect localhost:5050\n{greeting(anyq.parse_address('localhost:5050'))}"))
    for typed, answer in lines:
        code = Syntax("", QLexer(), theme="monokai", background_color="default").highlight(typed)
        code.rstrip()
        console.print(Text(PROMPT, style="bold cyan") + code, soft_wrap=True)
        if answer:
            console.print(Text(answer))
    return console.export_svg(title="anyq connect", unique_id="anyq")


if __name__ == "__main__":
    PICTURE.write_text(drawn(conversation()), "utf-8")
