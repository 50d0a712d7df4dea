"""Messages that change their place, and the calls recorded for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gateway.store.database import Statement, Transaction
from gateway.store.messages import Message, to_message

LOCK = """
SELECT m.* FROM {{ rows(:keys; project_id text, id text) }} AS k CROSS JOIN message m
WHERE m.project_id = k.project_id AND m.id = k.id
ORDER BY m.project_id, m.id {{ for_update(m) }}
"""

TAKE = """
UPDATE message SET status = 'sending', reason = NULL, attempts = attempts + 1, updated_at = :now
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


async def lock(tx: Transaction, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Message]:
    """Return messages by (project, id), locked until the commit against every other process."""
    given = [{"project_id": project, "id": id} for project, id in sorted(set(keys))]
    found = [to_message(row) for row in await tx.fetch(LOCK, {"keys": given})]
    return {(message.project, message.id): message for message in found}


def take(messages: Sequence[Message], *, now: int, epoch: int) -> list[Statement]:
    """Mark messages as being sent, and record the attempt before the call is made."""
    taken = [{"project": m.project, "id": m.id, "now": now} for m in messages]
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
