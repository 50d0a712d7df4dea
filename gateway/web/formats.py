"""Moments as people read them."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from babel.dates import format_skeleton, format_time

from gateway.clock import from_ms
from gateway.domain.flow import Locale


def iso(milliseconds: int) -> str:
    """Return the form for the `datetime` attribute."""
    return from_ms(milliseconds).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment(milliseconds: int, zone: str, today: int, *, locale: Locale) -> str:
    """Return the local time, with the day in front of it when it is not the day of `today`."""
    local = from_ms(milliseconds).astimezone(ZoneInfo(zone))
    time = format_time(local, "short", locale=_regional(locale))
    if local.date() == from_ms(today).astimezone(ZoneInfo(zone)).date():
        return time
    return f"{format_skeleton('MMMd', local, locale=_regional(locale))}, {time}"


def _regional(locale: Locale) -> str:
    return {"en": "en_CA", "fr": "fr_CA"}[locale]
