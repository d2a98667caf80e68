"""Functions of q, and Python objects that q holds."""

from __future__ import annotations

import re
from typing import Any, ClassVar, Final

import attrs

from anyq.values import ELIDED, NULL, Derived, QType, Value, chars
from anyq.values import Composition as QComposition
from anyq.values import Lambda as QLambda
from anyq.values import Projection as QProjection

from . import _engine
from ._base import OTHERS, SPECIAL, K, unwrap, wrap
from ._links import LINKS

__all__ = [
    "AppliedIterator", "Composition", "Each", "EachLeft", "EachPrior", "EachRight", "Foreign", "ForeignValue",
    "Function", "Identity", "Iterator", "Lambda", "Operator", "Over", "Projection", "ProjectionNull", "Scan",
    "UnaryPrimative", "UnaryPrimitive",
]  # fmt: skip

_PARAMETERS: Final = re.compile(r"\s*\{\s*\[([^\]]*)\]")
_IMPLICIT: Final = re.compile(r"\b[xyz]\b")


@attrs.frozen(eq=False, repr=False)
class ForeignValue(Value):
    """A Python object as q holds it: type 112."""

    qtype: ClassVar[QType] = QType.FOREIGN
    obj: Any

    def __str__(self) -> str:
        return "foreign"


class Function(K):
    """A q function, called as a Python one."""

    @property
    def params(self) -> tuple[str, ...]:
        """The names of the arguments that it waits for, as far as it has names."""
        return ()

    @property
    def args(self) -> tuple[Any, ...]:
        """The arguments that it has been given."""
        return ()

    @property
    def func(self) -> Any:
        """The function without what was put around it."""
        return self

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        given = self._arranged(arguments, keywords) if keywords else arguments
        if len(given) > 8:
            raise TypeError(f"Too many arguments: {len(given)} given, q functions take 8")
        values = [unwrap(argument) for argument in given]
        if any(value == ELIDED for value in values):
            return wrap(QProjection((self._v, *values)))
        return wrap(_engine.apply(self._v, *(values or [NULL])))

    def _arranged(self, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> list[Any]:
        names = self.params
        if not names:
            raise TypeError(f"a {type(self).__name__} takes no keyword arguments: its arguments have no names")
        unknown = [name for name in keywords if name not in names]
        if unknown:
            raise TypeError(f"unexpected keyword arguments: {', '.join(unknown)}")
        twice = [name for name in names[: len(arguments)] if name in keywords]
        if twice:
            raise TypeError(f"multiple values for: {', '.join(twice)}")
        rest = names[len(arguments) :]
        given = [keywords.get(name, ...) for name in rest]
        while given and given[-1] is ...:
            given.pop()
        return [*arguments, *given]

    def __bool__(self) -> bool:
        return True

    def _derived(self, qtype: QType) -> Any:
        return wrap(Derived(qtype, self._v))

    @property
    def each(self) -> Any:
        """``f'``."""
        return self._derived(QType.EACH)

    @property
    def over(self) -> Any:
        """``f/``."""
        return self._derived(QType.OVER)

    @property
    def scan(self) -> Any:
        r"""``f\``."""
        return self._derived(QType.SCAN)

    @property
    def each_prior(self) -> Any:
        """``f':``."""
        return self._derived(QType.PRIOR)

    @property
    def each_left(self) -> Any:
        r"""``f\:``."""
        return self._derived(QType.EACH_LEFT)

    @property
    def each_right(self) -> Any:
        """``f/:``."""
        return self._derived(QType.EACH_RIGHT)

    prior = each_prior
    vs = each_left
    sv = each_right


class Lambda(Function):
    """``{x+y}``; of text too: ``kx.Lambda("{x+y}")``."""

    t: ClassVar[Any] = 100

    def __new__(cls, x: Any = None, *arguments: Any, cast: bool | None = None, **keywords: Any) -> Any:
        if isinstance(x, str | bytes):
            text = x if isinstance(x, str) else x.decode()
            if not text.strip().startswith("{"):
                raise TypeError("The text is not in correct lambda form: write it in braces")
            return wrap(_engine.evaluate(text))
        return super().__new__(cls, x, cast=cast, **keywords)

    @property
    def string(self) -> Any:
        """Its text."""
        return wrap(chars(self._source))

    @property
    def value(self) -> Any:
        """What q's ``value`` gives of it."""
        return wrap(_engine.call("{value x}", self._v))

    @property
    def _source(self) -> bytes:
        return self._v.source  # type: ignore[attr-defined, no-any-return]

    @property
    def params(self) -> tuple[str, ...]:
        node = getattr(self._v, "node", None)
        if node is not None:
            return tuple(node.params)
        text = self._source.decode("latin-1")
        named = _PARAMETERS.match(text)
        if named:
            return tuple([name.strip() for name in named[1].split(";") if name.strip()])
        used = set(_IMPLICIT.findall(text))
        return ("x", "y", "z")[: max(("xyz".index(name) + 1 for name in used), default=1)]


class UnaryPrimitive(Function):
    """A function of q's own of one argument."""

    t: ClassVar[Any] = 101


UnaryPrimative = UnaryPrimitive
"""As some versions of PyKX spell it."""


class Identity(UnaryPrimitive):
    """``::``, which is also the generic null."""

    @property
    def is_null(self) -> bool:
        return True

    def __bool__(self) -> bool:
        return False


class ProjectionNull(UnaryPrimitive):
    """What stands in a projection for a missing argument."""

    @property
    def is_null(self) -> bool:
        return True

    def __repr__(self) -> str:
        return "pykx.ProjectionNull(pykx.q('::'))"

    def _equal(self, other: object) -> Any:
        return other is ... or isinstance(other, ProjectionNull)

    def _compare(self, sign: str, other: Any) -> Any:
        return self._equal(other) and "=" in sign

    def __hash__(self) -> int:
        return hash(...)

    def __bool__(self) -> bool:
        return False


class Operator(Function):
    """A function of q's own of two arguments."""

    t: ClassVar[Any] = 102

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__()

    @property
    def __doc__(self) -> str:  # type: ignore[override]
        return f"q's operator {self}"


class Iterator(Function):
    """``' / \\ ': /: \\:``."""

    t: ClassVar[Any] = 103

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        if keywords:
            raise TypeError("an iterator takes no keyword arguments")
        (function,) = map(unwrap, arguments)
        return wrap(_engine.call(f"{{(x){self}}}", function))

    @property
    def __doc__(self) -> str:  # type: ignore[override]
        return f"q's iterator {self}"


class Projection(Function):
    """A function and some of its arguments."""

    t: ClassVar[Any] = 104
    _v: QProjection

    @property
    def args(self) -> tuple[Any, ...]:
        return tuple([... if item == ELIDED else wrap(item) for item in self._v.items[1:]])

    @property
    def func(self) -> Any:
        return wrap(self._v.items[0])

    @property
    def params(self) -> tuple[str, ...]:
        names, given = self.func.params, self.args
        return tuple([name for place, name in enumerate(names) if place >= len(given) or given[place] is ...])


class Composition(Function):
    """Functions applied one after the other."""

    t: ClassVar[Any] = 105
    _v: QComposition

    @property
    def args(self) -> tuple[Any, ...]:
        return tuple([wrap(item) for item in self._v.items])

    @property
    def func(self) -> Any:
        return wrap(self._v.items[-1])

    @property
    def params(self) -> tuple[str, ...]:
        names: tuple[str, ...] = self.func.params
        return names


class AppliedIterator(Function):
    """A function with an iterator."""

    _v: Derived

    @property
    def func(self) -> Any:
        return wrap(self._v.function)

    @property
    def params(self) -> tuple[str, ...]:
        names: tuple[str, ...] = getattr(self.func, "params", ())
        return names


class Each(AppliedIterator):
    """``f'``."""

    t: ClassVar[Any] = 106


class Over(AppliedIterator):
    """``f/``."""

    t: ClassVar[Any] = 107


class Scan(AppliedIterator):
    r"""``f\``."""

    t: ClassVar[Any] = 108


class EachPrior(AppliedIterator):
    """``f':``."""

    t: ClassVar[Any] = 109


class EachRight(AppliedIterator):
    """``f/:``."""

    t: ClassVar[Any] = 110


class EachLeft(AppliedIterator):
    r"""``f\:``."""

    t: ClassVar[Any] = 111


class Foreign(K):
    """A Python object that q holds."""

    t: ClassVar[Any] = 112
    _v: ForeignValue

    def __new__(cls, x: Any = None, *arguments: Any, cast: bool | None = None, **keywords: Any) -> Any:
        return x if isinstance(x, Foreign) else wrap(ForeignValue(x))

    def py(self, **keywords: Any) -> Any:
        """The Python object."""
        return self._v.obj

    def np(self, **keywords: Any) -> Any:
        """The Python object."""
        return self._v.obj

    def pd(self, **keywords: Any) -> Any:
        """The Python object."""
        return self._v.obj

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        return LINKS.toq(self._v.obj(*map(LINKS.toq, arguments), **keywords))

    @property
    def params(self) -> tuple[str, ...]:
        """The names of the object's parameters, if it is a function."""
        names: tuple[str, ...] = getattr(LINKS.toq(self._v.obj), "params", ())
        return names

    def __hash__(self) -> int:
        return hash(("foreign", id(self._v.obj)))

    def _equal(self, other: object) -> Any:
        return isinstance(other, Foreign) and other._v.obj is self._v.obj

    def __str__(self) -> str:
        return "foreign"

    def __repr__(self) -> str:
        return f"pykx.Foreign({self._v.obj!r})"

    def __reduce__(self) -> Any:
        raise TypeError("Foreign objects cannot be pickled: they are of this process alone")


def _is_foreign(value: Value) -> str | None:
    return "foreign" if isinstance(value, ForeignValue) else None


SPECIAL.append(_is_foreign)
OTHERS.update({
    QLambda: Lambda, QProjection: Projection, QComposition: Composition, "identity": Identity,
    "elided": ProjectionNull, "foreign": Foreign, QType.UNARY: UnaryPrimitive, QType.OPERATOR: Operator,
    QType.ITERATOR: Iterator, QType.EACH: Each, QType.OVER: Over, QType.SCAN: Scan, QType.PRIOR: EachPrior,
    QType.EACH_RIGHT: EachRight, QType.EACH_LEFT: EachLeft,
})  # fmt: skip
