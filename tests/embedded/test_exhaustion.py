"""Descriptors that run out, or have high numbers."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

resource = pytest.importorskip("resource")


def run(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_more_than_1023_descriptors() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 2000:
        pytest.skip("this process may not open so many")
    printed = run("""
        import os, resource, anyq
        resource.setrlimit(resource.RLIMIT_NOFILE, (2000, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
        with anyq.sync.serve(port=0, outbound=True, timeout=30) as server:
            kept = [os.open("/dev/null", os.O_RDONLY) for _ in range(1200)]
            with anyq.sync.connect("localhost", server.port) as q:
                print(q("1+1"), q(f"h:hopen {server.port}; hclose h; 3"), q(f"hopen(`::{server.port};2000);4"))
    """)
    assert printed == "2 3 4\n"


QUERIES = [
    "hopen {port}",
    '`::{port} "1"',
    "read0`:/etc/hostname",
    "`:/tmp/x set 1",
    'system"echo 1"',
    "h:hopen`:/tmp/x",
]


def test_no_descriptors_left() -> None:
    printed = run(f"""
        import os, anyq
        queries = {QUERIES!r}
        with anyq.sync.serve(port=0, outbound=True, allow_files=True, allow_shell=True, timeout=30) as server:
            with anyq.sync.connect("localhost", server.port) as q:
                for left in range(4):
                    kept = []
                    try:
                        while True:
                            kept.append(os.open("/dev/null", os.O_RDONLY))
                    except OSError:
                        pass
                    for number in kept[:left]:
                        os.close(number)
                    answers = []
                    for query in queries:
                        try:
                            answers.append(q(query.replace("{{port}}", str(server.port))))
                        except anyq.QError as error:
                            answers.append(error.text)
                    for number in kept[left:]:
                        os.close(number)
                    print(answers)
                print(q("1+1"), q(f"h:hopen {{server.port}}; hclose h; 3"))
    """)
    *rounds, last = printed.splitlines()
    assert last == "2 3"
    assert "nyi" not in printed
    assert "internal" not in printed
    assert rounds[0].count("Too many open files") == len(QUERIES), rounds[0]
