"""Public holidays by calendar: a country, or a country with its subdivision (FR, FR-67, CA-QC, US-AL)."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import holidays

from gateway.errors import InvalidRequest

if TYPE_CHECKING:
    from datetime import date

# The package names Alsace by one code, and Moselle by its own.
_SUBDIVISIONS = {"FR-67": "6AE", "FR-68": "6AE"}
_TERRITORIES = {"GP": "971", "MQ": "972", "GF": "973", "RE": "974", "YT": "976"}


class UnknownCalendar(InvalidRequest):
    """No holidays are known for the country (code `unknown_calendar`)."""


def calendar_of(country: str, region: str | None) -> str:
    """Return the calendar of a contact's own region, else the country's."""
    if region in _TERRITORIES:
        return f"FR-{_TERRITORIES[region]}"
    return region if region and region.startswith(f"{country}-") else country


@lru_cache(maxsize=512)
def public_holidays(calendar: str, year: int) -> frozenset[date]:
    """Return the days on which everything is closed; a region without days of its own has its country's.

    Raises `UnknownCalendar`.
    """
    country, _, subdivision = calendar.partition("-")
    try:
        return _days(country, _SUBDIVISIONS.get(calendar, subdivision), year)
    except NotImplementedError:
        if subdivision:
            return public_holidays(country, year)
        raise UnknownCalendar("unknown_calendar", f"no public holidays are known for {calendar}") from None


def _days(country: str, subdivision: str, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, subdiv=subdivision or None, years=year))
