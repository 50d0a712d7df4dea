"""What makes an inbound ours only once: ids seen before, and parts that wait for each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.clock import from_ms
from gateway.domain.message import Inbound, Number, Part
from gateway.store.database import Row, Statement, Transaction

UNNAMED = "~unnamed:"
"""Begins the key of a text whose provider names none; made of what it says, so it counts for a while only."""

REMEMBER = """
INSERT INTO inbound_seen (provider, ref, at)
SELECT k.provider, k.ref, :now FROM {{ rows(:keys; provider text, ref text) }} AS k
WHERE true
ON CONFLICT (provider, ref) DO UPDATE SET at = excluded.at
WHERE substr(inbound_seen.ref, 1, 9) = '~unnamed:' AND inbound_seen.at <= :forgotten
RETURNING provider, ref
"""

FORGET = "DELETE FROM inbound_seen WHERE at < :before"

KEEP_PART = """
INSERT INTO inbound_part (provider, sender, number, reference, part, total, provider_ref, body, received_at)
VALUES (:provider, :sender, :number, :reference, :part, :total, :provider_ref, :body, :at)
ON CONFLICT (provider, sender, number, reference, part) DO NOTHING
"""

PARTS = """
SELECT p.* FROM {{ rows(:keys; provider text, sender text, number text, reference text) }} AS k
CROSS JOIN inbound_part p
WHERE p.provider = k.provider AND p.sender = k.sender AND p.number = k.number AND p.reference = k.reference
ORDER BY p.part
"""

DROP_PARTS = """
DELETE FROM inbound_part
WHERE provider = :provider AND sender = :sender AND number = :number AND reference = :reference
"""

STALE = """
SELECT provider, sender, number, reference FROM inbound_part
GROUP BY provider, sender, number, reference HAVING MAX(received_at) < :before LIMIT 100
"""


@dataclass(frozen=True, slots=True)
class Whole:
    """The identity of a text that comes in parts."""

    provider: str
    sender: str
    number: str
    reference: str


async def unseen(
    tx: Transaction, keys: Sequence[tuple[str, str]], *, now: int, forgotten: int
) -> set[tuple[str, str]]:
    """Remember (provider, id) pairs and return those that are new.

    `forgotten` is the moment (UTC milliseconds) before which an unnamed text may come again.
    """
    given = [{"provider": provider, "ref": ref} for provider, ref in sorted(set(keys))]
    rows = await tx.fetch(REMEMBER, {"keys": given, "now": now, "forgotten": forgotten})
    return {(row["provider"], row["ref"]) for row in rows}


async def forget(tx: Transaction, *, before: int) -> int:
    """Drop ids so old that no provider repeats them any more."""
    return await tx.execute(FORGET, {"before": before})


def keep_parts(inbounds: Sequence[Inbound], *, now: int) -> Statement:
    """Keep parts until the whole is there; they wait by our clock, whatever the provider's says."""
    return Statement(KEEP_PART, many=[_part_params(i, i.part, now) for i in inbounds if i.part])


async def parts_of(tx: Transaction, wholes: Sequence[Whole]) -> dict[Whole, list[Inbound]]:
    """Return the parts that are there, in order."""
    found: dict[Whole, list[Inbound]] = {}
    keys = [
        {"provider": w.provider, "sender": w.sender, "number": w.number, "reference": w.reference}
        for w in wholes
    ]
    for row in await tx.fetch(PARTS, {"keys": keys}):
        whole = Whole(row["provider"], row["sender"], row["number"], row["reference"])
        found.setdefault(whole, []).append(_to_part(row))
    return found


def drop_parts(wholes: Sequence[Whole]) -> Statement:
    """Forget the parts of texts that were joined."""
    return Statement(
        DROP_PARTS,
        many=[
            {"provider": w.provider, "sender": w.sender, "number": w.number, "reference": w.reference}
            for w in wholes
        ],
    )


async def stale_wholes(tx: Transaction, *, before: int) -> list[Whole]:
    """Return texts of which no part has come since a moment: their missing parts are lost."""
    rows = await tx.fetch(STALE, {"before": before})
    return [Whole(row["provider"], row["sender"], row["number"], row["reference"]) for row in rows]


def whole_of(inbound: Inbound) -> Whole:
    """Return which text a part belongs to.

    References are one octet and come again soon (3GPP TS 23.040, 9.2.3.24.1), so the number of parts
    tells texts apart as well.
    """
    part = inbound.part
    reference = f"{part.reference}/{part.total}" if part else ""
    return Whole(inbound.provider, inbound.sender, inbound.number, reference)


def _part_params(inbound: Inbound, part: Part, now: int) -> dict[str, object]:
    return {
        "provider": inbound.provider,
        "sender": inbound.sender,
        "number": inbound.number,
        "reference": whole_of(inbound).reference,
        "part": part.number,
        "total": part.total,
        "provider_ref": inbound.provider_ref,
        "body": inbound.body,
        "at": now,
    }


def _to_part(row: Row) -> Inbound:
    return Inbound(
        provider=row["provider"],
        provider_ref=row["provider_ref"],
        sender=Number(row["sender"]),
        number=Number(row["number"]),
        body=row["body"],
        received_at=from_ms(row["received_at"]),
        part=Part(row["reference"], row["part"], row["total"]),
    )
