"""The phones of the simulated world, and the network's own STOP between a phone and a toll-free number."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

# What the toll-free network does whatever the owner of the number wants; YES does not lift the block
# (support pages of Twilio and Sinch on toll-free opt-out).
_STOP: Final = frozenset({"STOP", "ARRET"})
_START: Final = frozenset({"START", "UNSTOP", "NONARRET"})
_STOPPED: Final = (
    'NETWORK MSG: You replied with the word "stop" which blocks all texts sent from this number. '
    'Text back "unstop" to receive messages again.'
)
_STARTED: Final = (
    'NETWORK MSG: You have replied "unstop" and will begin receiving messages again from this number.'
)


@dataclass(frozen=True, slots=True)
class Received:
    """A text on a phone, its parts joined."""

    id: str
    sender: str
    text: str
    parts: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Texted:
    """A text that a phone wrote."""

    id: str
    to: str
    text: str
    at: datetime


@dataclass(slots=True)
class Phone:
    """What lies on one phone, in order."""

    received: list[Received] = field(default_factory=list)
    texted: list[Texted] = field(default_factory=list)
    next_arrival: float = 0.0
    """The earliest moment of the monotonic clock for a next text, so that none overtakes another."""


class Phones(defaultdict[str, Phone]):
    """Every number has a phone."""

    def __init__(self) -> None:
        super().__init__(Phone)


class NetworkOptOut:
    """Pairs of (phone, sender) that the network itself blocks."""

    def __init__(self) -> None:
        self._blocked: set[tuple[str, str]] = set()

    def blocks(self, phone: str, sender: str) -> bool:
        return (phone, sender) in self._blocked

    def hear(self, phone: str, sender: str, text: str) -> str | None:
        """Take note of a text to a toll-free number; return what the network texts back."""
        word = text.strip().upper()
        pair = (phone, sender)
        if word in _STOP and pair not in self._blocked:
            self._blocked.add(pair)
            return _STOPPED
        if word in _START and pair in self._blocked:
            self._blocked.discard(pair)
            return _STARTED
        return None
