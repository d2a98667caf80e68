"""Folding a row of terms from the right.

``a+b*c`` is ``a+(b*c)``; ``f g x`` is ``f[g[x]]``; ``name:x`` assigns; a row that ends in a verb (``3+``, ``f g@``) is
a projection, composed with what stands left of it (page ref/compose.md, "implicit composition").
"""

from __future__ import annotations

from typing import Final

import attrs

from anyq.errors import QError
from anyq.values import NULL

from ._nodes import (
    Apply,
    Assign,
    AssignPattern,
    Compose,
    Constant,
    Elided,
    ListOf,
    Name,
    Node,
    Return,
    Signal,
    TableOf,
    Verb,
)
from ._patterns import pattern_of

__all__ = ["Term", "fold"]


@attrs.frozen
class Term:
    """A node with its part of speech.

    ``verb``: stands between its arguments; ``through``: ``+:`` and its like; ``everywhere``: ``+::``, which amends a
    global variable.
    """

    node: Node
    verb: bool = False
    iterator: bool = False
    through: bool = False
    parenthesised: bool = False
    everywhere: bool = False


_ITERATOR_WORDS: Final = frozenset({"each", "peach", "over", "scan", "prior"})


def fold(terms: list[Term], *, k: bool, top: bool) -> Node:
    """The expression that a row of at least one term stands for. ``top`` tells that no bracket is around it."""
    return _Fold(terms, k, top).run()


def _is_glyph(term: Term, name: str) -> bool:
    return term.verb and isinstance(term.node, Verb) and term.node.name == name and not term.node.unary


