"""Who may do what alone: a lease per name, with an epoch that rises with each new holder.

A holder is a process, not a machine: its name must be new at each start, so that the attempts of the
process before can be told from its own by their epoch. A released lease keeps its row and its epoch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gateway.store.database import Row, Transaction

# In order of names, so that two nodes never wait for each other's rows crosswise.
_ACQUIRE = """
INSERT INTO lease (name, holder, epoch, expires_at)
SELECT k.name, :holder, 1, :expires_at FROM {{ rows(:names; name text) }} AS k WHERE true ORDER BY k.name
ON CONFLICT (name) DO UPDATE SET
    holder = excluded.holder,
    epoch = lease.epoch + CASE WHEN lease.holder = excluded.holder THEN 0 ELSE 1 END,
    expires_at = excluded.expires_at
WHERE lease.holder = excluded.holder OR lease.expires_at <= :now OR :seize = 1
RETURNING name, holder, epoch, expires_at"""
_RENEW = """
UPDATE lease SET expires_at = :expires_at FROM {{ rows(:names; name text) }} AS k
WHERE lease.name = k.name AND lease.holder = :holder
RETURNING lease.name, lease.holder, lease.epoch, lease.expires_at"""
_RELEASE = """
UPDATE lease SET holder = '', expires_at = 0 FROM {{ rows(:names; name text) }} AS k
WHERE lease.name = k.name AND lease.holder = :holder"""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to act alone under a name until `expires_at` (UTC milliseconds)."""

    name: str
    holder: str
    epoch: int
    expires_at: int


async def acquire(
    tx: Transaction, *, names: Iterable[str], holder: str, now_ms: int, ttl_ms: int, seize: bool = False
) -> list[Lease]:
    """Take the leases that are free, expired or our own already, and return those, by name.

    `seize` takes all: only where something else proves that no other holder lives (SQLite's lock file).
    """
    params = {"names": _rows(names), "holder": holder, "now": now_ms, "expires_at": now_ms + ttl_ms}
    return _leases(await tx.fetch(_ACQUIRE, {**params, "seize": seize}))


async def renew(
    tx: Transaction, *, names: Iterable[str], holder: str, now_ms: int, ttl_ms: int
) -> list[Lease]:
    """Prolong our leases and return those still ours; a name that is missing was lost."""
    params = {"names": _rows(names), "holder": holder, "expires_at": now_ms + ttl_ms}
    return _leases(await tx.fetch(_RENEW, params))


async def release(tx: Transaction, *, names: Iterable[str], holder: str) -> int:
    """Give our leases back and return how many were ours."""
    return await tx.execute(_RELEASE, {"names": _rows(names), "holder": holder})


def _rows(names: Iterable[str]) -> list[dict[str, str]]:
    return [{"name": name} for name in sorted(set(names))]


def _leases(rows: Sequence[Row]) -> list[Lease]:
    leases = [Lease(row["name"], row["holder"], row["epoch"], row["expires_at"]) for row in rows]
    return sorted(leases, key=lambda lease: lease.name)
