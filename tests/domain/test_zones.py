"""Zones: where a contact may be, and time-zone data that knows this year's changes."""

from __future__ import annotations

import subprocess
import sys
from typing import Any
from zoneinfo import available_timezones

import pytest

from gateway.domain import regions
from gateway.domain.zones import (
    ZoneRule,
    candidate_zones,
    is_zone,
    use_packaged_zones,
    zones_are_sound,
    zones_of_prefix,
)

use_packaged_zones()
MONTREAL = "+15145550123"


def test_the_packaged_data_is_read_and_sound() -> None:
    """Alberta stays on UTC-6 in December 2026, which a system copy of 2025 does not know."""
    code = (
        "from gateway.domain.zones import use_packaged_zones, zones_are_sound; import zoneinfo; "
        "print(use_packaged_zones() >= '2026f', zones_are_sound(), zoneinfo.TZPATH)"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "True True ()"
    assert zones_are_sound()


def _where(number: str = MONTREAL, **given: Any) -> tuple[tuple[str, ...], str]:
    found = candidate_zones(number, default="America/Toronto", **given)
    return found.names, found.rule


def test_the_surest_fact_wins() -> None:
    """A zone of its own, then postal code, region, prefix, project."""
    facts: dict[str, Any] = {"postal_code": "V6B 1A1", "region": "AB", "countries": ("CA",)}
    assert _where(explicit="Europe/Paris", **facts) == (("Europe/Paris",), ZoneRule.EXPLICIT)
    assert _where(**facts) == (("America/Vancouver",), ZoneRule.POSTAL_CODE)
    assert _where(region="AB", countries=("CA",)) == (("America/Edmonton",), ZoneRule.REGION)
    assert _where(countries=("CA",)) == (("America/Toronto",), ZoneRule.PREFIX)
    assert _where("36111") == (("America/Toronto",), ZoneRule.PROJECT)


def test_a_zone_that_does_not_exist_is_no_fact() -> None:
    """A mistyped zone falls through to the next rule."""
    assert _where(explicit="Montreal/Canada")[1] is ZoneRule.PREFIX
    assert not is_zone("../etc/passwd")
    assert not is_zone("")


@pytest.mark.parametrize(
    ("number", "zones"),
    [
        ("+17095550123", {"America/Halifax", "America/St_Johns"}),
        ("+16055550123", {"America/Chicago", "America/Denver", "America/North_Dakota/Center"}),
        ("+262692123456", {"Indian/Mayotte", "Indian/Reunion"}),
        ("+18505550123", {"America/New_York", "America/Chicago"}),
        ("+12505550123", {"America/Vancouver", "America/Edmonton"}),
        ("+18075550123", {"America/Toronto", "America/Winnipeg"}),
        ("+33612345678", {"Europe/Paris"}),
    ],
)
def test_a_split_prefix_gives_all_its_zones(number: str, zones: set[str]) -> None:
    """Newfoundland, South Dakota, Réunion and Mayotte, Florida's west, Kootenay and Kenora."""
    found = zones_of_prefix(number)
    assert set(found) <= zones
    assert len(found) == min(2, len(zones))


@pytest.mark.parametrize("number", ["+18005550199", "+15555550123", "+999123456789", "anonymous"])
def test_a_number_of_no_place_takes_the_projects_zone(number: str) -> None:
    """Toll-free would give 42 zones: it says nothing."""
    assert _where(number) == (("America/Toronto",), ZoneRule.PROJECT)


def test_a_foreign_number_says_nothing() -> None:
    """A project of Canada does not wake up with a number from Los Angeles."""
    assert _where("+13105550123", countries=("CA",))[1] is ZoneRule.PROJECT
    assert _where("+13105550123", countries=("CA", "US")) == (("America/Los_Angeles",), ZoneRule.PREFIX)
    assert _where("+262692123456", countries=("FR",))[1] is ZoneRule.PREFIX


@pytest.mark.parametrize(
    ("postal_code", "country", "region", "zones"),
    [
        ("H2X 1Y4", "CA", "CA-QC", ("America/Toronto",)),
        ("g4t1a1", "CA", "CA-QC", ("America/Halifax",)),
        ("P9N 1A1", "CA", "CA-ON", ("America/Winnipeg",)),
        ("X0A 0H0", "CA", "CA-NU", ("America/Iqaluit",)),
        ("X1A 2P7", "CA", "CA-NT", ("America/Yellowknife",)),
        ("33101", "US", "US-FL", ("America/New_York",)),
        ("32501-1234", "US", "US-FL", ("America/Chicago", "America/New_York")),
        ("79901", "US", "US-TX", ("America/Denver",)),
        ("57701", "US", "US-SD", ("America/Denver",)),
        ("90210", "US", "US-CA", ("America/Los_Angeles",)),
        ("10001", "US", "US-NY", ("America/New_York",)),
        ("00901", "US", "PR", ("America/Puerto_Rico",)),
        ("75001", "FR", "FR-75", ("Europe/Paris",)),
        ("97400", "FR", "RE", ("Indian/Reunion",)),
        ("", "CA", None, ()),
        ("123", "US", None, ()),
        ("09001", "US", None, ()),
    ],
)
def test_postal_codes(postal_code: str, country: str, region: str | None, zones: tuple[str, ...]) -> None:
    """A postal code tells the region, and the zone even in its corners."""
    assert regions.region_of_postal(postal_code, country) == region
    assert regions.zones_of_postal(postal_code, country) == zones


def test_a_postal_code_of_another_country_of_the_project() -> None:
    """An American phone in Montreal follows the Canadian postal code."""
    found = _where("+12125550123", postal_code="H2X 1Y4", countries=("CA",))
    assert found == (("America/Toronto",), ZoneRule.POSTAL_CODE)


@pytest.mark.parametrize(
    ("text", "country", "code"),
    [
        ("QC", "CA", "CA-QC"),
        ("us-fl", "CA", "US-FL"),
        ("YT", "CA", "CA-YT"),
        ("YT", "FR", "YT"),
        ("974", "FR", "RE"),
        ("67", "FR", "FR-67"),
        ("2A", "FR", "FR-2A"),
        ("nowhere", "CA", None),
        ("", "CA", None),
        (None, None, None),
    ],
)
def test_regions_as_records_write_them(text: str | None, country: str | None, code: str | None) -> None:
    """Short codes are read in the project's country."""
    assert regions.region_code(text, country) == code


def test_own_region_from_either_field() -> None:
    """A region, else a postal code, else nothing: never the number."""
    assert regions.own_region("FL", None, "US") == "US-FL"
    assert regions.own_region(None, "33101", "US") == "US-FL"
    assert regions.own_region(None, None, "US") is None


def test_every_zone_of_the_tables_exists() -> None:
    """A name that the data in use lost would stop every text of that place."""
    tables = [regions.REGION_ZONES, regions.AREA_CODE_ZONES, *regions.POSTAL_ZONES.values()]
    names = {name for table in tables for zones in table.values() for name in zones}
    assert names <= available_timezones()
