"""A contact in Montreal, a sender and a gate to ask: what the tests of the gate share."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from gateway.domain.consent import (
    Consent,
    ConsentStatus,
    Scope,
    Source,
    Suppression,
)
from gateway.domain.gate import (
    Allowed,
    Decision,
    Ground,
    Policy,
    Request,
    Standing,
    may_send,
)
from gateway.domain.message import Number, Purpose
from gateway.domain.sender import build_sender
from gateway.domain.zones import use_packaged_zones

use_packaged_zones()

TORONTO = ZoneInfo("America/Toronto")
NOON = datetime(2026, 11, 24, 12, tzinfo=TORONTO)
NIGHT = datetime(2026, 11, 24, 23, tzinfo=TORONTO)
MORNING = datetime(2026, 11, 25, 9, tzinfo=TORONTO)
STOP_AT = NOON - timedelta(days=1)
LONG_CODE = build_sender("+15145550100", provider="demo", projects=("clinic",))[0]
SUBSCRIBED = Consent(ConsentStatus.SUBSCRIBED, STOP_AT - timedelta(days=1))
MONTREAL = Standing(Number("+15145550123"), consents={"*": SUBSCRIBED}, zones=("America/Toronto",))


def suppression(
    scope: Scope = Scope.ALL,
    at: datetime = STOP_AT,
    source: Source = Source.KEYWORD,
    *,
    carrier_blocks: bool = False,
) -> Suppression:
    """A STOP of the contact, which the carrier may have heard too."""
    return Suppression("hash", scope, at, "stop", source, carrier_blocks=carrier_blocks)


def request(
    purpose: Purpose, ground: Ground = Ground.API, asked_at: datetime = NOON, **given: Any
) -> Request:
    """What wants to go out, from the long code unless said otherwise."""
    given.setdefault("sender", LONG_CODE)
    return Request(purpose, ground, asked_at=asked_at, **given)


def decide(request: Request, now: datetime = NOON, policy: Policy | None = None, **standing: Any) -> Decision:
    """Ask the gate about a subscribed contact in Montreal."""
    return may_send(request, replace(MONTREAL, **standing), policy or Policy(), now)


def outcome(decision: Decision) -> str:
    """One word for a cell: allowed, or held/suppressed with its reason."""
    if isinstance(decision, Allowed):
        return "allowed"
    return f"{type(decision).__name__.lower()} {decision.reason}"
