"""Real sockets: TLS, unix sockets, and peers that speak something else."""

from __future__ import annotations

import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest
import trustme
from anyio.abc import ByteStream
from anyio.streams.tls import TLSStream
from tests.scenarios.support import listening, nothing_left_open

import anyq
from anyq import codec
from anyq.client import Options, SocketStream, client_context
from anyq.protocol import ForeignProtocol, Response
from anyq.testing import ScriptedPeer

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def server_context(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    return context


@pytest.fixture(scope="module")
def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


async def serve(stream: ByteStream) -> None:
    peer = ScriptedPeer(stream)
    await peer.accept()
    await peer.echo()


@asynccontextmanager
async def tls_listening(
    context: ssl.SSLContext, handler: Callable[[ByteStream], Awaitable[object]] = serve
) -> AsyncIterator[int]:
    async def secured(stream: ByteStream) -> None:
        try:
            secure = await TLSStream.wrap(stream, server_side=True, ssl_context=context, standard_compatible=False)
        except (ssl.SSLError, OSError, anyio.BrokenResourceError):
            return
        await handler(secure)

    async with listening(secured) as port:
        yield port


async def test_47_certificates_are_checked(
    server_context: ssl.SSLContext, trusting: ssl.SSLContext, authority: trustme.CA, tmp_path: Path
) -> None:
    async with tls_listening(server_context) as port:
        with pytest.raises(anyq.ConnectError, match=r"starting TLS.*certificate"):
            await anyq.connect("localhost", port, tls=True).__aenter__()
        async with anyq.connect("localhost", port, tls=trusting) as q:
            assert (await q("x")).py() == b"x"
        with pytest.raises(anyq.ConnectError, match=r"127\.0\.0\.1"):
            await anyq.connect("127.0.0.1", port, tls=trusting).__aenter__()
        async with anyq.connect("127.0.0.1", port, tls=trusting, server_hostname="localhost") as q:
            assert (await q("x")).py() == b"x"
        async with anyq.connect("127.0.0.1", port, tls=True, verify=False) as q:
            assert (await q("x")).py() == b"x"
        file = tmp_path / "ca.pem"
        authority.cert_pem.write_to_path(str(file))
        async with anyq.connect(f"tcps://localhost:{port}", ca_file=str(file)) as q:
            assert (await q("x")).py() == b"x"


async def test_47_the_environment_is_followed_on_request(
    server_context: ssl.SSLContext, authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(file))
    monkeypatch.setenv("SSL_CA_CERT_FILE", "/nowhere")
    monkeypatch.setenv("KX_SSL_CA_CERT_FILE", str(file))
    async with tls_listening(server_context) as port:
        with pytest.raises(anyq.ConnectError):
            await anyq.connect("localhost", port, tls=True).__aenter__()
        async with anyq.connect("localhost", port, tls=True, tls_from_environment=True) as q:
            assert (await q("x")).py() == b"x"
        with pytest.raises(anyq.ConnectError):
            await anyq.connect("127.0.0.1", port, tls=True, tls_from_environment=True).__aenter__()
        monkeypatch.setenv("KX_SSL_VERIFY_SERVER", "YES")
        async with anyq.connect("127.0.0.1", port, tls=True, tls_from_environment=True) as q:
            assert (await q("x")).py() == b"x"


def test_the_variables_of_kdb(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, authority: trustme.CA) -> None:
    certificate = authority.issue_cert("client.example")
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    certificate.cert_chain_pems[0].write_to_path(str(chain))
    certificate.private_key_pem.write_to_path(str(key))
    for name, value in {
        "CERT_FILE": str(chain),
        "KEY_FILE": str(key),
        "CIPHER_LIST": "ECDHE+AESGCM",
        "MINPROTOCOL": "TLSv1.2",
        "MAXPROTOCOL": "TLSv1.3",
        "VERIFY_SERVER": "NO",
    }.items():
        monkeypatch.setenv(f"KX_SSL_{name}", value)
    context = client_context(Options(tls_from_environment=True))
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert context.maximum_version is ssl.TLSVersion.TLSv1_3
    assert context.verify_mode is ssl.CERT_NONE
    monkeypatch.setenv("KX_SSL_VERIFY_SERVER", "HOSTIP")
    assert client_context(Options(tls_from_environment=True)).check_hostname
    monkeypatch.setenv("KX_SSL_MINPROTOCOL", "SSL9")
    with pytest.raises(ValueError, match="SSL9"):
        client_context(Options(tls_from_environment=True))


async def test_48_no_password_goes_out_in_the_clear(trusting: ssl.SSLContext) -> None:
    seen = b""

    async def plain(stream: ByteStream) -> None:
        nonlocal seen
        seen += await stream.receive()
        await stream.send(b"\x06")

    async with listening(plain) as port:
        with pytest.raises(anyq.ConnectError, match="starting TLS"):
            await anyq.connect("localhost", port, username="user", password="secret", tls=trusting).__aenter__()
    assert seen.startswith(b"\x16\x03")
    assert b"secret" not in seen
    assert b"user" not in seen


async def test_49_tls_where_none_is_and_the_other_way_round(
    server_context: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    async def plain(stream: ByteStream) -> None:
        assert isinstance(await ScriptedPeer(stream).next_event(), ForeignProtocol)

    async with nothing_left_open():
        async with listening(plain) as port:
            with pytest.raises(anyq.ConnectError):
                await anyq.connect("localhost", port, tls=trusting, connect_timeout=0.3).__aenter__()
        async with tls_listening(server_context) as port:
            with pytest.raises(anyq.ConnectError):
                await anyq.connect("localhost", port, connect_timeout=0.3).__aenter__()


async def test_50_tls_survives_cancellation_and_size(server_context: ssl.SSLContext, trusting: ssl.SSLContext) -> None:
    async def slow(stream: ByteStream) -> None:
        peer = ScriptedPeer(stream)
        await peer.accept()
        await peer.request()
        await anyio.sleep(0.1)
        await peer.reply(b"late")
        await peer.echo()

    huge = anyq.vector("x", bytes(20_000_000))
    async with tls_listening(server_context, slow) as port, anyq.connect("localhost", port, tls=trusting) as q:
        with anyio.move_on_after(0.02):
            await q("slow")
        assert (await q("next")).py() == b"next"
        assert len((await q(huge)).np()) == 20_000_000
        with anyio.move_on_after(0.005):
            await q(huge)
        assert (await q("still")).py() == b"still"


async def test_50_a_truncated_tls_stream_is_a_lost_connection(
    server_context: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    async def truncating(stream: ByteStream) -> None:
        peer = ScriptedPeer(stream)
        await peer.accept()
        await peer.request()
        await stream.send(peer.protocol.send(Response(codec.encode(anyq.vector("j", range(1000)))))[:500])
        await anyio.aclose_forcefully(stream)

    async with (
        tls_listening(server_context, truncating) as port,
        anyq.connect("localhost", port, tls=trusting) as q,
    ):
        with pytest.raises(anyq.ConnectionLost, match="500 of 8014"):
            await q("x")


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="there are no unix sockets here")
@pytest.mark.parametrize("kind", [0, 1, 2], ids=["abstract", "padded", "file"])
async def test_51_a_unix_socket_is_found_under_each_name(
    kind: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUDSPATH", str(tmp_path))
    address = anyq.parse_address("unix://5123")
    sock = socket.socket(socket.AF_UNIX)
    sock.bind(address.socket_names[kind])
    sock.listen()
    sock.setblocking(False)

    async def accept() -> None:
        while True:
            await anyio.wait_readable(sock)
            connection, _ = sock.accept()
            connection.setblocking(False)
            tasks.start_soon(talk, connection)

    async def talk(connection: socket.socket) -> None:
        async with SocketStream(connection) as stream:
            await serve(stream)

    with sock:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(accept)
            for address in (anyq.parse_address("unix://5123"), anyq.parse_address(f"unix://{tmp_path}/kx.5123")):
                async with anyq.connect(address) as q:
                    assert (await q("x")).py() == b"x"
            tasks.cancel_scope.cancel()


async def test_each_failure_names_place_and_phase() -> None:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
        with pytest.raises(anyq.ConnectError, match=f"127.0.0.1:{port}: connecting: ") as caught:
            await anyq.connect("127.0.0.1", port, username="u", password="secret").__aenter__()
        assert "secret" not in str(caught.value)
    with pytest.raises(anyq.ConnectError, match="looking up the name"):
        await anyq.connect("no-such-host.invalid", 5000).__aenter__()
    with pytest.raises(anyq.ConnectError, match=r"unix://.*connecting"):
        await anyq.connect("unix:///nowhere/kx.1").__aenter__()


async def test_garbage_in_answer_to_the_login() -> None:
    async def web(stream: ByteStream) -> None:
        await stream.receive()
        await stream.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async with listening(web) as port:
        with pytest.raises(anyq.ConnectError, match="not a q server"):
            await anyq.connect("localhost", port).__aenter__()


async def test_opening_and_closing_leaves_no_socket() -> None:
    async with nothing_left_open(), listening(serve) as port:
        for _ in range(5):
            async with anyq.connect("localhost", port) as q:
                await q("x")
