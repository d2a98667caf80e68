from __future__ import annotations

from collections.abc import Iterator

import pytest

import anyq.embedded
from anyq.embedded import BlockingEmbedded

TRADE = """trade:([]date:2024.01.01 2024.01.02 2024.01.02 2024.01.02 0Nd;sym:`a`b`a`c`;price:1 2 3 0n 4;
 size:10 20 30 40 0N;flag:10110b;note:("abc";"de";"";"abx";enlist "*");nested:(1 2;enlist 3;`long$();4 5 6;7 8);
 time:09:30:00.000 10:00:00.000 10:15:00.000 16:00:00.000 0Nt)"""


@pytest.fixture(scope="session")
def traded() -> Iterator[BlockingEmbedded]:
    """An embedded q with the table ``trade``, which no test changes."""
    with anyq.embedded.open_blocking() as opened:
        opened(TRADE.replace("\n", ""))
        yield opened


@pytest.fixture
def q(traded: BlockingEmbedded) -> BlockingEmbedded:
    """The same, under the name that a program would give it."""
    return traded
