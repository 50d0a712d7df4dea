"""What receipts say together: of the parts of a text, of contraries, in any order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.message import Failure, Status
from gateway.domain.parts import Said, whole

REPORTED = [
    s for s in Status if s.rank >= Status.ACCEPTED.rank and s not in {Status.CANCELLED, Status.SUPPRESSED}
]

said = st.builds(
    Said,
    status=st.sampled_from(REPORTED),
    reason=st.sampled_from([None, Failure.CARRIER_FILTERED, Failure.OPTED_OUT]),
    at=st.integers(0, 3),
    part=st.integers(1, 3),
    parts=st.sampled_from([1, 3]),
)


@given(st.lists(said, max_size=8), st.randoms())
def test_order_and_repetition_of_receipts_do_not_matter(receipts: list[Said], chance: object) -> None:
    """Any permutation, with any of them doubled, says the same."""
    shuffled = receipts + receipts[::2]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert whole(shuffled) == whole(receipts)


@given(st.lists(said, max_size=8))
def test_a_further_receipt_never_lowers_the_rank(receipts: list[Said]) -> None:
    """So a status that moved up on the way can always be reached at the end."""
    ranks = [
        verdict[0].rank if (verdict := whole(receipts[:count])) else 0 for count in range(len(receipts) + 1)
    ]
    assert ranks == sorted(ranks)


def of(status: Status, part: int, parts: int = 2, **more: object) -> Said:
    """Say a status of one part."""
    return Said(status, part=part, parts=parts, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("receipts", "verdict"),
    [
        ([], None),
        ([of(Status.DELIVERED, 1)], None),
        ([of(Status.DELIVERED, 1), of(Status.DELIVERED, 2)], (Status.DELIVERED, None)),
        ([of(Status.DELIVERED, 1), of(Status.SENT, 2)], (Status.SENT, None)),
        ([of(Status.SENT, 1), of(Status.UNDELIVERED, 1)], (Status.UNDELIVERED, None)),
        ([of(Status.DELIVERED, 1), of(Status.UNKNOWN, 2)], (Status.UNKNOWN, None)),
        ([of(Status.UNKNOWN, 1), of(Status.EXPIRED, 2)], (Status.EXPIRED, None)),
        ([of(Status.EXPIRED, 1), of(Status.DELIVERED, 1), of(Status.DELIVERED, 2)], (Status.DELIVERED, None)),
        ([of(Status.EXPIRED, 1, 1), of(Status.DELIVERED, 1, 1)], (Status.DELIVERED, None)),
    ],
)
def test_a_text_is_delivered_with_its_last_part_and_failed_with_its_first_failure(
    receipts: list[Said], verdict: object
) -> None:
    """Delivered only when every part is; one failure fails the whole, until that part arrives after all."""
    assert whole(receipts) == verdict


def test_the_earliest_of_several_failures_stands() -> None:
    """By the provider's clock, not by the order of coming."""
    late = of(Status.EXPIRED, 1, 1, at=9)
    early = of(Status.UNDELIVERED, 1, 1, at=4, reason=Failure.CARRIER_FILTERED)
    assert whole([late, early]) == (Status.UNDELIVERED, Failure.CARRIER_FILTERED)
