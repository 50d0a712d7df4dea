"""When a text that surely was not sent is tried again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.message import Failure, Purpose
from gateway.domain.retry import DEADLINE, RESENT_WHEN_UNCERTAIN, RetryPolicy

LATEST = 1.0
"""The jitter that delays most."""


def test_pauses_double_up_to_the_longest() -> None:
    """2, 4, 8 … seconds, never more than five minutes."""
    policy = RetryPolicy(first=2, longest=300, attempts=100)
    delays = [policy.delay(n, Failure.NETWORK_ERROR, None, LATEST) for n in range(1, 12)]
    assert delays == [2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]


def test_a_full_queue_is_given_more_time() -> None:
    """Where trying again soon would only fill it further, the first pause is ten times as long."""
    assert RetryPolicy().delay(1, Failure.QUEUE_FULL, None, LATEST) == 20
    assert RetryPolicy().delay(1, Failure.UNREACHABLE_TEMPORARY, None, LATEST) == 20


def test_what_the_provider_asks_is_a_minimum() -> None:
    """A Retry-After beyond our own pause is kept, a shorter one does not hurry us."""
    assert RetryPolicy().delay(1, Failure.PROVIDER_ERROR, 1000, LATEST) == 1000
    assert RetryPolicy().delay(1, Failure.PROVIDER_ERROR, 0.1, LATEST) == 2


def test_the_last_attempt_is_the_last() -> None:
    """After so many calls the text is given up."""
    assert RetryPolicy(attempts=3).delay(2, Failure.NETWORK_ERROR, None, LATEST) is not None
    assert RetryPolicy(attempts=3).delay(3, Failure.NETWORK_ERROR, None, LATEST) is None


@given(st.integers(1, 10**9), st.floats(0, 1))
def test_jitter_spreads_over_half_of_the_pause(attempt: int, jitter: float) -> None:
    """However many calls there were, a pause is between half of its length and all of it."""
    policy = RetryPolicy(attempts=10**10)
    full = policy.delay(attempt, Failure.NETWORK_ERROR, None, LATEST)
    spread = policy.delay(attempt, Failure.NETWORK_ERROR, None, jitter)
    assert full is not None
    assert spread is not None
    assert full / 2 <= spread <= full <= 300


@pytest.mark.parametrize("purpose", list(Purpose))
def test_every_purpose_has_a_deadline(purpose: Purpose) -> None:
    """Nothing is tried for ever; what may be sent twice is stated."""
    assert DEADLINE[purpose].total_seconds() >= 3600
    assert (purpose in RESENT_WHEN_UNCERTAIN) is (purpose not in {Purpose.REMINDER, Purpose.MARKETING})
