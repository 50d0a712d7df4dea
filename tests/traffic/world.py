"""A whole gateway with its hooks over HTTP, a simulated carrier beside it, and time held by the test."""

from __future__ import annotations

import asyncio
import dataclasses
import socket
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from gateway.app import open_gateway
from gateway.clock import Clock, SteppedClock, SystemClock, to_ms
from gateway.domain.consent import ConsentEvent, ConsentStatus, Source, suppression_hash
from gateway.domain.gate import Ground
from gateway.domain.message import Purpose
from gateway.ids import new_id
from gateway.settings import Settings, load_settings
from gateway.store import claims, consents, correspondents, events, messages
from gateway.store.addresses import Key
from gateway.traffic.changes import Changes
from gateway.traffic.outbox import Draft, Text
from gateway.web.server import serving
from tests.simulator.world import SECRET, TOKEN, carrier_running

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence

    from gateway.app import Gateway
    from gateway.simulator.carrier import Carrier
    from gateway.simulator.faults import Faults
    from gateway.simulator.webhooks import Delivery
    from gateway.store.claims import Attempt
    from gateway.store.database import Transaction
    from gateway.store.messages import Message
    from gateway.traffic.lane import Lane

ROOT = Path(__file__).parent.parent.parent
PROJECT = "clinic"
LONG, TOLL_FREE, SHORT = "+15145550100", "+18335550100", "51234"
PHONE = "+15145550123"
MONDAY = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
"""Ten in the morning in Montréal: every purpose may be sent."""
_REAL = SystemClock()
_QUIET_ROUNDS = 3


def number_of(index: int) -> str:
    """Return a phone in Montréal."""
    return f"+1514{2_000_000 + index}"


def load(
    folder: Path,
    *,
    rates: Mapping[str, float] | None = None,
    provider: Mapping[str, str] | None = None,
    environ: Mapping[str, str] | None = None,
    tables: str = "",
    url: str = "http://127.0.0.1:1",
) -> Settings:
    """Return the shipped settings with other rates, keys of the provider, environment and more tables."""
    text = f"{(ROOT / 'config.toml').read_text()}\n{tables}"
    for sender, rate in (rates or {}).items():
        text = text.replace(f'[senders."{sender}"]', f'[senders."{sender}"]\nrate = {rate}')
    lines = "".join(f"{key} = {value}\n" for key, value in (provider or {}).items())
    text = text.replace('kind = "simulator"', f"{lines}kind = 'simulator'")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.toml").write_text(text)
    given = {
        "GATEWAY_SECURITY__SECRET": "0123456789abcdef0123456789abcdef",
        "GATEWAY_DATABASE__MIGRATE": "true",
    }
    settings = load_settings(folder / "config.toml", {**given, **(environ or {})})
    server = settings.server.model_copy(update={"public_url": url})
    return dataclasses.replace(settings, server=server)


@dataclass(frozen=True, slots=True)
class Network:
    """A carrier that outlives gateways, and where it listens."""

    carrier: Carrier
    base_url: str


@asynccontextmanager
async def networked(clock: Clock, faults: Faults | None = None) -> AsyncIterator[Network]:
    """Give a carrier for several gateways."""
    async with carrier_running(clock, faults) as (carrier, base_url):
        yield Network(carrier, base_url)


@dataclass(slots=True)
class Guard:
    """Stands before a carrier and refuses calls of these methods with `status` while there is one."""

    network: Network
    status: int | None = None
    methods: tuple[str, ...] = ("GET", "POST")
    calls: int = 0

    async def forward(self, request: web.Request) -> web.Response:
        self.calls += 1
        if self.status is not None and request.method in self.methods:
            return web.json_response({"code": "refused", "message": ""}, status=self.status)
        headers = {
            name: request.headers[name]
            for name in ("Authorization", "Content-Type")
            if name in request.headers
        }
        url = f"{self.network.base_url}{request.path_qs}"
        async with (
            aiohttp.ClientSession() as http,
            http.request(request.method, url, data=await request.read(), headers=headers) as answer,
        ):
            return web.Response(status=answer.status, body=await answer.read())


@asynccontextmanager
async def guarded(network: Network) -> AsyncIterator[tuple[Network, Guard]]:
    """Give a network whose carrier can be made to refuse, and the guard that does."""
    guard, app = Guard(network), web.Application()
    app.router.add_route("*", "/{tail:.*}", guard.forward)
    async with TestServer(app) as server:
        yield Network(network.carrier, str(server.make_url("")).rstrip("/")), guard


