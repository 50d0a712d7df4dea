"""Whose turn it is: the most urgent purpose goes first, but nobody waits for ever."""

from __future__ import annotations

from collections.abc import Sequence

_SPARE_EVERY = 10
"""Each tenth place of a lane goes round among those who are not first."""


def whose_turn(waiting: Sequence[bool], place: int) -> int | None:
    """Return the priority that the lane's message number `place` belongs to, or None when nobody waits.

    `waiting` tells by priority, 0 first, who has something. With a stream of replies that never ends,
    every other purpose that waits still gets its share of the spare places.
    """
    present = [priority for priority, waits in enumerate(waiting) if waits]
    if not present:
        return None
    others = present[1:]
    turn, rest = divmod(place, _SPARE_EVERY)
    if others and rest == _SPARE_EVERY - 1:
        return others[turn % len(others)]
    return present[0]
