"""Python, NumPy, pandas, Arrow and polars <-> values. The rules are one table: `RULES`, in ``_rules``."""

from ._numpy import to_np
from ._objects import from_object
from ._python import to_py
from ._rules import RULES, Rule

__all__ = ["RULES", "Rule", "from_object", "to_np", "to_py"]
