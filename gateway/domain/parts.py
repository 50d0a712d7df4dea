"""What the receipts of single parts say of the whole message."""

from __future__ import annotations

from collections.abc import Iterable

from gateway.domain.message import Failure, Status, advance

Said = tuple[int, Status, Failure | None]
"""Part number, its status, and the reason of a failure."""


def whole(said: Iterable[Said], parts: int) -> tuple[Status | None, Failure | None]:
    """Return the status of a message of so many parts.

    It is delivered only when every part is, failed when any part is, and else as far as the part
    that is least far. None: nothing is known of some part yet.
    """
    by_part: dict[int, tuple[Status, Failure | None]] = {}
    for part, status, reason in said:
        known = by_part.get(part, (Status.RECEIVED, None))[0]
        if advance(known, status) is not known:
            by_part[part] = (status, reason)
    for status, reason in by_part.values():
        if status.final and status is not Status.DELIVERED:
            return status, reason
    if len(by_part) < parts:
        return None, None
    return min((status for status, _ in by_part.values()), key=lambda status: status.rank), None
