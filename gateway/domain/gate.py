"""The gate: may this text go out now, and why. Asked when it is written and again at hand-over.

What each purpose is asked (design, section 2):

purpose        consent                  after STOP                hours, cap  budget
alert          not stopped              never                     exempt      exempt
reply          none                     confirmation and answers  exempt      exempt
transactional  not stopped              never                     exempt      warns
reminder       not stopped              never                     hours       warns
marketing      subscribed, not expired  never                     both        stops
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gateway.domain import phone
from gateway.domain.consent import Basis, ConsentStatus
from gateway.domain.decision import (
    Allowed,
    Budget,
    Decision,
    Ground,
    Held,
    Policy,
    Reason,
    Request,
    Standing,
    Suppressed,
)
from gateway.domain.hours import next_opening
from gateway.domain.ledger import consent_for
from gateway.domain.message import Purpose
from gateway.domain.sender import OptOutHandler
from gateway.domain.stopped import after_stop
from gateway.domain.timing import next_day, quiet_hours_of, zones_of

if TYPE_CHECKING:
    from datetime import datetime

__all__ = [
    "Allowed",
    "Budget",
    "Decision",
    "Ground",
    "Held",
    "Policy",
    "Reason",
    "Request",
    "Standing",
    "Suppressed",
    "may_send",
]


@dataclass(frozen=True, slots=True)
class _Case:
    request: Request
    standing: Standing
    policy: Policy
    now: datetime


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a rule says: a word for the trail, and the reason when it refuses or holds."""

    word: str
    reason: Reason | None = None
    until: datetime | None = None


def may_send(request: Request, standing: Standing, policy: Policy, now: datetime) -> Decision:
    """Decide on one text; the second gate asks again with fresh facts.

    `why` holds every rule that was asked with its answer, as `rule:answer`; the last one decided.
    """
    case = _Case(request, standing, policy, now)
    why: list[str] = []
    for name, rule in _REFUSING:
        answer = rule(case)
        why.append(f"{name}:{answer.word}")
        if answer.reason is not None:
            return Suppressed(answer.reason, tuple(why))
    for name, rule in _HOLDING:
        answer = rule(case)
        why.append(f"{name}:{answer.word}")
        if answer.reason is not None:
            return _held(request, answer, answer.reason, why)
    return Allowed(tuple(why))


def _held(request: Request, answer: _Answer, reason: Reason, why: list[str]) -> Decision:
    if reason is Reason.NO_COMMON_OPENING:
        return Suppressed(reason, tuple(why))
    if answer.until and request.expires_at and answer.until >= request.expires_at:
        return Suppressed(Reason.EXPIRED, (*why, "expiry:before the next opening"))
    return Held(answer.until, reason, tuple(why))


def _confirmation(case: _Case) -> _Answer:
    """Leave the confirmation of a STOP to whoever heard it: a carrier hears its own words only."""
    if case.request.ground is not Ground.OPT_OUT_CONFIRMATION:
        return _Answer("none")
    owner, stop = case.request.sender.optout_handled_by, case.standing.suppression
    if owner is OptOutHandler.APP or stop is None or not stop.carrier_blocks:
        return _Answer(OptOutHandler.APP)
    return _Answer(owner, Reason.CONFIRMATION_NOT_OURS)


def _suppression(case: _Case) -> _Answer:
    stop = case.standing.suppression
    return _Answer("none") if stop is None else _Answer(*after_stop(case.request, stop))


def _consent(case: _Case) -> _Answer:
    if case.request.purpose is not Purpose.MARKETING:
        return _Answer("not asked")
    consent = consent_for(case.standing.consents, case.request.topic)
    if consent is None:
        return _Answer("none", Reason.NO_CONSENT)
    if consent.status is ConsentStatus.UNSUBSCRIBED:
        return _Answer("unsubscribed", Reason.OPTED_OUT)
    if consent.basis is Basis.TRANSACTIONAL:
        return _Answer("transactional only", Reason.NO_CONSENT)
    if consent.expired(case.now):
        return _Answer("expired", Reason.CONSENT_EXPIRED)
    return _Answer(f"subscribed {consent.basis}")


def _expiry(case: _Case) -> _Answer:
    expires_at = case.request.expires_at
    if expires_at is None:
        return _Answer("none")
    return _Answer("passed", Reason.EXPIRED) if expires_at <= case.now else _Answer("ahead")


