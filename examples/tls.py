"""TLS on both sides, certificate and host name checked. Needs `pip install trustme` to make a certificate.

python examples/tls.py                                # makes an authority and a certificate for localhost
python examples/tls.py certificate.pem key.pem ca.pem # yours: for `localhost`, signed by the authority in ca.pem
"""

from __future__ import annotations

import ssl
import sys
import tempfile
from pathlib import Path

import anyio

import anyq


def made(folder: Path) -> list[str]:
    """The files of a new certificate, its key and the authority that signed it."""
    import trustme

    authority = trustme.CA()
    certificate = authority.issue_cert("localhost")
    paths = [folder / name for name in ("certificate.pem", "key.pem", "ca.pem")]
    certificate.cert_chain_pems[0].write_to_path(str(paths[0]))
    certificate.private_key_pem.write_to_path(str(paths[1]))
    authority.cert_pem.write_to_path(str(paths[2]))
    return [str(path) for path in paths]


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
    if len(sys.argv) > 3:
        anyio.run(main, sys.argv[1], sys.argv[2], sys.argv[3])
    else:
        with tempfile.TemporaryDirectory() as folder:
            certificate, key, authority = made(Path(folder))
            anyio.run(main, certificate, key, authority)
