"""A message, its purpose, and the statuses that it passes.

Statuses have a rank: a lower never overwrites a higher. Purposes have a priority: the
order in which a lane hands messages over.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

Number = NewType("Number", str)
"""A telephone number in E.164, a short code, or an alphanumeric sender name."""

MessageId = NewType("MessageId", str)
"""Our id of a message (UUIDv7); it is also the reference that a provider is given."""


class Direction(StrEnum):
    """Seen from us: inbound is also called MO, outbound MT."""

    INBOUND = "in"
    OUTBOUND = "out"


class Purpose(StrEnum):
    """Why a text is sent; decides consent, hours, caps and priority."""

    ALERT = "alert"
    REPLY = "reply"
    TRANSACTIONAL = "transactional"
    REMINDER = "reminder"
    MARKETING = "marketing"

    @property
    def priority(self) -> int:
        """0 goes first."""
        return _PRIORITY[self]


_PRIORITY = {purpose: index for index, purpose in enumerate(Purpose)}


class Status(StrEnum):
    """Where an outbound message stands (an inbound is `RECEIVED` for ever)."""

    RECEIVED = "received"
    QUEUED = "queued"
    HELD = "held"
    SENDING = "sending"
    UNCERTAIN = "uncertain"
    ACCEPTED = "accepted"
    SENT = "sent"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"
    SUPPRESSED = "suppressed"
    REJECTED = "rejected"
    UNDELIVERED = "undelivered"
    EXPIRED = "expired"
    DELIVERED = "delivered"

    @property
    def rank(self) -> int:
        return _RANK[self]

    @property
    def final(self) -> bool:
        """Nothing but a higher rank will change it any more."""
        return self.rank >= _RANK[Status.UNKNOWN] or self is Status.RECEIVED

    @property
    def waiting(self) -> bool:
        """Not yet handed to a provider: STOP, cancel and expiry can still catch it."""
        return self in {Status.QUEUED, Status.HELD}


_RANK = {
    Status.RECEIVED: 0,
    Status.QUEUED: 10,
    Status.HELD: 12,
    Status.SENDING: 20,
    Status.UNCERTAIN: 25,
    Status.ACCEPTED: 30,
    Status.SENT: 40,
    Status.UNKNOWN: 80,
    Status.CANCELLED: 90,
    Status.SUPPRESSED: 90,
    Status.REJECTED: 90,
    Status.UNDELIVERED: 90,
    Status.EXPIRED: 90,
    Status.DELIVERED: 100,
}


def advance(current: Status, reported: Status) -> Status:
    """Return the status after a report: only a higher rank moves it.

    Among equals of rank 90 the first report stands; `delivered` wins over every failure.
    """
    return reported if reported.rank > current.rank else current


class Failure(StrEnum):
    """The one reason of a failure, the same words for every provider."""

    INVALID_DESTINATION = "invalid_destination"
    NOT_MOBILE = "not_mobile"
    UNREACHABLE_TEMPORARY = "unreachable_temporary"
    UNREACHABLE_PERMANENT = "unreachable_permanent"
    OPTED_OUT = "opted_out"
    BLOCKED_BY_RECIPIENT = "blocked_by_recipient"
    CARRIER_FILTERED = "carrier_filtered"
    CONTENT_REJECTED = "content_rejected"
    SENDER_INVALID = "sender_invalid"
    SENDER_UNREGISTERED = "sender_unregistered"
    GEO_BLOCKED = "geo_blocked"
    RATE_LIMITED = "rate_limited"
    QUEUE_FULL = "queue_full"
    NO_CREDIT = "no_credit"
    AUTH = "auth"
    CONFIG = "config"
    EXPIRED = "expired"
    PROVIDER_ERROR = "provider_error"
    NETWORK_ERROR = "network_error"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Part:
    """Place of one part among those that a provider delivers apart."""

    reference: str
    number: int
    total: int


@dataclass(frozen=True, slots=True)
class Inbound:
    """A text that a provider handed to us."""

    provider: str
    provider_ref: str
    """The provider's id, the key of deduplication; empty where it has none."""
    sender: Number
    """Our number that was texted."""
    number: Number
    """Who wrote."""
    body: str
    received_at: datetime
    part: Part | None = None
    optout_answered: str | None = None
    """The keyword class that the provider says it already answered (STOP, START, HELP)."""
    media: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a provider reports of an outbound message, or of one part of it."""

    provider: str
    provider_ref: str
    status: Status | None
    """None: a status that we do not know; kept raw, changes nothing."""
    raw_status: str
    at: datetime
    project: str | None = None
    message_id: MessageId | None = None
    raw_code: str = ""
    reason: Failure | None = None
    part: int = 1
    parts: int = 1


@dataclass(frozen=True, slots=True)
class Outbound:
    """What a provider needs to send one message."""

    id: MessageId
    project: str
    sender: Number
    recipient: Number
    body: str
    parts: tuple[str, ...]
    encoding: str
    attempt: int
    expires_at: datetime | None = None
