"""Receipts as providers sent them: each kept once, the raw words beside our own."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from gateway.clock import to_ms
from gateway.domain.message import Failure, Receipt, Status
from gateway.domain.parts import Said
from gateway.store.database import Row, Statement, Transaction

Key = tuple[str, str]
"""(project, message id)."""

KEEP = """
INSERT INTO receipt (project_id, message_id, fingerprint, provider_ref, status, raw_status, raw_code,
reason, part, parts, at, received_at)
SELECT k.project_id, k.message_id, k.fingerprint, k.provider_ref, k.status, k.raw_status, k.raw_code,
k.reason, k.part, k.parts, k.at, :now
FROM {{ rows(:receipts; project_id text, message_id text, fingerprint text, provider_ref text,
status text, raw_status text, raw_code text, reason text, part bigint, parts bigint, at bigint) }} AS k
WHERE true
ORDER BY k.project_id, k.message_id, k.fingerprint
ON CONFLICT (project_id, message_id, fingerprint) DO NOTHING
RETURNING project_id, message_id, fingerprint
"""

OF_MESSAGES = """
SELECT r.* FROM {{ rows(:keys; project_id text, id text) }} AS k CROSS JOIN receipt r
WHERE r.project_id = k.project_id AND r.message_id = k.id
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """What all receipts of a message say, and what those said that were known before."""

    before: tuple[Said, ...]
    now: tuple[Said, ...]


def fingerprint(receipt: Receipt) -> str:
    """Return what tells a receipt from every other of its message."""
    said = (
        receipt.provider_ref,
        receipt.raw_status,
        receipt.raw_code,
        f"{receipt.part}/{receipt.parts}",
        str(to_ms(receipt.at)),
    )
    return hashlib.sha256("\0".join(said).encode(errors="replace")).hexdigest()[:32]


async def keep(
    tx: Transaction, receipts: Sequence[Receipt], *, now: int
) -> tuple[list[Receipt], dict[Key, Kept]]:
    """Keep receipts; return those not seen before, and all that is known of their messages."""
    given = {(r.project or "", r.message_id or "", fingerprint(r)): r for r in receipts}
    keys = sorted({(project, message_id) for project, message_id, _ in given})
    rows = [_row(*key, receipt) for key, receipt in given.items()]
    kept, known = await tx.batch([Statement(KEEP, {"receipts": rows, "now": now}), _of_messages(keys)])
    new = {(row["project_id"], row["message_id"], row["fingerprint"]) for row in kept}
    return [r for key, r in given.items() if key in new], _by_message(known, new)


def _of_messages(keys: Sequence[Key]) -> Statement:
    return Statement(OF_MESSAGES, {"keys": [{"project_id": p, "id": i} for p, i in keys]})


def _row(project: str, message_id: str, print_: str, receipt: Receipt) -> dict[str, object]:
    return {
        "project_id": project,
        "message_id": message_id,
        "fingerprint": print_,
        "provider_ref": _storable(receipt.provider_ref),
        "status": receipt.status,
        "raw_status": _storable(receipt.raw_status),
        "raw_code": _storable(receipt.raw_code),
        "reason": receipt.reason,
        "part": receipt.part,
        "parts": receipt.parts,
        "at": to_ms(receipt.at),
    }


def _storable(text: str) -> str:
    """Replace what no database keeps: NUL and lone surrogates."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def _by_message(rows: Sequence[Row], new: set[tuple[str, str, str]]) -> dict[Key, Kept]:
    before: dict[Key, list[Said]] = {}
    now: dict[Key, list[Said]] = {}
    for row in rows:
        if row["status"] is None:
            continue
        reason = Failure(row["reason"]) if row["reason"] else None
        said = Said(Status(row["status"]), reason, row["at"], row["part"], row["parts"])
        key = row["project_id"], row["message_id"]
        now.setdefault(key, []).append(said)
        if (*key, row["fingerprint"]) not in new:
            before.setdefault(key, []).append(said)
    return {key: Kept(tuple(before.get(key, ())), tuple(said)) for key, said in now.items()}
