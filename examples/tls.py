"""A server and a client that speak TLS, certificate and host name checked.

    python examples/tls.py certificate.pem key.pem ca.pem

The certificate has to be one for `localhost`, signed by the authority in ca.pem.
"""

from __future__ import annotations

import ssl
import sys

import anyio

import anyq


async def main(certificate: str, key: str, authority: str) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    async with anyq.serve(port=0, tls=context) as server:
        async with anyq.connect("localhost", server.port, tls=True, ca_file=authority) as q:
            print(await q("1+1"))
        try:
            async with anyq.connect("localhost", server.port, tls=True):
                pass
        except anyq.ConnectError as error:
            print(f"without the authority: {type(error).__name__}")


if __name__ == "__main__":
    anyio.run(main, sys.argv[1], sys.argv[2], sys.argv[3])
