"""Receipts as providers sent them: each kept once, the raw words beside our own."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from gateway.clock import to_ms
from gateway.domain.message import Failure, Receipt, Status
from gateway.store.database import Row, Statement, Transaction

KEEP = """
INSERT INTO receipt (project_id, message_id, fingerprint, provider_ref, status, raw_status, raw_code,
reason, part, parts, at, received_at)
SELECT k.project_id, k.message_id, k.fingerprint, k.provider_ref, k.status, k.raw_status, k.raw_code,
k.reason, k.part, k.parts, k.at, :now
FROM {{ rows(:receipts; project_id text, message_id text, fingerprint text, provider_ref text,
status text, raw_status text, raw_code text, reason text, part bigint, parts bigint, at bigint) }} AS k
WHERE true
ON CONFLICT (project_id, message_id, fingerprint) DO NOTHING
RETURNING project_id, message_id, fingerprint
"""

OF_MESSAGES = """
SELECT r.* FROM {{ rows(:keys; project_id text, id text) }} AS k CROSS JOIN receipt r
WHERE r.project_id = k.project_id AND r.message_id = k.id
"""


def fingerprint(receipt: Receipt) -> str:
    """Return what tells a receipt from every other of its message."""
    said = (
        receipt.provider_ref,
        receipt.raw_status,
        receipt.raw_code,
        str(receipt.part),
        str(to_ms(receipt.at)),
    )
    return hashlib.sha256("\0".join(said).encode()).hexdigest()[:32]


async def keep(tx: Transaction, receipts: Sequence[Receipt], *, now: int) -> set[tuple[str, str, str]]:
    """Keep receipts and return (project, message id, fingerprint) of those not seen before."""
    given = {(r.project, r.message_id, fingerprint(r)): r for r in receipts}
    rows = [
        {
            "project_id": project,
            "message_id": message_id,
            "fingerprint": print_,
            "provider_ref": r.provider_ref,
            "status": r.status,
            "raw_status": r.raw_status,
            "raw_code": r.raw_code,
            "reason": r.reason,
            "part": r.part,
            "parts": r.parts,
            "at": to_ms(r.at),
        }
        for (project, message_id, print_), r in given.items()
    ]
    found = await tx.fetch(KEEP, {"receipts": rows, "now": now})
    return {(row["project_id"], row["message_id"], row["fingerprint"]) for row in found}


def of_messages(keys: Sequence[tuple[str, str]]) -> Statement:
    """Read all receipts of messages."""
    return Statement(OF_MESSAGES, {"keys": [{"project_id": p, "id": i} for p, i in keys]})


def to_parts(rows: Sequence[Row]) -> dict[tuple[str, str], list[tuple[int, Status, Failure | None]]]:
    """Return, by message, what was said of each part."""
    parts: dict[tuple[str, str], list[tuple[int, Status, Failure | None]]] = {}
    for row in rows:
        if row["status"] is not None:
            reason = Failure(row["reason"]) if row["reason"] else None
            said = (row["part"], Status(row["status"]), reason)
            parts.setdefault((row["project_id"], row["message_id"]), []).append(said)
    return parts
