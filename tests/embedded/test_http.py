"""``.Q.hg`` and ``.Q.hp``: what q asks of a web server on this machine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

import anyq
from anyq.embedded._http import address_of
from anyq.errors import QError


class _Echo(BaseHTTPRequestHandler):
    """Answers with the method, the path, the login and what was sent."""

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        kind, login = self.headers.get("Content-Type") or "", self.headers.get("Authorization") or ""
        answer = "|".join([self.command, self.path, kind, login, body.decode()]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST = _answer

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the test's output is no log."""


@pytest.fixture
def web() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Echo)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_get_and_post(web: str) -> None:
    with anyq.sync.open_embedded() as q:
        assert bytes(q(f'.Q.hg`$":http://{web}/a?b=c"')) == b"GET|/a?b=c|||"
        assert bytes(q(f'.Q.hg ":http://me:p%40ss@{web}"')) == b"GET|/||Basic bWU6cEBzcw==|"
        assert bytes(q(f'.Q.hp[":http://{web}/x";"text/plain";"body"]')) == b"POST|/x|text/plain||body"


@pytest.mark.parametrize("url", ["ftp://host/", "host", "http://", "http://host:port/", ""])
def test_other_urls_are_refused(url: str) -> None:
    with pytest.raises(QError, match="domain"):
        address_of(url)


def test_names_of_machines() -> None:
    with anyq.sync.open_embedded() as q:
        assert q(".Q.addr`localhost") == 2130706433
        assert q(".Q.host .Q.addr`localhost") == "localhost"
        assert q('.Q.addr"no such machine"') == anyq.int(None)


@pytest.mark.anyio
async def test_clients_ask_where_the_operator_lets_them(web: str) -> None:
    for outbound, expected in (([], None), ([web], b"GET|/|||"), (["localhost:1"], None)):
        async with anyq.serve(port=0, outbound=outbound) as server, anyq.connect(port=server.port) as q:
            if expected is None:
                with pytest.raises(QError, match="access"):
                    await q(f'.Q.hg ":http://{web}"')
            else:
                answer = await q(f'.Q.hg ":http://{web}"')
                assert isinstance(answer, anyq.Vector)
                assert bytes(answer) == expected
