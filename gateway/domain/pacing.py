"""How fast a sender may speak: a smooth schedule in segments per second."""

from __future__ import annotations

from collections import deque

_AIM = 0.995
"""Share of the limit that the schedule aims at, so that jitter never exceeds the limit."""
_SLACK = 0.010
"""Seconds of lateness that the schedule makes up for: the scheduler's own tick, twice."""


class Pace:
    """The schedule of one sender, on an absolute time line, so that lateness does not add up.

    It starts empty (no burst), spreads segments evenly, and never lets more than the limit start
    within any sliding second (for less than one a second: any sliding `1 / rate` seconds).
    """

    def __init__(self, rate: float) -> None:
        self.rate = rate
        self._due = 0.0
        self._window = max(1.0, 1.0 / rate)
        self._allowed = max(1, int(rate * self._window + 1e-9))
        self._started: deque[tuple[float, int]] = deque()
        self._counted = 0

    def next_start(self, now: float) -> float:
        """Return when the next message may start; at most `now` means at once."""
        self._forget(now)
        if self._counted >= self._allowed:
            return max(self._due, self._started[0][0] + self._window)
        return self._due

    def start(self, now: float, segments: int) -> None:
        """Note that a message of so many segments starts now."""
        self._due = max(self._due, now - _SLACK) + segments / (self.rate * _AIM)
        self._started.append((now, segments))
        self._counted += segments

    def _forget(self, now: float) -> None:
        while self._started and self._started[0][0] <= now - self._window:
            self._counted -= self._started.popleft()[1]
