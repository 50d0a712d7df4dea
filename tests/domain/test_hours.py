"""Hours: written by an operator, kept in every zone, and right on the days that clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.holiday import UnknownCalendar, calendar_of, public_holidays
from gateway.domain.hours import ALWAYS, DayGroup, InvalidHours, Window, is_open, next_opening, parse_hours
from gateway.domain.message import Purpose
from gateway.domain.quiet_rules import STATES, quiet_hours, rule_of
from gateway.domain.zones import use_packaged_zones

use_packaged_zones()

PARIS, TORONTO = "Europe/Paris", "America/Toronto"
WEEK = parse_hours(["mon-fri 08:00-20:00", "sat 10:00-18:00"])
FRENCH = quiet_hours("FR", None, Purpose.MARKETING).hours


def _local(zone: str, text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def _opening(now: datetime, *zones: str, hours: object = WEEK) -> datetime | None:
    return next_opening(now, zones, hours)  # type: ignore[arg-type]


def test_open_hours_return_now_itself() -> None:
    """Nothing is postponed inside the window."""
    now = _local(PARIS, "2026-11-23T10:00")
    assert _opening(now, PARIS) is now


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-11-23T07:59:59", "2026-11-23T08:00"),
        ("2026-11-23T08:00", "2026-11-23T08:00"),
        ("2026-11-23T19:59:59", "2026-11-23T19:59:59"),
        ("2026-11-23T20:00", "2026-11-24T08:00"),
        ("2026-11-27T21:00", "2026-11-28T10:00"),
        ("2026-11-28T18:00", "2026-11-30T08:00"),
    ],
)
def test_the_start_belongs_to_the_window_and_the_end_does_not(now: str, opens: str) -> None:
    """08:00 is open, 20:00 is closed, a closed day leads to the next open one."""
    assert _opening(_local(PARIS, now), PARIS) == _local(PARIS, opens)


def test_france_rests_on_sunday_and_on_14_july() -> None:
    """A Sunday leads to Monday, the national day (a Tuesday) to Wednesday."""
    assert _opening(_local(PARIS, "2026-11-22T12:00"), PARIS, hours=FRENCH) == _local(
        PARIS, "2026-11-23T08:00"
    )
    assert _opening(_local(PARIS, "2026-07-14T12:00"), PARIS, hours=FRENCH) == _local(
        PARIS, "2026-07-15T08:00"
    )
    assert is_open(_local(PARIS, "2026-07-13T12:00"), [PARIS], FRENCH)


def test_a_gap_moves_forward() -> None:
    """02:30 does not exist in Toronto on 8 March 2026: it opens at 03:30 summer time."""
    hours = parse_hours("daily 02:30-05:00")
    found = _opening(_local(TORONTO, "2026-03-08T00:00"), TORONTO, hours=hours)
    assert found == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)


def test_a_repeated_hour_counts_once() -> None:
    """01:30 comes twice in Toronto on 1 November 2026: the first one opens."""
    hours = parse_hours("daily 01:30-05:00")
    found = _opening(_local(TORONTO, "2026-11-01T00:00"), TORONTO, hours=hours)
    assert found == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert is_open(datetime(2026, 11, 1, 6, 15, tzinfo=UTC), [TORONTO], hours)


@pytest.mark.parametrize(
    ("zone", "night", "utc_hour"),
    [
        (TORONTO, "2026-03-06T22:00", 14),
        (TORONTO, "2026-03-08T22:00", 13),
        (PARIS, "2026-03-26T22:00", 8),
        (PARIS, "2026-03-29T22:00", 7),
        (PARIS, "2026-10-25T22:00", 8),
    ],
)
def test_the_morning_keeps_its_wall_time_over_a_change_of_clocks(
    zone: str, night: str, utc_hour: int
) -> None:
    """Nine o'clock stays nine o'clock on the wall; UTC moves."""
    found = _opening(_local(zone, night), zone, hours=parse_hours("daily 09:00-20:00"))
    assert found is not None
    assert found.hour == utc_hour


def test_every_zone_must_be_open() -> None:
    """Newfoundland and Halifax: the evening ends by the eastern clock, the morning starts by the western."""
    both = ("America/St_Johns", "America/Halifax")
    hours = quiet_hours("CA", None, Purpose.MARKETING).hours
    evening = _local("America/Halifax", "2026-11-23T21:15")
    assert is_open(evening, ["America/Halifax"], hours)
    assert not is_open(evening, both, hours)
    assert _opening(evening, *both, hours=hours) == _local("America/Halifax", "2026-11-24T09:00")


def test_no_common_opening_is_said() -> None:
    """Paris and Toronto never share an hour from 9 to 12, and a far holiday week is no answer."""
    assert (
        _opening(_local(PARIS, "2026-11-23T10:00"), PARIS, TORONTO, hours=parse_hours("daily 09:00-12:00"))
        is None
    )
    assert _opening(_local(PARIS, "2026-11-23T10:00"), PARIS, hours=parse_hours("sun closed")) is None


def test_the_horizon_is_seven_days() -> None:
    """The only open day being a holiday leaves nothing within a week."""
    hours = parse_hours(["fri 09:00-10:00", "closed holidays FR"])
    assert _opening(_local(PARIS, "2026-12-18T11:00"), PARIS, hours=hours) is None
    assert _opening(_local(PARIS, "2026-12-11T11:00"), PARIS, hours=hours) == _local(
        PARIS, "2026-12-18T09:00"
    )


@given(
    st.integers(0, 24 * 60 * 700).map(
        lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    ),
    st.lists(
        st.sampled_from([PARIS, TORONTO, "America/St_Johns", "America/Edmonton"]), min_size=1, max_size=3
    ),
)
def test_an_opening_is_open_and_the_first(now: datetime, zones: list[str]) -> None:
    """What is returned is open in all zones, not past, and a minute before it something was closed."""
    found = next_opening(now, zones, FRENCH)
    if found is None:
        return
    assert now <= found <= now + timedelta(days=7)
    assert is_open(found, zones, FRENCH)
    if found > now:
        assert not is_open(max(now, found - timedelta(minutes=1)), zones, FRENCH)


def test_hours_are_read_as_operators_write_them() -> None:
    """Ranges, lists, several windows, a wrap over Sunday, and 24:00."""
    hours = parse_hours(["mon,wed 8:00-12:00, 13:00-17:30", "sat-sun 00:00-24:00", "Tue closed"])
    assert hours.days[0] == hours.days[2] == (Window(480, 720), Window(780, 1050))
    assert hours.days[1] == hours.days[4] == ()
    assert hours.days[5] == hours.days[6] == (Window(0, 1440),)
    assert parse_hours("sat-mon 10:00-11:00").days[6] == (Window(600, 660),)
    assert parse_hours("daily 00:00-24:00") == ALWAYS


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("lundi 08:00-20:00", "no weekday"),
        ("mon 8-25", "no time of day"),
        ("mon 20:00-08:00", "ends before it starts"),
        ("mon 08:00", "needs a start and an end"),
        ("mon", "write times"),
        ("08:00-20:00", "no weekday is named"),
        ("mon 08:00-20:00 tue", "days come before times"),
        ("mon closed 08:00-09:00", "write times"),
    ],
)
def test_a_wrong_line_is_explained(line: str, said: str) -> None:
    """The message quotes the line and says what to write."""
    with pytest.raises(InvalidHours, match=said) as refused:
        parse_hours(["sat 10:00-12:00", line])
    assert line in str(refused.value)


def test_overlapping_windows_are_refused() -> None:
    """Two openings of one day may not overlap, on one line or on two."""
    with pytest.raises(InvalidHours, match="mon: two openings overlap"):
        parse_hours(["mon-fri 08:00-12:00", "mon 11:00-13:00"])


def test_a_template_can_print_the_hours() -> None:
    """Equal neighbours are one group; closed days are left out."""
    assert WEEK.groups() == (DayGroup(0, 4, (Window(480, 1200),)), DayGroup(5, 5, (Window(600, 1080),)))


def test_the_hours_of_both() -> None:
    """The meeting of two weeks is open when both are."""
    assert WEEK.within(parse_hours("daily 09:00-21:00")).days[0] == (Window(540, 1200),)
    assert WEEK.within(parse_hours("sun 09:00-21:00")).groups() == ()


def test_holidays_by_region() -> None:
    """Saint-Jean closes Quebec only, Good Friday Alsace but not Paris."""
    saint_jean = date(2026, 6, 24)
    assert saint_jean in public_holidays("CA-QC", 2026)
    assert saint_jean not in public_holidays("CA", 2026)
    good_friday = date(2026, 4, 3)
    assert good_friday in public_holidays(calendar_of("FR", "FR-67"), 2026)
    assert good_friday not in public_holidays(calendar_of("FR", "FR-75"), 2026)
    assert calendar_of("FR", "RE") == "FR-974"
    with pytest.raises(UnknownCalendar):
        public_holidays("ZZ", 2026)


def test_florida_only_from_the_contacts_own_region() -> None:
    """Without a region the safe hours of the country apply; with it, the state's."""
    own, guessed = quiet_hours("US", "US-FL", Purpose.MARKETING), quiet_hours("US", None, Purpose.MARKETING)
    assert (own.rules, guessed.rules) == (("us_fl",), ("us_safe",))
    assert own.hours.days == parse_hours("daily 08:00-20:00").days
    assert guessed.hours.days == parse_hours("daily 09:00-20:00").days
    assert (own.per_day, guessed.per_day) == (3, None)


