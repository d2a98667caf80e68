"""The pages of the guide: the docstrings of the modules beside this one, which are Markdown."""

from __future__ import annotations

import difflib
import re
from types import ModuleType
from typing import Final

import attrs

from anyq.guide import (
    asking,
    cancelling,
    commands,
    embedded,
    errors,
    frames,
    hooks,
    how_it_works,
    mcp,
    notebooks,
    performance,
    pykx,
    queries,
    reconnecting,
    remote,
    security,
    servers,
    service,
    serving,
    subscribing,
    testing,
    threads,
    types,
)

__all__ = ["Page", "page", "pages"]

_IN_ORDER: Final = (
    asking, queries, cancelling, errors, types, frames, reconnecting, subscribing, threads, servers, serving, service,
    hooks, security, testing, notebooks, commands, mcp, remote, embedded, pykx, how_it_works, performance,
)  # fmt: skip
_TITLE: Final = re.compile(r"# (.+)\n")


@attrs.frozen
class Page:
    """One page. ``topic`` is the name of its module, ``text`` Markdown that begins with its title."""

    topic: str
    title: str
    text: str


def _made(module: ModuleType) -> Page:
    text = (module.__doc__ or f"# {module.__name__}\n\npython -OO keeps no pages\n").strip() + "\n"
    title = _TITLE.match(text)
    return Page(module.__name__.rpartition(".")[2], title[1] if title else "", text)


def pages() -> list[Page]:
    """All pages, in the order in which they are to be read."""
    return [_made(module) for module in _IN_ORDER]


def page(topic: str) -> Page:
    """The page of that topic, or the only one whose topic or title has that text.

    `LookupError` that names what is near, for any other text.
    """
    wanted = topic.strip().lower().replace("-", "_").replace(" ", "_")
    found = pages()
    topics = {page.topic: page for page in found}
    if wanted in topics:
        return topics[wanted]
    near = [page for page in found if wanted in page.topic or wanted.replace("_", " ") in page.title.lower()]
    if len(near) == 1:
        return near[0]
    names = [page.topic for page in near] or difflib.get_close_matches(wanted, topics, cutoff=0.7)
    hint = f"did you mean {' or '.join(names)}?" if names else f"there are {', '.join(topics)}"
    raise LookupError(f"there is no page {topic!r}: {hint}")
