"""Python, NumPy, pandas, Arrow and polars <-> values. The rules are one table: `RULES`, in ``_rules``."""

from ._arrow import arrow_array, arrow_schema, arrow_stream, narwhals_frame, narwhals_series, to_pa
from ._from_arrow import from_arrow
from ._numpy import as_array, to_np
from ._objects import from_object, library, register
from ._pandas import from_pandas, operand_pd, to_pd
from ._polars import from_polars, to_pl
from ._python import json_default, mapping_keys, to_py
from ._rules import RULES, Rule

library("pandas", from_pandas)
library("pyarrow", from_arrow)
library("polars", from_polars)

__all__ = [
    "RULES", "Rule", "arrow_array", "arrow_schema", "arrow_stream", "as_array", "from_arrow", "from_object",
    "from_pandas", "from_polars", "json_default", "library", "mapping_keys", "narwhals_frame",
    "narwhals_series", "operand_pd", "register", "to_np", "to_pa", "to_pd", "to_pl", "to_py",
]  # fmt: skip