@dataclass(slots=True)
class World:
    """What a test holds: a running gateway, the network it speaks to, and the clock of both."""

    gateway: Gateway
    network: Network
    clock: Clock
    _probes: int = field(default=0)

    @property
    def carrier(self) -> Carrier:
        return self.network.carrier

    async def text(self, body: str, *, phone: str = PHONE, to: str = LONG) -> Delivery:
        """Let a phone text us, over HTTP."""
        return await self.carrier.text(phone, to, body)

    async def send(
        self,
        *numbers: str,
        body: str = "Hello",
        purpose: Purpose = Purpose.TRANSACTIONAL,
        sender: str = LONG,
        ground: Ground = Ground.OPERATOR,
        **draft: Any,
    ) -> list[Message]:
        """Write one text for each number through the outbox, all in one transaction."""
        gateway = self.gateway
        project, ours = gateway.directory.project(PROJECT), gateway.directory.sender(sender)
        assert ours is not None
        keys = [Key(PROJECT, number, self._hash(number)) for number in numbers]

        async def write(tx: Transaction) -> list[Message]:
            now = to_ms(self.clock.now())
            people = await correspondents.load(
                tx, keys, now=now, new_id=new_id, phone_keyed=gateway.directory.phone_keyed
            )
            changes = Changes(new_id)
            given = {"asked_at": now, **draft}
            put = [
                gateway.outbox.put(
                    project,
                    ours,
                    people[PROJECT, number],
                    changes,
                    now,
                    Draft(text=Text(body, "en"), purpose=purpose, ground=ground, **given),
                )
                for number in numbers
            ]
            await changes.write(tx)
            gateway.publisher.publish(tx, changes)
            return put

        return await gateway.writer.run(write)

    async def subscribe(self, *numbers: str) -> None:
        """Record that these numbers want marketing."""
        given = [
            ConsentEvent(
                project=PROJECT,
                number_hash=self._hash(number),
                status=ConsentStatus.SUBSCRIBED,
                source=Source.FORM,
                at=self.clock.now(),
                wording="Send me offers",
                evidence="a form",
            )
            for number in numbers
        ]

        async def write(tx: Transaction) -> None:
            await tx.batch([consents.insert(given, new_id)])

        await self.gateway.writer.run(write)

    def lane(self, sender: str = LONG) -> Lane:
        """Return the lane of a sender."""
        assert self.gateway.lanes is not None
        return self.gateway.lanes.all[sender]

    async def message(self, message: Message) -> Message:
        """Return how a message stands now."""
        async with self.gateway.database.reading() as tx:
            found = await messages.find(tx, project=message.project, id=message.id)
        assert found is not None
        return found

    async def statuses(self, sent: Sequence[Message]) -> list[str]:
        """Return how messages stand now, in their order."""
        async with self.gateway.database.reading() as tx:
            found = await messages.find_many(tx, [(m.project, m.id) for m in sent])
        return [found[m.project, m.id].status for m in sent]

    async def attempts(self, message: Message) -> list[Attempt]:
        """Return the calls that were made for a message."""
        async with self.gateway.database.reading() as tx:
            return await claims.attempts(tx, project=message.project, id=message.id)

    async def history(self, message: Message) -> list[str]:
        """Return the types of the events of a message, the oldest first."""
        async with self.gateway.database.reading() as tx:
            found = await events.history(tx, project=message.project, object_id=message.id)
        return [event.type.removeprefix("message.") for event in found]

    def arrived(self) -> list[tuple[str, str]]:
        """Return (recipient, text) of everything the carrier took, in order."""
        return [(sent.order.to, sent.order.text) for sent in self.carrier.sent]

    async def until(self, condition: Callable[[], bool], *, patience: float = 20.0) -> None:
        """Wait, in real time, until something is true; a stepped clock stands still meanwhile."""
        async with asyncio.timeout(patience):
            while not condition():
                await _REAL.sleep(0.002)

    async def settle(self) -> None:
        """Return when nothing is under way but what waits on the clock, or at the carrier."""
        quiet = 0
        while quiet < _QUIET_ROUNDS:
            before = self._activity()
            with suppress(Exception):  # A test may have cut the connection.
                await self.gateway.writer.run(_nothing)
                self._probes += 1
            await self.carrier.settle()
            await _REAL.sleep(0.001)
            quiet = quiet + 1 if self._activity() == before else 0

    async def pass_time(self, seconds: float) -> None:
        """Let a stepped clock run, stopping at each moment when somebody wakes."""
        clock = self.clock
        assert isinstance(clock, SteppedClock)
        end = clock.monotonic() + seconds
        await self.settle()
        while (wait := clock.next_wake) is not None and clock.monotonic() + wait <= end:
            clock.step(wait)
            await self.settle()
        clock.step(end - clock.monotonic())
        await self.settle()

    def _activity(self) -> tuple[int, ...]:
        lanes = self.gateway.lanes.all.values() if self.gateway.lanes else ()
        calls = [(lane.open_calls, lane.handed_over, len(lane.claimed)) for lane in lanes]
        return (self.gateway.writer.items - self._probes, len(self.carrier.sent), *sum(calls, ()))

    def _hash(self, number: str) -> str:
        return suppression_hash(number, self.gateway.keyring.derive_all("suppression")[-1])


async def _nothing(tx: Transaction) -> None:
    """Be written after everything that waits already."""


@asynccontextmanager
async def world(
    folder: Path,
    *,
    clock: Clock | None = None,
    faults: Faults | None = None,
    rates: Mapping[str, float] | None = None,
    provider: Mapping[str, str] | None = None,
    environ: Mapping[str, str] | None = None,
    tables: str = "",
    network: Network | None = None,
) -> AsyncIterator[World]:
    """Run a gateway on the database of `environ`, by default a file in the folder.

    With `network` it speaks to that of another world: two gateways at once, or one after the other.
    """
    clock = clock or SteppedClock(MONDAY)
    async with AsyncExitStack() as stack:
        if network is None:
            network = await stack.enter_async_context(networked(clock, faults))
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        wire = {"base_url": network.base_url, "token": TOKEN}
        keys = {name: f'"{value}"' for name, value in wire.items()} | {"secrets": f'["{SECRET}"]'}
        keys |= provider or {}
        settings = load(folder, rates=rates, provider=keys, environ=environ, tables=tables, url=url)
        for sender in settings.senders.values():
            network.carrier.connect(sender.number, f"{url}/hooks/demo/inbound")
        gateway = await stack.enter_async_context(open_gateway(settings, clock=clock))
        await stack.enter_async_context(serving(gateway, sock=listener))
        yield World(gateway, network, clock)
