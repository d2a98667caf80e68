"""The guide, a module a page: ``anyq help`` shows the pages in a terminal, ``help("anyq.guide.asking")`` in Python.

Their docstrings are Markdown, and the tests run each block of code in them.
"""

from anyq.guide._pages import Page, page, pages

__all__ = ["Page", "page", "pages"]
