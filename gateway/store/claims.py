"""The way out: what waits for a sender, who takes it, and what became of each call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.domain.message import Purpose
from gateway.store.database import Row, Statement, Transaction
from gateway.store.messages import Message, to_message

_PRIORITIES = range(len(Purpose))

WAITING = """
SELECT m.* FROM message m
WHERE m.sender = :sender AND m.status IN ('queued', 'held') AND m.priority = :priority
AND m.available_at <= :now
AND NOT EXISTS (
    SELECT 1 FROM message o
    WHERE o.project_id = m.project_id AND o.address_id = m.address_id AND o.sender = m.sender
    AND (o.status = 'sending'
         OR (o.status = 'queued' AND o.attempts > 0 AND o.priority <= m.priority AND o.id < m.id))
)
ORDER BY m.available_at, m.id LIMIT :limit {{ skip_locked(m) }}
"""

OLDEST = """
SELECT m.* FROM message m
WHERE m.sender = :sender AND m.status IN ('queued', 'held') AND m.priority > 0
AND m.available_at <= :now
AND NOT EXISTS (
    SELECT 1 FROM message o
    WHERE o.project_id = m.project_id AND o.address_id = m.address_id AND o.sender = m.sender
    AND (o.status = 'sending'
         OR (o.status = 'queued' AND o.attempts > 0 AND o.priority <= m.priority AND o.id < m.id))
)
ORDER BY m.priority DESC, m.available_at, m.id LIMIT 1 {{ skip_locked(m) }}
"""

TAKE = """
UPDATE message SET status = 'sending', attempts = attempts + 1, updated_at = :now, why = :why
WHERE project_id = :project AND id = :id
"""

OPEN_ATTEMPT = """
INSERT INTO attempt (project_id, message_id, number, provider, epoch, started_at)
VALUES (:project, :id, :number, :provider, :epoch, :now)
"""

WITHDRAW_ATTEMPT = """
DELETE FROM attempt WHERE project_id = :project AND message_id = :id AND number = :number
"""

CLOSE_ATTEMPT = """
UPDATE attempt SET finished_at = :now, outcome = :outcome, provider_ref = :provider_ref,
code = :code, detail = :detail
WHERE project_id = :project AND message_id = :id AND number = :number
"""

MOVE = """
UPDATE message SET status = :status, reason = :reason, provider_ref = COALESCE(:provider_ref, provider_ref),
available_at = :available_at, attempts = :attempts, doubled = :doubled, why = :why, updated_at = :now
WHERE project_id = :project AND id = :id
"""

WITH_WORK = """
SELECT k.number FROM {{ rows(:senders; number text) }} AS k
WHERE EXISTS (
    SELECT 1 FROM message m WHERE m.sender = k.number AND m.status IN ('queued', 'held')
    AND m.priority IN (0, 1, 2, 3, 4) AND m.available_at <= :now
)
"""

NEXT_AVAILABLE = """
SELECT MIN(available_at) AS at FROM message WHERE status IN ('queued', 'held') AND available_at > :now
"""

ORPHANS = """
UPDATE message SET status = 'uncertain', updated_at = :now
WHERE status = 'sending' AND sender = :sender AND EXISTS (
    SELECT 1 FROM attempt a WHERE a.project_id = message.project_id AND a.message_id = message.id
    AND a.number = message.attempts AND a.finished_at IS NULL AND a.epoch < :epoch
)
RETURNING project_id, id
"""

UNSETTLED = """
SELECT * FROM message WHERE status = 'uncertain' AND updated_at <= :before
ORDER BY updated_at LIMIT :limit
"""

COUNT_WAITING = """
SELECT sender, status, COUNT(*) AS n FROM message
WHERE status IN ('queued', 'held', 'sending', 'uncertain') GROUP BY sender, status
"""

ATTEMPTS = """
SELECT * FROM attempt WHERE project_id = :project AND message_id = :id ORDER BY number
"""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One call to a provider; `finished_at` None means that its end was never seen."""

    number: int
    provider: str
    started_at: int
    finished_at: int | None
    outcome: str | None
    provider_ref: str | None
    code: str | None
    detail: str | None


