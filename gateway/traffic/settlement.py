"""Unknown outcomes: settled by the receipt, else by asking the provider, else by the stated policy."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial

import structlog

from gateway.clock import Clock, from_ms, to_ms
from gateway.domain.gate import Allowed, Held, Suppressed
from gateway.domain.message import Status
from gateway.domain.outcome import Accepted, Outcome, Refused
from gateway.domain.retry import RESENT_WHEN_UNCERTAIN
from gateway.metrics import Metrics
from gateway.providers.base import Provider
from gateway.settings.tables import Lanes as LaneSettings
from gateway.store import claims, correspondents, moves
from gateway.store.database import Database, Transaction
from gateway.store.messages import Message
from gateway.store.writer import Writer
from gateway.traffic.completion import to_outbound
from gateway.traffic.directory import Directory
from gateway.traffic.leftovers import SWEEP_EVERY, Leftovers
from gateway.traffic.moving import Moving
from gateway.traffic.outbox import Outbox
from gateway.traffic.publisher import Publisher

log = structlog.get_logger(__name__)

LOOK_EVERY = 2.0
_BATCH = 100
_AT_ONCE = 10
"""Look-ups open at once, so that one that hangs does not keep the others from being settled."""
_PATIENCE = 15.0
"""Seconds for one look-up."""


class Settlement:
    """Looks after messages whose call was made and whose outcome nobody knows.

    Alert, reply and transactional texts are sent once more, marked as possibly doubled, and then
    given up as unknown; reminders and marketing stay uncertain for a person until they expire.
    """

    def __init__(
        self,
        *,
        database: Database,
        writer: Writer,
        providers: Mapping[str, Provider],
        directory: Directory,
        outbox: Outbox,
        publisher: Publisher,
        clock: Clock,
        new_id: Callable[[], str],
        settings: LaneSettings,
        metrics: Metrics,
    ) -> None:
        self._database = database
        self._writer = writer
        self._providers = providers
        self._directory = directory
        self._outbox = outbox
        self._clock = clock
        self._settings = settings
        self._metrics = metrics
        self._moving = Moving(publisher, new_id)
        self._leftovers = Leftovers(database, writer, directory, clock, self._moving)

    async def run(self) -> None:
        """Settle for ever."""
        await self._try(self._leftovers.warn)
        sweep_at = self._clock.monotonic()
        while True:
            await self._try(self.settle)
            if self._clock.monotonic() >= sweep_at:
                await self._try(self._leftovers.sweep)
                sweep_at = self._clock.monotonic() + SWEEP_EVERY
            await self._clock.sleep(LOOK_EVERY)

    async def _try(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except Exception as error:  # The next look comes soon.
            log.error("settlement.failed", exc_info=error)

    async def settle(self) -> None:
        """Settle what has been unknown for `settle_after`."""
        before = self._clock.now() - self._settings.settle_after
        async with self._database.reading() as tx:
            unsettled = await claims.unsettled(tx, before=to_ms(before), limit=_BATCH)
            self._metrics.uncertain.set(await claims.count_uncertain(tx))
        places = asyncio.Semaphore(_AT_ONCE)
        results = await asyncio.gather(
            *(self._settle(message, places) for message in unsettled), return_exceptions=True
        )
        for error in results:
            if isinstance(error, Exception):
                log.error("settlement.failed", exc_info=error)

    async def _settle(self, message: Message, places: asyncio.Semaphore) -> None:
        async with places:
            outcome = await self._ask(message)
        await self._writer.run(partial(self._place, seen=message, outcome=outcome), name="settle")

    async def _ask(self, message: Message) -> Outcome | None:
        provider = self._providers.get(message.provider)
        if provider is None or not provider.capabilities.look_up:
            return None
        try:
            async with asyncio.timeout(_PATIENCE):
                return await provider.look_up(to_outbound(message), from_ms(message.created_at))
        except Exception as error:  # Not knowing is what the policy is for.
            log.error("settlement.look_up_failed", provider=message.provider, exc_info=error)
            return None

    async def _place(self, tx: Transaction, seen: Message, outcome: Outcome | None) -> None:
        """Write what was found, unless something else has happened to the message since it was read."""
        now = to_ms(self._clock.now())
        message = (await moves.lock(tx, [(seen.project, seen.id)])).get((seen.project, seen.id))
        if message is None or (message.status, message.attempts) != (Status.UNCERTAIN, seen.attempts):
            return
        match outcome:
            case Accepted(provider_ref=ref):
                found = replace(message, status=Status.ACCEPTED, provider_ref=ref)
                placed = _because(found, "found")
            case Refused(reason=reason):
                placed = _because(replace(message, status=Status.REJECTED, reason=reason), "refused")
            case _:
                placed = await self._by_policy(tx, message, now)
        wake = {placed.sender} if placed.status is Status.QUEUED else ()
        await self._moving.write(tx, [placed], now, wake=wake, more={"settled": placed.why[-1]})

    async def _by_policy(self, tx: Transaction, message: Message, now: int) -> Message:
        """Send once more where the purpose allows it and the gate still does; the rest is not known."""
        expired = message.expires_at is not None and message.expires_at <= now
        if message.doubled or expired:
            return _because(replace(message, status=Status.UNKNOWN), "unknown")
        if message.purpose not in RESENT_WHEN_UNCERTAIN:
            return _because(replace(message, available_at=None), "unknown")
        match await self._ask_gate(tx, message, now):
            case Allowed():
                again = replace(message, status=Status.QUEUED, available_at=now, doubled=True)
            case Held(until=until, reason=reason):
                at = to_ms(until) if until else None
                again = replace(message, status=Status.HELD, available_at=at, doubled=True, reason=reason)
            case Suppressed(reason=reason):
                return _because(replace(message, status=Status.SUPPRESSED, reason=reason), "not_resent")
            case _:
                return _because(replace(message, status=Status.UNKNOWN), "unknown")
        return _because(again, "sent_once_more")

    async def _ask_gate(
        self, tx: Transaction, message: Message, now: int
    ) -> Allowed | Held | Suppressed | None:
        """Ask whether a message may go again; None: it cannot be judged any more."""
        key = message.project, message.number
        person = (await correspondents.find(tx, [key], now=now)).get(key)
        sender = self._directory.sender(message.sender)
        if person is None or sender is None:
            return None
        try:
            project = self._directory.project(message.project)
            return self._outbox.ask_gate(message, project, sender, person, now)
        except Exception as error:  # What cannot be judged is not sent twice.
            log.error("settlement.gate_failed", message_id=message.id, exc_info=error)
            return None


def _because(message: Message, what: str) -> Message:
    return replace(message, why=(*message.why, f"settled:{what}"))