def _number(case: _Case) -> _Answer:
    """Refuse what cannot or must not be texted; who has written to us proves to be reachable."""
    reason = phone.sendable(case.standing.number)
    if case.request.purpose is Purpose.REPLY and reason in {"not_mobile", "toll_free"}:
        reason = None
    return _Answer(reason, Reason.NOT_SENDABLE) if reason else _Answer("sendable")


def _country(case: _Case) -> _Answer:
    allowed = case.policy.countries
    if not allowed:
        return _Answer("any")
    if phone.in_countries(case.standing.number, allowed):
        return _Answer("allowed")
    return _Answer("not allowed", Reason.COUNTRY_NOT_ALLOWED)


def _sender(case: _Case) -> _Answer:
    request, sender = case.request, case.request.sender
    if not sender.can_converse and (request.purpose is Purpose.REPLY or request.expects_answer):
        return _Answer("one way", Reason.SENDER_ONE_WAY)
    if not sender.marketing and request.purpose is Purpose.MARKETING:
        return _Answer("notifications only", Reason.SENDER_NOT_FOR_MARKETING)
    return _Answer("able")


def _length(case: _Case) -> _Answer:
    limits = [limit for limit in (case.policy.max_segments, case.request.sender.max_segments) if limit]
    longest = min(limits, default=None)
    word = f"{case.request.segments} of {longest or 'any'}"
    return _Answer(word, Reason.TOO_LONG if longest and case.request.segments > longest else None)


def _ambiguous(case: _Case) -> _Answer:
    if case.request.purpose is not Purpose.MARKETING or not case.standing.marketing_held:
        return _Answer("no")
    return _Answer("waits for a person", Reason.AMBIGUOUS_OPT_OUT)


def _budget(case: _Case) -> _Answer:
    """Stop marketing when the money is spent; warn for reminders and transactions; exempt the rest."""
    if case.request.purpose in {Purpose.ALERT, Purpose.REPLY}:
        return _Answer("exempt")
    stops = case.request.purpose is Purpose.MARKETING and case.policy.budget is Budget.SPENT
    return _Answer(case.policy.budget, Reason.BUDGET_SPENT if stops else None)


def _cap(case: _Case) -> _Answer:
    """Hold marketing beyond the cap until the earliest text counted leaves the window, in decent hours.

    Where that moment is not known, until the next local day; then the counts are asked again.
    """
    if case.request.purpose is not Purpose.MARKETING:
        return _Answer("exempt")
    standing = case.standing
    quiet = quiet_hours_of(case.request.purpose, standing, case.policy)
    caps = [cap for cap in (case.policy.per_day, quiet.per_day) if cap is not None]
    today, week = min(caps, default=None), case.policy.per_week
    full_day = today is not None and standing.marketing_today >= today
    full_week = week is not None and standing.marketing_week >= week
    if not full_day and not full_week:
        return _Answer("free")
    zones = zones_of(standing, case.policy)
    frees = [
        moment
        for full, moment in ((full_day, standing.day_frees_at), (full_week, standing.week_frees_at))
        if full and moment
    ]
    opening = next_opening(max(frees, default=next_day(case.now, zones)), zones, quiet.hours)
    word = f"{standing.marketing_today} in a day, {standing.marketing_week} in a week"
    if opening is None:
        return _Answer(word, Reason.NO_COMMON_OPENING)
    return _Answer(word, Reason.FREQUENCY_CAP, opening)


def _hours(case: _Case) -> _Answer:
    if case.request.purpose not in {Purpose.REMINDER, Purpose.MARKETING}:
        return _Answer("exempt")
    quiet = quiet_hours_of(case.request.purpose, case.standing, case.policy)
    zones = zones_of(case.standing, case.policy)
    opening = next_opening(case.now, zones, quiet.hours)
    place = f"{'+'.join(quiet.rules)} in {'+'.join(zones)}"
    if opening is None:
        return _Answer(f"{place}, no common opening", Reason.NO_COMMON_OPENING)
    if opening == case.now:
        return _Answer(f"{place}, open")
    return _Answer(f"{place}, closed", Reason.QUIET_HOURS, opening)


_Rule = Callable[[_Case], _Answer]
_REFUSING: tuple[tuple[str, _Rule], ...] = (
    ("confirmation", _confirmation),
    ("suppression", _suppression),
    ("consent", _consent),
    ("expiry", _expiry),
    ("number", _number),
    ("country", _country),
    ("sender", _sender),
    ("length", _length),
)
_HOLDING: tuple[tuple[str, _Rule], ...] = (
    ("opt_out_doubt", _ambiguous),
    ("budget", _budget),
    ("cap", _cap),
    ("hours", _hours),
)