@pytest.mark.parametrize("purpose", [Purpose.ALERT, Purpose.REPLY, Purpose.TRANSACTIONAL])
def test_what_is_exempt_has_no_night(purpose: Purpose) -> None:
    """Alerts, replies and transactions go at any hour, whatever the project says."""
    closed = {purpose: parse_hours("mon 10:00-11:00")}
    assert quiet_hours("FR", None, purpose, closed).hours == ALWAYS


def test_a_project_may_set_its_own_hours_but_not_leave_the_law() -> None:
    """French hours are replaced; American marketing stays inside state or federal law."""
    late = {Purpose.MARKETING: parse_hours("daily 07:00-22:00")}
    assert quiet_hours("FR", None, Purpose.MARKETING, late).hours.days == late[Purpose.MARKETING].days
    federal = quiet_hours("US", None, Purpose.MARKETING, late)
    assert federal.hours.days[0] == (Window(480, 1260),)
    assert federal.rules == ("project", "us_federal")
    texas = quiet_hours("US", "US-TX", Purpose.MARKETING, late)
    assert texas.hours.days[6] == (Window(720, 1260),)


def test_states_that_rest_on_sunday() -> None:
    """Alabama, Louisiana and Mississippi: no marketing on Sunday."""
    assert {name for name, rule in STATES.items() if not rule.hours.days[6]} == {"US-AL", "US-LA", "US-MS"}
    assert rule_of("GB", None).id == "elsewhere"
