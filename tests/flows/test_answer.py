"""The keyword that needs no Python: a word and its text."""

import pytest

from gateway.domain.flow import Event, EventKind, Reply
from tests.flows.shipped import step


def test_the_text_that_the_configuration_names_is_the_answer() -> None:
    """The engine passes the template's name with the event."""
    answered = step("answer", Event(EventKind.KEYWORD, keyword="HOURS", data={"template": "answer/hours"}))
    assert answered.effects == (Reply("answer/hours"),)
    assert answered.ended


def test_without_a_text_nothing_is_made_up() -> None:
    """An event without a template is an error of the caller, and has no effect."""
    with pytest.raises(KeyError):
        step("answer")
