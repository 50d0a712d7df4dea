"""START as the flow decides it: restores what was stopped and nothing else."""

from gateway.domain.flow import Facts, OptIn, Reply
from tests.flows.shipped import step


def test_start_restores_and_confirms() -> None:
    """After a STOP the contact is back, and told so."""
    started = step("start", facts=Facts("en", stopped=True))
    assert started.effects == (OptIn(), Reply("start/confirmed"))
    assert started.ended


def test_start_of_someone_who_never_stopped_changes_nothing() -> None:
    """The word alone is no consent to anything new; the contact is told that nothing changed."""
    assert step("start", facts=Facts("en", repeated=True)).effects == (Reply("start/already"),)


def test_where_the_network_answers_we_are_silent() -> None:
    """The opt-in is recorded without a second confirmation."""
    assert step("start", facts=Facts("fr", stopped=True, optout_answered=True)).effects == (OptIn(),)
    assert step("start", facts=Facts("fr", repeated=True, optout_answered=True)).effects == ()
