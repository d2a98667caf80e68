"""Names that can stand in q text as they are."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["WORDS", "is_name", "is_path"]

WORDS: Final = frozenset(
    """
    abs acos aj aj0 ajf ajf0 all and any asc asin asof atan attr avg avgs bin binr by ceiling cols cor cos count cov
    cross csv cut delete deltas desc dev differ distinct div do dsave each ej ema enlist eval except exec exit exp fby
    fills first fkeys flip floor from get getenv group gtime hclose hcount hdel hopen hsym iasc idesc if ij ijf in
    insert inter inv key keys last like lj ljf load log lower lsq ltime ltrim mavg max maxs mcount md5 mdev med meta min
    mins mmax mmin mmu mod msum neg next not null or over parse peach pj prd prds prev prior rand rank ratios raze read0
    read1 reciprocal reval reverse rload rotate rsave rtrim save scan scov sdev select set setenv show signum sin sqrt
    ss ssr string sublist sum sums sv svar system tables tan til trim type uj ujf ungroup union update upper upsert
    value var view views vs wavg where while within wj wj1 wsum ww xasc xbar xcol xcols xdesc xexp xgroup xkey xlog
    xprev xrank
    """.split()  # noqa: SIM905
)
"""Words that mean something else in q text (KX reference, page ref/index.md)."""

_PART: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")


def is_name(name: str) -> bool:
    """Whether ``name`` can be written as the name of a column or variable without a namespace."""
    return bool(_PART.match(name)) and name not in WORDS


def is_path(name: str) -> bool:
    """Whether ``name`` can be written as a name, also with a namespace or an attribute: ``.a.t``, ``time.hh``."""
    first, *rest = name.removeprefix(".").split(".")
    return is_name(first) and all(_PART.match(part) for part in rest)
