"""Style sheets, scripts and icons of our own pages."""

from __future__ import annotations

from aiohttp import web

from gateway.web.pages import STATIC, static_files

_NAMES = frozenset(static_files())


async def serve(request: web.Request) -> web.StreamResponse:
    """Send a file; a URL with its version may be kept for a year."""
    name = request.match_info["name"]
    if name not in _NAMES:
        raise web.HTTPNotFound
    keep = "public, max-age=31536000, immutable" if "v" in request.query else "no-cache"
    return web.FileResponse(STATIC / name, headers={"Cache-Control": keep})
