"""When a message that surely was not sent is tried again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from gateway.domain.message import Failure, Purpose

DEADLINE = {
    Purpose.ALERT: timedelta(hours=24),
    Purpose.REPLY: timedelta(hours=4),
    Purpose.TRANSACTIONAL: timedelta(hours=24),
    Purpose.REMINDER: timedelta(hours=12),
    Purpose.MARKETING: timedelta(hours=12),
}
"""How long a message is worth sending when nobody says otherwise."""

RESENT_WHEN_UNCERTAIN = frozenset({Purpose.ALERT, Purpose.REPLY, Purpose.TRANSACTIONAL})
"""Purposes sent once more when an outcome stays unknown: a doubled text is better than a lost one."""

_SLOW = frozenset({Failure.QUEUE_FULL, Failure.UNREACHABLE_TEMPORARY})
_SLOWER = 10
_MOST_DOUBLINGS = 30


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Delays double from `first` to `longest` seconds, spread by jitter; at most `attempts` calls."""

    first: float = 2.0
    longest: float = 300.0
    attempts: int = 10

    def delay(self, attempt: int, reason: Failure, after: float | None, jitter: float) -> float | None:
        """Return seconds until the next try after call number `attempt`, or None to give up.

        `jitter` is a random number from 0 to 1. What the provider asks (`after`) is a minimum.
        """
        if attempt >= self.attempts:
            return None
        first = self.first * (_SLOWER if reason in _SLOW else 1)
        doubled = first * 2.0 ** min(max(0, attempt - 1), _MOST_DOUBLINGS)
        return max(min(self.longest, doubled) * (0.5 + jitter / 2), after or 0.0)
