"""STOP as the flow decides it: always recorded, confirmed once by whoever owns the confirmation."""

import pytest

from gateway.domain.flow import Facts, OptOut, Reply
from tests.flows.shipped import step

CONFIRMED = Reply("stop/confirmed")


def test_stop_is_recorded_before_it_is_confirmed() -> None:
    """The opt-out comes first, the one confirmation after it, and the dialogue is over."""
    stopped = step("stop")
    assert stopped.effects == (OptOut(), CONFIRMED)
    assert stopped.ended


@pytest.mark.parametrize(
    "facts",
    [
        Facts("en", optout_answered=True),
        Facts("en", stopped=True, repeated=True),
        Facts("fr", stopped=True, repeated=True, optout_answered=True),
    ],
)
def test_nobody_is_told_twice(facts: Facts) -> None:
    """Where provider or network confirms, or STOP came before, the opt-out is recorded in silence."""
    assert step("stop", facts=facts).effects == (OptOut(),)


def test_a_short_code_answers_again_when_the_engine_says_so() -> None:
    """A day later the engine no longer calls it repeated, and the stopped contact is answered."""
    assert step("stop", facts=Facts("en", stopped=True, sender_kind="short_code")).effects == (
        OptOut(),
        CONFIRMED,
    )
