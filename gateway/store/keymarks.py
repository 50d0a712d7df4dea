"""Which secret the stored hashes were made with, so that losing it is noticed before a STOP is."""

from __future__ import annotations

from gateway.store.database import Transaction

REMEMBER = """
INSERT INTO key_mark (purpose, key_id) VALUES (:purpose, :key_id) ON CONFLICT (purpose) DO NOTHING
"""

FIND = "SELECT key_id FROM key_mark WHERE purpose = :purpose"


async def find(tx: Transaction, purpose: str) -> str | None:
    """Return the id of the key that serves a purpose, or None when none was noted."""
    row = await tx.fetch_one(FIND, {"purpose": purpose})
    return str(row["key_id"]) if row else None


async def remember(tx: Transaction, purpose: str, key_id: str) -> None:
    """Note which key serves a purpose, unless one does already."""
    await tx.execute(REMEMBER, {"purpose": purpose, "key_id": key_id})
