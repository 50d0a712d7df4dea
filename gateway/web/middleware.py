"""What every answer of a page or of the API has in common: its id, its safety headers, the shape of errors.

Webhooks pass through untouched: they are the busiest door, and providers read nothing but the status.
"""

from __future__ import annotations

import re
from http import HTTPStatus

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from gateway.errors import InvalidRequest, NotFound, Overloaded, StorageError
from gateway.ids import new_id
from gateway.web.guard import wants_page
from gateway.web.keys import ENGINE
from gateway.web.pages import PAGES

log = structlog.get_logger(__name__)

SAFETY = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'; object-src 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",  # not no-referrer: with it a form's Origin is "null"
    "X-Content-Type-Options": "nosniff",
}
_HOOKS = "/hooks/"
_GIVEN_ID = re.compile(r"[\w.:\-]{8,64}")
_KEPT = ("Allow", "Retry-After", "WWW-Authenticate")


@web.middleware
async def outermost(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer errors in the caller's form, and put the common headers on everything but webhooks."""
    if request.path.startswith(_HOOKS):
        return await handler(request)
    given = request.headers.get("X-Request-ID", "")
    request_id = given if _GIVEN_ID.fullmatch(given) else new_id()
    with structlog.contextvars.bound_contextvars(request_id=request_id):
        response = await _answered(request, handler)
    if not response.prepared:
        response.headers.update(safety_headers(request))
        response.headers["X-Request-ID"] = request_id
    return response


def safety_headers(request: web.Request) -> dict[str, str]:
    """Return what a stream, which sends its headers itself, must add to them."""
    if request.app[ENGINE].settings.server.public_url.startswith("https://"):
        return {**SAFETY, "Strict-Transport-Security": "max-age=31536000"}
    return SAFETY


async def _answered(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPException as error:
        headers = {name: error.headers[name] for name in (*_KEPT, "Location") if name in error.headers}
        if error.status < 400:
            return web.Response(status=error.status, headers=headers)
        return problem(request, error.status, headers=headers)
    except InvalidRequest as error:
        status = 404 if isinstance(error, NotFound) else 400
        return problem(request, status, code=error.code, detail=error.detail)
    except (Overloaded, StorageError) as error:
        log.error("web.not_stored", route=_route(request), exc_info=error)
        return problem(request, 503, headers={"Retry-After": "1"})
    except Exception as error:  # the last resort: whatever it is, its words stay in the log
        log.error("web.failed", method=request.method, route=_route(request), exc_info=error)
        return problem(request, 500)


def problem(
    request: web.Request,
    status: int,
    *,
    code: str = "",
    detail: str = "",
    headers: dict[str, str] | None = None,
) -> web.Response:
    """Return an error: a page for a person, a problem document (RFC 9457) for a program."""
    if wants_page(request):
        response = request.app[PAGES].answer(request, "console/problem.html", status=status, code=status)
        response.headers.update(headers or {})
        return response
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    if code:
        body["code"] = code
    if detail:
        body["detail"] = detail
    return web.json_response(body, status=status, headers=headers, content_type="application/problem+json")


def _route(request: web.Request) -> str:
    """Return the path as the table has it, which holds no number and no token."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else "unknown"
