"""What makes an inbound ours only once: ids seen before, and parts that wait for each other."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

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
INSERT INTO inbound_part (
    provider, sender, number, reference, total, part, provider_ref, body, optout_answered, media, received_at
) VALUES (
    :provider, :sender, :number, :reference, :total, :part, :provider_ref,
    :body, :optout_answered, :media, :at
)
ON CONFLICT (provider, sender, number, reference, total, part, provider_ref) DO NOTHING
"""

TAKE_PARTS = """
DELETE FROM inbound_part
WHERE (provider, sender, number, reference, total) IN (
    SELECT k.provider, k.sender, k.number, k.reference, k.total
    FROM {{ rows(:keys; provider text, sender text, number text, reference text, total bigint) }} AS k
)
RETURNING *
"""

DUE = """
SELECT provider, sender, number, reference, total FROM inbound_part
GROUP BY provider, sender, number, reference, total
HAVING MAX(received_at) < :before OR COUNT(DISTINCT part) >= total LIMIT 100
"""


@dataclass(frozen=True, slots=True)
class Whole:
    """What the parts of one text share.

    References are one octet and come again soon (3GPP TS 23.040, 9.2.3.24.1), so the number of parts
    tells texts apart as well.
    """

    provider: str
    sender: str
    number: str
    reference: str
    total: int


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


async def take_parts(tx: Transaction, wholes: Sequence[Whole]) -> list[Inbound]:
    """Remove the parts of some texts and return them in order of arrival.

    Reading them and removing them later would lose a part that another process keeps in between.
    """
    rows = await tx.fetch(TAKE_PARTS, {"keys": [asdict(whole) for whole in wholes]})
    return [_to_part(row) for row in sorted(rows, key=lambda row: (row["received_at"], row["part"]))]


async def due_wholes(tx: Transaction, *, before: int) -> list[Whole]:
    """Return texts of which no part has come since a moment, and those that are complete.

    The latter are rare: parts that two processes took at once, neither seeing the other's.
    """
    rows = await tx.fetch(DUE, {"before": before})
    return [Whole(r["provider"], r["sender"], r["number"], r["reference"], r["total"]) for r in rows]


def whole_of(inbound: Inbound, part: Part) -> Whole:
    """Return which text a part belongs to."""
    return Whole(inbound.provider, inbound.sender, inbound.number, part.reference, part.total)


def _part_params(inbound: Inbound, part: Part, now: int) -> dict[str, object]:
    return {
        **asdict(whole_of(inbound, part)),
        "part": part.number,
        "provider_ref": inbound.provider_ref,
        "body": json.dumps(inbound.body),
        "optout_answered": inbound.optout_answered,
        "media": json.dumps(inbound.media),
        "at": now,
    }


def _to_part(row: Row) -> Inbound:
    return Inbound(
        provider=row["provider"],
        provider_ref=row["provider_ref"],
        sender=Number(row["sender"]),
        number=Number(row["number"]),
        body=json.loads(row["body"]),
        received_at=from_ms(row["received_at"]),
        part=Part(row["reference"], row["part"], row["total"]),
        optout_answered=row["optout_answered"],
        media=tuple(json.loads(row["media"])),
    )
