"""The buffer of inbound messages, against a list of Python."""

from __future__ import annotations

import gc
from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anyq.errors import LimitError
from anyq.protocol._feed import Feed, Feeds, Overflow

STEPS = st.lists(st.sampled_from(["offer", "pop"]) | st.integers(1, 5), max_size=30)


@given(st.integers(1, 4), st.sampled_from(["block", "drop-oldest", "error"]), STEPS)
def test_as_a_list(size: int, overflow: Overflow, steps: list[str | int]) -> None:
    feed, model, dropped, ended, number = Feed(size, overflow), deque[int](), 0, False, 0
    for step in steps:
        if step == "pop":
            if feed.ready and model:
                assert feed.first() == (model.popleft(), False)
                feed.pop()
            continue
        items = list(range(number, number + (step if isinstance(step, int) else 1)))
        number += len(items)
        lost = feed.offer_all(items) if isinstance(step, int) else feed.offer(items[0])
        before = dropped
        for item in items:
            if ended or (overflow == "error" and len(model) >= size):
                dropped, ended = dropped + 1, True
            elif overflow == "drop-oldest" and len(model) >= size:
                model.popleft()
                model.append(item)
                dropped += 1
            else:
                model.append(item)
        assert lost == dropped - before
        assert len(feed) == len(model)
        assert feed.congested is (overflow == "block" and len(model) >= size)
    assert (feed.received, feed.dropped) == (number, dropped)
    for item in model:
        assert feed.first() == (item, False)
        feed.pop()
    assert feed.ready is ended
    if ended:
        with pytest.raises(LimitError):
            feed.first()


@given(st.lists(st.booleans(), max_size=12), st.integers(1, 3))
def test_notes_take_no_room_and_the_last_of_several_counts(notes: list[bool], size: int) -> None:
    feed, model = Feed(size, "drop-oldest"), list[tuple[int, bool]]()
    for at, note in enumerate(notes):
        if note:
            feed.note(at)
            if model and model[-1][1]:
                model.pop()
            model.append((at, True))
        else:
            feed.offer(at)
            model.append((at, False))
            plain = [item for item in model if not item[1]]
            if len(plain) > size:
                model.remove(plain[0])
                for k in range(len(model) - 1, 0, -1):
                    if model[k][1] and model[k - 1][1]:
                        del model[k - 1]
    found = []
    while feed.ready:
        found.append(feed.first())
        feed.pop()
    assert found == model


def test_feeds_that_nobody_holds_are_gone() -> None:
    feeds, kept = Feeds(), Feed(1, "block")
    feeds.add(kept)
    feeds.add(Feed(1, "block"))
    gc.collect()
    assert list(feeds) == [kept]
    feeds.discard(kept)
    assert not feeds


@pytest.mark.parametrize(("size", "overflow"), [(0, "block"), (1, "drop")])
def test_what_is_no_feed(size: int, overflow: Overflow) -> None:
    with pytest.raises(ValueError, match=str(size) if not size else "drop"):
        Feed(size, overflow)
