"""The interpreter: one context object that owns all state of one q session."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final, TypeVar

from anyq import console
from anyq.errors import QError
from anyq.values import NULL, Atom, Lambda, List, QType, Value, Vector

from .apply._application import Applier
from .compile import _runtime
from .compile._compiler import Compiler, is_silent
from .compile._report import Frame, as_q_error, chain, drawn
from .kernel._namespace_path import absolute
from .query._queries import Queries
from .query._trees import Trees
from .session import _variables
from .session._functions import Closure, rebind
from .session._host import Host
from .session._names import Names
from .session._program import Program
from .session._scalar_code import ScalarCode
from .session._settings import Settings
from .session._stop import Interrupted, Stop
from .session._views import View
from .session._vocabulary import Entry, Vocabulary
from .session._words import NO_MEMBERS, SessionWords
from .syntax._lexer import source_of, text_of
from .syntax._nodes import Assign, Block, Function
from .syntax._parser import parse
from .syntax._scope import names_of
from .verbs._install import install
from .verbs.files._database import load_folder
from .verbs.files._files import load_value, store_value
from .verbs.lists._apply import value as value_of
from .verbs.system import _commands
from .verbs.system._handles import once, send

__all__ = ["Interpreter", "Program"]

T = TypeVar("T")

RECURSION: Final = 6000
"""Python frames that an evaluation may use; deeper is the error ``stack``. A q call takes two or three."""

_CACHED: Final = 512
_CACHED_SIZE: Final = 4096


class Interpreter:
    """One q session: variables, vocabulary, and the host it runs on.

    Use it from one thread at a time; only `interrupt` may be called from others. An error leaves the session usable.
    """

    def __init__(self, host: Host | None = None) -> None:
        sys.setrecursionlimit(max(sys.getrecursionlimit(), RECURSION))
        self.host: Host = host or Host()
        self.state: Stop = Stop(self.host.alarm, self.host.wake)
        self.vocabulary: Vocabulary = Vocabulary()
        install(self.vocabulary)
        self.names: Names = Names()
        self.words: SessionWords = SessionWords(self.vocabulary, self.names)
        for name, value in self.vocabulary.constants.items():
            self.names.put(name if name.startswith(".") else f".q.{name}", value)
        for name, entry in self.vocabulary.entries.items():
            if name.startswith(".") and len(name) > 1:
                self.names.put(name, entry.value)
            elif name[0].isalpha() and name not in NO_MEMBERS:
                self.names.put(f".q.{name}", entry.value)
        _variables.install(self)
        self.applier: Applier = Applier(self)
        self.callable: Callable[[Value, int], Callable[..., Value]] = self.applier.callable
        self.builtin: Callable[[Entry, int], Callable[..., Value]] = self.applier.builtin
        self.queries: Queries = Queries(self)
        self.trees: Trees = Trees(self, self.queries.nested)
        self.compiler: Compiler = Compiler(self)
        self.settings: Settings = Settings()
        self.context = ""
        self.time_limit: float | None = None
        self._programs: dict[tuple[str | bytes, str, bool], Program] = {}
        self._closures: dict[tuple[str, bytes], Closure] = {}
        self._compiling: set[int] = set()

    # -- evaluating text

    def eval(self, text: str | bytes, context: str | None = None, *, k: bool = False) -> Value:
        """The value of the last statement of ``text``; the generic null after an assignment.

        ``context`` is the namespace to run in (``""`` or ``".name"``; the current one if not given). Text that starts
        with ``k)`` is read as k. Raises `QError` with q's text; its ``position`` is an offset in ``text`` and
        ``detail`` the call chain with carets.
        """
        program = self.program(text, self.context if context is None else context, k=k)
        value = self.run(program)
        return NULL if program.silent else value

    def program(self, text: str | bytes, context: str = "", *, k: bool = False) -> Program:
        """``text`` compiled, ready to run any number of times."""
        key = text, context, k
        found = self._programs.get(key)
        if found is None:
            found = self._compile(text, context, k)
            if len(text) <= _CACHED_SIZE:
                if len(self._programs) >= _CACHED:
                    self._programs.clear()
                self._programs[key] = found
        return found

    def _compile(self, text: str | bytes, context: str, k: bool) -> Program:
        source = source_of(text)
        if source.startswith("\\"):
            return self._command(source)
        block = self.parsed(text, k=k)
        try:
            code = self.compiler.program(block, source, context)
        except QError as error:
            raise self._located(error, source) from None
        except Exception as error:
            made = QError("limit") if isinstance(error, RecursionError) else as_q_error(error)
            made.position = 0
            raise made from error
        last = block.statements[-1] if block.statements else None
        return Program(source, code, last is None or is_silent(last))

    def _command(self, source: str) -> Program:
        def code() -> Value:
            return _commands.run_command(self, source[1:])

        return Program(source, code, False)

    def parsed(self, text: str | bytes, *, k: bool = False) -> Block:
        """The nodes of a text; ``k)`` at its start makes it k. Raises `QError` with the place of what is no q."""
        source = source_of(text)
        if source.startswith(("k)", "q)")):
            k = source[0] == "k"
            text = text_of("  " + source[2:])
        try:
            return parse(text, self.words, k=k)
        except RecursionError:
            raise QError("limit", position=0) from None
        except QError as error:
            raise self._located(error, source) from None

    @staticmethod
    def _located(error: QError, source: str) -> QError:
        if error.position is not None and not error.detail:
            error.detail = drawn([Frame(source, error.position)])
        return error

    def run(self, program: Program) -> Value:
        """Run compiled text: the value of its last statement, of an assignment too. Raises `QError`."""
        return self.guarded(program.code)

    def guarded(self, job: Callable[[], T], seconds: float | None = None) -> T:
        """Run a job with time limit and interruption; errors come with their call chain. Nested jobs just run.

        The time limit is the shorter one of ``seconds`` and `time_limit`; ``None`` and 0 mean no limit.
        `interrupt` stops whatever the job does with values: evaluate, convert, encode.
        """
        if self.state.running:
            return job()
        try:
            if seconds or self.time_limit:
                seconds = min(filter(None, (seconds, self.time_limit)))
            return self.state.run(job, seconds)
        except (Exception, Interrupted) as error:
            made = self.explained(error)
            raise made from made.__cause__

    def explained(self, error: BaseException) -> QError:
        """An exception as a `QError` with the call chain it came through."""
        made = as_q_error(error)
        frames = chain(error.__traceback__)
        if frames and not made.detail:
            made.detail = drawn(frames)
            made.position = frames[0].position
        return made

    def show(self, program: Program, value: Value) -> None:
        """Write what the console prints for the result of a statement: nothing after an assignment or for null."""
        if not program.silent and value is not NULL:
            self.host.write(1, console.page(value, self.settings.style).encode("utf-8", "surrogateescape"))

    # -- applying

    def apply(self, function: Value, arguments: Sequence[Value]) -> Value:
        """``function . arguments``. Raises `QError`."""
        given = tuple(arguments) or (NULL,)
        return self.guarded(lambda: self.applier.apply(function, given))

    def value(self, x: Value) -> Value:
        """What q does with a message by default: text is evaluated, a list is a function and its arguments.

        The function may be text, the symbol of a variable, or a function value.
        """
        if isinstance(x, Vector) and x.qtype is QType.CHAR:
            return self.eval(bytes(x))
        if isinstance(x, Atom) and x.qtype is QType.CHAR:
            return self.eval(bytes([x.raw]))
        if isinstance(x, Vector | List) and len(x):
            head, *rest = x
            return self.apply(self._head(head), tuple(rest) or (NULL,))
        if isinstance(x, Atom) and x.qtype is QType.SYMBOL:
            return self.get(x.raw)
        return x

    def _head(self, head: Value) -> Value:
        if isinstance(head, Vector) and head.qtype is QType.CHAR:
            return self.eval(bytes(head))
        if isinstance(head, Atom) and head.qtype is QType.CHAR:
            return self.eval(bytes([head.raw]))
        if isinstance(head, Atom) and head.qtype is QType.SYMBOL:
            return self.function_named(head.raw)
        return head

    def function_named(self, name: str) -> Value:
        """What a symbol stands for in the place of a function: a variable, else a keyword."""
        found = self.names.find(absolute(name, self.context))
        if found is None and self.vocabulary.is_keyword(name):
            return self.vocabulary.entries[name].value
        return self.get(name) if found is None else found

    def apply_atom(self, x: Atom, *arguments: Value) -> Value:
        """An atom in the place of a function: a symbol names a variable, an integer is a handle."""
        if x.qtype is QType.SYMBOL and not x.raw.startswith(":"):
            return self.applier.apply(self.function_named(x.raw), arguments)
        if x.qtype in (QType.LONG, QType.INT, QType.SHORT) and len(arguments) == 1:
            return self.send(int(x.raw), arguments[0])
        if x.qtype is QType.SYMBOL and len(arguments) == 1:
            return once(self, x, arguments[0])
        if x.qtype is QType.SYMBOL and x.raw == "::" and len(arguments) == 2:
            return once(self, *arguments)
        raise QError("type")

    def send(self, handle: int, message: Value) -> Value:
        """Apply a handle: 1 and 2 write, negative ones write a line or send without waiting."""
        return send(self, handle, message)

    def received(self, message: Value) -> Value:
        """What the process makes of a message that it sent itself, or finds in a log: ``.z.ps`` if it is set."""
        handler = self.names.get(".z.ps")
        return self.value(message) if handler is None else self.apply(handler, (message,))

    def verb(self, name: str, *arguments: Value) -> Value:
        """A built-in function by name, applied."""
        return self.builtin(self.vocabulary.entries[name], len(arguments))(*arguments)

    def command(self, text: str) -> Value:
        """Run a system command, given without its backslash."""
        return _commands.run_command(self, text)

    def plain(self, x: Value) -> Value:
        """An enumeration as the symbols it stands for; other values as they are."""
        return value_of(self, x) if isinstance(x, Vector) and type(x) is not Vector else x

    @contextmanager
    def sealed(self) -> Iterator[None]:
        """Inside the block nothing can be set (``noupdate``), and no file, handle or command be used."""
        names, host = self.names, self.host
        before = names.frozen, host.sealed
        names.frozen = host.sealed = True
        try:
            yield
        finally:
            names.frozen, host.sealed = before

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Inside the block, in which the evaluation waits, others may run: none is stopped or sealed for another."""
        names, host = self.names, self.host
        before = names.frozen, host.sealed
        names.frozen = host.sealed = False
        try:
            with self.state.aside():
                yield
        finally:
            names.frozen, host.sealed = before

    # -- variables

    def get(self, name: str) -> Value:
        """The value of a variable, by a name relative to the current namespace, or of a file by its file symbol.

        Raises `QError` with the name.
        """
        if name.startswith(":"):
            return load_value(self, Atom(QType.SYMBOL, name))
        return self.names[absolute(name, self.context)]

    def set(self, name: str, value: Value) -> None:
        """Set a variable, or the value that a file holds."""
        if name.startswith(":"):
            store_value(self, Atom(QType.SYMBOL, name), value)
            return
        self.names.put(absolute(name, self.context), value)

    # -- stopping

    def interrupt(self) -> None:
        """Make the running evaluation raise ``stop`` soon; no trap in it can catch that. Nothing when none is running.

        May be called from any thread. Work inside one NumPy operation is finished first.
        """
        self.state.request()

    def halt(self) -> None:
        """Raise what `interrupt` asked for."""
        raise QError("stop")

    def check(self) -> None:
        """Raise ``stop`` if the evaluation was interrupted. Long loops call this."""
        if self.state.stop:
            self.halt()

    truth: Final = staticmethod(_runtime.truth)
    times: Final = staticmethod(_runtime.times)

    # -- functions

    def make_closure(self, node: Function, context: str, label: str = "") -> Closure:
        """A lambda value for a node; its code is made at the first call. ``label`` is its name in call chains."""

        def stub(*arguments: Value) -> Value:
            return self.compiled(closure)(*arguments)

        source = node.source.encode("latin-1")
        closure = Closure(context[1:], source, node, self, len(node.params), stub, label)
        return closure

    def python_function(self, code: Callable[..., Value], params: tuple[str, ...], name: str) -> Closure:
        """A q function of ``params`` that runs ``code``, a function of as many q values that gives one."""
        source = f"{{[{';'.join(params)}] {name}}}"
        node = Function(0, len(source), params, (), (), source)
        return Closure("", source.encode(), node, self, len(params), code, "", True)

    def compiled(self, closure: Closure) -> Callable[..., Value]:
        """The code of a lambda, compiled if this is its first use.

        Of one that is being compiled (``.z.s'`` in its own text) the stub, which calls the code once there is one.
        """
        if not closure.ready and id(closure) not in self._compiling:
            self._compiling.add(id(closure))
            try:
                rebind(closure, self.compiler.function(closure))
            finally:
                self._compiling.discard(id(closure))
        return closure.code

    def scalar(self, closure: Closure, types: tuple[QType, ...]) -> ScalarCode | None:
        """The code of a lambda of numbers over raw numbers of these types; ``None`` if it is no such lambda."""
        return self.compiler.scalars.code(closure, types) if closure.owner is self else None

    def closure(self, function: Lambda) -> Value:
        """A lambda that came as text (from the wire) as one of this interpreter's own."""
        key = function.context, function.source
        found = self._closures.get(key)
        if found is None:
            context = f".{function.context}" if function.context else ""
            made = self.eval(function.source, context)
            if not isinstance(made, Closure):
                return made
            found = self._closures[key] = made
        return found

    # -- what system commands reach

    def load_folder(self, path: str) -> None:
        """``\\l`` of a folder: a database on disk."""
        load_folder(self, path)

    def reset_handler(self, name: str) -> None:
        """``\\x``: a ``.z`` handler goes back to its default."""
        if not name.startswith(".z."):
            raise QError("type")
        self.names.drop(name)

    # -- views

    def make_view(self, node: Assign, source: str, context: str) -> View:
        """The view that ``name::expression`` defines."""
        text = source[source.index("::", node.start) + 2 : node.end].strip()
        body = Function(node.value.start, node.value.end, (), (), (node.value,), text)
        reads = tuple([absolute(name, context) for name in names_of((node.value,))])
        shown = tuple(names_of((node.value,), masked=True))
        return View(self.make_closure(body, context), reads, shown, text, self.trees.tree(node.value, context))

    def define_view(self, key: str, view: View) -> None:
        """Put a view in the place of a variable."""
        self.names.compute(key, view)
