"""The first page."""

from __future__ import annotations

from aiohttp import web

from gateway.web.health import readiness
from gateway.web.keys import ENGINE
from gateway.web.pages import PAGES


async def show(request: web.Request) -> web.StreamResponse:
    """Lead to the simulated phones, or without them show our numbers and how the gateway is."""
    engine = request.app[ENGINE]
    if engine.carrier is not None:
        raise web.HTTPSeeOther("/handset")
    return request.app[PAGES].answer(
        request,
        "console/home.html",
        senders=engine.directory.senders,
        projects=engine.settings.projects,
        checks=await readiness(engine),
    )