class _Fold:
    """``right`` is what has been folded so far; ``wants`` tells that it still lacks its right argument."""

    def __init__(self, terms: list[Term], k: bool, top: bool) -> None:
        self.terms = terms
        self.k = k
        self.top = top
        self.wants = False
        self.right: Node = terms[-1].node

    def run(self) -> Node:
        at = self.start()
        while at >= 0:
            term = self.terms[at]
            if not term.verb:
                self.right = self.applied(term)
                at -= 1
            elif at > 1 and self.is_iterator(at) and self.is_iterator(at - 1) and not self.terms[at - 2].verb:
                inner = self.partial(self.terms[at - 2], self.terms[at - 1])
                self.right = self.infix(Term(inner), term)
                at -= 3
            elif at > 0 and self.takes_left(at):
                self.right = self.infix(self.terms[at - 1], term)
                at -= 2
            else:
                self.right = self.prefix(term, at)
                at -= 1
        return self.right

    def start(self) -> int:
        """Fold the last term, and a last verb with its left argument. The index of the next term."""
        at = len(self.terms) - 1
        last = self.terms[at]
        if self.composes(at):
            at -= 1
            last = self.terms[at]
            if not last.verb:
                self.right, self.wants = last.node, True
                return at - 1
        if not last.verb or _is_glyph(last, "::"):
            self.right = Constant(last.node.start, last.node.end, NULL) if last.verb else last.node
            return at - 1
        if at > 0 and self.takes_left(at) and not last.iterator:
            left = self.terms[at - 1].node
            gap = Elided(last.node.end, last.node.end, open=True)
            if isinstance(left, Constant | Verb) or not _is_glyph(last, ":"):
                self.right = Apply(last.node.start, last.node.end, last.node, (left, gap))
                self.wants = True
                return at - 2
        self.right = last.node
        bare = not last.iterator and not self.is_iterator(at)
        self.wants = at > 1 and bare and self.terms[at - 1].verb and not _is_glyph(self.terms[at - 1], ":")
        return at - 1

    def composes(self, at: int) -> bool:
        """Whether the ``::`` at the end marks a composition: ``sum abs::`` waits for the argument of ``abs``."""
        if at == 0 or not _is_glyph(self.terms[at], "::"):
            return False
        before = self.terms[at - 1]
        return not (_is_glyph(before, ":") or _is_glyph(before, "::") or before.through or before.iterator)

    def is_iterator(self, at: int) -> bool:
        """Whether the term is an iterator's keyword: ``f each each x`` is ``(f each)each x``."""
        node = self.terms[at].node
        return self.terms[at].verb and isinstance(node, Verb) and node.name in _ITERATOR_WORDS

    @staticmethod
    def partial(left: Term, verb: Term) -> Node:
        end = verb.node.end
        return Apply(verb.node.start, end, verb.node, (left.node, Elided(end, end, open=True)))

    def takes_left(self, at: int) -> bool:
        """Whether the verb at ``at`` has a left argument: a noun, or a verb before a keyword such as ``each``."""
        left, verb = self.terms[at - 1], self.terms[at]
        if not left.verb:
            return True
        node = verb.node
        return (
            isinstance(node, Verb)
            and node.name.isalpha()
            and not left.iterator
            and not _is_glyph(left, ":")
            and (at < 2 or self.terms[at - 2].verb)
        )

    def applied(self, term: Term) -> Node:
        """A noun before its argument."""
        node, right = term.node, self.right
        if self.wants:
            return Compose(node.start, right.end, node, right)
        if isinstance(node, Verb) and term.parenthesised and not node.name.isalpha():
            node = Verb(node.start, node.end, node.name, unary=True)
        return Apply(node.start, right.end, node, (right,))

    def infix(self, left: Term, verb: Term) -> Node:
        node = verb.node
        if _is_glyph(verb, ":") or _is_glyph(verb, "::") or verb.through:
            assigned = self.assignment(left, verb)
            if assigned is not None:
                self.wants = False
                return assigned
        if isinstance(node, Verb) and node.unary and (verb.everywhere or not verb.through):
            node = attrs.evolve(node, unary=False)
        if self.wants:
            gap = Elided(node.end, node.end, open=True)
            return Compose(node.start, self.right.end, Apply(node.start, node.end, node, (left.node, gap)), self.right)
        if verb.iterator and isinstance(node, Verb):
            raise QError(node.name, position=node.start)
        return Apply(node.start, self.right.end, node, (left.node, self.right))

    def assignment(self, left: Term, term: Term) -> Node | None:
        target, verb, parenthesised = left.node, term.node, left.parenthesised
        assert isinstance(verb, Verb)
        everywhere = term.everywhere or verb.name == "::"
        through = Verb(verb.start, verb.end - 1, verb.name) if verb.unary else None
        start, end, right = target.start, self.right.end, self.right
        if isinstance(target, Name) and not parenthesised:
            return Assign(start, end, target.name, None, through, right, everywhere)
        if isinstance(target, Apply) and not parenthesised:
            indices: tuple[Node, ...] = ()
            inner: Node = target
            while isinstance(inner, Apply):
                indices, inner = inner.arguments + indices, inner.function
            if isinstance(inner, Name):
                return Assign(start, end, inner.name, indices, through, right, everywhere)
        if verb.name == ":" and through is None and (parenthesised or isinstance(target, ListOf | TableOf)):
            return AssignPattern(start, end, target, pattern_of(target), right)
        if isinstance(target, Verb) and target.name.isalpha() and not parenthesised:
            if everywhere and self.top:
                return Assign(start, end, target.name, None, through, right, everywhere)
            raise QError("assign", position=target.start)
        return None

    def prefix(self, term: Term, at: int) -> Node:
        """A verb with nothing to its left."""
        node, right = term.node, self.right
        if isinstance(node, Verb) and at == 0 and not node.unary:
            if node.name == ":":
                return Return(node.start, right.end, right)
            if node.name == "'" and term.iterator:
                return Signal(node.start, right.end, right)
        if isinstance(node, Verb) and term.iterator:
            raise QError(node.name, position=node.start)
        if self.wants:
            return Compose(node.start, right.end, node, right)
        if isinstance(node, Verb) and not node.name.isalpha():
            if not (self.k or node.unary or node.name in ("-", "::", ":")):
                raise QError(node.name, position=node.start)
            node = attrs.evolve(node, unary=True)
        return Apply(node.start, right.end, node, (right,))
