"""The words that networks and providers hear by themselves: they answer these, and block or unblock.

They compare the whole text with a few exact words; whatever else means STOP is ours to hear and to confirm.
Sources: Twilio, "Twilio support for opt-out keywords" (default lists of the provider); the toll-free
networks' own words (Twilio, Sinch: STOP and ARRET block, START, UNSTOP and NONARRET unblock).
"""

from typing import Final

from gateway.domain.reserved import Intent, word_set
from gateway.domain.sender import OptOutHandler

_HEARD: Final = {
    OptOutHandler.NETWORK: {
        Intent.STOP: word_set("STOP ARRET"),
        Intent.START: word_set("START UNSTOP NONARRET"),
    },
    OptOutHandler.PROVIDER: {
        Intent.STOP: word_set("STOP STOPALL UNSUBSCRIBE CANCEL END QUIT REVOKE OPTOUT"),
        Intent.START: word_set("START YES UNSTOP"),
    },
}


def heard_by_carrier(handler: OptOutHandler, text: str) -> Intent | None:
    """Return what the opt-out of a sender's network or provider makes of a text: STOP, START or nothing."""
    word = text.strip().upper()
    words = _HEARD.get(handler, {})
    return next((intent for intent, known in words.items() if word in known), None)
