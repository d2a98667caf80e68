"""What the sources of the site are made of; `nox -s docs` renders them."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.site import MODULES, linked, llms, summary, write

from anyq.guide import page, pages

pytestmark = pytest.mark.newest


def test_sources(tmp_path: Path) -> None:
    write(tmp_path)
    index = (tmp_path / "index.rst").read_text("utf-8")
    for made in pages():
        assert f"guide/{made.topic}\n" in index
        assert (tmp_path / "guide" / f"{made.topic}.md").read_text("utf-8").startswith("# ")
    for module in MODULES:
        assert f"automodule:: {module}\n" in (tmp_path / "reference" / f"{module}.rst").read_text("utf-8")


def test_names_become_links_outside_code() -> None:
    text = "`anyq.connect` and ``anyq.connect``, `anyq.errors`, `anyq.nothing`\n\n```python\n`anyq.connect`\n```\n"
    assert linked(text) == (
        "{py:obj}`anyq.connect <anyq.client.connect>` and ``anyq.connect``, {py:obj}`anyq.errors <anyq.errors>`, "
        "`anyq.nothing`\n\n```python\n`anyq.connect`\n```\n"
    )


def test_the_index_for_language_models() -> None:
    text = llms(pages())
    assert text.startswith("# anyq\n\n> ")
    assert "- [Errors](guide/errors.md): " in text
    assert "- [anyq.client](reference/anyq.client.html): Connections to q processes" in text


def test_summaries_are_sentences() -> None:
    assert summary(page("asking").text) == "A connection is called with q text, and with arguments for a function."
    assert all(summary(made.text) for made in pages())
