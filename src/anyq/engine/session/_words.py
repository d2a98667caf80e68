"""The words that a session's parser knows."""

from __future__ import annotations

from typing import Final

from ._functions import is_function, rank_of
from ._names import Names
from ._vocabulary import Vocabulary

__all__ = ["NO_MEMBERS", "SessionWords"]

NO_MEMBERS: Final = frozenset({"exit"})


class SessionWords:
    """The parser's words: the vocabulary, with what the program has put into ``.q``, and without what a view hides."""

    def __init__(self, vocabulary: Vocabulary, names: Names) -> None:
        self.vocabulary = vocabulary
        self.names = names

    def is_keyword(self, name: str) -> bool:
        return self.vocabulary.is_keyword(name) and name not in self.names.views

    def is_extension(self, name: str) -> bool:
        return f".q.{name}" in self.names and not self.vocabulary.is_keyword(name)

    def is_infix(self, name: str) -> bool:
        if self.vocabulary.is_keyword(name):
            return self.vocabulary.is_infix(name)
        found = dict.get(self.names, f".q.{name}")
        return found is not None and is_function(found) and rank_of(found, self.vocabulary) == 2
