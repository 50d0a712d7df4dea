"""The way out: what waits for a sender, who takes it, and what became of each call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gateway.domain.message import Purpose
from gateway.store.database import Statement, Transaction
from gateway.store.messages import Message, to_message

_PRIORITIES = range(len(Purpose))

# A text waits for one to the same recipient that is under way, and for an earlier one that is tried
# again: such a one is queued with a past (attempts, or the reason of a call that did not count). The
# condition on `o` is that of the index message_blocking, word for word: SQLite uses it only then.
WAITING = """
SELECT m.* FROM message m
WHERE m.sender = :sender AND m.status IN ('queued', 'held') AND m.priority = :priority
AND m.available_at <= :now
AND NOT EXISTS (
    SELECT 1 FROM message o
    WHERE o.project_id = m.project_id AND o.address_id = m.address_id AND o.sender = m.sender
    AND (o.status = 'sending' OR o.status = 'queued' AND (o.attempts > 0 OR o.reason IS NOT NULL))
    AND (o.status = 'sending' OR o.priority <= m.priority AND o.id < m.id)
)
ORDER BY m.available_at, m.id LIMIT :limit {{ skip_locked(m) }}
"""

# Locked, so that nobody takes the lane over between this look and the commit.
EPOCHS = """
SELECT l.name, l.epoch FROM {{ rows(:names; name text) }} AS k CROSS JOIN lease l
WHERE l.name = k.name ORDER BY l.name {{ for_update(l) }}
"""

FOLLOWED = """
SELECT DISTINCT m.sender FROM {{ rows(:keys; project_id text, address_id text, sender text) }} AS k
CROSS JOIN message m
WHERE m.project_id = k.project_id AND m.address_id = k.address_id AND m.sender = k.sender
AND m.status IN ('queued', 'held', 'sending', 'uncertain')
AND m.status IN ('queued', 'held') AND m.available_at <= :now
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
SELECT m.* FROM attempt a CROSS JOIN message m
CROSS JOIN {{ rows(:lanes; sender text, epoch bigint) }} AS k
WHERE a.finished_at IS NULL AND m.project_id = a.project_id AND m.id = a.message_id
AND m.attempts = a.number AND m.sender = k.sender AND a.epoch < k.epoch
"""

STRANDED = """
SELECT m.* FROM attempt a CROSS JOIN message m
WHERE a.finished_at IS NULL AND m.project_id = a.project_id AND m.id = a.message_id
AND m.status = 'sending' AND m.attempts = a.number
AND NOT EXISTS (SELECT 1 FROM {{ rows(:senders; number text) }} AS k WHERE k.number = m.sender)
AND NOT EXISTS (SELECT 1 FROM lease l WHERE l.name = :prefix || m.sender AND l.expires_at > :now)
LIMIT :limit
"""

# That the sender is not empty says nothing; it makes SQLite read message_waiting and not the whole table.
EXPIRED = """
SELECT * FROM message WHERE status IN ('queued', 'held') AND sender > '' AND expires_at <= :now LIMIT :limit
"""

EXPIRED_UNCERTAIN = """
SELECT * FROM message WHERE status = 'uncertain' AND available_at IS NULL AND expires_at <= :now
LIMIT :limit
"""

OPEN = """
SELECT m.* FROM attempt a CROSS JOIN message m
WHERE a.finished_at IS NULL AND a.epoch = :epoch AND m.project_id = a.project_id AND m.id = a.message_id
AND m.status = 'sending' AND m.attempts = a.number AND m.sender = :sender
"""

UNSETTLED = """
SELECT * FROM message WHERE status = 'uncertain' AND available_at IS NOT NULL AND updated_at <= :before
ORDER BY updated_at LIMIT :limit
"""

COUNT_UNCERTAIN = "SELECT COUNT(*) AS n FROM message WHERE status = 'uncertain'"

# In parts, so that each counts in one index; the many that wait are not even sorted.
COUNT_WAITING = """
SELECT sender, SUM(CASE WHEN status = 'queued' THEN 1 ELSE 0 END) AS queued,
SUM(CASE WHEN status = 'held' THEN 1 ELSE 0 END) AS held, 0 AS sending, 0 AS uncertain
FROM message WHERE status IN ('queued', 'held') GROUP BY sender
UNION ALL
SELECT sender, 0, 0, COUNT(*), 0 FROM message WHERE status = 'sending' GROUP BY sender
UNION ALL
SELECT sender, 0, 0, 0, COUNT(*) FROM message WHERE status = 'uncertain' GROUP BY sender
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


