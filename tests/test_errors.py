"""Errors pickle with their fields."""

import pickle

import anyq


def test_errors_pickle_with_their_fields() -> None:
    lost = pickle.loads(pickle.dumps(anyq.ConnectionLost("gone", outcome="not sent")))
    assert (str(lost), lost.outcome) == ("gone", "not sent")
    assert pickle.loads(pickle.dumps(anyq.QError("type", detail="x", position=3))).position == 3
