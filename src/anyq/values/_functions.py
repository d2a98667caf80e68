"""Function values, as inert data: what the wire carries of a function.

The codes of primitives are those of KX's serialization page and of what q itself sends. An engine gives them meaning.
"""

from __future__ import annotations

from typing import Any, Final

import attrs

from anyq.errors import ConversionError

from ._face import Value, as_q
from ._types import QType, as_qtype

__all__ = ["ELIDED", "NULL", "Composition", "Derived", "Lambda", "Primitive", "Projection"]


def _source(text: Any) -> bytes:
    if isinstance(text, str):
        try:
            return text.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:
            raise ConversionError("the source holds a lone surrogate that stands for no byte") from None
    if not (isinstance(text, bytes | bytearray | memoryview) or hasattr(text, "__bytes__")):
        raise ConversionError(f"the source of a function is text or bytes, not {text!r}")
    return bytes(text)


@attrs.frozen(eq=False, repr=False)
class Lambda(Value):
    """A q lambda: its source with the braces, and the namespace it was defined in.

    ``context`` is ``""`` for the root and ``"d"`` for ``.d``.
    """

    context: str
    source: bytes = attrs.field(converter=_source)


_CODES: Final = {QType.UNARY: 44, QType.OPERATOR: 36, QType.ITERATOR: 5}


def _known(instance: Primitive, _: Any, code: int) -> None:
    top = _CODES.get(instance.qtype)
    if top is None:
        raise ConversionError(f"a primitive is a unary, an operator or an iterator, not a {instance.qtype.label}")
    if not (0 <= code <= top or (instance.qtype is QType.UNARY and code == 255)):
        raise ConversionError(f"no {instance.qtype.label} has the code {code}")


@attrs.frozen(eq=False, repr=False)
class Primitive(Value):
    """A built-in function of q by its number: a unary (0 to 44), an operator (0 to 36) or an iterator (0 to 5)."""

    qtype: QType = attrs.field(converter=as_qtype)
    code: int = attrs.field(validator=_known)


def _values(items: Any) -> tuple[Value, ...]:
    return tuple([as_q(item) for item in items])


@attrs.frozen(eq=False, repr=False)
class Projection(Value):
    """A function and its arguments, in this order; `ELIDED` stands for what is still missing."""

    items: tuple[Value, ...] = attrs.field(converter=_values)


@attrs.frozen(eq=False, repr=False)
class Composition(Value):
    """Functions applied one after the other, the last of ``items`` first."""

    items: tuple[Value, ...] = attrs.field(converter=_values)


def _derives(instance: Derived, _: Any, qtype: QType) -> None:
    if not QType.EACH <= qtype <= QType.EACH_LEFT:
        raise ConversionError(f"a {qtype.label} is no derived function")


@attrs.frozen(eq=False, repr=False)
class Derived(Value):
    """An iterator applied to a value: ``f' f/ f\\ f': f/: f\\:`` are the types 106 to 111."""

    qtype: QType = attrs.field(converter=as_qtype, validator=_derives)
    function: Value = attrs.field(converter=as_q)


NULL: Final = Primitive(QType.UNARY, 0)
"""The generic null, ``::``, which is also the identity function."""

ELIDED: Final = Primitive(QType.UNARY, 255)
"""A missing argument of a projection."""
