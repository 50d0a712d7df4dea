"""Unknown outcomes: settled by the receipt, else by asking the provider, else by the stated policy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

import structlog

from gateway.clock import Clock, from_ms, to_ms
from gateway.domain.gate import Allowed
from gateway.domain.message import Status
from gateway.domain.outcome import Accepted, Outcome, Refused
from gateway.domain.retry import RESENT_WHEN_UNCERTAIN
from gateway.errors import GatewayError
from gateway.metrics import Metrics
from gateway.providers.base import Provider
from gateway.settings.tables import Lanes as LaneSettings
from gateway.store import claims, correspondents, events, messages
from gateway.store.claims import Move
from gateway.store.database import Database, Transaction
from gateway.store.events import Event
from gateway.store.messages import Message
from gateway.store.writer import Writer
from gateway.traffic.claiming import to_outbound
from gateway.traffic.directory import Directory
from gateway.traffic.outbox import Outbox
from gateway.traffic.publisher import Publisher

log = structlog.get_logger(__name__)

LOOK_EVERY = 2.0
_BATCH = 100


class Settlement:
    """Looks after messages whose call was made and whose outcome nobody knows.

    Alert, reply and transactional texts are sent once more, marked as possibly doubled; reminders
    and marketing stay uncertain for a person. A message is resent at most once.
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
        self._publisher = publisher
        self._clock = clock
        self._new_id = new_id
        self._settings = settings
        self._metrics = metrics

    async def run(self) -> None:
        """Settle for ever."""
        while True:
            try:
                await self.settle()
            except GatewayError as error:
                log.error("settlement.failed", exc_info=error)
            await self._clock.sleep(LOOK_EVERY)

    async def settle(self) -> None:
        """Settle what has been unknown for `settle_after`."""
        before = self._clock.now() - self._settings.settle_after
        async with self._database.reading() as tx:
            unsettled = await claims.unsettled(tx, before=to_ms(before), limit=_BATCH)
        self._metrics.uncertain.set(len(unsettled))
        for message in unsettled:
            if "settled:unknown" in message.why:
                continue
            outcome = await self._ask(message)
            await self._writer.run(partial(self._place, seen=message, outcome=outcome), name="settle")

    async def _ask(self, message: Message) -> Outcome | None:
        provider = self._providers.get(message.provider)
        if provider is None or not provider.capabilities.look_up:
            return None
        return await provider.look_up(to_outbound(message), from_ms(message.created_at))

    async def _place(self, tx: Transaction, seen: Message, outcome: Outcome | None) -> None:
        now = to_ms(self._clock.now())
        message = await messages.find(tx, project=seen.project, id=seen.id)
        if message is None or message.status is not Status.UNCERTAIN:
            return
        match outcome:
            case Accepted(provider_ref=ref):
                placed = replace(
                    message, status=Status.ACCEPTED, provider_ref=ref, why=(*message.why, "settled:found")
                )
            case Refused(reason=reason):
                placed = replace(
                    message, status=Status.REJECTED, reason=reason, why=(*message.why, "settled:refused")
                )
            case _:
                placed = await self._by_policy(tx, message, now)
        happened = [
            Event(
                placed.project,
                self._new_id(),
                f"message.{placed.status}",
                placed.id,
                now,
                {"number": placed.number, "sender": placed.sender, "settled": placed.why[-1]},
            )
        ]
        await tx.batch([claims.move([Move(placed, now)]), events.insert(happened)])
        self._publisher.announce(tx, happened, {placed.sender} if placed.status is Status.QUEUED else ())

    async def _by_policy(self, tx: Transaction, message: Message, now: int) -> Message:
        """Send once more where the purpose allows it and the gate still does; else leave it to a person."""
        again = message.purpose in RESENT_WHEN_UNCERTAIN and not message.doubled
        person = (await correspondents.find(tx, [(message.project, message.number)], now=now)).get(
            (message.project, message.number)
        )
        sender = self._directory.sender(message.sender)
        if again and person is not None and sender is not None:
            project = self._directory.project(message.project)
            if isinstance(self._outbox.ask_gate(message, project, sender, person, now), Allowed):
                why = (*message.why, "settled:sent_once_more")
                return replace(message, status=Status.QUEUED, available_at=now, doubled=True, why=why)
        return replace(message, why=(*message.why, "settled:unknown"))
