"""The table of states."""

from __future__ import annotations

from anyq.protocol import COUPLED, TRANSITIONS, Role, State


def test_every_state_is_reached_and_error_is_for_good() -> None:
    for role in Role:
        reached = {State.CONNECTED, State.ERROR}
        for moves in TRANSITIONS[role].values():
            reached.update(moves.values())
        for (mover, _), coupled in COUPLED.items():
            if mover is not role:
                reached.update(coupled.values())
        assert reached == set(TRANSITIONS[role])
        assert TRANSITIONS[role][State.ERROR] == {}


def test_closed_is_left_by_nothing() -> None:
    for role in Role:
        assert set(TRANSITIONS[role][State.CLOSED].values()) == {State.CLOSED}


def test_coupled_moves_start_and_end_in_states_of_the_other_side() -> None:
    for (role, event), moves in COUPLED.items():
        assert any(event in listed for listed in TRANSITIONS[role].values())
        for before, after in moves.items():
            assert before in TRANSITIONS[role.other]
            assert after in TRANSITIONS[role.other]
