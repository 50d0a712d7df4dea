"""What networks and providers hear by themselves: exact single words, and each its own."""

from __future__ import annotations

import pytest

from gateway.domain.heard import heard_by_carrier
from gateway.domain.reserved import Intent
from gateway.domain.sender import OptOutHandler

APP, PROVIDER, NETWORK = OptOutHandler.APP, OptOutHandler.PROVIDER, OptOutHandler.NETWORK


@pytest.mark.parametrize(
    ("handler", "text", "heard"),
    [
        (NETWORK, "STOP", Intent.STOP),
        (NETWORK, " arret\n", Intent.STOP),
        (NETWORK, "NonArret", Intent.START),
        (NETWORK, "UNSTOP", Intent.START),
        (NETWORK, "YES", None),
        (NETWORK, "CANCEL", None),
        (NETWORK, "please stop texting me", None),
        (PROVIDER, "optout", Intent.STOP),
        (PROVIDER, "Yes", Intent.START),
        (PROVIDER, "ARRET", None),
        (PROVIDER, "STOP please", None),
    ],
)
def test_each_hears_its_own_words(handler: OptOutHandler, text: str, heard: Intent | None) -> None:
    """In any case, with spaces around them, and nothing beside them."""
    assert heard_by_carrier(handler, text) is heard


@pytest.mark.parametrize("word", ["STOP", "START", "ARRET", "CANCEL"])
def test_where_nobody_listens_every_word_is_ours(word: str) -> None:
    """A sender whose opt-out is the application's."""
    assert heard_by_carrier(APP, word) is None
