"""Keep two machines from answering each other for ever."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from gateway.domain.phone import AddressKind, kind_of

AGAIN = timedelta(minutes=1)
PER_HOUR = 10
HOUR = timedelta(hours=1)


def withhold_reason(
    number: str,
    own: frozenset[str],
    body: str,
    earlier: Sequence[tuple[str, timedelta]],
    *,
    again: timedelta = AGAIN,
) -> str | None:
    """Return why an automatic answer must not go out, or None.

    `earlier` holds our automatic answers to that number: text and age. No short code, no name and
    none of our own numbers is answered, nor is the same answer given twice within `again` or more
    than ten times an hour.
    """
    if number in own:
        return "own_number"
    if kind_of(number) is not AddressKind.PHONE:
        return "not_a_phone"
    ages = [age for text, age in earlier if text == body and age < HOUR]
    if any(age < again for age in ages):
        return "same_answer_within_a_minute"
    if len(ages) >= PER_HOUR:
        return "same_answer_ten_times_an_hour"
    return None
