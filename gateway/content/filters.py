"""How values are shown to people inside a message text: telephone numbers, times, dates, opening hours.

The words come from CLDR through Babel. CLDR puts Unicode spaces and letters such as û into them, each of
which would more than halve the room of a segment, so what these filters give is made plain.
"""

from collections.abc import Callable
from datetime import date, datetime, time
from functools import lru_cache, partial
from typing import Any

from babel.dates import format_date, format_time, get_datetime_format, get_day_names

from gateway.domain.flow import Locale
from gateway.domain.hours import DayGroup, WeeklyHours
from gateway.domain.numbering import national, region_of
from gateway.domain.simplify import Tier, simplify


def filters_for(locale: Locale) -> dict[str, Callable[..., Any]]:
    """Return the filters of a language by their name in templates."""
    return {
        "phone": show_phone,
        "time": partial(show_time, locale=locale),
        "date": partial(show_date, locale=locale),
        "weekday": partial(show_weekday, locale=locale),
        "datetime": partial(show_datetime, locale=locale),
        "hours": partial(show_hours, locale=locale),
    }


@lru_cache(maxsize=4096)
def show_phone(value: str | None, region: str | None = None) -> str:
    """Show an E.164 number as people of `region` dial it, by default those of its own country.

    Anything else stays as it is written.
    """
    if not value:
        return ""
    own = "US" if value.startswith("+1") else region_of(value)
    return _plain(national(value, region or own or ""))


def show_time(value: datetime | time | str, locale: Locale) -> str:
    """Show the time of day in the moment's own zone: `9:00 AM`, `09:00`."""
    moment = time.fromisoformat(value) if isinstance(value, str) and "-" not in value[:8] else _moment(value)
    return _plain(format_time(moment, "short", locale=locale))


def show_date(value: date | str, locale: Locale) -> str:
    """Show the day: `November 24, 2026`, `24 novembre 2026`."""
    return _plain(format_date(_moment(value), "long", locale=locale))


def show_weekday(value: date | str, locale: Locale) -> str:
    """Show the day of the week: `Tuesday`, `mardi`."""
    return _plain(format_date(_moment(value), "EEEE", locale=locale))


def show_datetime(value: datetime | str, locale: Locale) -> str:
    """Show day and time: `November 24, 2026, 9:00 AM`, `24 novembre 2026, 09:00`."""
    joined = str(get_datetime_format("medium", locale=locale)).replace("'", "")
    return joined.replace("{0}", show_time(value, locale)).replace("{1}", show_date(value, locale))


def show_hours(value: WeeklyHours, locale: Locale) -> str:
    """Show opening hours: `Mon-Fri 9:00 AM-5:00 PM`, `lun-ven 09:00-17:00`."""
    return ", ".join(_show_group(group, locale) for group in value.groups())


def _show_group(group: DayGroup, locale: Locale) -> str:
    names = get_day_names("abbreviated", locale=locale)
    days = [_plain(names[day]).rstrip(".") for day in dict.fromkeys((group.first, group.last))]
    spans = (f"{_minute(w.opens, locale)}-{_minute(w.closes, locale)}" for w in group.windows)
    return f"{'-'.join(days)} {', '.join(spans)}"


def _minute(minutes: int, locale: Locale) -> str:
    return show_time(time(minutes // 60 % 24, minutes % 60), locale)


def _moment(value: Any) -> Any:
    """Accept the ISO text that JSON has for a moment."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value


@lru_cache(maxsize=4096)
def _plain(text: str) -> str:
    return simplify(text, tuple(Tier))
