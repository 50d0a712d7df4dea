"""Builds the web application of a gateway and serves it."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import web

from gateway.web.guard import guarded
from gateway.web.keys import ENGINE, HTTP, Engine
from gateway.web.middleware import outermost
from gateway.web.pages import PAGES, Pages
from gateway.web.permission import May
from gateway.web.routes import routes
from gateway.web.session import SESSIONS, Sessions
from gateway.web.signin import new_signin_link as new_signin_link

_SHUTDOWN_SECONDS = 2.0
"""For handlers that are still at work once every stream has been ended."""


def build_application(gateway: Engine) -> web.Application:
    """Return the application with every route of this gateway."""
    app = web.Application(middlewares=[outermost])
    app[ENGINE] = gateway
    app[SESSIONS] = Sessions(gateway)
    app[PAGES] = Pages()
    app.cleanup_ctx.append(_client)
    app.on_shutdown.append(_end_streams)
    for route in routes(gateway):
        handler = guarded(route.handler, route.may)
        if route.method == "GET" and route.may is not May.PROVIDER:
            app.router.add_get(route.path, handler)  # answers HEAD as well
        else:
            app.router.add_route(route.method, route.path, handler)
    return app


@asynccontextmanager
async def serving(
    gateway: Engine, *, host: str | None = None, port: int | None = None, sock: socket.socket | None = None
) -> AsyncIterator[str]:
    """Serve on a socket, else on host and port (the settings' by default); give the address to call."""
    # A webhook goes on although its provider hung up: no cancellation of handlers.
    runner = web.AppRunner(
        build_application(gateway),
        access_log=None,
        # A packed body would be unpacked before its size and signature are known.
        auto_decompress=False,
        handler_cancellation=False,
        shutdown_timeout=_SHUTDOWN_SECONDS,
    )
    await runner.setup()
    try:
        server = gateway.settings.server
        if sock is not None:
            await web.SockSite(runner, sock).start()
        else:
            listen_on = server.host if host is None else host
            await web.TCPSite(runner, listen_on, server.port if port is None else port).start()
        yield _address(runner)
    finally:
        await runner.cleanup()


def _address(runner: web.AppRunner) -> str:
    host, port = runner.addresses[0][:2]
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - every interface is reached through this one
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


async def _client(app: web.Application) -> AsyncIterator[None]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        app[HTTP] = http
        yield


async def _end_streams(app: web.Application) -> None:
    app[ENGINE].feed.close()
