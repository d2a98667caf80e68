"""Where an error came from: the call chain, and the text that the console prints.

A compiled function carries its `Unit`; an exception's traceback gives the line in each such frame, and the unit the
place in the q text. Layout: KX reference, page basics/debug.md.
"""

from __future__ import annotations

from types import FrameType, TracebackType

import attrs

from anyq.errors import ConversionError, EncodeError, LimitError, QError, error_text

from ..session._stop import Interrupted
from ..syntax._lexer import text_of
from ._lines import Unit

__all__ = ["Frame", "as_q_error", "chain", "drawn", "running"]


@attrs.frozen
class Frame:
    """One level of the call chain: its text, the offset of the failing place in it, and what the function is called.

    A built-in function that is shown by its name has no such place.
    """

    source: str
    position: int | None
    label: str = ""

    def text(self, level: int) -> str:
        """Two lines: the text, and a caret under the place, if there is one."""
        if self.position is None:
            return f"  [{level}]  {self.source}\n"
        title = f"{self.label}:" if self.label else ""
        start = self.source.rfind("\n", 0, self.position) + 1
        end = self.source.find("\n", self.position)
        line = self.source[start : len(self.source) if end < 0 else end]
        shown, before = text_of(line), text_of(line[: self.position - start])
        head = f"  [{level}]  {title}"
        return f"{head}{shown}\n{' ' * (len(head) + len(before))}^"


def as_q_error(error: BaseException) -> QError:
    """Any exception of an evaluation as the error that q raises for it."""
    if isinstance(error, QError):
        return error
    if isinstance(error, Interrupted):
        return QError("stop")
    if isinstance(error, RecursionError):
        return QError("stack")
    if isinstance(error, MemoryError):
        return QError("wsfull")
    if isinstance(error, OverflowError):
        return QError("limit")
    if isinstance(error, ConversionError):
        return QError("type")  # parts that make no value together: keys that are no table, say
    if isinstance(error, EncodeError | LimitError | TimeoutError):
        return QError(error_text(error))
    if isinstance(error, OSError):
        wrapped = QError(f"OS reports: {error.strerror or error_text(error)}")
    else:  # a fault of ours: it is not what is not implemented
        wrapped = QError("internal", detail=error_text(error))
    wrapped.__cause__ = error
    return wrapped


def chain(traceback: TracebackType | None) -> list[Frame]:
    """The q frames of a traceback, outermost first."""
    frames: list[Frame] = []
    while traceback is not None:
        unit = traceback.tb_frame.f_globals.get("_q_unit")
        if isinstance(unit, Unit) and traceback.tb_frame.f_code.co_filename == "<q>":
            frames.append(_placed(unit, traceback.tb_lineno))
        traceback = traceback.tb_next
    return frames


def running(frame: FrameType | None) -> list[Frame]:
    """The q frames of code that is running now, outermost first; ``frame`` is the innermost Python frame."""
    frames: list[Frame] = []
    while frame is not None:
        unit = frame.f_globals.get("_q_unit")
        if isinstance(unit, Unit) and frame.f_code.co_filename == "<q>":
            frames.append(_placed(unit, frame.f_lineno))
        frame = frame.f_back
    return frames[::-1]


def _placed(unit: Unit, number: int) -> Frame:
    line = number - 1
    position = unit.marks[line] if 0 <= line < len(unit.marks) else 0
    return Frame(unit.source, max(position - unit.offset, 0), unit.label)


def drawn(frames: list[Frame], most: int = 2) -> str:
    """The innermost frames as the console draws them, innermost first."""
    numbered = list(enumerate(frames))
    return "\n".join(frame.text(level) for level, frame in reversed(numbered[-most:]))
