"""How far a transfer is, drawn on the terminal of somebody who waits.

With rich (the extra ``cli``) it is a bar and a line, else the line alone. Where nobody looks, nothing is written.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any, Final, Protocol

import attrs

__all__ = ["Display", "Transfer", "display_for", "size_text", "time_text"]

_SHOW_AFTER: Final = 0.5
"""Seconds before there is a display: what is done by then needs none."""

_EVERY: Final = 0.1


def size_text(count: float) -> str:
    """Bytes, for people."""
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}"
        count /= 1000
    return f"{count:.2f} GB"


def time_text(seconds: float) -> str:
    """A time to wait, for people."""
    whole = int(seconds + 0.5)
    if whole < 100:
        return f"{whole} s"
    minutes, seconds = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


class Display(Protocol):
    """Where a transfer shows how far it is."""

    def draw(self, share: float, text: str) -> None:
        """Show a line, and how much of the whole is done, from 0 to 1."""

    def print(self, text: str) -> None:
        """Write a line on standard error that stays, above the display."""

    def clear(self) -> None:
        """Take the display away; drawing again brings it back."""


class NoDisplay:
    """For an output that is no terminal."""

    def draw(self, share: float, text: str) -> None:
        pass

    def print(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    def clear(self) -> None:
        pass


@attrs.define
class LineDisplay:
    """One line, drawn over itself."""

    drawn: bool = attrs.field(default=False, init=False)

    def draw(self, share: float, text: str) -> None:
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)
        self.drawn = True

    def print(self, text: str) -> None:
        self.clear()
        print(text, file=sys.stderr, flush=True)

    def clear(self) -> None:
        if self.drawn:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
            self.drawn = False


class BarDisplay:
    """A bar and a line, drawn by rich."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        self._console = Console(stderr=True)
        columns = BarColumn(bar_width=30), TextColumn("{task.description}", markup=False)
        self._make: Callable[[], Any] = lambda: Progress(
            *columns,
            console=self._console,
            transient=True,
            auto_refresh=False,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._bar: Any = None
        self._task: Any = None

    def draw(self, share: float, text: str) -> None:
        if self._bar is None:
            self._bar = self._make()
            self._task = self._bar.add_task(text, total=1.0)
            self._bar.start()
        self._bar.update(self._task, completed=share, description=text, refresh=True)

    def print(self, text: str) -> None:
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)

    def clear(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


def display_for(show: bool) -> Display:
    """The best display there is; none at all unless ``show``."""
    if not show:
        return NoDisplay()
    try:
        return BarDisplay()
    except ModuleNotFoundError:
        return LineDisplay()


@attrs.define
class Transfer:
    """Bytes on their way, and when they will all be here.

    ``lasts`` is how many seconds the whole takes where a timetable says so; else the rate so far says it. ``make``
    makes the display when there is something to show, for not every transfer takes that long.
    """

    make: Callable[[], Display]
    lasts: float | None = None
    began: float = attrs.field(factory=time.perf_counter, init=False)
    display: Display | None = attrs.field(default=None, init=False)
    _since: float = attrs.field(init=False)
    _drawn: float = attrs.field(default=0.0, init=False)

    def __attrs_post_init__(self) -> None:
        self._since = self.began

    def update(self, here: int, whole: int, lead: str = "") -> None:
        """``here`` of ``whole`` bytes are done; ``lead`` begins the line. Drawn when it is time to.

        While ``whole`` is 0 there is nothing yet, and the time until then does not count for the rate.
        """
        now = time.perf_counter()
        if not whole:
            self._since = now
            return
        if now - self.began < _SHOW_AFTER or now - self._drawn < _EVERY:
            return
        self._drawn = now
        if self.display is None:
            self.display = self.make()
        self.display.draw(min(here / whole, 1.0), lead + self._text(here, whole, now))

    def _text(self, here: int, whole: int, now: float) -> str:
        rate = here / max(now - self._since, 1e-9)
        if self.lasts is not None:
            left = f", {time_text(max(self.lasts - (now - self.began), 0))} left"
        else:
            left = f", {time_text((whole - here) / rate)} left" if rate else ""
        return f"{100 * here // whole}% of {size_text(whole)}, {size_text(rate)}/s{left}"

    def print(self, text: str) -> None:
        """A line on standard error that stays."""
        if self.display is None:
            print(text, file=sys.stderr, flush=True)
        else:
            self.display.print(text)

    def clear(self) -> None:
        """Take the display away."""
        if self.display is not None:
            self.display.clear()
