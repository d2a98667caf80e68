"""The guide's page on notebooks, run by a real Jupyter kernel."""

from __future__ import annotations

import importlib
import re
from typing import Any

import pytest

from anyq.guide import page

pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")
BLOCK = re.compile(r"^```ipython\n(.*?)^```$", re.MULTILINE | re.DOTALL)

BLOCKING = """\
import anyq, anyq.sync
with anyq.sync.connect("localhost:{port}") as q, anyq.sync.open_embedded() as mine, anyq.start_portal() as portal:
    print(q("1+1"), mine("2+2"), portal.connect("localhost:{port}")("3+3"))
"""
AWAITED = """\
async with anyq.connect("localhost:{port}") as q:
    print(await q("6*7"))
"""


@pytest.mark.newest
def test_the_page_on_notebooks(served: int) -> None:
    from nbclient import NotebookClient

    cells = [text.replace("localhost:5050", f"localhost:{served}") for text in BLOCK.findall(page("notebooks").text)]
    cells += [BLOCKING.format(port=served), AWAITED.format(port=served)]
    v4: Any = importlib.import_module("nbformat.v4")
    made = v4.new_notebook(cells=[v4.new_code_cell(cell) for cell in cells])
    client: Any = NotebookClient(made, timeout=60, kernel_name="python3")
    client.execute()
    outputs: list[Any] = [cell.outputs for cell in made.cells]
    tables = [o.data["text/html"] for found in outputs for o in found if "text/html" in getattr(o, "data", {})]
    assert any("2 rows, 2 columns" in table and "<i>float</i>" in table for table in tables)
    printed = "".join(o.text for found in outputs for o in found if o.output_type == "stream")
    assert printed.split() == ["2", "4", "6", "42"]
    results = [o.data["text/plain"] for found in outputs for o in found if o.output_type == "execute_result"]
    assert "3" in results
