"""Priority by purpose, without starving anybody."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.turns import whose_turn


def test_the_most_urgent_goes_first() -> None:
    """Nine places in ten belong to the highest priority that waits."""
    turns = Counter(whose_turn([False, True, False, False, True], place) for place in range(100))
    assert turns == {1: 90, 4: 10}


def test_each_purpose_gets_a_share_of_an_endless_stream_of_replies() -> None:
    """The spare places go round: reminders do not starve behind a bulk of marketing."""
    turns = Counter(whose_turn([False, True, True, True, True], place) for place in range(120))
    assert turns == {1: 108, 2: 4, 3: 4, 4: 4}


@given(st.lists(st.booleans(), min_size=5, max_size=5), st.integers(0, 10**6))
def test_a_turn_belongs_to_somebody_who_waits(waiting: list[bool], place: int) -> None:
    """No place is given to a purpose that has nothing, and none is lost while anybody waits."""
    turn = whose_turn(waiting, place)
    assert (turn is None) is not any(waiting)
    assert turn is None or waiting[turn]
