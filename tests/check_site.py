"""Look at the rendered site as a reader does: ``python -m tests.check_site FOLDER``.

The search and a table are looked at in headless Chromium, where there is one; what needs no browser in any case.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *arguments: object) -> None:
        pass


def looked_at(browser: str, url: str) -> str:
    """The page's document once its scripts have run."""
    options = ("--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=20000", "--dump-dom")
    done = subprocess.run([browser, *options, url], capture_output=True, text=True, timeout=120, check=True)
    return done.stdout


def check_files(folder: Path) -> None:
    """The inventory, the index for language models, and the contents of a page."""
    assert (folder / "objects.inv").read_bytes().startswith(b"# Sphinx inventory version 2")
    for path in re.findall(r"\]\(([^)]+)\)", (folder / "llms.txt").read_text("utf-8")):
        assert (folder / path).is_file(), path
    page = (folder / "guide" / "cancelling.html").read_text("utf-8")
    assert 'class="toc-tree"' in page
    assert re.search(r'href="[./]*reference/anyq\.client\.html#anyq\.client\.connect"', page)


def check_in_browser(folder: Path, browser: str) -> None:
    """The search finds a page, and a table is one."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        where = f"http://127.0.0.1:{server.server_address[1]}"
        found = looked_at(browser, f"{where}/search.html?q=liveness")
        assert "Cancelling and time limits" in found, found[-2000:]
        table = looked_at(browser, f"{where}/guide/cancelling.html")
        assert re.search(r"<table.*<td>.*half sent.*</table>", table, re.DOTALL)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def main(folder: Path) -> None:
    check_files(folder)
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        print("no Chromium here: the search was not tried")
        return
    check_in_browser(folder, browser)
    print("the search finds a page, and shows its table")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
