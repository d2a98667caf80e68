from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import attrs
import pytest

import anyq
import anyq.embedded
import anyq.partitions
import anyq.sync
from anyq.embedded import BlockingEmbedded

TABLE = """{[d;n]([]sym:n#`a`b`;size:@[n#1 2 3 4 5;where n#00010b;:;0N];price:@[n#1.5 2.5 3.5;where n#001b;:;0n];
 note:n#("x1";"";"yz");time:d+n#0D09:30 0D10:00 0Nn;flag:n#10b)}"""
DAYS = ("2024.01.01", "2024.01.02", "2024.01.03", "2024.01.05")


@attrs.frozen
class Cluster:
    """Two servers of partitions, the first with a replica, one of today in memory, and one without the table."""

    hosts: list[tuple[str, ...]]
    servers: list[anyq.sync.Server]
    whole: BlockingEmbedded
    """All rows in one q."""


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Servers that no test closes."""
    with started(tmp_path_factory.mktemp("cluster")) as made:
        yield made


@pytest.fixture
def frail(tmp_path: Path) -> Iterator[Cluster]:
    """Servers that a test may close."""
    with started(tmp_path) as made:
        yield made


@contextmanager
def started(tmp_path: Path) -> Iterator[Cluster]:
    with ExitStack() as stack:
        whole = stack.enter_context(anyq.embedded.open_blocking())
        whole("make:" + TABLE.replace("\n", ""))
        servers, ports = [], []
        for number, days in enumerate((DAYS[:2], DAYS[2:], (), ())):
            q = stack.enter_context(anyq.embedded.open_blocking())
            q("make:" + TABLE.replace("\n", ""))
            for place, day in enumerate(days):
                q(f"trade:make[{day};{0 if day == '2024.01.03' else 7 + place}]")
                q(f'.Q.dpft[hsym`$"{tmp_path}/db{number}";{day};`sym;`trade]')
            if days:
                q(f'system"l {tmp_path}/db{number}"')
            elif number == 2:
                q("trade:make[.z.D;5]")
            copies = 2 if number == 0 else 1
            for _ in range(copies):
                servers.append(stack.enter_context(anyq.sync.serve(port=0, q=q.core)))
            ports.append(tuple(f"localhost:{server.port}" for server in servers[-copies:]))
        parts = [f"`date xcols update date:{day} from `sym xasc make[{day};{count}]" for day, count in
                 zip(DAYS, (7, 8, 0, 8), strict=True)]  # fmt: skip
        whole(f"trade:raze({';'.join(parts)};`date xcols update date:.z.D from make[.z.D;5])")
        yield Cluster(ports, servers, whole)
        anyq.partitions.close_connections()
