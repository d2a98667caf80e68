"""Portals of each backend."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from anyq.portal import Portal, start_portal


@pytest.fixture(params=["asyncio", "trio"])
def portal(request: pytest.FixtureRequest) -> Iterator[Portal]:
    with start_portal(request.param) as portal:
        yield portal


@pytest.fixture(params=["asyncio", "trio"])
def owner(request: pytest.FixtureRequest) -> Iterator[Portal]:
    with start_portal(request.param) as owner:
        yield owner
