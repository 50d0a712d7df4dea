"""Joins everything: the one place that knows all rooms. Nothing imports it but the command line."""

from __future__ import annotations

import asyncio
import os
import random
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import structlog

from gateway.clock import Clock, SystemClock, to_ms
from gateway.content import shipped_folder
from gateway.content.flows import Flows, load_flows
from gateway.content.texts import Texts
from gateway.domain.sender import OptOutHandler
from gateway.domain.zones import use_packaged_zones
from gateway.errors import Problem, SettingsError, StorageError
from gateway.ids import new_id
from gateway.keys import Keyring
from gateway.metrics import Metrics
from gateway.providers.base import ChecksOnline, Provider, ProviderSettings, load
from gateway.providers.simulator import Settings as SimulatorSettings
from gateway.settings import Settings
from gateway.simulator.carrier import Carrier
from gateway.simulator.faults import Faults
from gateway.store import keymarks
from gateway.store.database import Database, open_database
from gateway.store.migrate import migrate, pending
from gateway.store.writer import Writer
from gateway.supervisor import Supervisor
from gateway.traffic.claiming import Claim
from gateway.traffic.completion import Complete
from gateway.traffic.conversation import Conversation
from gateway.traffic.desk import Desk
from gateway.traffic.directory import Directory
from gateway.traffic.feed import Feed
from gateway.traffic.flow_runner import FlowRunner
from gateway.traffic.intake import Intake
from gateway.traffic.lane import Lane
from gateway.traffic.lanes import Lanes
from gateway.traffic.outbox import Outbox
from gateway.traffic.publisher import Publisher
from gateway.traffic.receipts import Receipts
from gateway.traffic.sending import Sending
from gateway.traffic.settlement import Settlement
from gateway.traffic.timers import Timers

log = structlog.get_logger(__name__)

CHANCE = random.SystemRandom()
"""Spreads retries."""


@dataclass(slots=True)
class Gateway:
    """Every part of a running gateway, for doors and tests to call."""

    settings: Settings
    clock: Clock
    keyring: Keyring
    metrics: Metrics
    supervisor: Supervisor
    database: Database
    writer: Writer
    flows: Flows
    texts: Texts
    directory: Directory
    outbox: Outbox
    publisher: Publisher
    feed: Feed
    intake: Intake
    receipts: Receipts
    desk: Desk
    sending: Sending
    timers: Timers
    settlement: Settlement
    providers: dict[str, Provider]
    """By name; empty in a process that only writes."""
    carrier: RunningCarrier | None = None
    lanes: Lanes | None = None
    """None in a process that only writes, such as a command beside a running server."""


@asynccontextmanager
async def open_gateway(
    settings: Settings, *, clock: Clock | None = None, serving: bool = True, faults: Faults | None = None
) -> AsyncIterator[Gateway]:
    """Assemble a gateway and run its background work; on leaving, end it with nothing half done.

    With `serving` False it only writes and reads, as a one-shot command does beside a server or
    without one: no lanes, no timers, no lock on the file. Raises SettingsError and StorageError in
    words for the operator.
    """
    clock = clock or SystemClock()
    log.info("gateway.opening", zone_data=use_packaged_zones(), serving=serving)
    async with AsyncExitStack() as stack:
        database = await open_database(settings.database_url, root=settings.root, exclusive=serving)
        stack.push_async_callback(database.close)
        await _bring_up_to_date(settings, database, clock)
        gateway = await _assemble(settings, database, clock, stack)
        if serving:
            await _connect_providers(gateway, faults or Faults(), stack)
            await _start(gateway, stack)
        yield gateway


async def _bring_up_to_date(settings: Settings, database: Database, clock: Clock) -> None:
    if settings.database.migrates:
        await migrate(database, now_ms=to_ms(clock.now()))
    elif await pending(database):
        raise StorageError("the database is not up to date: run `gateway migrate`")


