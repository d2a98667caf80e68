"""The session as its parts see it.

Verbs, queries, application and compiled code reach their session through `Context`, a protocol that
`anyq.engine.Interpreter` satisfies. They import this module and never the interpreter, which imports all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Protocol, TypeAlias

from anyq.errors import QError
from anyq.values import Atom, Lambda, QType, Value

from ..syntax._nodes import Assign, Block, Function, Query
from ._functions import Closure
from ._host import Host
from ._names import Names
from ._program import Program
from ._scalar_code import ScalarCode
from ._settings import Settings
from ._stop import Stop
from ._views import View
from ._vocabulary import Entry, Vocabulary

__all__ = ["Application", "Context", "PreparedQuery", "QueryRunner", "Scope", "TreeEvaluator"]

PythonFunction: TypeAlias = Callable[..., Value]
Scope: TypeAlias = Callable[[str], Value | None]
"""Finds a name that is not global: a column, or a local of the lambda that holds a query."""


class Application(Protocol):
    """Applies values to arguments."""

    def apply1(self, f: Value, x: Value) -> Value:
        """``f[x]``."""

    def apply2(self, f: Value, x: Value, y: Value) -> Value:
        """``f[x;y]``."""

    def apply(self, f: Value, arguments: Sequence[Value]) -> Value:
        """``f[...]``; an elided argument makes a projection of a function."""

    def callable(self, f: Value, n: int) -> PythonFunction:
        """A Python function that applies ``f`` to ``n`` arguments."""


class PreparedQuery(Protocol):
    """What the compiler reads of a query that `QueryRunner.run` takes."""

    @property
    def names(self) -> frozenset[str]:
        """Every symbol in its trees that may be a variable."""


class TreeEvaluator(Protocol):
    """Makes and evaluates parse trees."""

    def eval(self, tree: Value, context: str, scope: Scope | None = None) -> Value:
        """The value of a tree."""

    def program(self, block: Block, context: str) -> Value:
        """The tree of a program."""

    def prepare(self, node: Query, context: str) -> PreparedQuery:
        """A query with its phrases as trees."""


class QueryRunner(Protocol):
    """Runs queries."""

    @property
    def run(self) -> PythonFunction:
        """Run what `TreeEvaluator.prepare` made: query, table, limits, local variables."""

    def functional(self, kind: str, arguments: tuple[Value, ...]) -> Value:
        """``?[t;c;b;a]`` and ``![t;c;b;a]``."""

    def simple_exec(self, table: Value, where: Value, tree: Value) -> Value:
        """``?[t;i;x]``: an expression over the rows ``i``."""


class Context(Protocol):
    """One q session. The methods raise `QError`."""

    host: Host
    settings: Settings
    names: Names
    vocabulary: Vocabulary
    state: Stop
    context: str
    """The current namespace: ``""`` or a name with its dot."""

    time_limit: float | None

    # read-only, so that a class may offer its own type for each

    @property
    def applier(self) -> Application: ...

    @property
    def trees(self) -> TreeEvaluator: ...

    @property
    def queries(self) -> QueryRunner: ...

    @property
    def callable(self) -> Callable[[Value, int], PythonFunction]:
        """A Python function that applies a value to a number of arguments."""

    @property
    def builtin(self) -> Callable[[Entry, int], PythonFunction]:
        """The function of a vocabulary entry for a number of arguments."""

    # -- variables

    def get(self, name: str) -> Value:
        """A variable, by a name relative to the current namespace, or the value of a file by its symbol."""

    def set(self, name: str, value: Value) -> None:
        """Set a variable, or the value of a file."""

    def plain(self, x: Value) -> Value:
        """The symbols that an enumeration stands for; other values unchanged."""

    # -- application

    def apply(self, function: Value, arguments: Sequence[Value]) -> Value:
        """``function . arguments``, interruptible, its errors located."""

    def apply_atom(self, x: Atom, *arguments: Value) -> Value:
        """An atom in the place of a function: a variable's name or a handle."""

    def verb(self, name: str, *arguments: Value) -> Value:
        """A built-in function by name, applied."""

    def value(self, x: Value) -> Value:
        """Evaluate a message: text, or a list of a function and its arguments."""

    def received(self, message: Value) -> Value:
        """Evaluate a message that this process sent to itself, or found in a log."""

    def truth(self, x: Value) -> bool:
        """Whether a condition holds."""

    def times(self, x: Value) -> int:
        """The repetitions of a ``do``."""

    # -- stopping

    def check(self) -> None:
        """Raise ``stop`` if the evaluation was interrupted. Long loops call this."""

    def halt(self) -> None:
        """Raise ``stop``."""

    # -- text

    def parsed(self, text: str | bytes, *, k: bool = False) -> Block:
        """The nodes of a text."""

    def program(self, text: str | bytes, context: str = "", *, k: bool = False) -> Program:
        """Compile a text."""

    def run(self, program: Program) -> Value:
        """Run compiled text: the value of its last statement."""

    def show(self, program: Program, value: Value) -> None:
        """Print the result of a statement as the console does."""

    def explained(self, error: Exception) -> QError:
        """An exception as a `QError` with its call chain."""

    # -- functions and views

    def make_closure(self, node: Function, context: str, label: str = "") -> Closure:
        """A lambda value for a node."""

    def scalar(self, closure: Closure, types: tuple[QType, ...]) -> ScalarCode | None:
        """The code of a lambda of numbers over raw numbers of these types."""

    def compiled(self, closure: Closure) -> PythonFunction:
        """The code of a lambda, compiled if this is its first use."""

    def closure(self, function: Lambda) -> Value:
        """A lambda that came as text as one of this session's own."""

    def make_view(self, node: Assign, source: str, context: str) -> View:
        """The view that ``name::expression`` defines."""

    def define_view(self, key: str, view: View) -> None:
        """Put a view in the place of a variable."""

    # -- system commands

    def command(self, text: str) -> Value:
        """Run a system command, given without its backslash."""

    def sealed(self) -> AbstractContextManager[None]:
        """Inside the block nothing can be set and nothing outside the session be reached."""

    def load_folder(self, path: str) -> None:
        r"""``\l`` of a folder: a database on disk."""

    def reset_handler(self, name: str) -> None:
        r"""``\x``: a ``.z`` handler goes back to its default."""
