"""Tables in notebooks."""

from __future__ import annotations

import anyq


def test_tables_show_escaped_cells_and_their_count() -> None:
    html = anyq.table({"a<": anyq.strings(["<b>", ""]), "n": [1, None]})._repr_html_()
    assert "<th>a&lt;</th>" in html
    assert "<td>&quot;&lt;b&gt;&quot;</td><td>1</td>" in html
    assert "<td><i></i></td><td><i>long</i></td>" in html
    assert "2 rows, 2 columns" in html


def test_keys_are_row_headings() -> None:
    html = anyq.keyed_table({"k": ["x"]}, {"v": [1]})._repr_html_()
    assert "<tr><th>x</th><td>1</td></tr>" in html
    assert "1 row, 2 columns" in html


def test_long_tables_are_cut() -> None:
    assert anyq.table({"a": list(range(1000))})._repr_html_().count("<tr>") == 22
