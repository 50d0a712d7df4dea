"""Receipts: each moves its message's status up, or changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import structlog

from gateway.clock import Clock, to_ms
from gateway.domain.message import Failure, Receipt, Status, advance
from gateway.domain.parts import Said, whole
from gateway.metrics import Metrics
from gateway.store import claims, events, messages, receipts
from gateway.store.claims import Move
from gateway.store.database import Transaction
from gateway.store.events import Event
from gateway.store.messages import Message
from gateway.traffic.claiming import record_refusals
from gateway.traffic.directory import Directory
from gateway.traffic.publisher import Publisher

log = structlog.get_logger(__name__)

MessageKey = tuple[str, str]


class Receipts:
    """The writer's command for delivery reports; late, doubled and reordered ones end in the same state."""

    name = "receipts"
    priority = 5
    limit = 500

    def __init__(
        self,
        directory: Directory,
        publisher: Publisher,
        clock: Clock,
        new_id: Callable[[], str],
        metrics: Metrics,
    ) -> None:
        self._directory = directory
        self._publisher = publisher
        self._clock = clock
        self._new_id = new_id
        self._metrics = metrics

    async def __call__(self, tx: Transaction, items: Sequence[Receipt]) -> Sequence[None]:
        now = to_ms(self._clock.now())
        keys = sorted({(r.project or "", r.message_id or "") for r in items})
        known = await messages.find_many(tx, keys)
        mine = [r for r in items if (r.project or "", r.message_id or "") in known]
        for stray in items:
            if stray not in mine:
                log.warning("receipt.unknown_message", provider=stray.provider, status=stray.raw_status)
        new = await receipts.keep(tx, mine, now=now)
        fresh = [r for r in mine if (r.project, r.message_id, receipts.fingerprint(r)) in new]
        parts = await self._parts(tx, fresh)
        moved = [
            m
            for key, message in known.items()
            if (m := _moved(message, fresh, parts.get(key, []))) is not message
        ]
        await self._write(tx, moved, fresh, now)
        return [None] * len(items)

    async def _parts(self, tx: Transaction, fresh: Sequence[Receipt]) -> dict[MessageKey, list[Said]]:
        """Read what is known of the parts of messages that are reported part by part."""
        split = sorted({(r.project or "", r.message_id or "") for r in fresh if r.parts > 1})
        if not split:
            return {}
        (rows,) = await tx.batch([receipts.of_messages(split)])
        return receipts.to_parts(rows)

    async def _write(
        self, tx: Transaction, moved: Sequence[Message], fresh: Sequence[Receipt], now: int
    ) -> None:
        happened = [
            Event(
                m.project,
                self._new_id(),
                f"message.{m.status}",
                m.id,
                now,
                {"number": m.number, "sender": m.sender, **({"reason": m.reason} if m.reason else {})},
            )
            for m in moved
        ]
        statements = [claims.move([Move(m, now) for m in moved]), events.insert(happened)]
        await tx.batch([s for s in statements if s.many])
        refused = [m for m in moved if m.reason == Failure.OPTED_OUT]
        if refused:
            await record_refusals(tx, refused, self._directory, self._publisher, self._new_id, now)
        self._publisher.announce(tx, happened)
        for receipt in fresh:
            self._metrics.receipts.labels(provider=receipt.provider, status=receipt.status or "unknown").inc()


def _moved(message: Message, fresh: Sequence[Receipt], parts: Sequence[Said]) -> Message:
    """Return the message after its new receipts, or the very same when they change nothing."""
    for receipt in fresh:
        if (receipt.project, receipt.message_id) != (message.project, message.id):
            continue
        status, reason = receipt.status, receipt.reason
        if receipt.parts > 1:
            status, reason = whole(parts, receipt.parts)
        if status is None:
            continue
        reached = advance(message.status, status)
        if reached is not message.status:
            if message.status.final and reached is Status.DELIVERED:
                log.info("receipt.delivered_after_failure", message_id=message.id, before=message.status)
            message = replace(
                message,
                status=reached,
                reason=reason,
                provider_ref=message.provider_ref or receipt.provider_ref,
            )
    return message
