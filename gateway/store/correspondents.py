"""All that must be known of some addresses before one of their messages is decided, in two hops."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from gateway.domain.consent import ConsentEvent, Suppression
from gateway.domain.message import Status
from gateway.store import addresses, consents, dialogues, threads
from gateway.store.addresses import Address, Contact, Key
from gateway.store.database import Row, Statement, Transaction
from gateway.store.dialogues import Dialogue
from gateway.store.threads import Thread


@dataclass(frozen=True, slots=True)
class AutomaticReply:
    """An answer that the machine gave lately; the loop guard counts them."""

    body: str
    at: int
    ground: str | None = None
    waiting: bool = True
    """Not yet handed over: a STOP still takes it back."""


@dataclass(slots=True)
class Correspondent:
    """The working picture of one address during a transaction; it changes as messages are decided."""

    address: Address
    contact: Contact | None = None
    suppression: Suppression | None = None
    consents: list[ConsentEvent] = field(default_factory=list)
    dialogues: dict[str, Dialogue] = field(default_factory=dict)
    """The active dialogue by sender."""
    threads: dict[str, Thread] = field(default_factory=dict)
    """The latest thread by sender, which may be closed."""
    replies: list[AutomaticReply] = field(default_factory=list)
    marketing_today: int = 0
    """Marketing texts handed over in the last 24 hours; `marketing_week` in the last seven days."""
    marketing_week: int = 0
    marketing_today_from: int | None = None
    """When the earliest of those was handed over; `marketing_week_from` likewise."""
    marketing_week_from: int | None = None


SUPPRESSIONS = """
SELECT a.id AS address_id, s.* FROM {{ rows(:keys; project_id text, number text) }} AS k
CROSS JOIN address a CROSS JOIN suppression s
WHERE a.project_id = k.project_id AND a.number = k.number
AND s.project_id = a.project_id AND s.number_hash = a.number_hash
"""

CONSENTS = """
SELECT a.id AS address_id, c.* FROM {{ rows(:keys; project_id text, number text) }} AS k
CROSS JOIN address a CROSS JOIN consent_event c
WHERE a.project_id = k.project_id AND a.number = k.number
AND c.project_id = a.project_id AND c.number_hash = a.number_hash
ORDER BY c.id
"""

DIALOGUES = """
SELECT d.* FROM {{ rows(:keys; project_id text, number text) }} AS k
CROSS JOIN address a CROSS JOIN dialogue d
WHERE a.project_id = k.project_id AND a.number = k.number
AND d.project_id = a.project_id AND d.address_id = a.id AND d.ended_reason IS NULL
ORDER BY d.id
"""

THREADS = """
SELECT t.* FROM {{ rows(:keys; project_id text, number text) }} AS k
CROSS JOIN address a CROSS JOIN thread t
WHERE a.project_id = k.project_id AND a.number = k.number
AND t.project_id = a.project_id AND t.address_id = a.id
AND NOT EXISTS (
    SELECT 1 FROM thread n WHERE n.project_id = t.project_id AND n.address_id = t.address_id
    AND n.sender = t.sender AND n.id > t.id
)
"""

REPLIES = """
SELECT m.project_id, m.address_id, m.body, m.created_at, m.ground, m.status
FROM {{ rows(:keys; project_id text, number text) }} AS k
CROSS JOIN address a CROSS JOIN message m
WHERE a.project_id = k.project_id AND a.number = k.number
AND m.project_id = a.project_id AND m.address_id = a.id AND m.created_at > :since
AND m.direction = 'out' AND m.author IS NULL AND m.purpose = 'reply'
AND m.status NOT IN ('suppressed', 'cancelled')
"""

# Counted by the latest call, since a text may have been held for long before it went.
MARKETING = """
SELECT m.project_id, m.address_id, COUNT(*) AS week,
SUM(CASE WHEN t.started_at > :day THEN 1 ELSE 0 END) AS day,
MIN(CASE WHEN t.started_at > :day THEN t.started_at END) AS day_from, MIN(t.started_at) AS week_from
FROM {{ rows(:keys; project_id text, number text) }} AS k
CROSS JOIN address a CROSS JOIN message m CROSS JOIN attempt t
WHERE a.project_id = k.project_id AND a.number = k.number
AND m.project_id = a.project_id AND m.address_id = a.id AND m.created_at > :oldest
AND t.project_id = m.project_id AND t.message_id = m.id AND t.number = m.attempts AND t.started_at > :week
AND m.purpose = 'marketing'
AND m.status IN ('sending', 'uncertain', 'accepted', 'sent', 'unknown', 'undelivered', 'delivered')
GROUP BY m.project_id, m.address_id
"""

GUARD_WINDOW_MS = 3_600_000
_DAY_MS = 86_400_000
_LONGEST_HELD_DAYS = 90
"""Marketing texts older than this are not looked at: they have been handed over or given up long since."""


async def load(
    tx: Transaction,
    keys: Sequence[Key],
    *,
    now: int,
    new_id: Callable[[], str],
    phone_keyed: frozenset[str],
) -> dict[tuple[str, str], Correspondent]:
    """Return the correspondents of (project, number), making the missing ones and locking all.

    `phone_keyed` names the projects in which an unknown number becomes a contact.
    """
    given = [
        {
            "project_id": key.project,
            "number": key.number,
            "number_hash": key.number_hash,
            "id": new_id(),
            "contact_id": new_id() if key.project in phone_keyed else None,
        }
        for key in sorted(set(keys), key=lambda key: (key.project, key.number))
    ]
    names = {"keys": given, "now": now}
    make = [Statement(addresses.CREATE_CONTACT, names), Statement(addresses.CREATE_ADDRESS, names)]
    found = await tx.batch([*make, *_select(given, now)])
    return _assemble(found[len(make) :])


async def find(
    tx: Transaction, numbers: Collection[tuple[str, str]], *, now: int
) -> dict[tuple[str, str], Correspondent]:
    """Return and lock the correspondents of known (project, number) pairs."""
    given = [{"project_id": project, "number": number} for project, number in sorted(set(numbers))]
    return _assemble(await tx.batch(_select(given, now)))


def _select(given: Sequence[Mapping[str, object]], now: int) -> list[Statement]:
    names = {
        "keys": given,
        "since": now - GUARD_WINDOW_MS,
        "day": now - _DAY_MS,
        "week": now - 7 * _DAY_MS,
        "oldest": now - _LONGEST_HELD_DAYS * _DAY_MS,
    }
    queries = (
        addresses.SELECT,
        addresses.SELECT_CONTACTS,
        SUPPRESSIONS,
        CONSENTS,
        DIALOGUES,
        THREADS,
        REPLIES,
        MARKETING,
    )
    return [Statement(query, names) for query in queries]


def _assemble(found: Sequence[Sequence[Row]]) -> dict[tuple[str, str], Correspondent]:
    address_rows, contact_rows, suppression_rows, consent_rows, dialogue_rows, *rest = found
    thread_rows, reply_rows, marketing_rows = rest
    contacts = {(row["project_id"], row["id"]): addresses.to_contact(row) for row in contact_rows}
    by_id: dict[tuple[str, str], Correspondent] = {}
    for row in address_rows:
        address = addresses.to_address(row)
        contact = contacts.get((address.project, address.contact_id or ""))
        by_id[address.project, address.id] = Correspondent(address, contact)
    for row in suppression_rows:
        _of(by_id, row).suppression = consents.to_suppression(row)
    for row in consent_rows:
        _of(by_id, row).consents.append(consents.to_consent(row))
    for row in dialogue_rows:
        _of(by_id, row).dialogues[row["sender"]] = dialogues.to_dialogue(row)
    for row in thread_rows:
        _of(by_id, row).threads[row["sender"]] = threads.to_thread(row)
    for row in reply_rows:
        waiting = Status(row["status"]).waiting
        reply = AutomaticReply(row["body"], row["created_at"], row["ground"], waiting)
        _of(by_id, row).replies.append(reply)
    for row in marketing_rows:
        person = _of(by_id, row)
        person.marketing_today, person.marketing_week = row["day"], row["week"]
        person.marketing_today_from, person.marketing_week_from = row["day_from"], row["week_from"]
    return {(c.address.project, c.address.number): c for c in by_id.values()}


def _of(by_id: Mapping[tuple[str, str], Correspondent], row: Row) -> Correspondent:
    return by_id[row["project_id"], row["address_id"]]
