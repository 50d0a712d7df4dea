"""Web sessions: a random token in a cookie, its hash and everything else in the database.

`Session` and the cookies are aiohttp-session's. Its middleware is not used: it keeps its state under text
keys, of which aiohttp warns, and it would cost every webhook a turn.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from aiohttp import web
from aiohttp_session import AbstractStorage, Session

from gateway.clock import to_ms
from gateway.store import sessions
from gateway.store.database import Transaction
from gateway.store.sessions import WebSession
from gateway.web.keys import Engine

LIFETIME = timedelta(days=14)
COOKIE = "gateway_session"

SESSION = web.RequestKey("session", Session)


class Sessions(AbstractStorage):
    """Sessions on the table `web_session`, so that they can be listed and revoked, and work over nodes."""

    def __init__(self, engine: Engine) -> None:
        secure = engine.settings.server.public_url.startswith("https://")
        super().__init__(
            cookie_name=COOKIE, max_age=int(LIFETIME.total_seconds()), secure=secure, samesite="Lax"
        )
        self._engine = engine

    async def load_session(self, request: web.Request) -> Session:
        """Return the session of a request, an empty one when there is none."""
        token = self.load_cookie(request)
        if token:
            now = to_ms(self._engine.clock.now())
            async with self._engine.database.reading() as tx:
                found = await sessions.find(tx, token_hash=hashed(token), now=now)
            if found:
                data = {"created": found.created_at // 1000, "session": dict(found.data)}
                # The database decides when it ends: aiohttp-session would read the machine's clock.
                return Session(token, data=data, new=False, max_age=None)  # type: ignore[arg-type]
        return await self.new_session()

    async def save_session(
        self, request: web.Request, response: web.StreamResponse, session: Session
    ) -> None:
        """Write a session and its cookie; an empty one is ended."""
        if session.empty:
            await self._end(session.identity)
            self.save_cookie(response, "")
            return
        if session.identity is None:
            session.set_new_identity(new_token())
        await self._keep(session)
        self.save_cookie(response, str(session.identity))

    async def begin(self, request: web.Request, response: web.StreamResponse, user: str) -> None:
        """Sign a browser in, under a token that nobody knew before."""
        await self._end(self.load_cookie(request))
        session = await self.new_session()
        session["user"], session["csrf"] = user, new_token()
        await self.save_session(request, response, session)

    async def _keep(self, session: Session) -> None:
        now = self._engine.clock.now()
        row = WebSession(
            token_hash=hashed(str(session.identity)),
            user=session["user"],
            data=dict(session),
            created_at=to_ms(now),
            expires_at=to_ms(now + LIFETIME),
        )

        async def write(tx: Transaction) -> None:
            await sessions.forget_expired(tx, now=to_ms(now))
            await sessions.save(tx, row)

        await self._engine.writer.run(write, name="session")

    async def _end(self, token: str | None) -> None:
        if not token:
            return

        async def write(tx: Transaction) -> None:
            await sessions.end(tx, token_hash=hashed(token))

        await self._engine.writer.run(write, name="session")


SESSIONS = web.AppKey("sessions", Sessions)


def new_token() -> str:
    """Return a token that cannot be guessed."""
    return secrets.token_urlsafe(32)


def hashed(token: str) -> str:
    """Return what the database keeps of a token."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
