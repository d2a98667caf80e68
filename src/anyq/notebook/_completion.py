"""TAB in `%q` lines and `%%q` cells: the names of the q that is asked."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from anyq.completion import word_before

__all__ = ["matcher", "q_text"]

_LINE: Final = re.compile(r"^\s*(?:[\w.\[\]\"' ]+=\s*)?%q(?:\s+@(\w+))?\s+(.*)$", re.DOTALL)
_CELL: Final = re.compile(r"^\s*%%q(?:\s+@(\w+))?[^\n]*\n(.*)$", re.DOTALL)


def q_text(before: str) -> tuple[str, str] | None:
    """Of a cell up to the cursor: the name of the q that is asked ("" if none is said) and the q text before the
    cursor; ``None`` where the cursor stands in Python.
    """
    found = _CELL.match(before) or _LINE.match(before.rpartition("\n")[2])
    return (found[1] or "", found[2]) if found else None


def matcher(names: Callable[[str, str], list[str]]) -> Callable[[Any], Any]:
    """A completer for IPython; ``names`` gives those of the q of a name that begin with a word."""
    from IPython.core.completer import SimpleCompletion, context_matcher

    def anyq_names(context: Any) -> Any:
        lines = context.full_text.split("\n")
        before = "\n".join([*lines[: context.cursor_line], context.text_until_cursor])
        found = q_text(before)
        if found is None:
            return {"completions": []}
        word = word_before(found[1])
        completions = [SimpleCompletion(name, type="q") for name in names(found[0], word)]
        return {"completions": completions, "matched_fragment": word, "suppress": True}

    decorated: Callable[[Any], Any] = context_matcher()(anyq_names)
    return decorated
