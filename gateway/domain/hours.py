"""Weekly hours: when a place or a purpose is open, in the local time of one or several zones.

The same hours serve for quiet hours and for the opening of the customer service. Written as in the
configuration: `mon-fri 08:00-20:00`, `sat 10:00-12:00 14:00-18:00`, `daily 09:00-20:00`,
`closed holidays`.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from datetime import time as wall_time
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from gateway.domain.holiday import public_holidays
from gateway.errors import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HORIZON = timedelta(days=7)
_MIDNIGHT = 24 * 60
_NAMED = {"daily": (0, 6), "all": (0, 6), "weekdays": (0, 4), "weekend": (5, 6)}
_CLOCK = re.compile(r"(\d{1,2})(?:[:h](\d{2})|h)?")


class InvalidHours(InvalidRequest):
    """A line of hours cannot be read (code `invalid_hours`)."""


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """Open from `opens` (inclusive) to `closes` (exclusive), in minutes after local midnight."""

    opens: int
    closes: int


@dataclass(frozen=True, slots=True)
class DayGroup:
    """Consecutive weekdays with the same windows, for a template to print; 0 is Monday."""

    first: int
    last: int
    windows: tuple[Window, ...]


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """The windows of the seven weekdays, Monday first; public holidays are closed when asked."""

    days: tuple[tuple[Window, ...], ...]
    closed_on_holidays: bool = False
    calendar: str | None = None
    """Whose holidays (`gateway.domain.holiday`); None: filled in from the contact's place."""

    def windows_on(self, day: date) -> tuple[Window, ...]:
        """Return the windows of a date."""
        if self.closed_on_holidays and self.calendar and day in public_holidays(self.calendar, day.year):
            return ()
        return self.days[day.weekday()]

    def within(self, other: WeeklyHours) -> WeeklyHours:
        """Return the hours at which both are open."""
        days = tuple(_meet(mine, theirs) for mine, theirs in zip(self.days, other.days, strict=True))
        closed = self.closed_on_holidays or other.closed_on_holidays
        return WeeklyHours(days, closed, self.calendar or other.calendar)

    def at_place(self, calendar: str) -> WeeklyHours:
        """Return the hours with the holidays of a place, unless they name their own."""
        return self if self.calendar else replace(self, calendar=calendar)

    def groups(self) -> tuple[DayGroup, ...]:
        """Return the open days, equal neighbours joined."""
        found: list[DayGroup] = []
        for number, windows in enumerate(self.days):
            if found and found[-1].windows == windows:
                found[-1] = replace(found[-1], last=number)
            else:
                found.append(DayGroup(number, number, windows))
        return tuple(group for group in found if group.windows)


def _meet(mine: tuple[Window, ...], theirs: tuple[Window, ...]) -> tuple[Window, ...]:
    both = (Window(max(a.opens, b.opens), min(a.closes, b.closes)) for a in mine for b in theirs)
    return tuple(sorted(window for window in both if window.opens < window.closes))


ALWAYS = WeeklyHours(((Window(0, _MIDNIGHT),),) * 7)


def next_opening(
    now: datetime, zones: Sequence[str], hours: WeeklyHours, horizon: timedelta = HORIZON
) -> datetime | None:
    """Return `now` itself when every zone is open, else the next moment at which all are (UTC).

    None when there is none within `horizon`. A wall time that a change of clocks skips is moved
    forward, one that it repeats is taken at its first occurrence.
    """
    moment, limit = now, now + horizon
    while True:
        latest = moment
        for zone in zones:
            opening = _opening_in(latest, ZoneInfo(zone), hours, limit)
            if opening is None:
                return None
            latest = opening
        if latest == moment:
            return moment
        moment = latest


def is_open(now: datetime, zones: Sequence[str], hours: WeeklyHours) -> bool:
    """Tell whether every zone is open now."""
    return next_opening(now, zones, hours, timedelta(0)) is not None


