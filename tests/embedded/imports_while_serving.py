"""A program: a server answers every query of the engine's cases; prints the modules imported since the first login.

Everything is allowed that may be, so that no refusal hides an import. The folder of the program is the client's, too:
what it would import from there it would run.
"""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path

import anyio

import anyq

SEPARATOR = " / "


def queries(cases: Path) -> list[str]:
    lines = [line for path in sorted(cases.glob("*.q")) for line in path.read_text("utf-8").splitlines()]
    return [line.rpartition(SEPARATOR)[0] or line for line in lines if line.strip() and not line.startswith("/")]


MORE = r"""
1+`a
'oops
hopen`::1
`:127.0.0.1:1 "1"
hopen(`:localhost:1;10)
hopen`:no.such.host.invalid:1
system"echo 1"
exit 1
.z.u
.z.h
.z.a
.z.o
.z.i
.z.K
`:kept/x set til 10
`:kept/x upsert 1
get`:kept/x
`:kept/t/ set ([]a:1 2)
hdel`:kept/x
key`:kept
\l kept
read0`:nothing
`:f 0: enlist"a"
read0`:f
h:hopen`:log;h enlist(1;2);hclose h
-11!`:log
"D"$"2020.01.01"
"Z"$"2020.01.01T10:00:00"
.j.k"[1,2]"
.j.j til 3
md5"a"
.Q.sha1"a"
-33!"a"
.Q.gz"abc"
.h.hu"a b"
.h.uh"a%20b"
"G"$"0a"
-1?0Ng
lsq[2 2#1 2 3 4f;2 2#1 0 0 1f]
inv 2 2#1 2 3 4f
mmu[2 2#1f;2 2#1f]
.z.ts:{x}
system"t 0"
neg[.z.w]"1"
.pykx.pyexec"x=1"
getenv`HOME
system"sleep 0"
-30!(::)
""".strip().splitlines()


async def main(cases: Path) -> None:
    options = {"allow_shell": True, "outbound": True, "allow_logins": True, "allow_python": True}
    async with anyq.serve(port=0, data="kept", timeout=5.0, **options) as server:  # type: ignore[arg-type]
        async with anyq.connect("127.0.0.1", server.port) as first:
            await first("1")
            before = set(sys.modules)
        waiting = [*queries(cases), *MORE]
        while waiting:
            async with anyq.connect("127.0.0.1", server.port) as q:
                try:
                    while waiting:
                        with contextlib.suppress(anyq.QError, anyq.CallTimeout, anyq.DecodeError):
                            await q(waiting.pop(0), timeout=3)
                except (anyq.ClosedError, anyq.ConnectionLost):
                    continue
        print(json.dumps(sorted(set(sys.modules) - before)))


if __name__ == "__main__":
    anyio.run(main, Path(sys.argv[1]), backend=sys.argv[2])
