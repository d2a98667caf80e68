"""``python -m anyq.pykx script.py arguments``: run a script with ``import pykx`` answered by `anyq.pykx`."""

from __future__ import annotations

import os
import runpy
import sys

from ._install import for_children, install

__all__ = ["main"]


def main() -> None:
    """Run the script, a module with ``-m``, or code with ``-c``, as Python itself does."""
    arguments = sys.argv[1:]
    if not arguments:
        sys.exit("python -m anyq.pykx SCRIPT [ARGUMENTS], -m MODULE or -c CODE")
    install()
    for_children()
    if arguments[0] == "-m":
        sys.argv = arguments[1:]
        runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
    elif arguments[0] == "-c":
        sys.argv = ["-c", *arguments[2:]]
        exec(compile(arguments[1], "<string>", "exec"), {"__name__": "__main__"})
    else:
        sys.argv = arguments
        sys.path[0] = os.path.dirname(os.path.abspath(arguments[0]))
        runpy.run_path(arguments[0], run_name="__main__")


if __name__ == "__main__":
    main()
