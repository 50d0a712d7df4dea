"""Signing in by a one-time link, and out.

The link opens a page with a button: programs that look at links before people do (mail scanners, chat
previews) press no buttons, so they do not use it up.
"""

from __future__ import annotations

from datetime import timedelta

from aiohttp import web

from gateway.clock import to_ms
from gateway.store import sessions
from gateway.store.database import Transaction
from gateway.web.guard import refuse_foreign
from gateway.web.keys import ENGINE, Engine
from gateway.web.pages import PAGES
from gateway.web.session import SESSION, SESSIONS, hashed, new_token

LINK_LIFETIME = timedelta(minutes=15)
OPERATOR = "operator"
_NO_STORE = {"Cache-Control": "no-store"}


async def new_signin_link(gateway: Engine, *, user: str = OPERATOR) -> str:
    """Return a URL that signs its first visitor in within 15 minutes."""
    token = new_token()
    expires_at = to_ms(gateway.clock.now() + LINK_LIFETIME)

    async def write(tx: Transaction) -> None:
        await sessions.add_link(tx, token_hash=hashed(token), user=user, expires_at=expires_at)

    await gateway.writer.run(write, name="signin")
    return f"{gateway.settings.server.public_url}/signin?token={token}"


async def show(request: web.Request) -> web.StreamResponse:
    """Show the button that uses the link up, or say where to find a link."""
    token = request.query.get("token", "")
    if not token and not (await request.app[SESSIONS].load_session(request)).empty:
        raise web.HTTPSeeOther("/")
    return _page(request, "button" if token else "no_link", token=token)


async def enter(request: web.Request) -> web.StreamResponse:
    """Use a link up and sign its visitor in; always leads to the first page."""
    refuse_foreign(request)
    engine = request.app[ENGINE]
    token = (await request.post()).get("token")
    now = to_ms(engine.clock.now())

    async def use(tx: Transaction) -> str | None:
        return await sessions.use_link(tx, token_hash=hashed(str(token)), now=now)

    user = await engine.writer.run(use, name="signin")
    if user is None:
        return _page(request, "used", status=403)
    response = web.Response(status=303, headers={"Location": "/", **_NO_STORE})
    await request.app[SESSIONS].begin(request, response, user)
    return response


async def leave(request: web.Request) -> web.StreamResponse:
    """Sign out."""
    response = web.Response(status=303, headers={"Location": "/signin", **_NO_STORE})
    session = request[SESSION]
    session.invalidate()
    await request.app[SESSIONS].save_session(request, response, session)
    return response


def _page(request: web.Request, state: str, *, token: str = "", status: int = 200) -> web.Response:
    pages = request.app[PAGES]
    response = pages.answer(request, "console/signin.html", status=status, state=state, token=token)
    response.headers.update(_NO_STORE)
    return response
