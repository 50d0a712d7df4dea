"""Implied consent under Canada's anti-spam law: how long a relation lets us write."""

from __future__ import annotations

import calendar
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


class Relation(StrEnum):
    """What gives an implied consent under CASL."""

    PURCHASE = "purchase"
    INQUIRY = "inquiry"


_MONTHS = {Relation.PURCHASE: 24, Relation.INQUIRY: 6}


def implied_until(relation: Relation, at: datetime) -> datetime:
    """Return when an implied consent ends: 24 months after a purchase, 6 after an inquiry (CASL s.10)."""
    index = at.month - 1 + _MONTHS[relation]
    year, month = at.year + index // 12, index % 12 + 1
    day = min(at.day, calendar.monthrange(year, month)[1])
    return at.replace(year=year, month=month, day=day)
