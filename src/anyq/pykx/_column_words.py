"""The methods of columns, and the functions of q that they apply."""

from __future__ import annotations

from typing import Final

__all__ = ["COLUMN_FIRST", "COLUMN_LAST", "PARTS", "UNARY"]

UNARY: Final = {
    "abs": "abs", "acos": "acos", "all": "all", "any": "any", "asc": "asc", "asin": "asin", "atan": "atan",
    "avg": "avg", "avgs": "avgs", "ceiling": "ceiling", "cos": "cos", "count": "count", "deltas": "deltas",
    "desc": "desc", "dev": "dev", "differ": "differ", "distinct": "distinct", "enlist": "enlist", "exp": "exp",
    "fills": "fills", "first": "first", "floor": "floor", "iasc": "iasc", "idesc": "idesc", "last": "last",
    "log": "log", "lower": "lower", "ltrim": "ltrim", "max": "max", "maxs": "maxs", "med": "med", "median": "med",
    "min": "min", "mins": "mins", "neg": "neg", "next": "next", "next_item": "next", "null": "null", "prd": "prd",
    "prds": "prds", "prev": "prev", "prev_item": "prev", "previous_item": "prev", "rank": "rank", "ratios": "ratios",
    "raze": "raze", "reciprocal": "reciprocal", "reverse": "reverse", "rtrim": "rtrim", "sdev": "sdev",
    "signum": "signum", "sin": "sin", "sqrt": "sqrt", "string": "string", "sum": "sum", "sums": "sums", "svar": "svar",
    "tan": "tan", "trim": "trim", "type": "type", "upper": "upper", "var": "var", "variance": "var", "where": "where",
    "group": "group", "ungroup": "ungroup", "not_": "not", "_not": "not", "mean": "avg", "std": "dev", "prod": "prd",
    "key": "key", "value": "value", "len": "count", "isnull": "null",
}  # fmt: skip
"""Methods that apply a function of q of that name to the column alone."""
COLUMN_LAST: Final = {
    "bin": "bin", "binr": "binr", "ema": "ema", "mavg": "mavg", "mcount": "mcount", "mdev": "mdev", "mmax": "mmax",
    "mmin": "mmin", "msum": "msum", "rotate": "rotate", "sublist": "sublist", "xbar": "xbar", "xprev": "xprev",
    "xrank": "xrank", "take": "#", "drop": "_", "wavg": "wavg", "wsum": "wsum", "cast": "$", "fill": "^",
    "previous_items": "xprev", "vs": "vs", "sv": "sv",
}  # fmt: skip
"""Methods whose argument comes before the column in q."""
COLUMN_FIRST: Final = {
    "add": "+", "subtract": "-", "multiply": "*", "divide": "%", "cor": "cor", "cov": "cov", "cross": "cross",
    "cut": "cut", "div": "div", "except_": "except", "except": "except", "fby_with": "fby", "inter": "inter",
    "inv": "inv",
    "isin": "in", "join": ",", "like": "like", "lsq": "lsq", "mmu": "mmu", "mod": "mod", "modulus": "mod", "or_": "|",
    "_or": "|", "_and": "&", "and_": "&", "scov": "scov", "ss": "ss", "union": "union", "within_": "within",
    "xexp": "xexp", "xlog": "xlog", "power": "xexp", "floor_divide": "div", "equal": "=", "not_equal": "<>",
}  # fmt: skip
"""Methods whose argument comes behind the column in q."""
PARTS: Final = {
    "date": "date", "day": "dd", "hour": "hh", "minute": "uu", "month": "mm", "second": "ss", "time": "time",
    "year": "year", "week": "week",
}  # fmt: skip
"""Properties that are a part of a moment."""
