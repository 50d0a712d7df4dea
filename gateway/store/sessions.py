"""Who is signed in: one-time links and web sessions, known by the hash of their token only."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gateway.store.database import Transaction


@dataclass(frozen=True, slots=True)
class WebSession:
    """A browser that is signed in; times are UTC milliseconds."""

    token_hash: str
    user: str
    data: Mapping[str, Any]
    created_at: int
    expires_at: int


ADD_LINK = """
INSERT INTO signin_link (token_hash, user_id, expires_at) VALUES (:token_hash, :user, :expires_at)
"""

USE_LINK = """
UPDATE signin_link SET used_at = :now
WHERE token_hash = :token_hash AND used_at IS NULL AND expires_at > :now
RETURNING user_id
"""

SAVE = """
INSERT INTO web_session (token_hash, user_id, data, created_at, expires_at)
VALUES (:token_hash, :user, :data, :created_at, :expires_at)
ON CONFLICT (token_hash) DO UPDATE SET data = excluded.data, expires_at = excluded.expires_at
"""

FIND = "SELECT * FROM web_session WHERE token_hash = :token_hash AND expires_at > :now"

END = "DELETE FROM web_session WHERE token_hash = :token_hash"

FORGET_SESSIONS = "DELETE FROM web_session WHERE expires_at <= :now"

FORGET_LINKS = "DELETE FROM signin_link WHERE expires_at <= :now"


async def add_link(tx: Transaction, *, token_hash: str, user: str, expires_at: int) -> None:
    """Keep a link that signs in once."""
    await tx.execute(ADD_LINK, {"token_hash": token_hash, "user": user, "expires_at": expires_at})


async def use_link(tx: Transaction, *, token_hash: str, now: int) -> str | None:
    """Use a link up and return whom it signs in; None when it is unknown, used or too old."""
    rows = await tx.fetch(USE_LINK, {"token_hash": token_hash, "now": now})
    return rows[0]["user_id"] if rows else None


async def save(tx: Transaction, session: WebSession) -> None:
    """Write a session, new or changed."""
    await tx.execute(
        SAVE,
        {
            "token_hash": session.token_hash,
            "user": session.user,
            "data": dict(session.data),
            "created_at": session.created_at,
            "expires_at": session.expires_at,
        },
    )


async def find(tx: Transaction, *, token_hash: str, now: int) -> WebSession | None:
    """Return a session that has not expired."""
    row = await tx.fetch_one(FIND, {"token_hash": token_hash, "now": now})
    if row is None:
        return None
    data = json.loads(row["data"])
    return WebSession(row["token_hash"], row["user_id"], data, row["created_at"], row["expires_at"])


async def end(tx: Transaction, *, token_hash: str) -> None:
    """Sign a browser out."""
    await tx.execute(END, {"token_hash": token_hash})


async def forget_expired(tx: Transaction, *, now: int) -> None:
    """Drop sessions and links that nobody can use any more."""
    await tx.execute(FORGET_SESSIONS, {"now": now})
    await tx.execute(FORGET_LINKS, {"now": now})
