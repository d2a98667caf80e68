"""A q server of a thread for each client, which answers as it is told: for tests of blocking clients."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable
from types import TracebackType

from anyq import codec
from anyq.protocol import (
    NEED_DATA,
    Accept,
    AsyncMessage,
    Connection,
    EndOfFile,
    Event,
    Login,
    Refuse,
    Response,
    Role,
    SyncRequest,
)
from anyq.values import Value, as_q

__all__ = ["Client", "Peer", "echo"]


class Client:
    """One connected client, for handlers."""

    def __init__(self, peer: Peer, sock: socket.socket) -> None:
        self.peer = peer
        self.sock = sock
        self.protocol = Connection(Role.SERVER)
        self.responses: list[object] = []

    def post(self, value: object) -> None:
        self.sock.sendall(self.protocol.send(AsyncMessage(codec.encode(as_q(value)))))

    def ask(self, value: object) -> None:
        self.sock.sendall(self.protocol.send(SyncRequest(codec.encode(as_q(value)))))

    def answer(self, value: object) -> None:
        self.send(self.protocol.send(Response(codec.encode(as_q(value)))))

    def fail(self, text: str) -> None:
        self.send(self.protocol.send(Response(codec.encode_error(text))))

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def cut(self) -> None:
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)

    def run(self) -> None:
        with contextlib.suppress(OSError), self.sock:
            while self.step():
                pass

    def step(self) -> bool:
        data = self.sock.recv(1 << 16)
        self.protocol.receive_data(data)
        while (event := self.protocol.next_event()) is not NEED_DATA:
            if isinstance(event, EndOfFile) or not self.handle(event):  # type: ignore[arg-type]
                return False
        return True

    def handle(self, event: Event) -> bool:
        if isinstance(event, Login):
            self.peer.logins.append((event.user, event.password))
            if not self.peer.accepts(event.user, event.password):
                self.protocol.send(Refuse())
                return False
            capability = min(event.capability, self.peer.capability)
            self.sock.sendall(self.protocol.send(Accept(capability)))
            self.peer.greet(self)
        elif isinstance(event, SyncRequest):
            self.peer.asked.append(codec.decoded(event))
            self.peer.on_sync(self, self.peer.asked[-1])
        elif isinstance(event, AsyncMessage):
            self.peer.posted.append(codec.decode(event.body))
            self.peer.on_async(self, self.peer.posted[-1])
        elif isinstance(event, Response):
            try:
                self.responses.append(codec.decode(event.body))
            except Exception as error:
                self.responses.append(error)
        return True


def echo(client: Client, value: Value) -> None:
    """Answer a text with that text as a symbol, ``sleep SECONDS x`` with x later, ``'text`` with an error; anything
    else with itself.
    """
    text = value.py()
    if not isinstance(text, bytes):
        client.answer(value)
    elif text.startswith(b"sleep "):
        _, seconds, rest = text.decode().split(" ", 2)
        time.sleep(float(seconds))
        client.answer(rest)
    elif text.startswith(b"'"):
        client.fail(text[1:].decode())
    else:
        client.answer(text.decode("latin1"))


class Peer:
    """The server. ``port`` is where it listens; assign the handlers."""

    def __init__(self, *, tls: ssl.SSLContext | None = None, port: int = 0, family: int = socket.AF_INET) -> None:
        self.on_sync: Callable[[Client, Value], None] = echo
        self.on_async: Callable[[Client, Value], None] = lambda client, value: None
        self.accepts: Callable[[str, str | None], bool] = lambda user, password: True
        self.greet: Callable[[Client], None] = lambda client: None
        self.capability = 6
        self.logins: list[tuple[str, str | None]] = []
        self.asked: list[Value] = []
        self.posted: list[Value] = []
        self.clients: list[Client] = []
        self._tls = tls
        self._listener = socket.socket(family, socket.SOCK_STREAM)
        if family == socket.AF_INET:
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._listener.bind(("127.0.0.1", port))
            self.port: int = self._listener.getsockname()[1]
        self._threads: list[threading.Thread] = []

    def start(self) -> Peer:
        self._listener.listen()
        self._spawn(self._accept)
        return self

    def _spawn(self, function: Callable[[], None]) -> None:
        thread = threading.Thread(target=function, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            if sock.family == socket.AF_INET:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._spawn(lambda sock=sock: self._serve(sock))  # type: ignore[misc]

    def _serve(self, sock: socket.socket) -> None:
        if self._tls is not None:
            try:
                sock = self._tls.wrap_socket(sock, server_side=True)
            except OSError:
                sock.close()
                return
        client = Client(self, sock)
        self.clients.append(client)
        client.run()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for client in self.clients:
            client.cut()
        for thread in self._threads:
            thread.join(0.2)

    def __enter__(self) -> Peer:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
