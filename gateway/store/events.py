"""Events: what happened to which object, in order; they feed pages, callbacks and histories."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gateway.store.database import Row, Statement, Transaction

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Event:
    """One change of one object."""

    project: str
    id: str
    type: str
    object_id: str
    at: int
    data: Mapping[str, Any] = field(default_factory=dict)


INSERT = """
INSERT INTO event (project_id, id, type, object_id, data, at)
VALUES (:project, :id, :type, :object_id, :data, :at)
"""

HISTORY = "SELECT * FROM event WHERE project_id = :project AND object_id = :object_id ORDER BY id"

SINCE = """
SELECT e.* FROM {{ rows(:projects; id text) }} AS k CROSS JOIN event e
WHERE e.project_id = k.id AND e.id > :last ORDER BY e.id LIMIT :limit
"""

OF_TYPE = """
SELECT e.* FROM {{ rows(:keys; project_id text, id text) }} AS k CROSS JOIN event e
WHERE e.project_id = k.project_id AND e.object_id = k.id AND e.type = :type
"""

LATEST = """
SELECT MAX(e.id) AS id FROM {{ rows(:projects; id text) }} AS k CROSS JOIN event e
WHERE e.project_id = k.id
"""


def insert(events: Sequence[Event]) -> Statement:
    """Write events."""
    return Statement(
        INSERT,
        many=[
            {
                "project": e.project,
                "id": e.id,
                "type": e.type,
                "object_id": e.object_id,
                "data": json.dumps(dict(e.data), ensure_ascii=False),
                "at": e.at,
            }
            for e in events
        ],
    )


async def history(tx: Transaction, *, project: str, object_id: str) -> list[Event]:
    """Return all that happened to an object, the oldest first."""
    rows = await tx.fetch(HISTORY, {"project": project, "object_id": object_id})
    return [to_event(row) for row in rows]


async def of_type(
    tx: Transaction, type: str, keys: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], Event]:
    """Return the event of one type for each of some objects, by (project, object id)."""
    given = [{"project_id": project, "id": id} for project, id in keys]
    rows = await tx.fetch(OF_TYPE, {"keys": given, "type": type})
    return {(row["project_id"], row["object_id"]): to_event(row) for row in rows}


async def since(tx: Transaction, projects: Sequence[str], last: str, *, limit: int = 500) -> list[Event]:
    """Return the events of some projects after an event id, the oldest first."""
    params = {"projects": [{"id": project} for project in projects], "last": last, "limit": limit}
    return [to_event(row) for row in await tx.fetch(SINCE, params)]


async def latest(tx: Transaction, projects: Sequence[str]) -> str:
    """Return the id of the newest event of some projects, or an empty text."""
    row = await tx.fetch_one(LATEST, {"projects": [{"id": project} for project in projects]})
    return row["id"] or "" if row else ""


def to_event(row: Row) -> Event:
    """Return the event of a row."""
    return Event(
        project=row["project_id"],
        id=row["id"],
        type=row["type"],
        object_id=row["object_id"],
        at=row["at"],
        data=json.loads(row["data"]),
    )
