"""Statuses: whatever the order of receipts, the end is the same."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.message import Purpose, Status, advance

REPORTED = (Status.ACCEPTED, Status.SENT, Status.UNKNOWN, Status.UNDELIVERED, Status.DELIVERED)


def _settle(reports: tuple[Status, ...] | list[Status], start: Status = Status.SENDING) -> Status:
    status = start
    for report in reports:
        status = advance(status, report)
    return status


def test_every_order_of_receipts_ends_the_same() -> None:
    """Each permutation of the same receipts leaves one and the same status."""
    for count in range(1, len(REPORTED) + 1):
        for chosen in itertools.combinations(REPORTED, count):
            assert len({_settle(order) for order in itertools.permutations(chosen)}) == 1


@given(st.lists(st.sampled_from(REPORTED), min_size=1), st.randoms())
def test_doubled_and_shuffled_receipts_change_nothing(reports: list[Status], random: object) -> None:
    """Receipts that come twice and in disorder end as once and in order."""
    doubled = reports + reports
    random.shuffle(doubled)  # type: ignore[attr-defined]
    assert _settle(doubled) is _settle(sorted(set(reports), key=lambda status: status.rank))


@given(st.lists(st.sampled_from(Status), min_size=1))
def test_a_status_never_sinks(reports: list[Status]) -> None:
    """No report lowers the rank."""
    status = Status.QUEUED
    for report in reports:
        after = advance(status, report)
        assert after.rank >= status.rank
        status = after


@pytest.mark.parametrize("failure", [Status.EXPIRED, Status.UNDELIVERED, Status.REJECTED])
def test_delivered_wins_over_a_failure(failure: Status) -> None:
    """A text that arrived has arrived, even when it was given up before."""
    assert _settle((failure, Status.DELIVERED)) is Status.DELIVERED
    assert _settle((Status.DELIVERED, failure)) is Status.DELIVERED


def test_among_failures_the_first_stands() -> None:
    """A second failure of the same rank does not rewrite the first."""
    assert _settle((Status.EXPIRED, Status.UNDELIVERED)) is Status.EXPIRED


def test_purposes_in_order_of_priority() -> None:
    """Alerts go before replies, and marketing goes last."""
    order = sorted(Purpose, key=lambda purpose: purpose.priority)
    assert order == ["alert", "reply", "transactional", "reminder", "marketing"]


def test_only_what_no_provider_has_yet_can_be_caught() -> None:
    """STOP and cancel catch queued and held texts, and nothing later."""
    assert {status for status in Status if status.waiting} == {Status.QUEUED, Status.HELD}
