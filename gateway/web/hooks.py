"""Where providers hand in texts and receipts: verify, parse, write, and only then acknowledge.

A provider that gets 2xx never sends again, so the answer waits for the commit. This is the busiest door:
nothing here logs, decodes or looks up more than it must.
"""

from __future__ import annotations

import asyncio

import structlog
from aiohttp import web
from aiohttp.http import HttpProcessingError

from gateway.domain.message import Inbound, Receipt
from gateway.errors import Overloaded, StorageError
from gateway.providers.base import Events, Malformed, Provider, WebRequest
from gateway.web.keys import ENGINE, Engine

log = structlog.get_logger(__name__)

_BODY_SECONDS = 10.0
"""How long a provider may take to send the rest of a body."""


class _Refusal(Exception):
    """The request ends here; `reason` is for the counter, `detail` for the log."""

    def __init__(self, status: int, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.detail = detail


async def receive(request: web.Request) -> web.Response:
    """Take a webhook of a provider, whichever of its two URLs it was sent to."""
    engine = request.app[ENGINE]
    began = engine.clock.monotonic()
    provider = engine.providers.get(request.match_info["provider"])
    if provider is None:
        engine.metrics.webhook_rejected.labels(provider="", reason="unknown_provider").inc()
        return web.Response(status=404)
    try:
        events = _understand(engine, provider, await _read(request, engine))
        await _write(engine, provider, events)
    except _Refusal as refusal:
        return _refuse(engine, provider, refusal)
    except Overloaded as full:
        # Counted and not logged: a flood at the door must not become one in the log.
        engine.metrics.webhook_rejected.labels(provider=provider.name, reason="overloaded").inc()
        return _come_back(full.retry_after)
    except StorageError as error:
        engine.metrics.webhook_rejected.labels(provider=provider.name, reason="not_stored").inc()
        log.error("hooks.not_stored", provider=provider.name, exc_info=error)
        return _come_back(1.0)
    answer = provider.answer(events)
    engine.metrics.intake_seconds.observe(engine.clock.monotonic() - began)
    return web.Response(
        status=answer.status, body=answer.body, content_type=answer.content_type, headers=answer.headers
    )


def _come_back(seconds: float) -> web.Response:
    return web.Response(status=503, headers={"Retry-After": f"{max(1.0, seconds):.0f}"})


async def probe(request: web.Request) -> web.Response:
    """Tell a provider's console, which asks by HEAD, that the URL exists."""
    known = request.match_info["provider"] in request.app[ENGINE].providers
    return web.Response(status=200 if known else 404)


def _refuse(engine: Engine, provider: Provider, refusal: _Refusal) -> web.Response:
    engine.metrics.webhook_rejected.labels(provider=provider.name, reason=refusal.reason).inc()
    log.warning("hooks.refused", provider=provider.name, why=refusal.reason, reason=refusal.detail)
    return web.Response(status=refusal.status)


async def _read(request: web.Request, engine: Engine) -> WebRequest:
    server = engine.settings.server
    if "Content-Encoding" in request.headers:
        raise _Refusal(415, "packed")
    if (request.content_length or 0) > server.max_body:
        raise _Refusal(413, "too_large")
    if request.content.is_eof():
        body = request.content.read_nowait()
    else:
        body = await _read_slowly(request, server.max_body)
    if len(body) > server.max_body:
        raise _Refusal(413, "too_large")
    headers = {name.lower(): value for name, value in request.headers.items()}
    return WebRequest(request.method, server.public_url + request.raw_path, headers, body)


async def _read_slowly(request: web.Request, most: int) -> bytes:
    """Read a body that did not come with its headers, up to a little more than `most` bytes."""
    body = bytearray()
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            while len(body) <= most and (chunk := await request.content.readany()):
                body.extend(chunk)
    except TimeoutError:
        raise _Refusal(408, "incomplete") from None
    except (web.RequestPayloadError, HttpProcessingError, ConnectionError):
        raise _Refusal(400, "incomplete") from None
    return bytes(body)


def _understand(engine: Engine, provider: Provider, request: WebRequest) -> Events:
    now = engine.clock.now()
    if unverified := provider.verify(request, now):
        raise _Refusal(unverified.status, "unverified", unverified.reason)
    try:
        events = provider.parse(request, now)
    except UnicodeDecodeError:
        raise _Refusal(400, "charset") from None
    if isinstance(events, Malformed):
        raise _Refusal(events.status, "malformed", events.reason)
    return events


async def _write(engine: Engine, provider: Provider, events: Events) -> None:
    """Commit everything of one request; the writer keeps the order in which it is given."""
    hold = engine.settings.intake.hold
    patience = provider.capabilities.hold if hold is None else hold.total_seconds()
    if len(events) == 1:
        await _submit(engine, events[0], patience)
        return
    done = await asyncio.gather(*(_submit(engine, e, patience) for e in events), return_exceptions=True)
    for failure in done:
        if failure is not None:
            raise failure


async def _submit(engine: Engine, event: Inbound | Receipt, patience: float) -> None:
    if isinstance(event, Receipt):
        await engine.writer.submit(engine.receipts, event, patience=patience)
        return
    taken = await engine.writer.submit(engine.intake, event, patience=patience)
    engine.metrics.inbound.labels(provider=event.provider, outcome=taken).inc()