@dataclass(frozen=True, slots=True)
class Move:
    """A message's new place after a call, a gate or a settlement."""

    message: Message
    now: int

    def params(self) -> dict[str, object]:
        m = self.message
        return {
            "project": m.project,
            "id": m.id,
            "status": m.status,
            "reason": m.reason,
            "provider_ref": m.provider_ref,
            "available_at": m.available_at,
            "attempts": m.attempts,
            "doubled": int(m.doubled),
            "why": list(m.why),
            "now": self.now,
        }


def waiting(sender: str, *, now: int, limit: int) -> list[Statement]:
    """Read what a sender may hand over now: one statement for each priority, the first first."""
    return [
        Statement(WAITING, {"sender": sender, "priority": priority, "now": now, "limit": limit})
        for priority in _PRIORITIES
    ]


def longest_waiting(sender: str, *, now: int) -> Statement:
    """Read the message that priorities would make wait the longest."""
    return Statement(OLDEST, {"sender": sender, "now": now})


def take(messages: Sequence[Message], *, now: int, epoch: int) -> list[Statement]:
    """Mark messages as being sent, and record the attempt before the call is made."""
    taken = [{"project": m.project, "id": m.id, "now": now, "why": list(m.why)} for m in messages]
    attempts = [
        {
            "project": m.project,
            "id": m.id,
            "number": m.attempts,
            "provider": m.provider,
            "epoch": epoch,
            "now": now,
        }
        for m in messages
    ]
    return [Statement(TAKE, many=taken), Statement(OPEN_ATTEMPT, many=attempts)]


def move(moves: Sequence[Move]) -> Statement:
    """Write new places of messages."""
    return Statement(MOVE, many=[m.params() for m in moves])


def close_attempts(rows: Sequence[dict[str, object]]) -> Statement:
    """Record how calls ended."""
    return Statement(CLOSE_ATTEMPT, many=rows)


def withdraw_attempts(rows: Sequence[dict[str, object]]) -> Statement:
    """Take back attempts whose call was never made."""
    return Statement(WITHDRAW_ATTEMPT, many=rows)


async def orphans(tx: Transaction, *, sender: str, epoch: int, now: int) -> list[Row]:
    """Mark the open calls of an earlier owner of the lane as uncertain and return their ids."""
    return list(await tx.fetch(ORPHANS, {"sender": sender, "epoch": epoch, "now": now}))


async def unsettled(tx: Transaction, *, before: int, limit: int) -> list[Message]:
    """Return messages whose outcome has been unknown since before a moment."""
    return [to_message(row) for row in await tx.fetch(UNSETTLED, {"before": before, "limit": limit})]


async def with_work(tx: Transaction, senders: Sequence[str], *, now: int) -> set[str]:
    """Return the senders for which something waits that may go now."""
    given = [{"number": number} for number in senders]
    return {row["number"] for row in await tx.fetch(WITH_WORK, {"senders": given, "now": now})}


async def next_available(tx: Transaction, *, now: int) -> int | None:
    """Return when the next message that waits for its time may go."""
    row = await tx.fetch_one(NEXT_AVAILABLE, {"now": now})
    return row["at"] if row else None


async def count_waiting(tx: Transaction) -> dict[tuple[str, str], int]:
    """Return how many messages are not settled, by sender and status."""
    return {(row["sender"], row["status"]): row["n"] for row in await tx.fetch(COUNT_WAITING)}


async def attempts(tx: Transaction, *, project: str, id: str) -> list[Attempt]:
    """Return the calls made for a message, the first first."""
    return [
        Attempt(
            row["number"],
            row["provider"],
            row["started_at"],
            row["finished_at"],
            row["outcome"],
            row["provider_ref"],
            row["code"],
            row["detail"],
        )
        for row in await tx.fetch(ATTEMPTS, {"project": project, "id": id})
    ]
