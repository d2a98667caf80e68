"""Certificates of clients: shown by each kind of connection, wanted by the server, and looked at by its login check."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import anyio.to_thread
import attrs
import pytest
import trustme

import anyq
from anyq.server import Client, server_context

pytestmark = pytest.mark.anyio


@attrs.frozen
class Files:
    server: ssl.SSLContext
    options: dict[str, Any]
    nobody: dict[str, Any]


@pytest.fixture
def files(tmp_path: Path) -> Files:
    authority, stranger = trustme.CA(), trustme.CA()
    paths = {}
    for name, issued in (
        ("server", authority.issue_cert("localhost")),
        ("client", authority.issue_cert("ann@example.com", common_name="ann")),
        ("stranger", stranger.issue_cert("eve@example.com", common_name="eve")),
    ):
        paths[name] = tmp_path / f"{name}.pem", tmp_path / f"{name}.key"
        paths[name][0].write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
        paths[name][1].write_bytes(issued.private_key_pem.bytes())
    trusted = tmp_path / "ca.pem"
    trusted.write_bytes(authority.cert_pem.bytes())
    context = server_context({
        "SSL_CERT_FILE": str(paths["server"][0]), "SSL_KEY_FILE": str(paths["server"][1]),
        "SSL_CA_CERT_FILE": str(trusted), "SSL_VERIFY_CLIENT": "YES",
    })  # fmt: skip

    def options(name: str) -> dict[str, Any]:
        return {
            "tls": True, "ca_file": str(trusted), "cert_file": str(paths[name][0]), "key_file": str(paths[name][1]),
        }  # fmt: skip

    return Files(context, options("client"), options("stranger"))


def common_name(client: Client) -> str:
    return next(
        (value for part in client.certificate.get("subject", ()) for key, value in part if key == "commonName"), ""
    )


def check(user: str, password: str | None, client: Client) -> bool:
    return common_name(client) == user


async def test_a_client_shows_its_certificate(files: Files) -> None:
    async with anyq.serve(port=0, tls=files.server, authenticate=check) as server:
        async with anyq.connect("localhost", server.port, username="ann", **files.options) as q:
            assert await q("1+1") == 2

        def blocking() -> anyq.Value:
            with anyq.sync.connect("localhost", server.port, username="ann", **files.options) as q:
                return q("1+1")

        assert await anyio.to_thread.run_sync(blocking) == 2
        async with anyq.RawConnection("localhost", server.port, username="ann", **files.options):
            pass
        with pytest.raises(anyq.AuthenticationError):
            await anyq.connect("localhost", server.port, username="bob", **files.options).__aenter__()


async def test_clients_without_one_or_of_another_authority(files: Files) -> None:
    without = {key: value for key, value in files.options.items() if key not in ("cert_file", "key_file")}
    async with anyq.serve(port=0, tls=files.server, authenticate=check) as server:
        for options in (without, files.nobody):
            with pytest.raises((anyq.ConnectError, anyq.ConnectionLost)):
                async with anyq.connect("localhost", server.port, username="eve", **options) as q:
                    await q("1+1")
        assert server.stats.logins == 0


async def test_no_certificate_in_clear() -> None:
    seen: list[dict[str, Any]] = []
    async with (
        anyq.serve(port=0, on_open=lambda client: seen.append(client.certificate)) as server,
        anyq.connect("localhost", server.port) as q,
    ):
        await q("1")
    assert seen == [{}]