def _opening_in(moment: datetime, zone: ZoneInfo, hours: WeeklyHours, limit: datetime) -> datetime | None:
    """Return the first open moment of one zone between `moment` and `limit`, both included."""
    day = moment.astimezone(zone).date()
    while True:
        if _instant(day, 0, zone) > limit:
            return None
        for window in hours.windows_on(day):
            opens = _instant(day, window.opens, zone)
            if moment < _instant(day, window.closes, zone):
                return max(opens, moment) if opens <= limit else None
        day += timedelta(days=1)


@lru_cache(maxsize=4096)
def _instant(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """Return the UTC moment of a wall time; fold 0 is the first of two, and lands after a gap."""
    if minute == _MIDNIGHT:
        day, minute = day + timedelta(days=1), 0
    return datetime.combine(day, wall_time(minute // 60, minute % 60), tzinfo=zone).astimezone(UTC)


def parse_hours(lines: str | Iterable[str], *, calendar: str | None = None) -> WeeklyHours:
    """Return the hours that the lines write down; a day that no line names is closed.

    `closed holidays` closes public holidays: those of `calendar`, of the calendar named in the line
    (`closed holidays CA-QC`), or of each contact's own place. Raises `InvalidHours`.
    """
    days: dict[int, list[Window]] = {number: [] for number in range(7)}
    closed = False
    for line in [lines] if isinstance(lines, str) else lines:
        words = line.lower().replace(",", " ").split()
        if words[:2] == ["closed", "holidays"] and len(words) <= 3:
            closed = True
            calendar = words[2].upper() if len(words) == 3 else calendar
            continue
        for number, windows in _parse_line(line, words).items():
            days[number].extend(windows)
    week = tuple(_sorted(DAYS[number], windows) for number, windows in days.items())
    return WeeklyHours(week, closed, calendar)


def _parse_line(line: str, words: list[str]) -> dict[int, list[Window]]:
    named: list[int] = []
    windows: list[Window] = []
    for word in words:
        if word[:1].isdigit():
            windows.append(_parse_window(line, word))
        elif windows:
            raise _wrong(line, f"days come before times, {word!r} does not")
        elif word != "closed":
            named.extend(_parse_days(line, word))
    if not named:
        raise _wrong(line, "no weekday is named")
    if bool(windows) == ("closed" in words):
        raise _wrong(line, "write times such as 08:00-20:00, or closed")
    return dict.fromkeys(named, windows)


def _parse_days(line: str, word: str) -> list[int]:
    first, _, last = word.partition("-")
    if word in _NAMED:
        start, end = _NAMED[word]
    elif first in DAYS and (last or first) in DAYS:
        start, end = DAYS.index(first), DAYS.index(last or first)
    else:
        raise _wrong(line, f"{word!r} is no weekday; write {', '.join(DAYS)}, mon-fri or daily")
    return [(start + step) % 7 for step in range((end - start) % 7 + 1)]


def _parse_window(line: str, word: str) -> Window:
    opens, separator, closes = word.partition("-")
    if not separator:
        raise _wrong(line, f"{word!r} needs a start and an end, as in 08:00-20:00")
    window = Window(_parse_clock(line, opens), _parse_clock(line, closes))
    if window.opens >= window.closes:
        raise _wrong(line, f"{word!r} ends before it starts; split it at 24:00")
    return window


def _parse_clock(line: str, text: str) -> int:
    match = _CLOCK.fullmatch(text)
    hour, minute = (int(match[1]), int(match[2] or 0)) if match else (99, 0)
    if minute > 59 or hour * 60 + minute > _MIDNIGHT:
        raise _wrong(line, f"{text!r} is no time of day; write 08:00, up to 24:00")
    return hour * 60 + minute


def _sorted(day: str, windows: list[Window]) -> tuple[Window, ...]:
    week = sorted(windows)
    for earlier, later in itertools.pairwise(week):
        if later.opens < earlier.closes:
            raise InvalidHours("invalid_hours", f"{day}: two openings overlap")
    return tuple(week)


def _wrong(line: str, reason: str) -> InvalidHours:
    return InvalidHours("invalid_hours", f"{line!r}: {reason}")
