"""What the gate is asked with, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from gateway.domain.consent import EVERY_TOPIC, Consent, Suppression

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from gateway.domain.hours import WeeklyHours
    from gateway.domain.message import Number, Purpose
    from gateway.domain.sender import Sender


class Ground(StrEnum):
    """Why an outbound exists."""

    OPT_OUT_CONFIRMATION = "opt_out_confirmation"
    OPT_IN_CONFIRMATION = "opt_in_confirmation"
    HELP = "help"
    CONTACT = "contact"
    INFO = "info"
    """The acknowledgement of INFO."""
    THREAD = "thread"
    """An agent's answer."""
    KEYWORD = "keyword"
    DIALOGUE = "dialogue"
    SUGGESTION = "suggestion"
    FALLBACK = "fallback"
    CLARIFICATION = "clarification"
    API = "api"
    OPERATOR = "operator"
    CAMPAIGN = "campaign"


class Budget(StrEnum):
    """Where the project's spending stands."""

    OK = "ok"
    WARNED = "warned"
    SPENT = "spent"


class Reason(StrEnum):
    """Why a text is held or suppressed."""

    OPTED_OUT = "opted_out"
    NO_CONSENT = "no_consent"
    CONSENT_EXPIRED = "consent_expired"
    AMBIGUOUS_OPT_OUT = "ambiguous_opt_out"
    BLOCKED_BY_NETWORK = "blocked_by_network"
    CONFIRMATION_NOT_OURS = "confirmation_not_ours"
    QUIET_HOURS = "quiet_hours"
    NO_COMMON_OPENING = "no_common_opening"
    FREQUENCY_CAP = "frequency_cap"
    BUDGET_SPENT = "budget_spent"
    EXPIRED = "expired"
    SENDER_ONE_WAY = "sender_one_way"
    SENDER_NOT_FOR_MARKETING = "sender_not_for_marketing"
    TOO_LONG = "too_long"
    NOT_SENDABLE = "not_sendable"
    COUNTRY_NOT_ALLOWED = "country_not_allowed"


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of the recipient at this moment."""

    number: Number
    suppression: Suppression | None = None
    consents: Mapping[str, Consent] = field(default_factory=dict)
    """As `consent.fold` returns them."""
    zones: tuple[str, ...] = ()
    """All the zones where the contact may be; empty: the project's."""
    region: str | None = None
    """The contact's own region, ISO 3166-2 (US-FL); never guessed from the number."""
    marketing_held: bool = False
    """An ambiguous opt-out waits for a person."""
    marketing_today: int = 0
    """Marketing texts of the last 24 hours."""
    marketing_week: int = 0
    """Marketing texts of the last seven days."""
    day_frees_at: datetime | None = None
    """When the earliest text of the last 24 hours is no longer counted; `week_frees_at` likewise."""
    week_frees_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """What wants to go out."""

    purpose: Purpose
    ground: Ground
    sender: Sender
    asked_at: datetime
    """When the contact asked (of a thread: when INFO was asked), else when the text was made."""
    topic: str = EVERY_TOPIC
    expires_at: datetime | None = None
    segments: int = 1
    expects_answer: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """What the project allows."""

    hours: Mapping[Purpose, WeeklyHours] = field(default_factory=dict)
    """Hours of the project per purpose; a purpose that is absent follows the contact's place."""
    zone: str = "UTC"
    per_day: int | None = None
    per_week: int | None = None
    budget: Budget = Budget.OK
    max_segments: int | None = 10
    countries: tuple[str, ...] = ()
    """ISO countries that may be written to; empty: all."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """Send it now."""

    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """Ask again at `until`; None: a person has to act first."""

    until: datetime | None
    reason: Reason
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Suppressed:
    """Never send it."""

    reason: Reason
    why: tuple[str, ...] = ()


Decision = Allowed | Held | Suppressed
