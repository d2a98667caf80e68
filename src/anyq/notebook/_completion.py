"""TAB in `%q` lines and `%%q` cells, and on connections: the names of the q that is asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from anyq import completion
from anyq.client import BlockingFace
from anyq.completion import word_before

__all__ = ["attribute_names", "matcher", "names_of", "q_text"]

_QUICK: Final = 1.0
"""Seconds that completion waits for a q."""
_ATTRIBUTE: Final = re.compile(r"(?<![\w.\])])(\w+)\.([\w.]*)$")
_KEY: Final = re.compile(r"(?<![\w.\])])(\w+)\[[\"']([\w.]*)$")

_LINE: Final = re.compile(r"^\s*(?:[\w.\[\]\"' ]+=\s*)?%q(?:\s+@(\w+))?\s+(.*)$", re.DOTALL)
_CELL: Final = re.compile(r"^\s*%%q(?:\s+@(\w+))?[^\n]*\n(.*)$", re.DOTALL)


def q_text(before: str) -> tuple[str, str] | None:
    """Of a cell up to the cursor: the name of the q that is asked ("" if none is said) and the q text before the
    cursor; ``None`` where the cursor stands in Python.
    """
    found = _CELL.match(before) or _LINE.match(before.rpartition("\n")[2])
    return (found[1] or "", found[2]) if found else None


def names_of(q: Any, word: str) -> list[str]:
    """The names of a blocking connection or an embedded q that begin with ``word``; none if it does not say quickly."""
    return completion.names(lambda query: q(query, timeout=_QUICK), word)


def attribute_names(q: Any, path: str) -> list[str]:
    """The names that ``q.path`` may become: variables, and what is in namespaces, which have no dot in front here."""
    inside = [name[1:] for name in names_of(q, f".{path}")]
    found = inside if "." in path else [*names_of(q, path), *inside]
    return [name for name in found if all(part.isidentifier() for part in name.split("."))]


def _of_variable(before: str, variables: Mapping[str, Any]) -> tuple[str, list[str]] | None:
    """What was typed of a name behind ``q.`` or ``q["``, if q is a connection, and what it may become."""
    for pattern, names in ((_ATTRIBUTE, attribute_names), (_KEY, names_of)):
        found = pattern.search(before)
        if found and isinstance(q := variables.get(found[1]), BlockingFace):
            return found[2], names(q, found[2])
    return None


def matcher(names: Callable[[str, str], list[str]], variables: Mapping[str, Any]) -> Callable[[Any], Any]:
    """A completer for IPython; ``names`` gives those of the q of a name that begin with a word."""
    from IPython.core.completer import SimpleCompletion, context_matcher

    def anyq_names(context: Any) -> Any:
        lines = context.full_text.split("\n")
        before = "\n".join([*lines[: context.cursor_line], context.text_until_cursor])
        found = q_text(before)
        if found is None:
            word, names_there = _of_variable(before, variables) or ("", [])
            completions = [SimpleCompletion(name, type="q") for name in names_there]
            return {"completions": completions, "matched_fragment": word}
        word = word_before(found[1])
        completions = [SimpleCompletion(name, type="q") for name in names(found[0], word)]
        return {"completions": completions, "matched_fragment": word, "suppress": True}

    decorated: Callable[[Any], Any] = context_matcher()(anyq_names)
    return decorated
