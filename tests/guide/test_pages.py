"""The pages of the guide: how they are found, and what is drawn on them."""

from __future__ import annotations

import pydoc
from pathlib import Path

import pytest

import anyq.guide
from anyq.guide import page, pages
from anyq.guide._drawing import connection_moves, drawn
from anyq.protocol import CALL_MOVES, TRANSITIONS, CallState, Role, State


def test_every_module_of_the_guide_is_a_page() -> None:
    folder = Path(anyq.guide.__file__).parent
    assert {path.stem for path in folder.glob("[!_]*.py")} == {page.topic for page in pages()}


def test_every_page_has_a_title_and_closed_blocks() -> None:
    for made in pages():
        assert made.text.startswith(f"# {made.title}\n\n"), made.topic
        assert made.text.count("\n```") % 2 == 0, made.topic


@pytest.mark.parametrize("topic", ["how_it_works", "how it works", "HOW-IT", "how it"])
def test_a_page_is_found_by_a_part_of_its_name(topic: str) -> None:
    assert page(topic).topic == "how_it_works"


@pytest.mark.parametrize(("topic", "hint"), [("aksing", "mean asking"), ("ing", "asking or"), ("?", "there are")])
def test_what_is_no_page_names_what_is_near(topic: str, hint: str) -> None:
    with pytest.raises(LookupError, match="no page") as caught:
        page(topic)
    assert hint in str(caught.value)


def test_help_of_python_shows_them() -> None:
    assert "half sent" in pydoc.plain(pydoc.render_doc("anyq.guide.cancelling"))


def test_the_pictures_have_every_move_of_the_tables() -> None:
    text = page("how_it_works").text
    for role in Role:
        lines = drawn(connection_moves(role), State.CONNECTED)
        for state, events in TRANSITIONS[role].items():
            for event, after in events.items():
                if after is not state:
                    assert any(f"--{event.__name__}--> {after.name}" in line for line in lines)
        assert all(line in text for line in lines)
    for moves in CALL_MOVES.values():
        for next_state, why in moves.items():
            assert f"--{why}--> {next_state.name}" in text
    assert all(state.value in text for state in CallState)
