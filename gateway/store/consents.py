"""The consent ledger (append-only) and the suppressions that follow from it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from gateway.clock import from_ms, to_ms
from gateway.domain.consent import Basis, ConsentEvent, ConsentStatus, Scope, Source, Suppression
from gateway.store.database import Row, Statement, Transaction

INSERT = """
INSERT INTO consent_event (project_id, id, number_hash, channel, topic, status, basis, source,
wording, locale, evidence, actor, at, expires_at)
VALUES (:project, :id, :number_hash, :channel, :topic, :status, :basis, :source, :wording,
:locale, :evidence, :actor, :at, :expires_at)
"""

SUPPRESS = """
INSERT INTO suppression (project_id, number_hash, scope, reason, source, evidence, at, confirmed_at,
carrier_blocks)
VALUES (:project, :hash, :scope, :reason, :source, :evidence, :at, :confirmed_at, :carrier_blocks)
ON CONFLICT (project_id, number_hash) DO UPDATE SET reason = excluded.reason, source = excluded.source,
evidence = excluded.evidence, at = excluded.at, confirmed_at = excluded.confirmed_at,
carrier_blocks = excluded.carrier_blocks,
scope = CASE WHEN suppression.scope = 'all' THEN 'all' ELSE excluded.scope END
"""

STANDING = """
SELECT s.* FROM {{ rows(:keys; project_id text, number_hash text) }} AS k
CROSS JOIN suppression s WHERE s.project_id = k.project_id AND s.number_hash = k.number_hash
"""

LIFT = "DELETE FROM suppression WHERE project_id = :project AND number_hash = :hash"


def insert(events: Sequence[ConsentEvent], new_id: Callable[[], str]) -> Statement:
    """Append to the ledger."""
    return Statement(
        INSERT,
        many=[
            {
                "project": e.project,
                "id": new_id(),
                "number_hash": e.number_hash,
                "channel": e.channel,
                "topic": e.topic,
                "status": e.status,
                "basis": e.basis,
                "source": e.source,
                "wording": e.wording,
                "locale": e.locale,
                "evidence": e.evidence,
                "actor": e.actor,
                "at": to_ms(e.at),
                "expires_at": to_ms(e.expires_at) if e.expires_at else None,
            }
            for e in events
        ],
    )


def save_suppressions(standing: Mapping[tuple[str, str], Suppression | None]) -> list[Statement]:
    """Write suppressions by (project, hash); None lifts one."""
    written = [
        {
            "project": project,
            "hash": s.hash,
            "scope": s.scope,
            "reason": s.reason,
            "source": s.source,
            "evidence": s.evidence,
            "at": to_ms(s.at),
            "confirmed_at": to_ms(s.confirmed_at) if s.confirmed_at else None,
            "carrier_blocks": int(s.carrier_blocks),
        }
        for (project, _), s in standing.items()
        if s is not None
    ]
    lifted = [{"project": project, "hash": hash} for (project, hash), s in standing.items() if s is None]
    return [Statement(SUPPRESS, many=written), Statement(LIFT, many=lifted)]


async def standing(tx: Transaction, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], Suppression]:
    """Return the suppressions of (project, hash), also where no address is known."""
    given = [{"project_id": project, "number_hash": hash} for project, hash in sorted(keys)]
    rows = await tx.fetch(STANDING, {"keys": given})
    return {(row["project_id"], row["number_hash"]): to_suppression(row) for row in rows}


def to_suppression(row: Row) -> Suppression:
    """Return the suppression of a row."""
    return Suppression(
        hash=row["number_hash"],
        scope=Scope(row["scope"]),
        at=from_ms(row["at"]),
        reason=row["reason"],
        source=Source(row["source"]),
        evidence=row["evidence"],
        confirmed_at=from_ms(row["confirmed_at"]) if row["confirmed_at"] is not None else None,
        carrier_blocks=bool(row["carrier_blocks"]),
    )


def to_consent(row: Row) -> ConsentEvent:
    """Return the ledger's line of a row."""
    return ConsentEvent(
        project=row["project_id"],
        number_hash=row["number_hash"],
        channel=row["channel"],
        topic=row["topic"],
        status=ConsentStatus(row["status"]),
        basis=Basis(row["basis"]),
        source=Source(row["source"]),
        wording=row["wording"],
        locale=row["locale"],
        evidence=row["evidence"],
        actor=row["actor"],
        at=from_ms(row["at"]),
        expires_at=from_ms(row["expires_at"]) if row["expires_at"] is not None else None,
    )
