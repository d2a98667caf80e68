"""Tokens to nodes.

q has no precedence: a phrase is a row of terms, each a noun or a verb (a glyph, a keyword written between its
arguments, a derived function), and it is read from the right. So `_Parser.phrase` collects the row, with brackets and
iterators already bound to their terms, and `anyq.engine.syntax._fold.fold` folds it. Nesting is bounded, so that no
text can exhaust the stack.

Facts: KX reference, pages basics/syntax.md, basics/application.md, basics/qsql.md, ref/cond.md, basics/control.md.
"""

from __future__ import annotations

from typing import Final, Protocol

import attrs

from anyq.errors import QError
from anyq.values import NULL, List

from ._fold import Term, fold
from ._grammar import OPERATOR_CODES
from ._lexer import MAX_NESTING, Kind, Token, source_of, tokenize
from ._literals import numbers, string, symbols
from ._nodes import (
    Apply,
    Assign,
    AssignPattern,
    Block,
    Cond,
    Constant,
    Control,
    Elided,
    Function,
    Iterated,
    ListOf,
    MatchCond,
    Name,
    Node,
    TableOf,
    Verb,
)
from ._patterns import pattern_of
from ._query import named_phrase, query
from ._scope import locals_of, names_in, params_of

__all__ = ["Words", "parse"]

_QUERIES: Final = frozenset({"select", "exec", "update", "delete"})
_CONTROL: Final = frozenset({"if", "while", "do"})
_PARTNER: Final = {"(": ")", "[": "]", "{": "}"}
_ONE_ARGUMENT: Final = frozenset({"::"})


MAX_NAMES: Final = 110
"""Locals, and globals, of one lambda (page basics/function-notation.md)."""


class Words(Protocol):
    """What the parser must know of the vocabulary. An extension is a name that a program has put into ``.q``."""

    def is_keyword(self, name: str) -> bool: ...

    def is_infix(self, name: str) -> bool: ...

    def is_extension(self, name: str) -> bool: ...


def parse(text: str | bytes, words: Words, *, k: bool = False) -> Block:
    """The statements of ``text``. Raises `QError` with a position where it is no q."""
    source = source_of(text)
    parser = _Parser(source, _applied_keywords(tokenize(source), words), words, k)
    return parser.program()


def _applied_keywords(tokens: list[Token], words: Words) -> list[Token]:
    """``(!).flip x``: a keyword right after a bracket and a dot is no namespace, so the dot applies."""
    out: list[Token] = []
    for token in tokens:
        dotted = token.kind is Kind.NAME and token.adjacent and token.text.startswith(".")
        if dotted and out and out[-1].kind is Kind.CLOSE and words.is_keyword(token.text[1:]):
            out.append(Token(Kind.GLYPH, ".", token.start, token.start + 1, True))
            out.append(Token(Kind.NAME, token.text[1:], token.start + 1, token.end, True))
        else:
            out.append(token)
    return out


