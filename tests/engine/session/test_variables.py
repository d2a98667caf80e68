"""``.z``: what a session says of its host and of itself."""

from __future__ import annotations

import pytest

from anyq.engine import Host, Interpreter

MOMENT = 700_000_000_123_456_789


class Told(Host):
    arguments = ("-p", "5000")
    script = "a.q"

    def now(self) -> int:
        return MOMENT

    def facts(self) -> dict[str, str]:
        return {"host": "h", "user": "u", "pid": "7", "os": "l64"}


WANTED = {
    ".z.x": '("-p";"5000")', ".z.X": '(enlist"q";"a.q";"-p";"5000")',
    ".z.f": "`a.q", ".z.h": "`h", ".z.u": "`u", ".z.i": "7i",
    ".z.o": "`l64", "`long$.z.p": str(MOMENT), "`date$.z.p": ".z.d", "type .z.K": "-9h", "type .z.k": "-14h",
    "type each(.z.t;.z.n;.z.z;.z.T;.z.N;.z.Z;.z.D;.z.P)": "-19 -16 -15 -19 -16 -15 -14 -12h", ".z.b": "(0#`)!()",
}  # fmt: skip


@pytest.mark.parametrize("text", WANTED)
def test_facts(text: str) -> None:
    q = Interpreter(Told())
    assert q.eval(text) == q.eval(WANTED[text])


def test_a_program_may_set_them() -> None:
    q = Interpreter(Told())
    q.eval(".z.u:`me")
    assert q.eval(".z.u") == q.eval("`me")


def test_dependencies_of_views() -> None:
    q = Interpreter(Told())
    q.eval("v::a+b")
    q.eval("w::a-1")
    assert q.eval("asc .z.b`a") == q.eval("`s#`v`w")
    assert q.eval(".z.b`b") == q.eval("enlist`v")
