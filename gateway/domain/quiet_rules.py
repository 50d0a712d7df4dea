"""When marketing and reminders may arrive, by place: rules as data, with what they rest on.

A rule of a US state applies only to a contact whose own region is known: a number moves with its
owner, so an area code does not prove a state. Engineering defaults of November 2026, not legal advice.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from gateway.domain.holiday import calendar_of
from gateway.domain.hours import ALWAYS, WeeklyHours, parse_hours
from gateway.domain.message import Purpose

if TYPE_CHECKING:
    from collections.abc import Mapping

AS_OF = "2026-11"


class Confidence(StrEnum):
    """How firm a rule is."""

    LAW = "law"
    OPERATOR = "operator rule"
    SECONDARY = "secondary"
    PRACTICE = "best practice"


@dataclass(frozen=True, slots=True)
class QuietRule:
    """The hours of one place, as lines for `parse_hours`."""

    id: str
    lines: tuple[str, ...]
    basis: str
    confidence: Confidence
    per_day: int | None = None
    """Marketing texts that one contact may get in 24 hours."""

    @property
    def hours(self) -> WeeklyHours:
        return _parsed(self.lines)


@lru_cache(maxsize=256)
def _parsed(lines: tuple[str, ...]) -> WeeklyHours:
    return parse_hours(lines)


_TILL_EIGHT = ("daily 08:00-20:00",)
_LAW, _SECONDARY = Confidence.LAW, Confidence.SECONDARY

COUNTRIES = {
    "US": QuietRule(
        "us_safe",
        ("daily 09:00-20:00",),
        "inside 47 CFR 64.1200(c)(1) and nearly every state",
        Confidence.PRACTICE,
    ),
    "CA": QuietRule(
        "ca_default",
        ("mon-fri 09:00-21:30", "sat-sun 10:00-18:00"),
        "calling hours of the CRTC Telemarketing Rules; CASL has none",
        Confidence.PRACTICE,
    ),
    "FR": QuietRule(
        "fr_safe",
        ("mon-fri 08:00-20:00", "sat 10:00-18:00", "closed holidays"),
        "the strictest window that operators widely enforce",
        Confidence.OPERATOR,
    ),
}
ELSEWHERE = QuietRule("elsewhere", ("daily 09:00-20:00",), "no rule known", Confidence.PRACTICE)
US_FEDERAL = QuietRule("us_federal", ("daily 08:00-21:00",), "47 CFR 64.1200(c)(1)", _LAW)

STATES = {
    "US-FL": QuietRule("us_fl", _TILL_EIGHT, "Florida FTSA", _LAW, per_day=3),
    "US-OK": QuietRule("us_ok", _TILL_EIGHT, "Oklahoma OTSA 2022", _LAW, per_day=3),
    "US-MD": QuietRule("us_md", _TILL_EIGHT, "Maryland Stop the Spam Calls Act", _LAW, per_day=3),
    "US-VA": QuietRule("us_va", ("daily 08:00-21:00",), "Virginia VTPPA", _LAW),
    "US-WA": QuietRule("us_wa", _TILL_EIGHT, "Washington commercial telephone solicitation", _SECONDARY),
    "US-NJ": QuietRule("us_nj", _TILL_EIGHT, "New Jersey mini-TCPA", _SECONDARY),
    "US-MA": QuietRule("us_ma", _TILL_EIGHT, "Massachusetts telephone solicitation", _SECONDARY),
    "US-CT": QuietRule("us_ct", ("daily 09:00-20:00",), "Connecticut, since 2023-10-01", _SECONDARY),
    "US-TX": QuietRule("us_tx", ("mon-sat 09:00-21:00", "sun 12:00-21:00"), "Texas SB 140", _SECONDARY),
    "US-AL": QuietRule("us_al", ("mon-sat 08:00-20:00", "closed holidays"), "Alabama", _SECONDARY),
    "US-LA": QuietRule("us_la", ("mon-sat 08:00-20:00", "closed holidays"), "Louisiana", _SECONDARY),
    "US-MS": QuietRule("us_ms", ("mon-sat 08:00-20:00",), "Mississippi", _SECONDARY),
    "US-RI": QuietRule(
        "us_ri",
        ("mon-fri 09:00-18:00", "sat-sun 10:00-17:00", "closed holidays"),
        "Rhode Island",
        _SECONDARY,
    ),
}

_HELD_AT_NIGHT = frozenset({Purpose.REMINDER, Purpose.MARKETING})


@dataclass(frozen=True, slots=True)
class QuietHours:
    """The hours that govern one text, and the rules that gave them."""

    hours: WeeklyHours
    rules: tuple[str, ...]
    per_day: int | None = None


def rule_of(country: str | None, region: str | None) -> QuietRule:
    """Return the rule of a place; `region` is the contact's own ISO 3166-2 code, or None."""
    if country == "US" and region in STATES:
        return STATES[region]
    return COUNTRIES.get(country or "", ELSEWHERE)


def quiet_hours(
    country: str | None,
    region: str | None,
    purpose: Purpose,
    overrides: Mapping[Purpose, WeeklyHours] | None = None,
) -> QuietHours:
    """Return the hours in which a purpose may reach a contact; alerts, replies and transactions: always.

    Hours of the project replace those of the place, except that marketing to the United States stays
    inside the law: the state's where the region is known, else the federal one.
    """
    if purpose not in _HELD_AT_NIGHT:
        return QuietHours(ALWAYS, ())
    rule = rule_of(country, region)
    per_day = rule.per_day if purpose is Purpose.MARKETING else None
    own = (overrides or {}).get(purpose)
    rules: tuple[str, ...] = (rule.id,) if own is None else ("project",)
    hours = rule.hours if own is None else own
    if own is not None and country == "US" and purpose is Purpose.MARKETING:
        law = STATES.get(region or "", US_FEDERAL)
        hours, rules = own.within(law.hours), ("project", law.id)
    return QuietHours(hours.at_place(calendar_of(country, region)) if country else hours, rules, per_day)
