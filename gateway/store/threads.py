"""Threads: people talking with an address (an INFO question, or a text nobody expected)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from gateway.store.database import Row, Statement, Transaction

if TYPE_CHECKING:
    from collections.abc import Sequence


class ThreadState(StrEnum):
    """Who is expected to act next."""

    UNSOLICITED = "unsolicited"
    """Kept for a person; the bot still answers keywords."""
    WAITING = "waiting"
    ASSIGNED = "assigned"
    ANSWERED = "answered"
    CLOSED = "closed"

    @property
    def silences_bot(self) -> bool:
        """A person holds the conversation."""
        return self in {ThreadState.WAITING, ThreadState.ASSIGNED, ThreadState.ANSWERED}


@dataclass(frozen=True, slots=True)
class Thread:
    """One question of an address, with its owner and state."""

    project: str
    id: str
    address_id: str
    number: str
    sender: str
    state: ThreadState
    origin: str
    """How it began: info, unsolicited, opt_out_unclear, flow_error, agent."""
    locale: str
    asked_at: int
    created_at: int
    updated_at: int
    flag: str | None = None
    """What a person should look at first."""
    assignee: str | None = None
    last_inbound_at: int | None = None
    last_outbound_at: int | None = None
    closed_at: int | None = None
    closed_reason: str | None = None


SAVE = """
INSERT INTO thread (project_id, id, address_id, number, sender, state, origin, flag, assignee,
locale, asked_at, last_inbound_at, last_outbound_at, closed_at, closed_reason, created_at, updated_at)
VALUES (:project, :id, :address_id, :number, :sender, :state, :origin, :flag, :assignee, :locale,
:asked_at, :last_inbound_at, :last_outbound_at, :closed_at, :closed_reason, :created_at, :updated_at)
ON CONFLICT (project_id, id) DO UPDATE SET state = excluded.state, origin = excluded.origin,
flag = excluded.flag, assignee = excluded.assignee, asked_at = excluded.asked_at,
last_inbound_at = excluded.last_inbound_at, last_outbound_at = excluded.last_outbound_at,
closed_at = excluded.closed_at, closed_reason = excluded.closed_reason, updated_at = excluded.updated_at
"""

SELECT_ONE = """
SELECT * FROM thread WHERE id = :id AND (CAST(:project AS TEXT) IS NULL OR project_id = :project)
"""

SELECT_LIST = """
SELECT * FROM thread
WHERE (CAST(:project AS TEXT) IS NULL OR project_id = :project)
AND (CAST(:state AS TEXT) IS NULL OR state = :state) AND (:closed = 1 OR state <> 'closed')
ORDER BY asked_at LIMIT :limit
"""


def save(threads: Sequence[Thread]) -> Statement:
    """Write threads, new or changed."""
    return Statement(
        SAVE,
        many=[
            {
                "project": t.project,
                "id": t.id,
                "address_id": t.address_id,
                "number": t.number,
                "sender": t.sender,
                "state": t.state,
                "origin": t.origin,
                "flag": t.flag,
                "assignee": t.assignee,
                "locale": t.locale,
                "asked_at": t.asked_at,
                "last_inbound_at": t.last_inbound_at,
                "last_outbound_at": t.last_outbound_at,
                "closed_at": t.closed_at,
                "closed_reason": t.closed_reason,
                "created_at": t.created_at,
                "updated_at": t.updated_at,
            }
            for t in threads
        ],
    )


async def find(tx: Transaction, id: str, *, project: str | None = None) -> Thread | None:
    """Return a thread by its id."""
    row = await tx.fetch_one(SELECT_ONE, {"id": id, "project": project})
    return to_thread(row) if row else None


async def find_open(
    tx: Transaction, *, project: str | None, state: str | None, closed: bool, limit: int = 200
) -> list[Thread]:
    """Return threads, the longest waiting first; closed ones only when asked."""
    params = {"project": project, "state": state, "closed": int(closed), "limit": limit}
    return [to_thread(row) for row in await tx.fetch(SELECT_LIST, params)]


def to_thread(row: Row) -> Thread:
    """Return the thread of a row."""
    return Thread(
        project=row["project_id"],
        id=row["id"],
        address_id=row["address_id"],
        number=row["number"],
        sender=row["sender"],
        state=ThreadState(row["state"]),
        origin=row["origin"],
        locale=row["locale"],
        asked_at=row["asked_at"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        flag=row["flag"],
        assignee=row["assignee"],
        last_inbound_at=row["last_inbound_at"],
        last_outbound_at=row["last_outbound_at"],
        closed_at=row["closed_at"],
        closed_reason=row["closed_reason"],
    )