def waiting(sender: str, *, now: int, limit: int) -> list[Statement]:
    """Read what a sender may hand over now: one statement for each priority, the first first."""
    return [
        Statement(WAITING, {"sender": sender, "priority": priority, "now": now, "limit": limit})
        for priority in _PRIORITIES
    ]


def epochs(names: Iterable[str]) -> Statement:
    """Read and lock the leases of lanes, so that they stay with their holders until the commit."""
    return Statement(EPOCHS, {"names": [{"name": name} for name in sorted(names)]})


async def followed(tx: Transaction, messages: Iterable[Message], *, now: int) -> set[str]:
    """Return the senders that have something more for the recipients of these messages."""
    keys = {(m.project, m.address_id, m.sender) for m in messages}
    given = [{"project_id": p, "address_id": a, "sender": s} for p, a, s in sorted(keys)]
    return {row["sender"] for row in await tx.fetch(FOLLOWED, {"keys": given, "now": now})}


async def orphans(tx: Transaction, epochs: Mapping[str, int]) -> list[Message]:
    """Return the messages whose latest calls an earlier owner of their lane left open; `epochs` by sender."""
    lanes = [{"sender": sender, "epoch": epoch} for sender, epoch in epochs.items()]
    return [to_message(row) for row in await tx.fetch(ORPHANS, {"lanes": lanes})]


async def still_open(tx: Transaction, *, sender: str, epoch: int) -> list[Message]:
    """Return the messages that this owner of the lane has taken and not yet completed."""
    return [to_message(row) for row in await tx.fetch(OPEN, {"sender": sender, "epoch": epoch})]


async def stranded(
    tx: Transaction, *, senders: Sequence[str], prefix: str, now: int, limit: int
) -> list[Message]:
    """Return messages whose calls are open though no lane works for their sender.

    `senders` are those of this process; of others the lease, named `prefix` and number, must have ended.
    """
    given = {"senders": [{"number": number} for number in senders], "prefix": prefix}
    return [to_message(row) for row in await tx.fetch(STRANDED, {**given, "now": now, "limit": limit})]


async def expired(tx: Transaction, *, now: int, limit: int) -> list[Message]:
    """Return messages past their time that wait, or whose unknown outcome is left to a person."""
    names = {"now": now, "limit": limit}
    found = await tx.batch([Statement(EXPIRED, names), Statement(EXPIRED_UNCERTAIN, names)])
    return [to_message(row) for rows in found for row in rows]


async def unsettled(tx: Transaction, *, before: int, limit: int) -> list[Message]:
    """Return messages whose outcome has been unknown since before a moment, and is not left to a person."""
    return [to_message(row) for row in await tx.fetch(UNSETTLED, {"before": before, "limit": limit})]


async def count_uncertain(tx: Transaction) -> int:
    """Return how many outcomes are unknown, those left to a person included."""
    row = await tx.fetch_one(COUNT_UNCERTAIN)
    return row["n"] if row else 0


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
    counts: dict[tuple[str, str], int] = {}
    for row in await tx.fetch(COUNT_WAITING):
        for status in ("queued", "held", "sending", "uncertain"):
            if row[status]:
                counts[row["sender"], status] = int(row[status])
    return counts


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
