"""Receipts: each moves its message's status up, or changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import structlog

from gateway.clock import Clock, to_ms
from gateway.domain.message import Failure, Receipt, Status
from gateway.domain.parts import whole
from gateway.metrics import Metrics
from gateway.store import moves, receipts
from gateway.store.database import Transaction
from gateway.store.messages import Message
from gateway.store.receipts import Kept, Key
from gateway.traffic.directory import Directory
from gateway.traffic.moving import Moving
from gateway.traffic.publisher import Publisher
from gateway.traffic.refusals import record_refusals

log = structlog.get_logger(__name__)


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
        self._moving = Moving(publisher, new_id)

    async def __call__(self, tx: Transaction, items: Sequence[Receipt]) -> Sequence[None]:
        now = to_ms(self._clock.now())
        known = await moves.lock(tx, {_key(receipt) for receipt in items})
        mine = [receipt for receipt in items if _is_of(receipt, known.get(_key(receipt)))]
        if mine:
            await self._take(tx, mine, known, now)
        if len(mine) < len(items):
            tx.after_commit(lambda: _warn(items, mine))
        return [None] * len(items)

    async def _take(
        self, tx: Transaction, mine: Sequence[Receipt], known: dict[Key, Message], now: int
    ) -> None:
        fresh, kept = await receipts.keep(tx, mine, now=now)
        moved = [_moved(known[key], said) for key, said in kept.items()]
        changed = [m for m in moved if m is not known[m.project, m.id]]
        named = _named(changed, fresh)
        await self._moving.write(tx, named, now)
        refused = {_key(receipt) for receipt in fresh if receipt.reason is Failure.OPTED_OUT}
        messages = [known[key] for key in sorted(refused)]
        await record_refusals(tx, messages, self._directory, self._publisher, self._new_id, now)
        tx.after_commit(lambda: self._count(fresh, [(known[m.project, m.id], m) for m in changed]))

    def _count(self, fresh: Sequence[Receipt], changed: Sequence[tuple[Message, Message]]) -> None:
        for receipt in fresh:
            status = receipt.status or "unknown"
            self._metrics.receipts.labels(provider=receipt.provider, status=status).inc()
        for before, after in changed:
            if before.status.final and after.status is Status.DELIVERED:
                log.info("receipt.delivered_after_failure", message_id=after.id, before=before.status)


def _key(receipt: Receipt) -> Key:
    return receipt.project or "", receipt.message_id or ""


def _is_of(receipt: Receipt, message: Message | None) -> bool:
    """Tell whether a message exists and was given to the provider that reports on it."""
    return message is not None and message.provider == receipt.provider


def _warn(items: Sequence[Receipt], mine: Sequence[Receipt]) -> None:
    for stray in items:
        if stray not in mine:
            log.warning("receipt.unknown_message", provider=stray.provider, status=stray.raw_status)


def _moved(message: Message, said: Kept) -> Message:
    """Return the message after all its receipts, or the very same when they change nothing."""
    verdict = whole(said.now)
    if verdict is None:
        return message
    status, reason = verdict
    before = whole(said.before)
    # Of two failures the earlier counts, also when it is told of later; one that we found ourselves stands.
    corrected = before is not None and before[0] is message.status and status.rank == message.status.rank
    if status.rank > message.status.rank or (corrected and verdict != (message.status, message.reason)):
        return replace(message, status=status, reason=reason)
    return message


def _named(changed: Sequence[Message], fresh: Sequence[Receipt]) -> list[Message]:
    """Give messages that no answer has named yet the name that their receipts bear."""
    refs = {_key(receipt): receipt.provider_ref for receipt in fresh}
    return [replace(m, provider_ref=m.provider_ref or refs[m.project, m.id]) for m in changed]
