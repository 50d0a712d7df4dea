"""Runs the server of this process: from a checked configuration to the signal that ends it."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import replace
from ipaddress import ip_address
from urllib.parse import urlsplit

import structlog

from gateway import __version__
from gateway.app import Gateway, open_gateway
from gateway.check import check
from gateway.domain.zones import use_packaged_zones
from gateway.errors import GatewayError, SettingsError
from gateway.settings import Settings
from gateway.simulator.faults import Faults, Span
from gateway.web.server import serving

log = structlog.get_logger(__name__)

LIFELIKE = Faults(answer=Span(0.02, 0.08), transit=Span(0.2, 0.8), receipt=Span(0.2, 0.6))
"""How the simulated carrier behaves where people look on."""

Ready = Callable[[Gateway, str], Awaitable[None]]


class CannotListen(GatewayError):
    """The address is taken, or not ours."""


def run(settings: Settings, *, on_ready: Ready | None = None) -> int:
    """Serve until SIGTERM or SIGINT and return the exit code: 0, or 1 when a part of the server died.

    Raises SettingsError with every problem, StorageError and CannotListen, all before anything is served.
    """
    report = check(settings)
    for warning in report.warnings:
        log.warning("config.unusual", detail=warning)
    if not report.good:
        raise SettingsError(list(report.problems))
    return _in_loop(_serve(settings, on_ready))


def at_address(settings: Settings, host: str | None, port: int | None) -> Settings:
    """Listen elsewhere; a public address that only this machine reaches follows the port."""
    server = settings.server
    changed: dict[str, object] = {"host": host or server.host, "port": server.port if port is None else port}
    if _is_loopback(server.public_url) and changed["port"]:
        scheme = urlsplit(server.public_url).scheme
        changed["public_url"] = f"{scheme}://{_bracketed(_reachable(str(changed['host'])))}:{changed['port']}"
    return replace(settings, server=server.model_copy(update=changed))


def _in_loop(work: Coroutine[None, None, int]) -> int:
    """Run on uvloop where it is installed."""
    new_loop: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop
    with suppress(ImportError):
        from uvloop import new_event_loop as new_loop
    with asyncio.Runner(loop_factory=new_loop) as runner:
        return runner.run(work)


async def _serve(settings: Settings, on_ready: Ready | None) -> int:
    stopping = _stop_on_signals()
    sock = None
    if settings.server.port == 0:
        sock = _listen(settings)
        settings = at_address(settings, None, sock.getsockname()[1])
    try:
        async with open_gateway(settings, faults=LIFELIKE) as gateway:
            sock = sock or _listen(settings)
            async with serving(gateway, sock=sock) as address:
                _tell_start(gateway, address)
                if on_ready is not None:
                    await on_ready(gateway, address)
                await _first(stopping, gateway.supervisor.failed)
                failed = gateway.supervisor.failed.is_set()
                log.info("gateway.stopping", failed=failed)
    finally:
        if sock is not None:
            sock.close()
    log.info("gateway.stopped", failed=failed)
    return int(failed)


def _stop_on_signals() -> asyncio.Event:
    """Return what the first signal sets; the second one ends the process as usual."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()

    def stop() -> None:
        stopping.set()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    return stopping


async def _first(*events: asyncio.Event) -> None:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(event.wait()) for event in events]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()


def _listen(settings: Settings) -> socket.socket:
    host, port = settings.server.host, settings.server.port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=1024)
    except OSError as error:
        reason = error.strerror or str(error)
        raise CannotListen(
            f"cannot listen on {_bracketed(host)}:{port}: {reason}; --port takes another"
        ) from error


def _tell_start(gateway: Gateway, address: str) -> None:
    log.info(
        "gateway.started",
        version=__version__,
        url=address,
        database="sqlite" if gateway.settings.database.is_sqlite else "postgresql",
        tzdata=use_packaged_zones(),
        projects=len(gateway.settings.projects),
        senders=len(gateway.settings.senders),
    )


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"


def _reachable(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - every interface


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
