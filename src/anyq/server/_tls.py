"""A server's TLS from the variables that kdb+ reads."""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from typing import Final

__all__ = ["server_context"]

_VERIFY: Final = {
    "NO": ssl.CERT_NONE,
    "YES": ssl.CERT_REQUIRED,
    "REQUESTONLY": ssl.CERT_OPTIONAL,
    "IFPRESENT": ssl.CERT_OPTIONAL,
}


def server_context(environment: Mapping[str, str] | None = None) -> ssl.SSLContext:
    """A context as a kdb+ server makes it: ``SSL_CERT_FILE``, ``SSL_KEY_FILE``, ``SSL_CA_CERT_FILE``,
    ``SSL_CA_CERT_PATH``, ``SSL_VERIFY_CLIENT``, ``SSL_CIPHER_LIST``, each overridden by its ``KX_`` form.

    Raises ``ValueError`` without a certificate or for an unknown way to verify, ``OSError`` for files that cannot be
    used. (KX knowledge base, page kb/ssl.md.)
    """
    given = os.environ if environment is None else environment

    def setting(name: str) -> str:
        return given.get(f"KX_{name}") or given.get(name) or ""

    certificate = setting("SSL_CERT_FILE")
    if not certificate:
        raise ValueError("TLS needs a certificate: set SSL_CERT_FILE and SSL_KEY_FILE")
    verify = setting("SSL_VERIFY_CLIENT") or "NO"
    if verify not in _VERIFY:
        raise ValueError(f"SSL_VERIFY_CLIENT={verify}: not one of {', '.join(_VERIFY)}")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    key = setting("SSL_KEY_FILE")
    try:
        context.load_cert_chain(certificate, key or None)
    except ssl.SSLError as error:
        raise ValueError(
            f"TLS needs a certificate and its key: SSL_CERT_FILE={certificate} with SSL_KEY_FILE={key or certificate} "
            f"cannot be used ({error.reason or error})"
        ) from error
    context.verify_mode = _VERIFY[verify]
    if setting("SSL_CA_CERT_FILE") or setting("SSL_CA_CERT_PATH"):
        context.load_verify_locations(setting("SSL_CA_CERT_FILE") or None, setting("SSL_CA_CERT_PATH") or None)
    if setting("SSL_CIPHER_LIST"):
        context.set_ciphers(setting("SSL_CIPHER_LIST"))
    return context
