"""A q script falls into its statements."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.scenarios.support import connected

import anyq
from anyq.client import load_script, split_statements
from anyq.testing import ScriptedPeer

SCRIPT = """\
#!/usr/bin/env q
/ a comment
a:1   / another
b:"a / string \\" / of"
f:{[x;y]
  / inside
  z:x+y;   / trailing
  2*z
 }
/
everything here
f:{broken
\\
g:{x%y}
\\d .ns
h:1

 +2
\\d .
\\l other.q
.u.x:"/"
\\
this is not q any more
"""


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_statements(newline: str) -> None:
    found = split_statements(SCRIPT.replace("\n", newline))
    assert [(statement.line, statement.text) for statement in found] == [
        (3, "a:1"),
        (4, 'b:"a / string \\" / of"'),
        (5, "f:{[x;y]\n  z:x+y;\n  2*z\n }"),
        (14, "g:{x%y}"),
        (15, "\\d .ns"),
        (16, "h:1\n +2"),
        (19, "\\d ."),
        (20, "\\l other.q"),
        (21, '.u.x:"/"'),
    ]


def test_a_namespace_is_kept_for_the_statements_after_it() -> None:
    requests = load_script("x.q", SCRIPT)
    assert [request.line for request in requests] == [3, 4, 5, 14, 16, 20, 21]
    inside = requests[4]
    assert inside.query.startswith("{[n;s]")
    assert [argument.py() for argument in inside.arguments] == [b".ns", b"h:1\n +2"]
    assert requests[5].query == "\\l other.q"


def test_other_languages() -> None:
    assert [request.query for request in load_script("x.k", "a:!5\n\\l y")] == ["k)a:!5", "\\l y"]
    (request,) = load_script(Path("x.py"), "a = 1\n")
    assert request.query == ".pykx.pyexec"
    assert request.arguments[0].py() == b"a = 1\n"


def test_nothing_to_do() -> None:
    assert split_statements("") == split_statements("\n/ c\n\\\nrest") == []


@pytest.mark.anyio
async def test_a_file_is_run_in_order_and_errors_tell_the_line(tmp_path: Path) -> None:
    seen: list[bytes] = []

    async def server(peer: ScriptedPeer) -> None:
        while (value := await peer.request()) is not None:
            seen.append(value.py())
            if value.py() == b"bad":
                await peer.reply_error("type")
            else:
                await peer.reply(len(seen))

    file = tmp_path / "script.q"
    file.write_text("a:1\n\nb:{x\n +1}\nc:2\n")
    async with connected(server) as (q, _):
        assert await q.execute_file(file) == 3
        assert await q.execute_file(str(file), return_all=True) == [4, 5, 6]
        file.write_text("a:1\n\nbad\nc:2\n")
        with pytest.raises(anyq.QError, match="type") as caught:
            await q.file_execute(file, return_all=True)
        assert caught.value.text == str(caught.value) == "type"
        assert caught.value.detail == f"{file}, line 3: bad"
        file.write_text("")
        assert str(await q.execute_file(file)) == "::"
        with pytest.raises(FileNotFoundError):
            await q.execute_file(tmp_path / "none.q")
    assert seen == [b"a:1", b"b:{x\n +1}", b"c:2"] * 2 + [b"a:1", b"bad"]