class _Parser:
    """One pass over the tokens. ``stops`` are the words that end a phrase of a query being read."""

    def __init__(self, source: str, tokens: list[Token], words: Words, k: bool) -> None:
        self.source = source
        self.tokens = tokens
        self.words = words
        self.k = k
        self.at = 0
        self.depth = 0
        self.stops: frozenset[str] = frozenset()
        self.assigned = False

    # -- tokens

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def take(self) -> Token:
        token = self.tokens[self.at]
        self.at += 1
        return token

    def fail(self, text: str, position: int | None = None) -> QError:
        return QError(text, position=self.token.start if position is None else position)

    def is_text(self, text: str) -> bool:
        return self.token.text == text and self.token.kind is not Kind.STRING

    def at_end(self) -> bool:
        token = self.token
        if token.kind in (Kind.END, Kind.CLOSE, Kind.SEMICOLON):
            return True
        return token.text in self.stops and token.kind in (Kind.NAME, Kind.GLYPH)

    # -- statements

    def program(self) -> Block:
        statements = self.sequence("")
        if self.token.kind is not Kind.END:
            raise self.fail(self.token.text)
        first = statements[0] if statements else None
        if (
            len(statements) > 1
            and isinstance(first, Assign)
            and first.everywhere
            and first.indices is None
            and not first.verb
        ):
            rest = Block(first.value.start, len(self.source), (first.value, *statements[1:]))
            statements = [attrs.evolve(first, value=rest, end=rest.end)]
        return Block(0, len(self.source), tuple(statements))

    def sequence(self, close: str) -> list[Node]:
        """Phrases between semicolons, up to a closing bracket, which is not taken; empty ones are `Elided`."""
        found: list[Node] = []
        while True:
            phrase = self.phrase()
            found.append(phrase or Elided(self.token.start, self.token.start))
            if self.token.kind is not Kind.SEMICOLON:
                break
            self.take()
        if close and not self.is_text(close):
            raise self.unclosed(close)
        return [] if len(found) == 1 and isinstance(found[0], Elided) else found

    def unclosed(self, close: str) -> QError:
        if self.token.kind is Kind.END:
            return self.fail({v: k for k, v in _PARTNER.items()}[close])
        return self.fail(self.token.text)

    def enclosed(self, close: str) -> tuple[list[Node], int]:
        """What stands between brackets: the phrases, and the position after the closing one."""
        opened, stops = self.take(), self.stops
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise self.fail("limit", opened.start)
        self.stops = frozenset()
        found = self.sequence(close)
        end = self.take().end
        self.stops = stops
        self.depth -= 1
        return found, end

    # -- phrases

    def phrase(self) -> Node | None:
        """One expression, or ``None`` where there is none."""
        terms: list[Term] = []
        while not self.at_end():
            terms.append(self.term())
        return fold(terms, k=self.k, top=self.depth == 0) if terms else None

    def term(self) -> Term:
        """A noun or a verb with the brackets and iterators that belong to it."""
        term = self.primary()
        while True:
            token = self.token
            if token.kind is Kind.OPEN and token.text == "[":
                term = self.bracketed(term)
            elif token.kind is Kind.ITERATOR and self.iterates(term):
                self.take()
                term = Term(Iterated(token.start, token.end, self.value_of(term), token.text), verb=True)
            else:
                return term

    def iterates(self, term: Term) -> bool:
        """Whether the iterator at hand belongs to the term before it. Published code has blanks between them."""
        glyph = isinstance(term.node, Verb) and term.node.name in (":", "::")
        return not isinstance(term.node, Elided) and (self.token.adjacent or not (glyph or term.iterator))

    @staticmethod
    def value_of(term: Term) -> Node:
        return term.node

    def bracketed(self, term: Term) -> Term:
        node = term.node
        arguments, end = self.enclosed("]")
        if isinstance(node, Verb) and node.name == "$" and not node.unary and len(arguments) > 2:
            return Term(Cond(node.start, end, tuple(arguments)))
        if isinstance(node, Verb) and node.name == ":" and not node.unary and len(arguments) > 3:
            return Term(self.match_cond(node, arguments, end))
        if isinstance(node, Verb) and node.name == "::" and len(arguments) > 1:
            node = Constant(node.start, node.end, NULL)
        if isinstance(node, Verb) and self.k and len(arguments) == 1 and node.name in "+-*%&|^=<>$,#_~!?@.":
            node = Verb(node.start, node.end, node.name, unary=True)
        given = tuple(arguments) or (Constant(end - 1, end, NULL),)
        return Term(Apply(node.start, end, node, given))

    def match_cond(self, node: Node, arguments: list[Node], end: int) -> MatchCond:
        value, *cases = arguments
        if len(cases) % 2 == 0:
            raise self.fail("cond", node.start)
        pairs = tuple([(pattern_of(cases[at]), cases[at + 1]) for at in range(0, len(cases) - 1, 2)])
        return MatchCond(node.start, end, value, pairs, cases[-1])

    def primary(self) -> Term:
        token = self.token
        if token.kind is Kind.NAME:
            return self.word()
        if token.kind is Kind.OPEN:
            return self.opened()
        self.take()
        if token.kind is Kind.NUMBERS:
            try:
                return Term(Constant(token.start, token.end, numbers(token.text)))
            except QError as error:
                raise self.fail(error.text, token.start) from None
        if token.kind is Kind.STRING:
            return Term(Constant(token.start, token.end, string(token.text)))
        if token.kind is Kind.SYMBOLS:
            return Term(Constant(token.start, token.end, symbols(token.text)))
        if token.kind is Kind.ITERATOR:
            return Term(Verb(token.start, token.end, token.text), verb=True, iterator=True)
        return self.glyph(token)

    def glyph(self, token: Token) -> Term:
        name = token.text
        if len(name) > 1 and name.endswith(":") and name not in ("0:", "1:", "2:", "::"):
            return Term(Verb(token.start, token.end, name[:-1], unary=True), verb=True, through=True)
        if name not in (":", "::") and self.token.text == "::" and self.token.adjacent:
            after = self.tokens[self.at + 1].kind
            if after not in (Kind.END, Kind.CLOSE, Kind.SEMICOLON):
                end = self.take().end
                return Term(Verb(token.start, end, name, unary=True), verb=True, through=True, everywhere=True)
        return Term(Verb(token.start, token.end, name), verb=True)

    def word(self) -> Term:
        token = self.take()
        name = token.text
        if name in _QUERIES and not self.k:
            return Term(query(self, token))
        if name in _CONTROL and self.is_text("["):
            return Term(self.control(token))
        if self.words.is_keyword(name):
            infix = name in OPERATOR_CODES if self.k else self.words.is_infix(name)
            return Term(Verb(token.start, token.end, name), verb=infix)
        if self.words.is_extension(name):
            return Term(Name(token.start, token.end, f".q.{name}"), verb=self.words.is_infix(name))
        return Term(Name(token.start, token.end, name))

    def control(self, token: Token) -> Node:
        parts, end = self.enclosed("]")
        if not parts:
            raise self.fail(token.text, token.start)
        return Control(token.start, end, token.text, parts[0], tuple(parts[1:]))

    # -- brackets

    def opened(self) -> Term:
        token = self.token
        if token.text == "{":
            return Term(self.function())
        if token.text == "[":
            statements, end = self.enclosed("]")
            return Term(Block(token.start, end, tuple(statements)))
        following = self.tokens[self.at + 1]
        if following.text == "[" and following.kind is Kind.OPEN:
            return Term(self.table())
        items, end = self.enclosed(")")
        if not items:
            return Term(Constant(token.start, end, List(())))
        if len(items) == 1:
            return Term(items[0], parenthesised=True)
        return Term(ListOf(token.start, end, tuple(items)))

    def function(self) -> Function:
        start, stops = self.take().start, self.stops
        self.stops = frozenset()
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise self.fail("limit", start)
        declared, fitted = self.signature() if self.is_text("[") else (None, ())
        body = tuple(self.sequence("}"))
        if fitted:
            body = (*fitted, *(body or (Elided(start, start),)))
        end = self.take().end
        self.depth -= 1
        self.stops = stops
        params = params_of(body) if declared is None else declared
        own = locals_of(body, params)
        others = tuple(sorted(names_in(body) - set(params) - set(own)))
        for names, text in ((own, "locals"), (others, "globals")):
            if len(names) > MAX_NAMES:
                raise self.fail(text, start)
        return Function(start, end, params, own, body, self.source[start:end], others)

    def signature(self) -> tuple[tuple[str, ...], tuple[AssignPattern, ...]]:
        """The parameters, and the assignments that fit those that are patterns. Such get a number for a name."""
        opened = self.token
        parts, _ = self.enclosed("]")
        names: list[str] = []
        fitted: list[AssignPattern] = []
        for at, part in enumerate(parts):
            if isinstance(part, Verb):
                raise self.fail(part.name, part.start)
            pattern = pattern_of(part)
            own = pattern.parts[0] if pattern.kind == "check" else pattern
            names.append(own.name if own.kind == "name" and not own.indices else str(at))
            if pattern.kind not in ("name", "any") or pattern.indices:
                given = Name(part.start, part.end, names[-1])
                fitted.append(AssignPattern(part.start, part.end, part, pattern, given))
        if len(names) > 8:
            raise self.fail("params", opened.start)
        return tuple(names), tuple(fitted)

    def table(self) -> TableOf:
        start = self.take().start
        keys, _ = self.enclosed("]")
        stops, self.stops = self.stops, frozenset()
        columns = self.sequence(")")
        end = self.take().end
        self.stops = stops
        named = tuple(named_phrase(node) for node in keys if not isinstance(node, Elided))
        rest = tuple(named_phrase(node) for node in columns if not isinstance(node, Elided))
        if not columns:
            return TableOf(start, end, (), named, dictionary=True)
        return TableOf(start, end, named, rest)
