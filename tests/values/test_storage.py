"""Storage of symbols and strings: each form holds the same texts."""

import numpy as np

import anyq


def test_symbol_storage_forms_agree() -> None:
    texts = ["a", "", "bc", "a", "\udcff"]
    wire = anyq.symbols(texts).symbols.wire()
    again = anyq.values.SymbolArray.from_wire(*wire)
    assert again.objects().tolist() == texts
    assert again[2] == "bc"
    codes, uniques = again.factorize()
    assert codes.tolist() == [0, 1, 2, 0, 3]
    coded = anyq.values.SymbolArray.from_codes(codes, uniques)
    assert coded.wire()[0].tobytes() == wire[0].tobytes()
    assert coded.take(np.array([4, 0])).objects().tolist() == ["\udcff", "a"]
