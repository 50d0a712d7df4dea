"""Where on the clock a contact may be: every time zone that cannot be excluded.

Also the one process-wide switch of this floor: time-zone data comes from the PyPI package, because a
system copy may be a year old and `zoneinfo` prefers it. British Columbia (UTC-7) and Alberta (UTC-6)
stopped changing their clocks in 2026.
"""

from __future__ import annotations

import zoneinfo
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from importlib import import_module
from zoneinfo import ZoneInfo

import phonenumbers
from phonenumbers import timezone as number_zones

from gateway.domain import phone, regions


class ZoneRule(StrEnum):
    """Which fact gave the zones, the surest first."""

    EXPLICIT = "explicit"
    POSTAL_CODE = "postal_code"
    REGION = "region"
    PREFIX = "prefix"
    PROJECT = "project"


@dataclass(frozen=True, slots=True)
class Zones:
    """All the zones in which it must be a fit hour, and the rule that gave them."""

    names: tuple[str, ...]
    rule: ZoneRule


def use_packaged_zones() -> str:
    """Make `zoneinfo` read the PyPI data only, for the whole process; return its version (2026f)."""
    zoneinfo.reset_tzpath([])
    ZoneInfo.clear_cache()
    version: str = import_module("tzdata").IANA_VERSION  # the package carries no types
    return version


def zones_are_sound() -> bool:
    """Tell whether the data in use knows that Alberta keeps UTC-6 in the winter of 2026."""
    december = datetime(2026, 12, 15, 12, tzinfo=ZoneInfo("America/Edmonton"))
    return december.utcoffset() == timedelta(hours=-6)


@lru_cache(maxsize=1024)
def is_zone(name: str) -> bool:
    """Tell whether the data in use knows a zone of that name."""
    try:
        ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def candidate_zones(
    number: str,
    *,
    default: str,
    countries: tuple[str, ...] = (),
    explicit: str | None = None,
    postal_code: str | None = None,
    region: str | None = None,
) -> Zones:
    """Return the zones where a contact may be; `default` and `countries` are the project's.

    A zone of the contact's own wins, then the postal code, the region (`QC` or `CA-QC`), the prefix
    of a number of the project's countries (empty: of any), and the project's zone. Toll-free and
    unknown numbers say nothing.
    """
    if explicit and is_zone(explicit):
        return Zones((explicit,), ZoneRule.EXPLICIT)
    own = phone.country_of(number)
    places = tuple(dict.fromkeys(place for place in (own, *countries) if place))
    for place in places:
        if found := regions.zones_of_postal(postal_code, place):
            return Zones(found, ZoneRule.POSTAL_CODE)
    for place in places:
        if code := regions.region_code(region, place):
            return Zones(regions.zones_of_region(code), ZoneRule.REGION)
    if (not countries or own in countries) and (found := zones_of_prefix(number)):
        return Zones(found, ZoneRule.PREFIX)
    return Zones((default,), ZoneRule.PROJECT)


def zones_of_prefix(number: str) -> tuple[str, ...]:
    """Return the zones that a number's prefix leaves possible, empty when it says nothing.

    A number moves with its owner, so this is a hint; split area codes give all their zones.
    """
    nanp = number.startswith("+1") and len(number) == 12
    return _zones_of_prefix(f"{number[:8]}0100" if nanp else number)  # area code and exchange decide


@lru_cache(maxsize=16_384)
def _zones_of_prefix(number: str) -> tuple[str, ...]:
    if phone.region_of(number) is None:
        return ()
    if number.startswith("+1") and (split := regions.AREA_CODE_ZONES.get(number[2:5])):
        return split
    names = number_zones.time_zones_for_number(phonenumbers.parse(number, None))
    return tuple(name for name in names if is_zone(name))
