"""Dialogues: where the machine stands with an address, and when its patience ends."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gateway.store.database import Row, Statement, Transaction

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Dialogue:
    """One running or ended conversation of a flow with an address."""

    project: str
    id: str
    address_id: str
    sender: str
    flow: str
    state: str
    locale: str
    created_at: int
    updated_at: int
    version: int = 1
    """Rises with each step; a time-out of an older version is void."""
    data: Mapping[str, Any] = field(default_factory=dict)
    due_at: int | None = None
    ended_reason: str | None = None


SAVE = """
INSERT INTO dialogue (project_id, id, address_id, sender, flow, state, data, locale, version,
due_at, ended_reason, created_at, updated_at)
VALUES (:project, :id, :address_id, :sender, :flow, :state, :data, :locale, :version,
:due_at, :ended_reason, :created_at, :updated_at)
ON CONFLICT (project_id, id) DO UPDATE SET state = excluded.state, data = excluded.data,
version = excluded.version, due_at = excluded.due_at, ended_reason = excluded.ended_reason,
updated_at = excluded.updated_at
"""

DUE = """
SELECT d.*, a.number FROM dialogue d CROSS JOIN address a
WHERE d.due_at <= :now AND d.ended_reason IS NULL
AND a.project_id = d.project_id AND a.id = d.address_id
ORDER BY d.due_at LIMIT :limit
"""

NEXT_DUE = "SELECT MIN(due_at) AS at FROM dialogue WHERE due_at IS NOT NULL AND ended_reason IS NULL"


@dataclass(frozen=True, slots=True)
class DueDialogue:
    """A dialogue whose time is up, with the number it talks to."""

    dialogue: Dialogue
    number: str


def save(dialogues: Sequence[Dialogue]) -> Statement:
    """Write dialogues, new or changed."""
    return Statement(
        SAVE,
        many=[
            {
                "project": d.project,
                "id": d.id,
                "address_id": d.address_id,
                "sender": d.sender,
                "flow": d.flow,
                "state": d.state,
                "data": json.dumps(dict(d.data), ensure_ascii=False),
                "locale": d.locale,
                "version": d.version,
                "due_at": d.due_at,
                "ended_reason": d.ended_reason,
                "created_at": d.created_at,
                "updated_at": d.updated_at,
            }
            for d in dialogues
        ],
    )


async def due(tx: Transaction, *, now: int, limit: int) -> list[DueDialogue]:
    """Return the dialogues whose state has timed out, the longest overdue first."""
    rows = await tx.fetch(DUE, {"now": now, "limit": limit})
    return [DueDialogue(to_dialogue(row), row["number"]) for row in rows]


async def next_due(tx: Transaction) -> int | None:
    """Return when the next dialogue times out."""
    row = await tx.fetch_one(NEXT_DUE)
    return row["at"] if row else None


def to_dialogue(row: Row) -> Dialogue:
    """Return the dialogue of a row."""
    return Dialogue(
        project=row["project_id"],
        id=row["id"],
        address_id=row["address_id"],
        sender=row["sender"],
        flow=row["flow"],
        state=row["state"],
        locale=row["locale"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        version=row["version"],
        data=json.loads(row["data"]),
        due_at=row["due_at"],
        ended_reason=row["ended_reason"],
    )
