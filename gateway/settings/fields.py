"""Single values that need more than a type: spans of time, zones, hours, holidays, free words."""

import re
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from importlib import resources
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from gateway.domain.holiday import public_holidays
from gateway.domain.hours import parse_hours
from gateway.domain.keywords import shadows
from gateway.domain.message import Purpose
from gateway.errors import InvalidRequest
from gateway.settings.sources import nearest

_Value = TypeVar("_Value")
_SPAN = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
_ANY_YEAR = 2026


def parse_duration(value: object) -> object:
    """Return the timedelta that "90s", "15m", "24h", "7d", "1h30m" or plain seconds mean."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return value
    text = str(value).replace(" ", "").lower()
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return timedelta(seconds=float(text))
    match = _SPAN.fullmatch(text)
    if not text or match is None:
        raise ValueError(f'{value!r} is no duration; write "90s", "15m", "24h", "7d" or seconds')
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


@cache
def zone_names() -> frozenset[str]:
    """Return every zone of the tz data that the gateway brings along."""
    return frozenset((resources.files("tzdata") / "zones").read_text().split())


def _check_zone(name: str) -> str:
    if name not in zone_names():
        suggestion = nearest(name, zone_names())
        raise PydanticCustomError(
            "zone", "there is no time zone {name}", {"name": repr(name), "suggestion": suggestion}
        )
    return name


def _accepted_by(check: Callable[[_Value], object]) -> AfterValidator:
    """Accept what the domain accepts, and give its reason otherwise."""

    def validate(value: _Value) -> _Value:
        try:
            check(value)
        except InvalidRequest as error:
            raise ValueError(str(error)) from None
        return value

    return AfterValidator(validate)


def _check_free(word: str) -> str:
    if meaning := shadows(word):
        raise ValueError(f"is a reserved word ({meaning}), which the engine itself answers")
    return word


def _check_quiet(purpose: Purpose) -> Purpose:
    if purpose not in {Purpose.REMINDER, Purpose.MARKETING}:
        raise ValueError(f"{purpose} texts have no quiet hours; only reminder and marketing have")
    return purpose


def _check_calendar(calendar: str) -> None:
    public_holidays(calendar, _ANY_YEAR)


Duration = Annotated[timedelta, BeforeValidator(parse_duration)]
Zone = Annotated[str, AfterValidator(_check_zone)]
Hours = Annotated[tuple[str, ...], _accepted_by(parse_hours)]
Calendar = Annotated[str, _accepted_by(_check_calendar)]
Word = Annotated[str, AfterValidator(_check_free)]
QuietPurpose = Annotated[Purpose, AfterValidator(_check_quiet)]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
