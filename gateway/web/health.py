"""What operations ask: is the process alive, can it work, what does it count."""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
from typing import Any

from aiohttp import web

from gateway.domain import zones
from gateway.errors import StorageError
from gateway.metrics import CONTENT_TYPE
from gateway.store import claims
from gateway.store.migrate import pending
from gateway.web.keys import ENGINE, Engine

_DATABASE_SECONDS = 2.0


async def live(request: web.Request) -> web.Response:
    """Answer as long as the loop turns."""
    return web.json_response({"status": "alive"})


async def ready(request: web.Request) -> web.Response:
    """Tell whether texts would be taken and handed over, check by check; 503 when one fails."""
    checks = await readiness(request.app[ENGINE])
    good = all(check["ok"] for check in checks.values())
    body = {"status": "ready" if good else "not ready", "checks": checks}
    return web.json_response(body, status=200 if good else 503)


async def metrics(request: web.Request) -> web.Response:
    """Return the counters, to this machine or to whoever has the token."""
    engine = request.app[ENGINE]
    if not _may_read(request, engine):
        raise web.HTTPForbidden
    await _refresh(engine)
    return web.Response(body=engine.metrics.render(), headers={"Content-Type": CONTENT_TYPE})


async def readiness(engine: Engine) -> dict[str, dict[str, Any]]:
    """Return each check with its answer, and what is wrong in words of the machine."""
    return {
        **await _database(engine),
        "supervisor": {"ok": engine.supervisor.healthy},
        "lanes": _lanes(engine),
        "zones": {"ok": zones.zones_are_sound()},
    }


async def _database(engine: Engine) -> dict[str, dict[str, Any]]:
    try:
        async with asyncio.timeout(_DATABASE_SECONDS):
            missing = await pending(engine.database)
    except (StorageError, TimeoutError) as error:
        unknown = {"ok": False, "error": type(error).__name__}
        return {"database": unknown, "migrations": unknown}
    return {"database": {"ok": True}, "migrations": {"ok": not missing, "pending": len(missing)}}


def _lanes(engine: Engine) -> dict[str, Any]:
    """Where one process has all lanes (SQLite) it holds every lease.

    A lane that its provider stopped is told, and does not fail the check: a balancer would take the
    inbound away as well, and the text of a provider that does not retry with it.
    """
    if engine.lanes is None:
        return {"ok": False, "error": "not running"}
    now = engine.clock.monotonic()
    lanes = engine.lanes.all
    stopped = {number: lane.stopped_because for number, lane in lanes.items() if lane.stopped_because}
    unheld: list[str] = []
    if engine.settings.database.is_sqlite:
        unheld = [number for number, lane in lanes.items() if lane.lease_until <= now]
    return {"ok": not unheld, "stopped": stopped, "without_lease": unheld}


def _may_read(request: web.Request, engine: Engine) -> bool:
    token = engine.settings.server.metrics_token
    if token is not None:
        expected = f"Bearer {token.get_secret_value()}".encode()
        given = request.headers.get("Authorization", "").encode(errors="replace")
        if hmac.compare_digest(given, expected):
            return True
    return _is_this_machine(request)


def _is_this_machine(request: web.Request) -> bool:
    """Tell whether the caller is local, and no proxy on this machine asks for somebody else."""
    if any(name in request.headers for name in ("Forwarded", "X-Forwarded-For", "X-Real-IP")):
        return False
    try:
        return ipaddress.ip_address(request.remote or "").is_loopback
    except ValueError:
        return False


async def _refresh(engine: Engine) -> None:
    """Bring those numbers up to date that nobody counts as they change."""
    engine.metrics.writer_depth.set(engine.writer.depth)
    async with engine.database.reading() as tx:
        waiting = await claims.count_waiting(tx)
    for sender in engine.directory.senders:
        queued = sum(waiting.get((sender.number, status), 0) for status in ("queued", "held"))
        engine.metrics.lane_queue.labels(sender=sender.number).set(queued)
