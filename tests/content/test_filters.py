"""Values in message texts, as people of each language read them."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.content.texts import Texts
from gateway.domain.flow import Locale
from gateway.domain.hours import parse_hours
from gateway.domain.segments import Encoding, measure

MOMENT = datetime(2026, 8, 4, 18, 5, tzinfo=ZoneInfo("America/Toronto"))


def _show(value: object, shown: str, locale: Locale = "en") -> str:
    return Texts([]).render_source(f"{{{{ value|{shown} }}}}", locale, {"value": value})


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("+18005550199", "1-800-555-0199"),
        ("+15145550100", "514-555-0100"),
        ("+33123456789", "01 23 45 67 89"),
        ("1-800-555-0199", "1-800-555-0199"),
        ("51234", "51234"),
        ("", ""),
    ],
)
def test_a_number_is_shown_as_it_is_dialled(value: str, shown: str) -> None:
    """E.164 becomes the national form; what an operator wrote by hand stays."""
    assert _show(value, "phone") == shown


def test_a_number_is_shown_for_another_country_when_asked() -> None:
    """From abroad the country code is needed."""
    assert _show("+33123456789", "phone('CA')") == "+33 1 23 45 67 89"


@pytest.mark.parametrize(
    ("shown", "english", "french"),
    [
        ("time", "6:05 PM", "18:05"),
        ("date", "August 4, 2026", "4 aout 2026"),
        ("weekday", "Tuesday", "mardi"),
        ("datetime", "August 4, 2026, 6:05 PM", "4 aout 2026, 18:05"),
    ],
)
def test_a_moment_reads_naturally_and_costs_little(shown: str, english: str, french: str) -> None:
    """Own zone, own language, no character that forces UCS-2; JSON's text of a moment serves as well."""
    assert _show(MOMENT, shown) == _show(MOMENT.isoformat(), shown) == english
    assert _show(MOMENT, shown, "fr") == french


def test_days_and_times_alone_are_shown_too() -> None:
    """A date without time and a time without date need no zone."""
    assert _show(date(2026, 8, 4), "weekday", "fr") == "mardi"
    assert _show("2026-08-04", "date") == "August 4, 2026"
    assert _show(time(9), "time") == _show("09:00", "time") == "9:00 AM"


@given(st.datetimes(timezones=st.just(UTC)), st.sampled_from(["time", "date", "weekday", "datetime"]))
def test_no_moment_ever_forces_ucs2(moment: datetime, shown: str) -> None:
    """CLDR's spaces and accents never reach a text, whatever the day."""
    for locale in ("en", "fr"):
        assert measure(_show(moment, shown, locale)).encoding is Encoding.GSM7


def test_opening_hours_are_shown_by_groups_of_days() -> None:
    """Equal neighbours are one line of people's words."""
    hours = parse_hours(["mon-fri 08:00-20:00", "sat 10:00-12:00 14:00-16:00"])
    assert _show(hours, "hours") == "Mon-Fri 8:00 AM-8:00 PM, Sat 10:00 AM-12:00 PM, 2:00 PM-4:00 PM"
    assert _show(hours, "hours", "fr") == "lun-ven 08:00-20:00, sam 10:00-12:00, 14:00-16:00"