async def _assemble(settings: Settings, database: Database, clock: Clock, stack: AsyncExitStack) -> Gateway:
    supervisor = Supervisor()
    await supervisor.start()
    stack.push_async_callback(supervisor.stop)
    writer = Writer(database, capacity=settings.intake.capacity)
    writing = supervisor.spawn(writer.serve(), name="writer")
    stack.push_async_callback(_finish_writing, writer, writing)
    metrics, feed, keyring = Metrics(), Feed(), settings.keyring()
    publisher = Publisher(metrics)
    publisher.listen(feed.deliver)
    flows = load_flows([settings.flows_folder, shipped_folder("flows")])
    texts = Texts([settings.templates_folder, shipped_folder("templates")])
    directory = Directory(settings, flows)
    outbox = Outbox(directory, texts, settings.lanes)
    runner = FlowRunner(flows, outbox, metrics)
    hash_key = await _suppression_key(settings, database, keyring)
    intake = Intake(directory, Conversation(flows, runner), publisher, clock, new_id, hash_key)
    providers: dict[str, Provider] = {}
    return Gateway(
        settings=settings,
        clock=clock,
        keyring=keyring,
        metrics=metrics,
        supervisor=supervisor,
        database=database,
        writer=writer,
        flows=flows,
        texts=texts,
        directory=directory,
        outbox=outbox,
        publisher=publisher,
        feed=feed,
        intake=intake,
        receipts=Receipts(directory, publisher, clock, new_id, metrics),
        desk=Desk(
            writer=writer,
            directory=directory,
            outbox=outbox,
            runner=runner,
            publisher=publisher,
            clock=clock,
            new_id=new_id,
        ),
        sending=Sending(
            writer=writer,
            directory=directory,
            outbox=outbox,
            publisher=publisher,
            clock=clock,
            new_id=new_id,
            hash_key=hash_key,
        ),
        timers=Timers(
            database=database,
            writer=writer,
            directory=directory,
            runner=runner,
            intake=intake,
            publisher=publisher,
            clock=clock,
            new_id=new_id,
        ),
        settlement=Settlement(
            database=database,
            writer=writer,
            providers=providers,
            directory=directory,
            outbox=outbox,
            publisher=publisher,
            clock=clock,
            new_id=new_id,
            settings=settings.lanes,
            metrics=metrics,
        ),
        providers=providers,
    )


async def _suppression_key(settings: Settings, database: Database, keyring: Keyring) -> bytes:
    """Return the key that this database's suppressions were hashed with, whatever signs today.

    Raises SettingsError when its secret is gone: every STOP would be forgotten silently.
    """
    keys = {key.id: key.value for key in keyring.keys("suppression")}
    async with database.reading() as tx:
        marked = await keymarks.find(tx, "suppression")
    if marked is None:
        marked = keyring.id
        async with database.writing() as tx:
            await keymarks.remember(tx, "suppression", marked)
    if marked not in keys:
        reason = (
            f"the secret {marked}, which this database's opt-outs are known by, is missing;"
            " put it back below the new one"
        )
        raise SettingsError([Problem(settings.file, "security.secret", reason)])
    return keys[marked]


async def _finish_writing(writer: Writer, writing: asyncio.Task[Any]) -> None:
    await writer.drain()
    await asyncio.wait([writing])


@dataclass(frozen=True, slots=True)
class RunningCarrier:
    """The simulated carrier of this process and where it listens."""

    carrier: Carrier
    base_url: str


def simulated(settings: Settings) -> tuple[str, SimulatorSettings] | None:
    """Return name and settings of the provider whose carrier runs in this process."""
    for name, table in settings.providers.items():
        if isinstance(table, SimulatorSettings) and table.base_url is None:
            return name, table
    return None


async def _connect_providers(gateway: Gateway, faults: Faults, stack: AsyncExitStack) -> None:
    settings = gateway.settings
    gateway.carrier = await _start_carrier(gateway, faults, stack)
    # Lanes bound their calls themselves; a limit here would let one hanging provider starve the others.
    unbounded = aiohttp.TCPConnector(limit=0)
    http = await stack.enter_async_context(
        aiohttp.ClientSession(connector=unbounded, cookie_jar=aiohttp.DummyCookieJar())
    )
    for name, table in settings.providers.items():
        if isinstance(table, SimulatorSettings) and table.base_url is None and gateway.carrier:
            table = table.model_copy(update={"base_url": gateway.carrier.base_url})
        gateway.providers[name] = build_provider(settings, name, table, http)


