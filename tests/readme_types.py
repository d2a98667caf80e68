"""Writes the programs of the README and the guide for type checkers: ``python -m tests.readme_types FOLDER``.

Pieces of code that await at their top become the body of a coroutine, as the pages say that they run.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.documents import PROGRAMS, whole


def write(folder: Path) -> list[Path]:
    """The files, named by page and line where the program stands."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for program in PROGRAMS:
        path = folder / f"{program.name}.py"
        path.write_text(whole(program.source, 5050), "utf-8")
        written.append(path)
    return written


if __name__ == "__main__":
    print(f"{len(write(Path(sys.argv[1])))} programs")
