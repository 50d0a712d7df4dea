"""HELP as the flow decides it."""

import pytest

from gateway.domain.flow import Facts, Reply
from tests.flows.shipped import step


@pytest.mark.parametrize("facts", [Facts("en"), Facts("fr", stopped=True), Facts("en", thread_open=True)])
def test_help_answers_everybody_and_changes_nothing(facts: Facts) -> None:
    """One answer, whether the contact is unknown, stopped or in the middle of a question."""
    helped = step("help", facts=facts)
    assert helped.effects == (Reply("help/help"),)
    assert helped.ended
