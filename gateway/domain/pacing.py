"""How fast a sender may speak: a smooth schedule in segments per second."""

from __future__ import annotations

import math
from collections import deque

_AIM = 0.995
"""Share of the limit that the schedule aims at, so that jitter never exceeds the limit."""
_SLACK = 0.010
"""Seconds of lateness that the schedule makes up for: the scheduler's own tick, twice."""


class Pace:
    """The schedule of one sender, on an absolute time line, so that lateness does not add up.

    It starts empty (no burst) and spreads segments evenly. No sliding second holds more than the limit
    (below one a second: no sliding `1 / rate` seconds hold more than one). A text of several segments
    takes as many places of the schedule, from its start on, as the carrier sends them.
    """

    def __init__(self, rate: float) -> None:
        self.rate = rate
        self._gap = 1.0 / (rate * _AIM)
        self._due = 0.0
        self._window = max(1.0, 1.0 / rate)
        self._places: deque[float] = deque(maxlen=math.ceil(rate * self._window - 1e-9))

    @property
    def next_start(self) -> float:
        """The moment at which the next message may start."""
        if len(self._places) == self._places.maxlen:
            return max(self._due, self._places[0] + self._window)
        return self._due

    def start(self, now: float, segments: int) -> None:
        """Note that a message of so many segments starts now."""
        begin = max(self._due, now - _SLACK)
        self._places.extend(max(now, begin + place * self._gap) for place in range(segments))
        self._due = begin + segments * self._gap
