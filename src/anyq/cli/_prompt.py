"""Reading lines from somebody who types: history, completion, input that goes on until its brackets are closed."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from anyq.completion import word_before

__all__ = ["Prompt", "unfinished"]

Words = Callable[[str], list[str]]
"""The names that may follow what was typed of a name."""

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|"|(?:^|(?<=\s))/[^\n]*|[\[\](){}]', re.DOTALL)
_PAIRS = {")": "(", "]": "[", "}": "{"}


def unfinished(text: str) -> bool:
    """Whether a bracket or a string is still open, so that the next line belongs to this input."""
    open_ones: list[str] = []
    for token in _TOKEN.findall(text):
        if token in _PAIRS:
            if not open_ones or open_ones.pop() != _PAIRS[token]:
                return False
        elif token == '"':
            return True
        elif token[0] in "([{":
            open_ones.append(token)
    return bool(open_ones)


def history_file() -> Path:
    """Where the lines typed are kept."""
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    folder = Path(state) / "anyq"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / "history"


class Prompt:
    """Reads input on a terminal; with prompt_toolkit (the extra ``cli``) where it is installed, else with readline."""

    def __init__(self, words: Words) -> None:
        try:
            self._ask = _rich_reader(words)
        except ModuleNotFoundError:
            self._ask = _plain_reader(words)

    def read(self, prompt: str) -> str | None:
        """One input, of one line or more; `None` at the end of the input. `KeyboardInterrupt` for Ctrl-C."""
        try:
            return self._ask(prompt)
        except EOFError:
            return None


def _rich_reader(words: Words) -> Callable[[str], str]:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import Completer, Completion
    from prompt_toolkit.history import FileHistory
    from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

    class Names(Completer):
        def get_completions(self, document: Any, complete_event: Any) -> Iterator[Completion]:
            word = word_before(document.text_before_cursor)
            for name in words(word):
                yield Completion(name, start_position=-len(word))

    keys = KeyBindings()

    @keys.add("enter")
    def enter(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if unfinished(buffer.text):
            buffer.insert_text("\n ")
        else:
            buffer.validate_and_handle()

    session: PromptSession[str] = PromptSession(
        lexer=_lexer(),
        history=FileHistory(str(history_file())),
        completer=Names(),
        complete_while_typing=False,
        complete_in_thread=True,
        key_bindings=keys,
        multiline=True,
        prompt_continuation="  ",
    )
    return lambda prompt: session.prompt(prompt)


def _lexer() -> Any:
    """Colours of q text; none without Pygments, which rich brings."""
    try:
        from prompt_toolkit.lexers import PygmentsLexer
        from pygments.lexers.q import QLexer
    except ModuleNotFoundError:
        return None
    return PygmentsLexer(QLexer)


def _plain_reader(words: Words) -> Callable[[str], str]:
    try:
        import readline
    except ModuleNotFoundError:  # not on every system
        pass
    else:
        _use_readline(readline, words)

    def ask(prompt: str) -> str:
        text = input(prompt)
        while unfinished(text):
            text += "\n " + input("  ")
        return text

    return ask


def _use_readline(readline: Any, words: Words) -> None:
    def complete(word: str, number: int) -> str | None:
        found = words(word)
        return found[number] if number < len(found) else None

    path = history_file()
    if path.exists():
        readline.read_history_file(path)
    readline.set_completer(complete)
    readline.set_completer_delims(" \t\n;,()[]{}+-*%&|<>=~!@#$?:'\"/\\`^")
    readline.parse_and_bind("tab: complete")
    import atexit

    atexit.register(readline.write_history_file, path)
