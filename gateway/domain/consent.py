"""Consent: what contacts decided, kept as events, and what these add up to.

The ledger is append-only and the burden of proof is the sender's (CASL, GDPR art. 7(1)), so each
event carries its wording and evidence. A suppression is the standing order of a STOP: a keyed hash
that survives the erasure of the contact (CNIL MED-2023-040; Virginia SB 1339: ten years).
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

EVERY_TOPIC = "*"


class ConsentStatus(StrEnum):
    """What the contact decided."""

    SUBSCRIBED = "subscribed"
    UNSUBSCRIBED = "unsubscribed"


class Basis(StrEnum):
    """The legal ground of a consent."""

    EXPRESS = "express"
    IMPLIED = "implied"
    """CASL: a purchase or an inquiry; it expires."""
    SOFT_OPT_IN = "soft_opt_in"
    """CPCE L.34-5: similar products for a customer."""
    TRANSACTIONAL = "transactional"
    """A service relation; it never allows marketing."""
    RESTORED = "restored"
    """A START: what stood before the STOP comes back, and nothing more is granted."""


class Source(StrEnum):
    """Where an event comes from."""

    KEYWORD = "keyword"
    FORM = "form"
    IMPORT = "import"
    API = "api"
    STAFF = "staff"
    PROVIDER = "provider"
    """The carrier or provider answered a STOP or START by itself, or refused as opted out."""

    @property
    def own(self) -> bool:
        """The contact spoke, nobody on the contact's behalf."""
        return self in {Source.KEYWORD, Source.FORM, Source.PROVIDER}


class Scope(StrEnum):
    """What a STOP closes; silence means all (47 CFR 64.1200(a)(12))."""

    ALL = "all"
    MARKETING = "marketing"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentEvent:
    """One line of the ledger."""

    project: str
    number_hash: str
    status: ConsentStatus
    source: Source
    at: datetime
    """When the contact decided: of an import, the date in its evidence and not the day of import."""
    address_id: str | None = None
    channel: str = "sms"
    topic: str = EVERY_TOPIC
    basis: Basis = Basis.EXPRESS
    wording: str = ""
    """What the contact was shown or wrote."""
    locale: str | None = None
    expires_at: datetime | None = None
    evidence: str | None = None
    """Inbound message id, form submission, or the name of the file that proves it."""
    actor: str | None = None


@dataclass(frozen=True, slots=True)
class Consent:
    """Where one topic stands."""

    status: ConsentStatus
    at: datetime
    basis: Basis = Basis.EXPRESS
    source: Source = Source.IMPORT
    expires_at: datetime | None = None

    @property
    def own_stop(self) -> bool:
        """The contact's own refusal: only the contact, or newer evidence, undoes it."""
        return self.status is ConsentStatus.UNSUBSCRIBED and self.source.own

    def expired(self, now: datetime) -> bool:
        """Tell whether the consent has run out; it counts until its last moment, exclusive."""
        return self.expires_at is not None and self.expires_at <= now


@dataclass(frozen=True, slots=True)
class Suppression:
    """The standing order not to write to a number, known by its keyed hash only."""

    hash: str
    scope: Scope
    at: datetime
    """The latest STOP."""
    reason: str
    source: Source
    evidence: str | None = None
    confirmed_at: datetime | None = None
    """The texted STOP that the one confirmation answers: the first of those not lifted since."""
    carrier_blocks: bool = False
    """The network or the provider heard a STOP too: it refuses what we send until it hears a START."""


def suppression_hash(number: str, key: bytes) -> str:
    """Return HMAC-SHA-256 (hex) of an E.164 number; a plain hash of a number is soon reversed."""
    return hmac.new(key, number.encode(), hashlib.sha256).hexdigest()


def lifts(event: ConsentEvent, stopped_at: datetime) -> bool:
    """Tell whether an event undoes the contact's own STOP of that moment.

    A keyword does, also at the same moment, for it was recorded after. All others need evidence with a
    wording, of a later date than the STOP.
    """
    if event.status is not ConsentStatus.SUBSCRIBED:
        return False
    if event.source in {Source.KEYWORD, Source.PROVIDER}:
        return event.at >= stopped_at
    return event.at > stopped_at and bool(event.evidence and event.wording)


def suppression_after(
    current: Suppression | None, event: ConsentEvent, scope: Scope, *, carrier_blocks: bool = False
) -> Suppression | None:
    """Return the suppression once `event` is recorded; `scope` is the project's.

    `carrier_blocks` tells that network or provider heard this STOP; of one that they reported it is known.

    Only the contact's own unsubscription from everything suppresses; a topic is the ledger's affair.
    """
    if event.topic != EVERY_TOPIC:
        return current
    if event.status is ConsentStatus.SUBSCRIBED:
        return None if current is not None and lifts(event, current.at) else current
    if not event.source.own:
        return current
    if current is not None and event.at < current.at:
        return current
    wider = Scope.ALL if current is not None and current.scope is Scope.ALL else scope
    confirmed = _confirmed(current)
    if confirmed is None and event.source is Source.KEYWORD:
        confirmed = event.at
    blocked = current is not None and current.carrier_blocks
    return Suppression(
        hash=event.number_hash,
        scope=wider,
        at=event.at,
        reason="stop",
        source=event.source,
        evidence=event.evidence,
        confirmed_at=confirmed,
        carrier_blocks=carrier_blocks or blocked or event.source is Source.PROVIDER,
    )


def _confirmed(current: Suppression | None) -> datetime | None:
    """Return the STOP that was confirmed by text; what staff or a form closed was not."""
    if current is None or current.confirmed_at or current.source is not Source.KEYWORD:
        return current.confirmed_at if current else None
    return current.at
