"""The picture of the README shows what the console prints today."""

from __future__ import annotations

import html
import re

import pytest

pytest.importorskip("rich")
from tests.picture import PICTURE, conversation, drawn

pytestmark = pytest.mark.newest


def words(svg: str) -> str:
    """The texts of a picture, without its blanks."""
    return "".join(html.unescape(text) for text in re.findall(r"<text[^>]*>([^<]*)</text>", svg)).replace("\xa0", "")


def test_the_picture_is_up_to_date() -> None:
    """If not: ``python -m tests.picture``."""
    lines = conversation()
    kept = PICTURE.read_text("utf-8")
    assert words(kept) == words(drawn(lines))
    for _, answer in lines:
        for line in answer.splitlines():
            assert line.replace(" ", "") in words(kept)
