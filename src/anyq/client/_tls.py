"""TLS for q connections: verified unless you spell out that it should not be."""

from __future__ import annotations

import errno
import os
import socket
import ssl
from typing import Final

from anyq.client._address import Address
from anyq.client._options import Options

__all__ = ["client_context", "wrapped"]

_VERSIONS: Final = {
    "TLS1.0": ssl.TLSVersion.TLSv1,
    "TLS1.1": ssl.TLSVersion.TLSv1_1,
    "TLS1.2": ssl.TLSVersion.TLSv1_2,
    "TLS1.3": ssl.TLSVersion.TLSv1_3,
}


def client_context(options: Options) -> ssl.SSLContext:
    """The context to connect with.

    By default the system's certificate authorities, and the host name, are checked. ``cert_file`` (with ``key_file``
    unless it holds the key, too) is what this client shows to servers that want to know who connects. With
    ``tls_from_environment`` the variables of kdb+ are followed, each as ``KX_SSL_...`` or else ``SSL_...``
    (KX knowledge base, page kb/ssl.md): ``CA_CERT_FILE CA_CERT_PATH CERT_FILE KEY_FILE CIPHER_LIST
    VERIFY_SERVER MINPROTOCOL MAXPROTOCOL``. Their ``VERIFY_SERVER=YES`` checks the chain but, as in kdb+,
    not the host name; ``HOSTIP`` checks both.
    """
    if options.ssl_context is not None:
        return options.ssl_context
    context = ssl.create_default_context(cafile=options.ca_file)
    if not options.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if options.tls_from_environment:
        _follow_environment(context)
    if options.cert_file is not None:
        context.load_cert_chain(options.cert_file, options.key_file)
    return context


def wrapped(sock: socket.socket, options: Options, address: Address) -> ssl.SSLSocket:
    """The connected socket with TLS on it, before the handshake. Raises `OSError` or ``ValueError``.

    ``wrap_socket`` of a socket whose peer has reset it raises, and leaves another one open (CPython 3.11 to 3.13).
    """
    context = client_context(options)
    try:
        sock.getpeername()
    except OSError as error:
        raise ConnectionResetError(errno.ECONNRESET, os.strerror(errno.ECONNRESET)) from error
    name = options.server_hostname or address.host
    return context.wrap_socket(sock, server_hostname=name, do_handshake_on_connect=False)


def _variable(name: str) -> str:
    return os.environ.get(f"KX_SSL_{name}") or os.environ.get(f"SSL_{name}") or ""


def _follow_environment(context: ssl.SSLContext) -> None:
    file, path = _variable("CA_CERT_FILE"), _variable("CA_CERT_PATH")
    if file or path:
        context.load_verify_locations(file or None, path or None)
    # Without a key it is OpenSSL's own SSL_CERT_FILE, which names certificate authorities.
    certificate, key = _variable("CERT_FILE"), _variable("KEY_FILE")
    if certificate and key:
        context.load_cert_chain(certificate, key)
    if ciphers := _variable("CIPHER_LIST"):
        context.set_ciphers(ciphers)
    if lowest := _version("MINPROTOCOL"):
        context.minimum_version = lowest
    if highest := _version("MAXPROTOCOL"):
        context.maximum_version = highest
    verify = _variable("VERIFY_SERVER").upper()
    if verify in ("YES", "NO"):
        context.check_hostname = False
    if verify == "NO":
        context.verify_mode = ssl.CERT_NONE


def _version(name: str) -> ssl.TLSVersion | None:
    text = _variable(name).upper().replace("V", "").replace("_", "")
    if not text:
        return None
    if text not in _VERSIONS:
        raise ValueError(f"{name}={text!r} is not a TLS version: say one of {', '.join(_VERSIONS)}")
    return _VERSIONS[text]
