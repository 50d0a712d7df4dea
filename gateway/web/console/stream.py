"""The live side of a conversation: server-sent events, replayed exactly after a break.

Each event has the id of its row in the ledger of events. A browser that reconnects names the last one it
saw (`Last-Event-ID`); everything after it is read from the store, then the live feed goes on.
"""

from __future__ import annotations

import asyncio
import contextlib
import json

from aiohttp import web
from aiohttp_sse import EventSourceResponse, sse_response

from gateway.domain.message import Direction
from gateway.store import events, messages
from gateway.store.events import Event
from gateway.web.console.conversation import Bubble, Line, bubbles, with_network
from gateway.web.console.handset import line_of
from gateway.web.console.network import network_texts
from gateway.web.keys import ENGINE, Engine
from gateway.web.languages import locale_of
from gateway.web.middleware import safety_headers
from gateway.web.pages import PAGES

_LOOK_EVERY = 1.0
"""Seconds between looks whether the browser is still there."""
_RECONNECT_MS = 1000
_PAGE = 200


async def follow(request: web.Request) -> web.StreamResponse:
    """Tell a page what happens in its conversation, until the browser or the server ends it."""
    stream = _Stream(request, await line_of(request))
    with request.app[ENGINE].feed.subscribe() as queue:
        async with sse_response(request, headers=safety_headers(request)) as response:
            # A browser that is gone shows only at a write.
            with contextlib.suppress(ConnectionError):
                await stream.begin(response)
                await stream.go_on(response, queue)
    return response


class _Stream:
    """One open page."""

    def __init__(self, request: web.Request, line: Line) -> None:
        self._request = request
        self._line = line
        self._engine: Engine = request.app[ENGINE]
        self._pages = request.app[PAGES]
        self._locale = locale_of(request)
        self._last = request.headers.get("Last-Event-ID") or request.query.get("since", "")

    async def begin(self, response: EventSourceResponse) -> None:
        """Send what happened since the page was made, or since the connection broke."""
        await response.send("", event="hello", retry=_RECONNECT_MS)
        projects = self._line.sender.projects
        if not self._last:
            async with self._engine.database.reading() as tx:
                self._last = await events.latest(tx, projects)
        while True:
            async with self._engine.database.reading() as tx:
                missed = await events.since(tx, projects, self._last, limit=_PAGE)
            for event in missed:
                await self._tell(response, event)
            if len(missed) < _PAGE:
                return

    async def go_on(self, response: EventSourceResponse, queue: asyncio.Queue[Event | None]) -> None:
        """Send what happens from now on; returns when the feed ends or the browser is gone."""
        while self._request.transport is not None and not self._request.transport.is_closing():
            try:
                async with asyncio.timeout(_LOOK_EVERY):
                    event = await queue.get()
            except TimeoutError:
                continue
            if event is None:
                return
            if event.id > self._last and event.project in self._line.sender.projects:
                await self._tell(response, event)

    async def _tell(self, response: EventSourceResponse, event: Event) -> None:
        self._last = event.id
        if not event.type.startswith("message.") or not self._may_concern(event):
            return
        async with self._engine.database.reading() as tx:
            message = await messages.find(tx, project=event.project, id=event.object_id)
            if message is None or not self._line.holds(message):
                return
            shown = await bubbles(self._engine, tx, [message])
        if message.direction is Direction.INBOUND:
            network = await network_texts(self._request.app, self._line.phone, self._line.sender.number)
            shown = with_network(shown, [message], network)
        said = {"type": event.type, "bubbles": [self._rendered(bubble) for bubble in shown]}
        await response.send(json.dumps(said), id=event.id)

    def _may_concern(self, event: Event) -> bool:
        """Spare the look into the ledger where the event itself names another phone or number."""
        number, sender = event.data.get("number"), event.data.get("sender")
        return number in {None, self._line.phone} and sender in {None, self._line.sender.number}

    def _rendered(self, bubble: Bubble) -> dict[str, str]:
        html = self._pages.render("console/_bubble.html", self._locale, {"bubble": bubble})
        return {"id": bubble.id, "html": html}
