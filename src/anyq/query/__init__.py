"""Queries made of values: nothing that a program puts into them is ever read as q text.

>>> import datetime
>>> from anyq.query import col, select, wavg
>>> q = select("trade", {"vwap": wavg("size", "price")}, by=["sym"], where=[col("date") == datetime.date(2024, 1, 2)])
>>> print(q)
select vwap:size wavg price by sym:sym from trade where date=2024.01.02

A query is sent as ``(?;`trade;where;by;columns)`` by whatever answers q: ``await connection(q)``.
"""

from ._expression import Binary, Expression, Function, Unary, col, lit
from ._functions import (
    abs,
    all,
    any,
    avg,
    avgs,
    call,
    ceiling,
    cor,
    count,
    cov,
    deltas,
    dev,
    differ,
    distinct,
    div,
    ema,
    exp,
    fby,
    fills,
    first,
    floor,
    iasc,
    idesc,
    last,
    log,
    lower,
    mavg,
    max,
    maxs,
    mcount,
    mdev,
    med,
    min,
    mins,
    mmax,
    mmin,
    mod,
    msum,
    neg,
    next,
    not_,
    null,
    prd,
    prds,
    prev,
    rank,
    ratios,
    reciprocal,
    reverse,
    scov,
    sdev,
    signum,
    sqrt,
    string,
    sublist,
    sum,
    sums,
    svar,
    trim,
    type_,
    upper,
    var,
    wavg,
    when,
    wsum,
    xbar,
    xexp,
    xlog,
    xprev,
    xrank,
)
from ._query import Columns, FunctionalQuery, Order, asc, delete, desc, select, update
from ._query import exec_ as exec

__all__ = [
    "Binary", "Columns", "Expression", "Function", "FunctionalQuery", "Order", "Unary",
    "abs", "all", "any", "asc", "avg", "avgs", "call", "ceiling", "col", "cor", "count", "cov", "delete", "deltas",
    "desc", "dev", "differ", "distinct", "div", "ema", "exec", "exp", "fby", "fills", "first", "floor", "iasc", "idesc",
    "last", "lit", "log", "lower", "mavg", "max", "maxs", "mcount", "mdev", "med", "min", "mins", "mmax", "mmin",
    "mod", "msum", "neg", "next", "not_", "null", "prd", "prds", "prev", "rank", "ratios", "reciprocal", "reverse",
    "scov", "sdev", "select", "signum", "sqrt", "string", "sublist", "sum", "sums", "svar", "trim", "type_", "update",
    "upper", "var", "wavg", "when", "wsum", "xbar", "xexp", "xlog", "xprev", "xrank",
]  # fmt: skip
