"""Parsers of the command line whose errors show the usage of the command, and what may have been meant."""

from __future__ import annotations

import argparse
import difflib
import re
from collections.abc import Sequence
from typing import Any, NoReturn

__all__ = ["Parser"]

_CHOICE = re.compile(r"invalid choice: '([^']*)' \(choose from (.*)\)")


class Parser(argparse.ArgumentParser):
    """As `argparse.ArgumentParser`; what it does not know is an error of the command that was given."""

    _given: Sequence[str] = ()

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        self._given = list(args or ())
        return super().parse_known_args(args, namespace)

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        found, unknown = self.parse_known_args(args, namespace)
        if unknown:
            (self._command() or self).error(f"unrecognized arguments: {' '.join(unknown)}")
        return found

    def _command(self) -> Parser | None:
        """The parser of the command that was given."""
        for action in self._actions:
            if isinstance(action, argparse._SubParsersAction):
                for word in self._given:
                    if word in action.choices:
                        made: Parser = action.choices[word]
                        return made
        return None

    def error(self, message: str) -> NoReturn:
        """Print usage, message and what may have been meant on standard error; exit with 2."""
        super().error(message.removeprefix("argument : ") + self._meant(message))

    def _meant(self, message: str) -> str:
        if found := _CHOICE.search(message):
            near = difflib.get_close_matches(found[1], re.findall(r"[\w-]+", found[2]), 2, 0.6)
        else:
            options = [name for action in self._actions for name in action.option_strings]
            words = [word.partition("=")[0] for word in self._given if word.startswith("--")]
            unknown = [word for word in words if not any(option.startswith(word) for option in options)]
            near = [name for word in unknown for name in difflib.get_close_matches(word, options, 1, 0.6)]
        return f"; did you mean {' or '.join(near)}?" if near else ""
