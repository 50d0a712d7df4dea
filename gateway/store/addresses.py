"""Addresses (a number within a project) and the contacts behind them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gateway.store.database import Row, Statement

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Key:
    """What makes an address: its project and its number, with the number's keyed hash."""

    project: str
    number: str
    number_hash: str


@dataclass(frozen=True, slots=True)
class Address:
    """A number within a project; owns suppression, dialogue, thread and order."""

    project: str
    id: str
    number: str
    number_hash: str
    contact_id: str | None
    sender: str | None
    """Our number of the conversation: answers and later texts keep to it."""
    created_at: int
    last_inbound_at: int | None = None
    last_outbound_at: int | None = None
    fallback_at: int | None = None
    clarified_at: int | None = None
    marketing_held_at: int | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """The person or record behind an address."""

    project: str
    id: str
    key: str
    created_at: int
    updated_at: int
    locale: str | None = None
    timezone: str | None = None
    region: str | None = None
    postal_code: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)


CREATE_CONTACT = """
INSERT INTO contact (project_id, id, key, created_at, updated_at)
SELECT k.project_id, k.contact_id, k.number, :now, :now
FROM {{ rows(:keys; project_id text, number text, contact_id text) }} AS k
WHERE k.contact_id IS NOT NULL
ON CONFLICT (project_id, key) DO NOTHING
"""

CREATE_ADDRESS = """
INSERT INTO address (project_id, id, number, number_hash, contact_id, created_at)
SELECT k.project_id, k.id, k.number, k.number_hash, c.id, :now
FROM {{ rows(:keys; project_id text, number text, id text, number_hash text) }} AS k
LEFT JOIN contact c ON c.project_id = k.project_id AND c.key = k.number
WHERE true
ON CONFLICT (project_id, number) DO NOTHING
"""

SELECT = """
SELECT a.* FROM {{ rows(:keys; project_id text, number text) }} AS k
CROSS JOIN address a
WHERE a.project_id = k.project_id AND a.number = k.number
ORDER BY a.project_id, a.id {{ for_update(a) }}
"""

SELECT_CONTACTS = """
SELECT c.* FROM {{ rows(:keys; project_id text, number text) }} AS k
CROSS JOIN address a
CROSS JOIN contact c
WHERE a.project_id = k.project_id AND a.number = k.number
AND c.project_id = a.project_id AND c.id = a.contact_id
"""

UPDATE = """
UPDATE address SET sender = :sender, last_inbound_at = :last_inbound_at,
last_outbound_at = :last_outbound_at, fallback_at = :fallback_at,
clarified_at = :clarified_at, marketing_held_at = :marketing_held_at
WHERE project_id = :project AND id = :id
"""

UPDATE_CONTACT = """
UPDATE contact SET locale = :locale, fields = :fields, updated_at = :updated_at
WHERE project_id = :project AND id = :id
"""

LAST_WRITER = """
SELECT k.sender, k.number, a.project_id, a.last_outbound_at
FROM {{ rows(:keys; sender text, number text) }} AS k
CROSS JOIN address a
WHERE a.number = k.number AND a.sender = k.sender AND a.last_outbound_at IS NOT NULL
ORDER BY a.last_outbound_at
"""


def last_writers(pairs: Sequence[tuple[str, str]]) -> Statement:
    """Read which projects wrote to a number from a shared sender, the latest last."""
    return Statement(LAST_WRITER, {"keys": [{"sender": s, "number": n} for s, n in pairs]})


def update(addresses: Sequence[Address]) -> Statement:
    """Write the changing fields of addresses."""
    return Statement(
        UPDATE,
        many=[
            {
                "project": a.project,
                "id": a.id,
                "sender": a.sender,
                "last_inbound_at": a.last_inbound_at,
                "last_outbound_at": a.last_outbound_at,
                "fallback_at": a.fallback_at,
                "clarified_at": a.clarified_at,
                "marketing_held_at": a.marketing_held_at,
            }
            for a in addresses
        ],
    )


def update_contacts(contacts: Sequence[Contact]) -> Statement:
    """Write the changing fields of contacts."""
    return Statement(
        UPDATE_CONTACT,
        many=[
            {
                "project": c.project,
                "id": c.id,
                "locale": c.locale,
                "fields": json.dumps(dict(c.fields), ensure_ascii=False),
                "updated_at": c.updated_at,
            }
            for c in contacts
        ],
    )


def to_address(row: Row) -> Address:
    """Return the address of a row."""
    return Address(
        project=row["project_id"],
        id=row["id"],
        number=row["number"],
        number_hash=row["number_hash"],
        contact_id=row["contact_id"],
        sender=row["sender"],
        created_at=row["created_at"],
        last_inbound_at=row["last_inbound_at"],
        last_outbound_at=row["last_outbound_at"],
        fallback_at=row["fallback_at"],
        clarified_at=row["clarified_at"],
        marketing_held_at=row["marketing_held_at"],
    )


def to_contact(row: Row) -> Contact:
    """Return the contact of a row."""
    return Contact(
        project=row["project_id"],
        id=row["id"],
        key=row["key"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        locale=row["locale"],
        timezone=row["timezone"],
        region=row["region"],
        postal_code=row["postal_code"],
        fields=json.loads(row["fields"]),
    )
