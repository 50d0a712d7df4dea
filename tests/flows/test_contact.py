"""CONTACT as the flow decides it."""

import pytest

from gateway.domain.flow import Facts, Reply
from tests.flows.shipped import step


@pytest.mark.parametrize("facts", [Facts("en"), Facts("fr", stopped=True), Facts("en", thread_open=True)])
def test_contact_tells_the_notice_to_everybody_and_changes_nothing(facts: Facts) -> None:
    """One answer, whether the contact is unknown, stopped or in the middle of a question."""
    told = step("contact", facts=facts)
    assert told.effects == (Reply("contact/notice"),)
    assert told.ended
