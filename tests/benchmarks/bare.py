"""The bare limit B: aiohttp with uvloop, one process, a webhook form parsed, a small answer, no storage."""

import contextlib
from collections.abc import AsyncIterator

from aiohttp import web

ANSWER = b'<?xml version="1.0" encoding="UTF-8"?><Response></Response>'


async def _answer(request: web.Request) -> web.Response:
    form = await request.post()
    if not form:
        raise web.HTTPBadRequest
    return web.Response(body=ANSWER, content_type="text/xml")


@contextlib.asynccontextmanager
async def bare_server() -> AsyncIterator[str]:
    """Serve the bare limit and yield its address."""
    app = web.Application()
    app.router.add_post("/hooks/bare/inbound", _answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        yield f"http://127.0.0.1:{port}/hooks/bare/inbound"
    finally:
        await runner.cleanup()
