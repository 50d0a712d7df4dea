"""Texts that no lane looks after: past their time, or of a sender that is configured no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import structlog

from gateway.clock import Clock, to_ms
from gateway.domain.message import Status
from gateway.store import claims, moves
from gateway.store.database import Database, Transaction
from gateway.store.messages import Message
from gateway.store.writer import Writer
from gateway.traffic.claiming import lease_name
from gateway.traffic.completion import abandon
from gateway.traffic.directory import Directory
from gateway.traffic.moving import Moving

log = structlog.get_logger(__name__)

SWEEP_EVERY = 60.0
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Leftovers:
    """Ends what would otherwise wait for ever; one sweep a minute is enough."""

    database: Database
    writer: Writer
    directory: Directory
    clock: Clock
    moving: Moving

    async def warn(self) -> None:
        """Tell the operator of texts that wait for a sender that is not configured."""
        async with self.database.reading() as tx:
            counts = await claims.count_waiting(tx)
        strange = sum(n for (sender, _), n in counts.items() if self.directory.sender(sender) is None)
        if strange:
            log.warning("sender.not_configured", messages=strange)

    async def sweep(self) -> None:
        """End what is past its time, and name uncertain what a removed sender left open."""
        await self._free_stranded()
        while True:
            async with self.database.reading() as tx:
                found = await claims.expired(tx, now=to_ms(self.clock.now()), limit=_BATCH)
            if not found:
                return
            await self.writer.run(partial(self._expire, found=found), name="expire")

    async def _free_stranded(self) -> None:
        senders = [sender.number for sender in self.directory.senders]
        now = to_ms(self.clock.now())
        async with self.database.reading() as tx:
            found = await claims.stranded(tx, senders=senders, prefix=lease_name(""), now=now, limit=_BATCH)
        if found:
            await self.writer.run(lambda tx: abandon(tx, found, self.moving, now), name="stranded")

    async def _expire(self, tx: Transaction, found: Sequence[Message]) -> None:
        now = to_ms(self.clock.now())
        locked = await moves.lock(tx, [(m.project, m.id) for m in found])
        ended = [after for m in locked.values() if (after := _ended(m, now)) is not m]
        await self.moving.write(tx, ended, now)


def _ended(message: Message, now: int) -> Message:
    """Return a message after its time, or the very same when something else has happened to it."""
    if message.expires_at is None or message.expires_at > now:
        return message
    if message.status.waiting:
        return replace(message, status=Status.EXPIRED, reason="expired")
    if message.status is Status.UNCERTAIN:
        return replace(message, status=Status.UNKNOWN)
    return message
