"""What all receipts of a message say together, whatever the order in which they came.

Some providers report each part of a long text, some the whole, some a failure and then its contrary.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from gateway.domain.message import Failure, Status


@dataclass(frozen=True, slots=True)
class Said:
    """What one receipt says of one part."""

    status: Status
    reason: Failure | None = None
    at: int = 0
    """When the provider says that it happened, UTC milliseconds."""
    part: int = 1
    parts: int = 1


Verdict = tuple[Status, Failure | None]


def whole(said: Iterable[Said]) -> Verdict | None:
    """Return the status of the message, or None while something is unknown of one of its parts.

    Delivered only when every part is; failed when any part ever was; else as far as the part that is
    least far. Among failures the earliest stands. More receipts never make the result's rank lower,
    so every order of the same receipts ends in the same state.
    """
    groups: defaultdict[int, list[Said]] = defaultdict(list)
    for each in said:
        groups[each.parts].append(each)
    verdicts = [found for parts, group in groups.items() if (found := _of_group(group, parts))]
    return min(verdicts, key=_worth)[:2] if verdicts else None


def _of_group(said: list[Said], parts: int) -> tuple[Status, Failure | None, int] | None:
    furthest: dict[int, Status] = {}
    for each in said:
        part = min(each.part, parts)
        known = furthest.get(part)
        if known is None or each.status.rank > known.rank:
            furthest[part] = each.status
    complete = len(furthest) >= parts
    least = min(furthest.values(), key=lambda status: status.rank)
    if complete and least is Status.DELIVERED:
        return Status.DELIVERED, None, 0
    failed = [e for e in said if e.status.final and e.status is not Status.DELIVERED]
    if failed:
        return min(((e.status, e.reason, e.at) for e in failed), key=_worth)
    return (least, None, 0) if complete else None


def _worth(verdict: tuple[Status, Failure | None, int]) -> tuple[int, int, str, str]:
    status, reason, at = verdict
    return -status.rank, at, status, reason or ""
