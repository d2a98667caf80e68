"""The links of a blocking connection, one after the other, and the network calls on them.

What becomes of each call is decided by `anyq.protocol.Calls`. What is here runs in the thread that calls; who may call
is the business of `Core`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final, TypeVar

from anyq.client import Address, Engine, Options, Round
from anyq.errors import CallTimeout, ConnectError, ConnectionLost, LimitError, ProtocolError
from anyq.protocol import Message, Post, Request, Response, SyncRequest
from anyq.sync._dial import dial
from anyq.sync._interrupt import delicate, deliver, interruptible, pending
from anyq.sync._link import Link
from anyq.sync._pending import Pending
from anyq.values import Value

__all__ = ["BROKEN", "Driver"]

T = TypeVar("T")
BROKEN: Final = (OSError, ConnectionLost, ProtocolError, LimitError)
"""What breaks a link."""

delicate(__file__)


class Driver(Engine):
    """The links of a blocking connection, one after the other."""

    def __init__(self, address: Address, options: Options) -> None:
        super().__init__(address, options)
        self._link: Link | None = None

    # Links

    def _connect(self, attempts: Round, deadline: float | None) -> None:
        """Make a link, and send what waited for it. Raises `ConnectError`, `TypeError`; `CallTimeout` at the
        ``deadline``.
        """
        while True:
            try:
                link = self._new_link(deadline)
            except ConnectError as error:
                if deadline is not None and time.monotonic() >= deadline:
                    raise CallTimeout("the time-out ran out while reconnecting") from error
                _pause(_consult(attempts.failed, error), deadline)
            else:
                attempts.succeeded()
                self._link = link
                self.connected(link.protocol)
                self._push(link)
                return

    @interruptible
    def _new_link(self, latest: float | None) -> Link:
        options, address = self.options, self.address
        limit = options.connect_timeout
        deadline = None if limit is None else time.monotonic() + limit
        if latest is not None:
            deadline = latest if deadline is None else min(deadline, latest)
        link = Link(dial(address, options, deadline), options, self)
        try:
            link.log_in(address.user, address.password, deadline)
        except ConnectError as error:
            link.fail(error)
            raise type(error)(f"cannot connect to {address}: {error}") from error.__cause__
        except BaseException:
            link.fail(ConnectionLost("interrupted"))
            raise
        return link

    def _lose(self, link: Link, cause: Exception) -> None:
        """The link is over because of ``cause``."""
        link.fail(cause)
        if self._link is link:
            self._link = None
            self.broken(cause)
            self.detach(link.unsent)

    def spoil(self, error: Exception) -> None:
        if self._link is not None:
            self._lose(self._link, error)

    def _usable(self, deadline: float | None) -> Link:
        """The link, alive as far as one can tell; a new one if there was none and that is wanted."""
        self.check_usable()
        link = self._link
        if link is not None:
            try:
                link.look()
            except BROKEN as error:
                self._lose(link, error)
        while (link := self._link) is None:
            self.check_usable()
            try:
                self._connect(Round(self.options, self.address, self.cause, first=False), deadline)
            except (ConnectError, TypeError) as error:
                self.fail_parked(error)
                raise
        return link

    def _mend(self, link: Link, error: BaseException) -> bool:
        """Clean up after what was raised in the middle of ``link``. True if that is all that is to be done about it."""
        if isinstance(error, BROKEN) and not (isinstance(error, LimitError) and link.stable):
            self._lose(link, error)
            return True
        if not link.stable:
            self._lose(link, ConnectionLost("interrupted at a moment when that breaks it"))
        return False

    # Sending and receiving

    def _send(self, message: Message, call: Request | Post, deadline: float | None) -> None:
        capability = self.capability
        link = self._usable(deadline)
        if self.capability < capability:
            message = self._reencode(message)
        self.submit(message, call)
        self._push(link)

    def _push(self, link: Link) -> None:
        """Hand over what goes without waiting."""
        try:
            link.push()
        except BaseException as error:
            if not self._mend(link, error):
                raise

    def _withdraw(self, call: Pending) -> None:
        """The caller of ``call`` goes away."""
        if call.done():
            return
        link, closes = self._link, self.abandon(call)
        if link is not None:
            link.own(call)
            if closes:
                self._lose(link, ConnectionLost("a call was abandoned (abandon='close')"))

    def _drive(self, done: Callable[[], bool], deadline: float | None) -> bool:
        """Send and receive until ``done``. False at the ``deadline``."""
        while not done():
            link = self._link
            if link is None:
                self._usable(deadline)
                continue
            try:
                if not link.advance(deadline) and deadline is not None and time.monotonic() >= deadline:
                    return done()
            except BaseException as error:
                if not self._mend(link, error):
                    raise
        return True

    def respond(self, request: SyncRequest) -> Response:
        """The response to a request of the server's. Raises nothing but interrupts."""
        try:
            return self.response(_consult(self._answer, request))
        except Exception as error:
            return self.refusal(error)

    def _answer(self, request: SyncRequest) -> object:
        value: Value = self.decode_request(request)
        handler = self.options.on_request
        assert handler is not None
        return handler(value)

    def tell(self, hook: Callable[[T], object], news: T) -> None:
        _consult(super().tell, hook, news)


@interruptible
def _consult(function: Callable[..., T], *arguments: Any) -> T:
    """Call what may call a function of the program's: interrupts are raised there at once."""
    return function(*arguments)


@interruptible
def _pause(delay: float, deadline: float | None) -> None:
    if pending:
        deliver()
    left = delay if deadline is None else min(delay, deadline - time.monotonic())
    if left > 0:
        time.sleep(left)
    if left < delay:
        raise CallTimeout("the time-out ran out while reconnecting")
