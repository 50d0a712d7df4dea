"""The simulated phones that people keep on the handset page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gateway.store.database import Transaction


@dataclass(frozen=True, slots=True)
class Handset:
    """One simulated phone; the name may be empty."""

    number: str
    name: str
    created_at: int


ADD = """
INSERT INTO handset (number, name, created_at) VALUES (:number, :name, :now)
ON CONFLICT (number) DO NOTHING
"""

LIST = "SELECT * FROM handset ORDER BY created_at, number"


async def add(tx: Transaction, *, number: str, name: str, now: int) -> None:
    """Keep a phone; one that is there already stays as it is."""
    await tx.execute(ADD, {"number": number, "name": name, "now": now})


async def all_of(tx: Transaction) -> list[Handset]:
    """Return every phone, the first made first."""
    return [Handset(row["number"], row["name"], row["created_at"]) for row in await tx.fetch(LIST)]
