"""Which hours and zones govern one text to one recipient."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from gateway.domain import phone
from gateway.domain.quiet_rules import QuietHours, quiet_hours

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway.domain.decision import Policy, Standing
    from gateway.domain.message import Purpose


def quiet_hours_of(purpose: Purpose, standing: Standing, policy: Policy) -> QuietHours:
    """Return the hours of the contact's own region, else of the country of the number."""
    region = standing.region
    country = region.partition("-")[0] if region else phone.country_of(standing.number)
    country = phone.OVERSEAS.get(country, country) if country else None
    return quiet_hours(country, region, purpose, policy.hours)


def zones_of(standing: Standing, policy: Policy) -> tuple[str, ...]:
    """Return every zone that must be open."""
    return standing.zones or (policy.zone,)


def next_day(now: datetime, zones: Sequence[str]) -> datetime:
    """Return the moment at which the day has changed in every zone."""
    return max(_midnight_after(now, ZoneInfo(zone)) for zone in zones)


def _midnight_after(now: datetime, zone: ZoneInfo) -> datetime:
    tomorrow = now.astimezone(zone) + timedelta(days=1)
    return tomorrow.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
