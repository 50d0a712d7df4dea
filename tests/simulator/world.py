"""A carrier and something like a gateway for it, both real servers, for the length of a test."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from gateway.clock import Clock, SteppedClock
from gateway.simulator.carrier import Carrier

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from gateway.simulator.faults import Faults

OURS = "+15145550100"
PHONE = "+15145550123"
TOKEN, SECRET = "token", "secret"


@dataclass(frozen=True, slots=True)
class Hook:
    """One webhook as it came."""

    path: str
    form: dict[str, str]
    body: bytes
    signature: str


@dataclass(slots=True)
class Receiver:
    """Answers webhooks with the next of `answers`, then with 200."""

    hooks: list[Hook] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    hold: asyncio.Event | None = None
    url: str = ""

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        form = dict(parse_qsl(body.decode(), keep_blank_values=True))
        self.hooks.append(Hook(request.path_qs, form, body, request.headers["X-Carrier-Signature"]))
        if self.hold is not None:
            await self.hold.wait()
        return web.Response(status=self.answers.pop(0) if self.answers else 200)

    def statuses(self) -> list[str]:
        """Return what the receipts said, in order."""
        return [hook.form["status"] for hook in self.hooks if "status" in hook.form]


@dataclass(frozen=True, slots=True)
class World:
    """Everything that a test of the carrier holds."""

    clock: SteppedClock
    carrier: Carrier
    receiver: Receiver
    http: aiohttp.ClientSession
    base_url: str

    async def send(
        self, to: str = PHONE, text: str = "Hi", reference: str = "m1"
    ) -> tuple[int, dict[str, object]]:
        """Send as the gateway does; return the answer's status and JSON."""
        body = {
            "from": OURS,
            "to": to,
            "text": text,
            "reference": reference,
            "receipt_url": f"{self.receiver.url}/hooks/demo/receipt?project=clinic&message={reference}",
        }
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with self.http.post(f"{self.base_url}/messages", json=body, headers=headers) as response:
            return response.status, await response.json()

    async def pass_time(self, seconds: float) -> None:
        """Let the clock run, stopping at each moment when somebody wakes."""
        end = self.clock.monotonic() + seconds
        await self.carrier.settle()
        while (wait := self.clock.next_wake) is not None and self.clock.monotonic() + wait <= end:
            self.clock.step(wait)
            await self.clock.sleep(0)
            await self.carrier.settle()
        self.clock.step(end - self.clock.monotonic())


@asynccontextmanager
async def carrier_running(clock: Clock, faults: Faults | None = None) -> AsyncIterator[tuple[Carrier, str]]:
    """Give a carrier and its address; afterwards all of its work has ended."""
    async with asyncio.TaskGroup() as group:
        carrier = Carrier(clock, seed=1, secret=SECRET, token=TOKEN, faults=faults)
        try:
            yield carrier, await carrier.start(group.create_task)
        finally:
            await carrier.stop()


@asynccontextmanager
async def world(faults: Faults | None = None, *, network_optout: bool = False) -> AsyncIterator[World]:
    """Give a carrier with one number of ours connected to a receiver."""
    clock = SteppedClock(datetime(2026, 11, 22, 15, 0, tzinfo=UTC))
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/hooks/{tail:.*}", receiver.take)
    async with (
        TestServer(app) as server,
        aiohttp.ClientSession() as http,
        carrier_running(clock, faults) as (carrier, base_url),
    ):
        receiver.url = str(server.make_url("")).rstrip("/")
        carrier.connect(OURS, f"{receiver.url}/hooks/demo/inbound", network_optout=network_optout)
        yield World(clock, carrier, receiver, http, base_url)
