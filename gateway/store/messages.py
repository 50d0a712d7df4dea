"""Messages, in and out: one row each, whatever wrote them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gateway.domain.message import Direction, Purpose, Status
from gateway.store.database import Row, Statement, Transaction

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Message:
    """One text, inbound or outbound, with all that explains it."""

    project: str
    id: str
    direction: Direction
    status: Status
    address_id: str
    number: str
    """The other side: who wrote, or who is written to."""
    sender: str
    """Our number."""
    provider: str
    body: str
    encoding: str
    units: int
    segments: int
    created_at: int
    updated_at: int
    provider_ref: str | None = None
    purpose: Purpose | None = None
    ground: str | None = None
    topic: str = "*"
    price: str | None = None
    """Of all segments, a decimal in `currency`."""
    currency: str | None = None
    template: str | None = None
    locale: str | None = None
    reason: str | None = None
    why: tuple[str, ...] = ()
    in_reply_to: str | None = None
    thread_id: str | None = None
    dialogue_id: str | None = None
    author: str | None = None
    """The person who wrote it; None for an automatic text."""
    attempts: int = 0
    doubled: bool = False
    """Sent once more after an unknown outcome: the contact may have it twice."""
    asked_at: int | None = None
    """When the contact asked for it, else when it was made; the gate compares it with STOP."""
    available_at: int | None = None
    """Not handed over before; None while held for a person."""
    expires_at: int | None = None


INSERT = """
INSERT INTO message (project_id, id, direction, status, address_id, number, sender, provider,
provider_ref, body, purpose, priority, ground, topic, encoding, units, segments, price, currency,
template, locale, reason, why, in_reply_to, thread_id, dialogue_id, author, attempts, doubled,
asked_at, created_at, available_at, expires_at, updated_at)
VALUES (:project, :id, :direction, :status, :address_id, :number, :sender, :provider,
:provider_ref, :body, :purpose, :priority, :ground, :topic, :encoding, :units, :segments, :price,
:currency, :template, :locale, :reason, :why, :in_reply_to, :thread_id, :dialogue_id, :author,
:attempts, :doubled, :asked_at, :created_at, :available_at, :expires_at, :updated_at)
"""

SELECT_ONE = "SELECT * FROM message WHERE project_id = :project AND id = :id"

SELECT_ANY_PROJECT = "SELECT * FROM message WHERE id = :id"

SELECT_MANY = """
SELECT m.* FROM {{ rows(:keys; project_id text, id text) }} AS k
CROSS JOIN message m
WHERE m.project_id = k.project_id AND m.id = k.id
"""

# The longer list of statuses is that of the index message_open, which SQLite uses only when told so.
CANCEL_WAITING = """
UPDATE message SET status = 'cancelled', reason = :reason, updated_at = :now
WHERE project_id = :project AND address_id = :address_id
AND status IN ('queued', 'held', 'sending', 'uncertain') AND status IN ('queued', 'held')
AND (CAST(:purpose AS TEXT) IS NULL OR purpose = :purpose)
AND (CAST(:spared AS TEXT) IS NULL OR COALESCE(ground, '') <> :spared)
AND (CAST(:dialogue AS TEXT) IS NULL OR dialogue_id = :dialogue)
RETURNING project_id, id
"""

RELEASE = """
UPDATE message SET status = 'queued', reason = NULL, available_at = :now, updated_at = :now
WHERE project_id = :project AND address_id = :address_id
AND status IN ('queued', 'held', 'sending', 'uncertain') AND status = 'held' AND reason = :reason
RETURNING project_id, id
"""

RECENT_BODIES = """
SELECT body FROM message
WHERE project_id = :project AND address_id = :address_id AND direction = 'out'
AND created_at > :since
ORDER BY created_at DESC LIMIT 50
"""

THREAD = "SELECT * FROM message WHERE project_id = :project AND thread_id = :thread_id ORDER BY id"

OF_NUMBER = """
SELECT m.* FROM address a CROSS JOIN message m
WHERE a.number = :number AND m.project_id = a.project_id AND m.address_id = a.id
ORDER BY m.id DESC LIMIT :limit
"""


def insert(messages: Sequence[Message]) -> Statement:
    """Write new messages."""
    return Statement(INSERT, many=[_params(message) for message in messages])


def cancel_waiting(
    *,
    project: str,
    address_id: str,
    reason: str,
    now: int,
    purpose: Purpose | None = None,
    spared: str | None = None,
    dialogue: str | None = None,
) -> Statement:
    """Cancel what waits for an address: of one purpose, of one dialogue, and not of the `spared` ground."""
    where = {"project": project, "address_id": address_id, "purpose": purpose, "dialogue": dialogue}
    return Statement(CANCEL_WAITING, {**where, "spared": spared, "reason": reason, "now": now})


def release(*, project: str, address_id: str, reason: str, now: int) -> Statement:
    """Queue what was held for an address for that reason; the gate is asked again at hand-over."""
    params = {"project": project, "address_id": address_id, "reason": reason, "now": now}
    return Statement(RELEASE, params)


async def find(tx: Transaction, *, project: str | None, id: str) -> Message | None:
    """Return a message by its id; without a project, of whichever project."""
    if project is None:
        row = await tx.fetch_one(SELECT_ANY_PROJECT, {"id": id})
    else:
        row = await tx.fetch_one(SELECT_ONE, {"project": project, "id": id})
    return to_message(row) if row else None


async def find_many(tx: Transaction, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Message]:
    """Return messages by (project, id)."""
    rows = await tx.fetch(SELECT_MANY, {"keys": [{"project_id": p, "id": i} for p, i in keys]})
    return {(row["project_id"], row["id"]): to_message(row) for row in rows}


async def recent_bodies(tx: Transaction, *, project: str, address_id: str, since: int) -> list[str]:
    """Return what was lately sent to an address, the newest first."""
    rows = await tx.fetch(RECENT_BODIES, {"project": project, "address_id": address_id, "since": since})
    return [row["body"] for row in rows]


async def of_thread(tx: Transaction, *, project: str, thread_id: str) -> list[Message]:
    """Return the messages of a thread, the oldest first."""
    return [to_message(r) for r in await tx.fetch(THREAD, {"project": project, "thread_id": thread_id})]


async def of_number(tx: Transaction, number: str, *, limit: int = 200) -> list[Message]:
    """Return the latest messages from and to a number in every project, the oldest first."""
    rows = await tx.fetch(OF_NUMBER, {"number": number, "limit": limit})
    return [to_message(row) for row in reversed(rows)]


def _params(m: Message) -> dict[str, object]:
    return {
        "project": m.project,
        "id": m.id,
        "direction": m.direction,
        "status": m.status,
        "address_id": m.address_id,
        "number": m.number,
        "sender": m.sender,
        "provider": m.provider,
        "provider_ref": m.provider_ref,
        "body": m.body,
        "purpose": m.purpose,
        "priority": m.purpose.priority if m.purpose else 0,
        "ground": m.ground,
        "topic": m.topic,
        "encoding": m.encoding,
        "units": m.units,
        "segments": m.segments,
        "price": m.price,
        "currency": m.currency,
        "template": m.template,
        "locale": m.locale,
        "reason": m.reason,
        "why": json.dumps(m.why),
        "in_reply_to": m.in_reply_to,
        "thread_id": m.thread_id,
        "dialogue_id": m.dialogue_id,
        "author": m.author,
        "attempts": m.attempts,
        "doubled": int(m.doubled),
        "asked_at": m.asked_at,
        "created_at": m.created_at,
        "available_at": m.available_at,
        "expires_at": m.expires_at,
        "updated_at": m.updated_at,
    }


def to_message(row: Row) -> Message:
    """Return the message of a row."""
    return Message(
        project=row["project_id"],
        id=row["id"],
        direction=Direction(row["direction"]),
        status=Status(row["status"]),
        address_id=row["address_id"],
        number=row["number"],
        sender=row["sender"],
        provider=row["provider"],
        provider_ref=row["provider_ref"],
        body=row["body"],
        purpose=Purpose(row["purpose"]) if row["purpose"] else None,
        ground=row["ground"],
        topic=row["topic"],
        encoding=row["encoding"],
        units=row["units"],
        segments=row["segments"],
        price=row["price"],
        currency=row["currency"],
        template=row["template"],
        locale=row["locale"],
        reason=row["reason"],
        why=tuple(json.loads(row["why"])),
        in_reply_to=row["in_reply_to"],
        thread_id=row["thread_id"],
        dialogue_id=row["dialogue_id"],
        author=row["author"],
        attempts=row["attempts"],
        doubled=bool(row["doubled"]),
        asked_at=row["asked_at"],
        created_at=row["created_at"],
        available_at=row["available_at"],
        expires_at=row["expires_at"],
        updated_at=row["updated_at"],
    )
