"""A sender's pace: never above its limit, hardly below it."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.pacing import Pace

RATES = (0.1, 0.5, 1, 1.5, 3, 10, 75, 100, 1000)
TICK = 0.005
"""What the scheduler waits at least between two looks."""


def starts_of(rate: float, sizes: list[int], lateness: list[float]) -> list[float]:
    """Return when messages of these sizes start under a scheduler that is late by these times, in turn."""
    pace, now, starts = Pace(rate), 0.0, []
    for index, size in enumerate(sizes):
        if pace.next_start > now:
            now = max(pace.next_start, now + TICK) + lateness[index % len(lateness)]
        pace.start(now, size)
        starts.append(now)
    return starts


def most_within(starts: list[float], span: float) -> int:
    """Return the most starts in any half-open span."""
    most = first = 0
    for last, start in enumerate(starts):
        while starts[first] <= start - span + 1e-9:
            first += 1
        most = max(most, last - first + 1)
    return most


@pytest.mark.parametrize("rate", RATES)
@given(lateness=st.lists(st.floats(0, 0.012), min_size=1, max_size=40))
def test_no_sliding_second_exceeds_the_limit(rate: float, lateness: list[float]) -> None:
    """However late the scheduler is, and however it makes up for it, no second holds more than the rate."""
    starts = starts_of(rate, [1] * math.ceil(3 * rate + 5), lateness)
    assert most_within(starts, max(1.0, 1.0 / rate)) <= max(1, math.ceil(rate))


@pytest.mark.parametrize("rate", RATES)
def test_the_mean_is_less_than_one_percent_below_the_limit(rate: float) -> None:
    """Under the jitter of a tick, ten seconds and more of work run at 99 to 100 % of the rate."""
    count = math.ceil(max(20 * rate, 40))
    starts = starts_of(rate, [1] * count, [0.0, 0.004, 0.001, 0.0025])
    assert 0.99 * rate <= (count - 1) / (starts[-1] - starts[0]) <= rate


def test_a_stall_is_not_made_up_for() -> None:
    """After ten seconds of silence the sender goes on at its pace: no burst."""
    pace = Pace(10)
    pace.start(0.0, 1)
    pace.start(10.0, 1)
    assert pace.next_start == pytest.approx(10.1, abs=0.011)


def test_the_first_texts_are_no_burst() -> None:
    """A sender that wakes up starts with one text, then keeps its distance."""
    starts = starts_of(5, [1] * 4, [0.0])
    assert all(later - earlier >= 0.18 for earlier, later in pairwise(starts))


@pytest.mark.parametrize(("rate", "sizes"), [(3, [2]), (10, [3]), (100, [1, 4, 2]), (1, [5, 1])])
def test_a_long_text_takes_a_place_for_each_segment(rate: float, sizes: list[int]) -> None:
    """The rate counts segments: the mean holds for any mixture of lengths."""
    mixture = sizes * 200
    starts = starts_of(rate, mixture, [0.0, 0.003])
    segments = sum(mixture[:-1])
    assert 0.99 * rate <= segments / (starts[-1] - starts[0]) <= rate


@given(sizes=st.lists(st.integers(1, 6), min_size=5, max_size=80), rate=st.sampled_from([1, 3, 10, 100]))
def test_segments_at_their_places_never_exceed_the_limit(sizes: list[int], rate: int) -> None:
    """Counted as the carrier sends them, one after the other, no second holds more segments than the rate."""
    starts = starts_of(rate, sizes, [0.0, 0.004])
    gap = 1 / (rate * 0.995)
    places = [start + k * gap for start, size in zip(starts, sizes, strict=True) for k in range(size)]
    # The scheduler may be late by a hundredth of a second, and makes up for it.
    assert most_within(places, 1.0 - 0.011) <= rate
