"""Who is asking: the session behind a page, and whether a form came from one of our own pages."""

from __future__ import annotations

import hmac
from functools import wraps
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

from gateway.web.keys import ENGINE
from gateway.web.permission import May
from gateway.web.session import SESSION, SESSIONS

_READING = frozenset({"GET", "HEAD", "OPTIONS"})


def guarded(handler: Handler, may: May) -> Handler:
    """Return the handler behind its permission; providers and operations are checked by their handlers."""
    if may is not May.CONSOLE:
        return handler

    @wraps(handler)
    async def behind(request: web.Request) -> web.StreamResponse:
        session = await request.app[SESSIONS].load_session(request)
        if session.empty:
            raise _not_signed_in(request)
        request[SESSION] = session
        if request.method not in _READING:
            refuse_foreign(request)
            await _refuse_without_token(request, session["csrf"])
        response = await handler(request)
        if not response.prepared:
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return behind


def wants_page(request: web.Request) -> bool:
    """Tell whether a person's browser is asking, not a program."""
    return "text/html" in request.headers.get("Accept", "")


def refuse_foreign(request: web.Request) -> None:
    """Refuse what a page of another site sent; browsers say it in headers that scripts cannot set."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site not in {"same-origin", "none"}:
            raise web.HTTPForbidden
        return
    origin = request.headers.get("Origin")
    if origin is not None and not _is_ours(request, origin):
        raise web.HTTPForbidden


def _is_ours(request: web.Request, origin: str) -> bool:
    ours = urlsplit(request.app[ENGINE].settings.server.public_url)
    return origin == f"{ours.scheme}://{ours.netloc}" or urlsplit(origin).netloc == request.host


async def _refuse_without_token(request: web.Request, expected: str) -> None:
    given = request.headers.get("X-CSRF-Token") or (await request.post()).get("csrf")
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), expected.encode()):
        raise web.HTTPForbidden


def _not_signed_in(request: web.Request) -> web.HTTPException:
    if wants_page(request) and request.method in _READING:
        return web.HTTPSeeOther("/signin")
    return web.HTTPUnauthorized()
