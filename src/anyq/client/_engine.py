"""What the drivers of a connection share beside `Calls`: options, bodies of messages, decoding."""

from __future__ import annotations

import inspect
import logging
import time
from dataclasses import replace
from typing import Final

from anyq import codec
from anyq.client._address import Address
from anyq.client._bodies import Outgoing, Query, request_body
from anyq.client._options import Options
from anyq.errors import DecodeError, DecodeLimitError, Error, QError, error_text
from anyq.protocol import (
    AsyncMessage,
    CallInfo,
    Calls,
    Connection,
    Message,
    Request,
    Response,
    SyncRequest,
)
from anyq.values import Value, as_q

__all__ = ["Engine"]

log: Final = logging.getLogger("anyq")
_LABEL_LENGTH: Final = 200


class Engine(Calls):
    """The calls of one connection to ``address``, and their bodies. Drivers add the network."""

    def __init__(self, address: Address, options: Options) -> None:
        super().__init__(
            address,
            reconnects=options.reconnection_attempts >= 0,
            abandon_closes=options.abandon == "close",
            on_state=options.on_state,
            on_call=options.on_call,
            hooks=options.hooks,
        )
        self.address = address
        self.options = options
        self.compress: bool = options.compresses(address)
        self.limits: codec.Limits = codec.Limits(max_message_size=options.max_message_size)
        self.capability: int = options.capability
        """Of the peer: what the last login agreed on, and before the first one what is offered."""

    def now(self) -> float:
        return time.perf_counter()

    # Messages

    def message(
        self, kind: type[Outgoing], query: Query, arguments: tuple[object, ...], *, own: bool = False
    ) -> Outgoing:
        """The message for a query. With ``own`` it holds no memory of the caller's.

        Raises `TypeError` for what has no q form, `EncodeError` for what this peer cannot take, and what
        `check_usable` raises.
        """
        self.check_usable()
        strings = self.options.strings
        body = request_body(query, arguments, self.capability, self.compress, strings=strings, own=own)
        return codec.carry(kind, body)

    def describe(self, call: Request, query: Query) -> None:
        """Note what the report of ``call`` will say."""
        if self.reports_calls:
            call.started = self.now()
            if self.options.report_queries:
                text = query.decode("utf-8", "backslashreplace") if isinstance(query, bytes) else query
                call.label = str(text)[:_LABEL_LENGTH]
            hooks = self.options.hooks
            if hooks is not None:
                call.info = CallInfo(self.address, call.label, call.started, call.size)
                self.tell(hooks.call_begins, call.info)

    def connected(self, protocol: Connection) -> None:
        """A link is logged in. What waited for it is made anew if this peer can do less than the one before."""
        weaker = protocol.capability < self.capability
        self.capability = protocol.capability
        self.attach(protocol, self._reencode if weaker else None)

    def _reencode(self, message: Message) -> Message:
        packed = codec.reencoded(message, self.capability, self.compress)
        return replace(message, body=packed.body, compressed=packed.compressed, more=packed.more)

    # What arrives

    def spoil(self, error: Exception) -> None:
        """Give the link up because of ``error``. For drivers."""
        raise NotImplementedError

    def spoiled(self, error: Error) -> None:
        """Close the link after an undecodable body: the peer cannot be trusted with the next one."""
        if isinstance(error, DecodeError) and not isinstance(error, DecodeLimitError):
            self.spoil(error)

    def decode(self, message: AsyncMessage | SyncRequest | Response | bytes) -> Value:
        """The value in a message, or in the body of a plain one. `DecodeError` closes the link."""
        try:
            if isinstance(message, bytes):
                return codec.decode(message, limits=self.limits)
            return codec.decoded(message, self.limits)
        except Error as error:
            self.spoiled(error)
            raise

    def decode_request(self, message: SyncRequest) -> Value:
        """The value that the server asks with; `QError` ``nyi`` without a handler for it."""
        if self.options.on_request is None:
            raise QError("nyi")
        return self.decode(message)

    def response(self, value: object) -> Response:
        """The response to a request of the server's: what its handler gave."""
        if inspect.isawaitable(value):
            if inspect.iscoroutine(value):
                value.close()
            raise TypeError("on_request of a blocking connection is a plain function, not an asynchronous one")
        given = as_q(value, strings=self.options.strings)
        packed = codec.pack(given, capability=self.capability, compress=self.compress)
        return codec.carry(Response, packed.settled())

    def refusal(self, error: Exception) -> Response:
        """The response when there is no value for a request of the server's."""
        if not (isinstance(error, QError) and self.options.on_request is None):
            log.error("the handler of the server's requests failed", exc_info=error)
        return Response(codec.encode_error(error_text(error)))