def build_provider(
    settings: Settings, name: str, table: ProviderSettings, http: aiohttp.ClientSession
) -> Provider:
    """Return one provider, told where its receipts go."""
    return load(table.kind)(name, table, http, f"{settings.server.public_url}/hooks/{name}/receipt")


async def check_online(settings: Settings) -> list[str]:
    """Ask every provider that can tell whether its account and numbers are in order; sends nothing."""
    findings: list[str] = []
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        for name, table in settings.providers.items():
            if isinstance(table, SimulatorSettings) and table.base_url is None:
                continue
            provider = build_provider(settings, name, table, http)
            if isinstance(provider, ChecksOnline):
                numbers = [s.number for s in settings.senders.values() if s.provider == name]
                findings += await provider.check_online(numbers)
    return findings


async def _start_carrier(gateway: Gateway, faults: Faults, stack: AsyncExitStack) -> RunningCarrier | None:
    """Start the simulated carrier when the settings name one, with every sender of ours connected."""
    found = simulated(gateway.settings)
    if found is None:
        return None
    name, table = found
    secret, token = table.secrets[0].get_secret_value(), table.token.get_secret_value()
    carrier = Carrier(gateway.clock, seed=0, secret=secret, token=token, faults=faults)
    base_url = await carrier.start(lambda work: gateway.supervisor.spawn(work, name="carrier"))
    stack.push_async_callback(carrier.stop)
    url = f"{gateway.settings.server.public_url}/hooks/{name}/inbound"
    for sender in gateway.directory.senders:
        if sender.provider != name:
            continue
        network_optout = sender.optout_handled_by is OptOutHandler.NETWORK
        carrier.connect(sender.number, url, network_optout=network_optout)
    return RunningCarrier(carrier, base_url)


async def _start(gateway: Gateway, stack: AsyncExitStack) -> None:
    """Run lanes, timers and settlement; on leaving, lanes finish their open calls first."""
    lanes = gateway.lanes = _lanes(gateway)
    gateway.publisher.connect_lanes(lanes.wake, lanes.recall)
    working = gateway.supervisor.spawn(lanes.run(), name="lanes")
    timers = gateway.supervisor.spawn(gateway.timers.run(), name="timers")
    settlement = gateway.supervisor.spawn(gateway.settlement.run(), name="settlement")
    grace = gateway.settings.server.shutdown_grace.total_seconds()

    async def finish() -> None:
        gateway.feed.close()
        timers.cancel()
        settlement.cancel()
        lanes.stop()
        await asyncio.wait([working], timeout=grace)
        if not working.done():
            log.warning("lanes.grace_over", open_calls=sum(lane.open_calls for lane in lanes.all.values()))
            working.cancel()
        await asyncio.wait([working, timers, settlement])

    stack.push_async_callback(finish)


def _lanes(gateway: Gateway) -> Lanes:
    settings = gateway.settings
    lanes = [
        Lane(
            sender,
            gateway.providers[sender.provider],
            concurrency=settings.providers[sender.provider].concurrency,
            provider_timeout=settings.providers[sender.provider].timeout,
        )
        for sender in gateway.directory.senders
    ]
    return Lanes(
        lanes,
        database=gateway.database,
        writer=gateway.writer,
        claim=Claim(gateway.directory, gateway.outbox, gateway.publisher, gateway.clock, new_id),
        complete=Complete(
            gateway.publisher,
            gateway.clock,
            new_id,
            settings.lanes,
            CHANCE,
            gateway.directory,
        ),
        clock=gateway.clock,
        metrics=gateway.metrics,
        holder=f"{socket.gethostname()}:{os.getpid()}:{new_id()}",
        seize=settings.database.is_sqlite,
    )
