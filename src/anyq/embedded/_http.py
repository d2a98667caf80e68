"""What q asks of web servers (``.Q.hg``, ``.Q.hp``), and the names of machines."""

from __future__ import annotations

import base64
import http.client
import ssl
from typing import Final
from urllib.parse import unquote, urlsplit

from anyq.client import Address
from anyq.errors import QError

__all__ = ["address_of", "fetched"]

_SECONDS: Final = 30.0
_MOST: Final = 1 << 30
_PORTS: Final = {"http": 80, "https": 443}


def address_of(url: str) -> Address:
    """The place that a URL leads to. Raises `QError` (``domain``) for what is no web address."""
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS[parts.scheme]
    except (ValueError, KeyError):
        raise QError("domain", detail=f"{url!r} is no http:// or https:// address") from None
    if not parts.hostname:
        raise QError("domain", detail=f"{url!r} names no host")
    return Address(parts.hostname, port, tls=parts.scheme == "https")


def fetched(url: str, method: str, content_type: str, body: bytes) -> bytes:
    """The body of the answer to one request; redirections are not followed, as their place may not be allowed.

    Raises `QError`: ``conn`` where the server cannot be reached, ``timeout``, ``limit`` for more than a gigabyte.
    """
    address, parts = address_of(url), urlsplit(url)
    if address.tls:
        context = ssl.create_default_context()
        link: http.client.HTTPConnection = http.client.HTTPSConnection(
            address.host, address.port, timeout=_SECONDS, context=context
        )
    else:
        link = http.client.HTTPConnection(address.host, address.port, timeout=_SECONDS)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {"Content-Type": content_type} if content_type else {}
    if parts.username is not None:
        login = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers["Authorization"] = f"Basic {base64.b64encode(login.encode()).decode()}"
    try:
        link.request(method, target, body or None, headers)
        data = link.getresponse().read(_MOST + 1)
    except TimeoutError:
        raise QError("timeout") from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise QError(f"conn. OS reports: {error}") from error
    finally:
        link.close()
    if len(data) > _MOST:
        raise QError("limit")
    return data
