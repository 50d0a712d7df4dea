"""The gate and the clock: holds, caps and expiries in the zones of the contact."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from gateway.domain.gate import (
    Decision,
    Ground,
    Held,
    Policy,
    Reason,
)
from gateway.domain.hours import parse_hours
from gateway.domain.message import Purpose
from tests.domain.gating import (
    MORNING,
    NIGHT,
    NOON,
    TORONTO,
    decide,
    outcome,
    request,
)


def test_a_hold_ends_at_the_opening() -> None:
    """Eleven at night leads to nine in the morning of the contact."""
    decision = decide(request(Purpose.MARKETING, Ground.CAMPAIGN), NIGHT)
    assert isinstance(decision, Held)
    assert decision.until == MORNING


def test_a_hold_beyond_the_expiry_is_an_expiry() -> None:
    """A reminder for an appointment at eight is of no use at nine."""
    expires_at = MORNING - timedelta(hours=1)
    assert outcome(decide(request(Purpose.REMINDER, expires_at=expires_at), NIGHT)) == "suppressed expired"
    assert outcome(decide(request(Purpose.REMINDER, expires_at=MORNING), NIGHT)) == "suppressed expired"
    later = MORNING + timedelta(hours=1)
    assert outcome(decide(request(Purpose.REMINDER, expires_at=later), NIGHT)) == "held quiet_hours"


def test_what_has_expired_goes_nowhere() -> None:
    """Expiry is exclusive, for urgent texts too."""
    assert outcome(decide(request(Purpose.ALERT, expires_at=NOON))) == "suppressed expired"


def test_a_full_day_waits_for_the_next() -> None:
    """At the cap a campaign text waits for tomorrow's opening, in the contact's zone."""
    decision = decide(request(Purpose.MARKETING), policy=Policy(per_day=1), marketing_today=1)
    assert isinstance(decision, Held)
    assert (decision.until, decision.reason) == (MORNING, Reason.FREQUENCY_CAP)
    weekly = decide(request(Purpose.MARKETING), policy=Policy(per_week=3), marketing_week=3)
    assert outcome(weekly) == "held frequency_cap"


def _campaign(now: datetime, policy: Policy | None = None, **standing: Any) -> Decision:
    return decide(request(Purpose.MARKETING, Ground.CAMPAIGN), now, policy, **standing)


def test_florida_counts_only_from_the_contacts_region() -> None:
    """At 08:30 a Floridian by record is open, an area code alone is not; three a day suffice."""
    early = datetime(2026, 11, 24, 8, 30, tzinfo=ZoneInfo("America/New_York"))
    miami: dict[str, Any] = {"number": "+13055550123", "zones": ("America/New_York",)}
    assert outcome(_campaign(early, region="US-FL", **miami)) == "allowed"
    assert outcome(_campaign(early, **miami)) == "held quiet_hours"
    assert outcome(_campaign(early, region="US-FL", marketing_today=3, **miami)) == "held frequency_cap"


def test_every_zone_of_a_contact_must_be_open() -> None:
    """Newfoundland and Halifax end the evening by the eastern clock; South Dakota starts by the western."""
    rock: dict[str, Any] = {"number": "+17095550123", "zones": ("America/St_Johns", "America/Halifax")}
    evening = datetime(2026, 11, 24, 21, 15, tzinfo=ZoneInfo("America/Halifax"))
    assert outcome(_campaign(evening, **rock)) == "held quiet_hours"
    dakota: dict[str, Any] = {"number": "+16055550123", "zones": ("America/Chicago", "America/Denver")}
    morning = datetime(2026, 11, 24, 9, 30, tzinfo=ZoneInfo("America/Chicago"))
    decision = _campaign(morning, **dakota)
    assert isinstance(decision, Held)
    assert decision.until == datetime(2026, 11, 24, 9, tzinfo=ZoneInfo("America/Denver"))


def test_reunion_follows_the_french_rule() -> None:
    """+262 may be Mayotte or Réunion: both must be open, and Sunday is closed."""
    island: dict[str, Any] = {"number": "+262692123456", "zones": ("Indian/Mayotte", "Indian/Reunion")}
    sunday = datetime(2026, 11, 22, 12, tzinfo=ZoneInfo("Indian/Reunion"))
    decision = _campaign(sunday, **island)
    assert isinstance(decision, Held)
    assert decision.until == datetime(2026, 11, 23, 8, tzinfo=ZoneInfo("Indian/Mayotte"))


@pytest.mark.parametrize("purpose", [Purpose.REMINDER, Purpose.MARKETING])
def test_france_on_14_july(purpose: Purpose) -> None:
    """The national day is closed; the morning after is open."""
    decision = decide(
        request(purpose),
        datetime(2026, 7, 14, 12, tzinfo=ZoneInfo("Europe/Paris")),
        number="+33612345678",
        zones=("Europe/Paris",),
    )
    assert isinstance(decision, Held)
    assert decision.until == datetime(2026, 7, 15, 8, tzinfo=ZoneInfo("Europe/Paris"))


def test_no_common_opening_suppresses() -> None:
    """Zones that share no hour would hold a text for ever."""
    policy = Policy(hours={Purpose.MARKETING: parse_hours("daily 09:00-11:00")})
    for extra in ({}, {"marketing_today": 9}):
        decision = _campaign(
            NOON, replace(policy, per_day=5), zones=("America/Toronto", "Europe/Paris"), **extra
        )
        assert outcome(decision) == "suppressed no_common_opening"


def test_without_zones_the_projects_counts() -> None:
    """A standing without zones is not open at every hour."""
    assert outcome(_campaign(NIGHT, Policy(zone="America/Toronto"), zones=())) == "held quiet_hours"
    assert outcome(_campaign(NOON, Policy(zone="America/Toronto"), zones=())) == "allowed"


def test_the_project_may_set_its_own_hours() -> None:
    """A reminder service that may write till midnight does."""
    policy = Policy(hours={Purpose.REMINDER: parse_hours("daily 00:00-24:00")})
    assert outcome(decide(request(Purpose.REMINDER), NIGHT, policy)) == "allowed"
    assert outcome(decide(request(Purpose.MARKETING), NIGHT, policy)) == "held quiet_hours"


def test_a_second_gate_agrees_with_the_first() -> None:
    """Asked again at the end of the hold, the same text passes."""
    campaign = request(Purpose.MARKETING, Ground.CAMPAIGN)
    first = decide(campaign, NIGHT)
    assert isinstance(first, Held)
    assert first.until is not None
    assert outcome(decide(campaign, first.until)) == "allowed"


def test_clocks_that_change_keep_the_morning() -> None:
    """Over the night of 1 November in Toronto the hold still ends at Sunday's ten o'clock."""
    saturday_night = datetime(2026, 10, 31, 23, tzinfo=TORONTO)
    decision = _campaign(saturday_night)
    assert isinstance(decision, Held)
    assert decision.until == datetime(2026, 11, 1, 15, tzinfo=UTC)
    paris = _campaign(
        datetime(2026, 3, 28, 20, tzinfo=ZoneInfo("Europe/Paris")),
        number="+33612345678",
        zones=("Europe/Paris",),
    )
    assert isinstance(paris, Held)
    assert paris.until == datetime(2026, 3, 30, 6, tzinfo=UTC)
