"""One or more values of every q type."""

from __future__ import annotations

import anyq
from anyq import Attr, QType, Value
from anyq.values import FIXED_TYPES


def of_fixed_type(qtype: QType) -> dict[str, Value]:
    """A plain value, the null and the infinities as atoms; as a vector; with an attribute; and none at all."""
    plain = bytes(range(16)) if qtype is QType.GUID else 1.0 if isinstance(qtype.null, float) else 1
    raws = [plain, *(raw for raw in (qtype.null, qtype.inf, qtype.ninf) if raw is not None)]
    made: dict[str, Value] = {f"{qtype.label} {raw!r}": anyq.Atom(qtype, raw) for raw in raws}
    items = [anyq.Atom(qtype, raw) for raw in raws]
    made[f"{qtype.label} vector"] = anyq.vector(qtype, items)
    made[f"plain {qtype.label} vector"] = anyq.vector(qtype, items[:1] * 3)
    made[f"no {qtype.label}"] = anyq.vector(qtype)
    made[f"sorted {qtype.label}"] = anyq.vector(qtype, items[:1], Attr.SORTED)
    return made


def samples() -> dict[str, Value]:
    """By name."""
    found: dict[str, Value] = {}
    for qtype in FIXED_TYPES:
        found |= of_fixed_type(qtype)
    symbols = anyq.symbols(["a", "", "été"])
    longs = anyq.vector("j", [1, 2, 3])
    table = anyq.table({"s": symbols, "j": longs})
    double = anyq.Lambda("", b"{2*x}")
    plus = anyq.Primitive("operator", 1)
    return found | {
        "symbol": anyq.symbol("abc"),
        "null symbol": anyq.symbol(""),
        "symbols": symbols,
        "no symbols": anyq.symbols([]),
        "unique symbols": anyq.symbols(["a", "b"], "u"),
        "list": anyq.List.of((longs, symbols, anyq.long(1))),
        "strings": anyq.strings(["ab", "", "c"]),
        "empty list": anyq.List.of(()),
        "deep list": anyq.List.of((anyq.List.of((longs,)), anyq.chars("x"))),
        "dict": anyq.dict(symbols, longs),
        "table": table,
        "keyed table": anyq.keyed_table({"k": longs}, {"v": symbols}),
        "generic null": anyq.NULL,
        "lambda": double,
        "lambda of a namespace": anyq.Lambda("d", b"{x+y}"),
        "operator": plus,
        "projection": anyq.Projection((plus, anyq.long(1))),
        "composition": anyq.Composition((double, double)),
        "each": anyq.Derived("each", double),
        "over": anyq.Derived("over", plus),
        "scan": anyq.Derived("scan", plus),
        "each prior": anyq.Derived("each prior", plus),
        "each right": anyq.Derived("each right", plus),
        "each left": anyq.Derived("each left", plus),
    }


SAMPLES = samples()

FUNCTIONS = {"projection", "composition", "each", "over", "scan", "each prior", "each right", "each left"}
NEGATIVE = {f"{label} vector" for label in ("short", "int", "month", "date", "minute", "second", "time")}

UNKNOWN = {
    "pykx": {"lambda", "lambda of a namespace", "composition", "each"},  # without a licence it has no lambdas
    "aiokdb": FUNCTIONS | NEGATIVE | {"lambda of a namespace"},  # it packs vectors of integers without sign
}
"""What a client itself does not read and write again as it was, by name."""
