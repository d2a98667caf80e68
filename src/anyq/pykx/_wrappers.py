"""The classes of q values, in one place."""

from __future__ import annotations

from ._atoms import (
    Atom,
    BooleanAtom,
    ByteAtom,
    CharAtom,
    DateAtom,
    DatetimeAtom,
    EnumAtom,
    FloatAtom,
    GUIDAtom,
    IntAtom,
    IntegralNumericAtom,
    LongAtom,
    MinuteAtom,
    MonthAtom,
    NonIntegralNumericAtom,
    NumericAtom,
    RealAtom,
    SecondAtom,
    ShortAtom,
    SymbolAtom,
    TemporalAtom,
    TemporalFixedAtom,
    TemporalSpanAtom,
    TimeAtom,
    TimespanAtom,
    TimestampAtom,
)
from ._base import K
from ._column import Column, ParseTree, QueryPhrase, Variable
from ._functions import (
    AppliedIterator,
    Composition,
    Each,
    EachLeft,
    EachPrior,
    EachRight,
    Foreign,
    Function,
    Identity,
    Iterator,
    Lambda,
    Operator,
    Over,
    Projection,
    ProjectionNull,
    Scan,
    UnaryPrimative,
    UnaryPrimitive,
)
from ._symbolic import SymbolicFunction
from ._tables import Dictionary, GroupbyTable, KeyedTable, Mapping, PartitionedTable, SplayedTable, Table
from ._vectors import (
    Anymap,
    BooleanVector,
    ByteVector,
    CharVector,
    Collection,
    DatetimeVector,
    DateVector,
    EnumVector,
    FloatVector,
    GUIDVector,
    IntegralNumericVector,
    IntVector,
    List,
    LongVector,
    MinuteVector,
    MonthVector,
    NestedFloat,
    NonIntegralNumericVector,
    NumericVector,
    RealVector,
    SecondVector,
    ShortVector,
    SymbolVector,
    TemporalFixedVector,
    TemporalSpanVector,
    TemporalVector,
    TimespanVector,
    TimestampVector,
    TimeVector,
    Vector,
)

__all__ = [
    "Anymap", "AppliedIterator", "Atom", "BooleanAtom", "BooleanVector", "ByteAtom", "ByteVector", "CharAtom",
    "CharVector", "Collection", "Column", "Composition", "DateAtom", "DateVector", "DatetimeAtom", "DatetimeVector",
    "Dictionary", "Each", "EachLeft", "EachPrior", "EachRight", "EnumAtom", "EnumVector", "FloatAtom",
    "FloatVector", "Foreign", "Function", "GUIDAtom", "GUIDVector", "GroupbyTable", "Identity", "IntAtom",
    "IntVector", "IntegralNumericAtom", "IntegralNumericVector", "Iterator", "K", "KeyedTable", "Lambda", "List",
    "LongAtom", "LongVector", "Mapping", "MinuteAtom", "MinuteVector", "MonthAtom", "MonthVector", "NestedFloat",
    "NonIntegralNumericAtom", "NonIntegralNumericVector", "NumericAtom", "NumericVector", "Operator", "Over",
    "ParseTree", "PartitionedTable", "Projection", "ProjectionNull", "QueryPhrase", "RealAtom", "RealVector",
    "Scan", "SecondAtom", "SecondVector", "ShortAtom", "ShortVector", "SplayedTable", "SymbolAtom", "SymbolVector",
    "SymbolicFunction", "Table", "TemporalAtom", "TemporalFixedAtom", "TemporalFixedVector", "TemporalSpanAtom",
    "TemporalSpanVector", "TemporalVector", "TimeAtom", "TimeVector", "TimespanAtom", "TimespanVector",
    "TimestampAtom", "TimestampVector", "UnaryPrimative", "UnaryPrimitive", "Variable", "Vector",
]  # fmt: skip


def __dir__() -> list[str]:
    return sorted(__all__)
