"""PyKX's names and habits on anyq: its programs run without a licence by changing one line, or none.

``import anyq.pykx as kx`` in the place of ``import pykx as kx``; or ``python -m anyq.pykx script.py``; or
``anyq.pykx.install()`` before ``import pykx``. Importing starts nothing: the embedded q opens when it is first used.

Where anyq is better on purpose its way is kept: a call in flight when its connection breaks raises, errors of
un-awaited calls and of ``file_execute`` are told, certificates are checked by default. What is left out (licences, KX's
cloud, encryption, PyKX inside q, SQL) raises an error that names it and the way to do it here.
"""

from . import _config as config
from . import _console as console
from . import _convert as _convert
from . import _ctx as ctx
from . import _db as db
from . import _embedded_q as embedded_q
from . import _exceptions as exceptions
from . import _ipc as ipc
from . import _nbextension as nbextension
from . import _pyarrow_state as _pyarrow  # noqa: F401
from . import _pyq as _pyq
from . import _query as query
from . import _random as random
from . import _read as read
from . import _register as register
from . import _reimport as reimporter
from . import _remote as remote
from . import _schema as schema
from . import _system as system
from . import _tick as tick
from . import _util as util
from . import _wrappers as wrappers
from . import _write as write
from ._async import AsyncQConnection
from ._compress import Compress, CompressionAlgorithm, Encrypt
from ._config import licensed, qargs, qhome, qlic
from ._console import Console
from ._ctx import Q, QContext
from ._db import DB, DBError
from ._embedded_q import EmbeddedQ, q
from ._engine import shutdown_thread
from ._exceptions import (
    FutureCancelled,
    LicenseException,
    NoResults,
    PyArrowUnavailable,
    PyKXException,
    PyKXWarning,
    QError,
    UninitializedConnection,
    Unsupported,
)
from ._frames import PandasAPI
from ._future import QFuture
from ._install import install, uninstall
from ._ipc import QConnection, SecureQConnection, SyncQConnection
from ._query import QSQL, SQL, Insert, Upsert
from ._raw import RawQConnection
from ._read import QReader
from ._reimport import PyKXReimport
from ._serialize import deserialize, serialize, ssl_info
from ._system import SystemCommands
from ._toq import toq
from ._wrappers import (
    Anymap,
    AppliedIterator,
    Atom,
    BooleanAtom,
    BooleanVector,
    ByteAtom,
    ByteVector,
    CharAtom,
    CharVector,
    Collection,
    Column,
    Composition,
    DateAtom,
    DatetimeAtom,
    DatetimeVector,
    DateVector,
    Dictionary,
    Each,
    EachLeft,
    EachPrior,
    EachRight,
    EnumAtom,
    EnumVector,
    FloatAtom,
    FloatVector,
    Foreign,
    Function,
    GroupbyTable,
    GUIDAtom,
    GUIDVector,
    Identity,
    IntAtom,
    IntegralNumericAtom,
    IntegralNumericVector,
    IntVector,
    Iterator,
    K,
    KeyedTable,
    Lambda,
    List,
    LongAtom,
    LongVector,
    Mapping,
    MinuteAtom,
    MinuteVector,
    MonthAtom,
    MonthVector,
    NestedFloat,
    NonIntegralNumericAtom,
    NonIntegralNumericVector,
    NumericAtom,
    NumericVector,
    Operator,
    Over,
    ParseTree,
    PartitionedTable,
    Projection,
    ProjectionNull,
    QueryPhrase,
    RealAtom,
    RealVector,
    Scan,
    SecondAtom,
    SecondVector,
    ShortAtom,
    ShortVector,
    SplayedTable,
    SymbolAtom,
    SymbolicFunction,
    SymbolVector,
    Table,
    TemporalAtom,
    TemporalFixedAtom,
    TemporalFixedVector,
    TemporalSpanAtom,
    TemporalSpanVector,
    TemporalVector,
    TimeAtom,
    TimespanAtom,
    TimespanVector,
    TimestampAtom,
    TimestampVector,
    TimeVector,
    UnaryPrimative,
    UnaryPrimitive,
    Variable,
    Vector,
)
from ._write import QWriter

__version__ = "3.1.0+anyq"
_wrappers = wrappers

__all__ = [
    "DB",
    "QSQL",
    "SQL",
    "Anymap",
    "AppliedIterator",
    "AsyncQConnection",
    "Atom",
    "BooleanAtom",
    "BooleanVector",
    "ByteAtom",
    "ByteVector",
    "CharAtom",
    "CharVector",
    "Collection",
    "Column",
    "Composition",
    "Compress",
    "CompressionAlgorithm",
    "Console",
    "DBError",
    "DateAtom",
    "DateVector",
    "DatetimeAtom",
    "DatetimeVector",
    "Dictionary",
    "Each",
    "EachLeft",
    "EachPrior",
    "EachRight",
    "EmbeddedQ",
    "Encrypt",
    "EnumAtom",
    "EnumVector",
    "FloatAtom",
    "FloatVector",
    "Foreign",
    "Function",
    "FutureCancelled",
    "GUIDAtom",
    "GUIDVector",
    "GroupbyTable",
    "Identity",
    "Insert",
    "IntAtom",
    "IntVector",
    "IntegralNumericAtom",
    "IntegralNumericVector",
    "Iterator",
    "K",
    "KeyedTable",
    "Lambda",
    "LicenseException",
    "List",
    "LongAtom",
    "LongVector",
    "Mapping",
    "MinuteAtom",
    "MinuteVector",
    "MonthAtom",
    "MonthVector",
    "NestedFloat",
    "NoResults",
    "NonIntegralNumericAtom",
    "NonIntegralNumericVector",
    "NumericAtom",
    "NumericVector",
    "Operator",
    "Over",
    "PandasAPI",
    "ParseTree",
    "PartitionedTable",
    "Projection",
    "ProjectionNull",
    "PyArrowUnavailable",
    "PyKXException",
    "PyKXReimport",
    "PyKXWarning",
    "Q",
    "QConnection",
    "QContext",
    "QError",
    "QFuture",
    "QReader",
    "QWriter",
    "QueryPhrase",
    "RawQConnection",
    "RealAtom",
    "RealVector",
    "Scan",
    "SecondAtom",
    "SecondVector",
    "SecureQConnection",
    "ShortAtom",
    "ShortVector",
    "SplayedTable",
    "SymbolAtom",
    "SymbolVector",
    "SymbolicFunction",
    "SyncQConnection",
    "SystemCommands",
    "Table",
    "TemporalAtom",
    "TemporalFixedAtom",
    "TemporalFixedVector",
    "TemporalSpanAtom",
    "TemporalSpanVector",
    "TemporalVector",
    "TimeAtom",
    "TimeVector",
    "TimespanAtom",
    "TimespanVector",
    "TimestampAtom",
    "TimestampVector",
    "UnaryPrimative",
    "UnaryPrimitive",
    "UninitializedConnection",
    "Unsupported",
    "Upsert",
    "Variable",
    "Vector",
    "config",
    "console",
    "ctx",
    "db",
    "deserialize",
    "embedded_q",
    "exceptions",
    "install",
    "ipc",
    "licensed",
    "nbextension",
    "q",
    "qargs",
    "qhome",
    "qlic",
    "query",
    "random",
    "read",
    "register",
    "reimporter",
    "remote",
    "schema",
    "serialize",
    "shutdown_thread",
    "ssl_info",
    "system",
    "tick",
    "toq",
    "uninstall",
    "util",
    "wrappers",
    "write",
]  # fmt: skip


def __dir__() -> list[str]:
    return sorted(__all__)
