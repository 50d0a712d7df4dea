"""The writer's command that takes what may go now: second gate, status and attempt before any call."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import structlog

from gateway.clock import Clock, to_ms
from gateway.domain.gate import Allowed, Held, Suppressed
from gateway.domain.message import Purpose, Status
from gateway.domain.sender import Sender
from gateway.domain.turns import whose_turn
from gateway.store import claims, correspondents, moves
from gateway.store.correspondents import Correspondent
from gateway.store.database import Transaction
from gateway.store.messages import Message, to_message
from gateway.traffic.completion import Complete
from gateway.traffic.directory import Directory
from gateway.traffic.moving import Moving
from gateway.traffic.outbox import Outbox
from gateway.traffic.publisher import Publisher

__all__ = ["Claim", "ClaimRequest", "Claimed", "Complete", "lease_name"]

log = structlog.get_logger(__name__)

_SPARE = 8
"""Rows read beyond what is asked, so that a recipient with several texts does not starve the others."""
_SOONEST = 1000
"""Milliseconds that a text held at hand-over waits at least."""
_MENDED_AFTER = 60_000
"""Milliseconds until a text that could not be judged is looked at again."""

People = dict[tuple[str, str], Correspondent]


def lease_name(sender: str) -> str:
    """Return the name of the lease that lets a process hand over for a sender."""
    return f"lane:{sender}"


@dataclass(frozen=True, slots=True)
class ClaimRequest:
    """What one lane asks for."""

    sender: Sender
    segments: int
    messages: int
    epoch: int
    place: int = 0
    """How many messages the lane has taken so far; it decides whose turn it is."""
    busy: frozenset[str] = frozenset()
    """Addresses with an open call."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a lane got, and whether asking again at once makes sense."""

    messages: tuple[Message, ...] = ()
    more: bool = False


class Claim:
    """Take what may go now: second gate, status and attempt in one transaction, before any call."""

    name = "claim"
    priority = 20
    limit = 200

    def __init__(
        self,
        directory: Directory,
        outbox: Outbox,
        publisher: Publisher,
        clock: Clock,
        new_id: Callable[[], str],
    ) -> None:
        self._directory = directory
        self._outbox = outbox
        self._clock = clock
        self._moving = Moving(publisher, new_id)

    async def __call__(self, tx: Transaction, items: Sequence[ClaimRequest]) -> Sequence[Claimed]:
        now = to_ms(self._clock.now())
        waiting = await self._waiting(tx, items, now)
        wanted = [_in_turn(request, queues) for request, queues in zip(items, waiting, strict=True)]
        people = await self._people(tx, [m for messages in wanted for m in messages], now)
        claimed, moved, statements = [], [], []
        for request, messages, rest in zip(items, wanted, waiting, strict=True):
            taken = []
            for message in messages:
                elsewhere = self._gate(request.sender, message, people, now)
                if elsewhere is None:
                    taken.append(_taken(message))
                else:
                    moved.append(elsewhere)
            more = any(rest) or len(taken) < len(messages)
            claimed.append(Claimed(tuple(taken), more))
            statements += moves.take(taken, now=now, epoch=request.epoch)
        await self._moving.write(tx, moved, now, also=statements)
        return claimed

    async def _waiting(
        self, tx: Transaction, items: Sequence[ClaimRequest], now: int
    ) -> list[list[deque[Message]]]:
        """Read the head of each priority of each lane; of a lane that another process took over, nothing."""
        statements = [claims.epochs({lease_name(item.sender.number) for item in items})]
        for item in items:
            statements += claims.waiting(item.sender.number, now=now, limit=item.messages + _SPARE)
        results = iter(await tx.batch(statements))
        epochs = {row["name"]: row["epoch"] for row in next(results)}
        waiting = []
        for item in items:
            queues = [deque(to_message(row) for row in next(results)) for _ in Purpose]
            ours = epochs.get(lease_name(item.sender.number)) == item.epoch
            waiting.append(queues if ours else [])
        return waiting

    async def _people(self, tx: Transaction, found: Iterable[Message], now: int) -> People:
        numbers = {(m.project, m.number) for m in found}
        return await correspondents.find(tx, numbers, now=now) if numbers else {}

    def _gate(self, sender: Sender, message: Message, people: People, now: int) -> Message | None:
        """Return the message's new place when it may not go now."""
        if message.expires_at is not None and message.expires_at <= now:
            return replace(message, status=Status.EXPIRED, reason="expired")
        person = people.get((message.project, message.number))
        if person is None:
            return replace(message, status=Status.CANCELLED, reason="erased")
        try:
            project = self._directory.project(message.project)
            decision = self._outbox.ask_gate(message, project, sender, person, now)
        except Exception as error:  # One message that cannot be judged must not stop its lane.
            log.error("claim.gate_failed", message_id=message.id, exc_info=error)
            at = now + _MENDED_AFTER
            return replace(message, status=Status.HELD, available_at=at, reason="gate_failed")
        return _decided(message, decision, now)


def _decided(message: Message, decision: Allowed | Held | Suppressed, now: int) -> Message | None:
    match decision:
        case Allowed():
            return None
        case Held(until=until, reason=reason, why=why):
            at = max(to_ms(until), now + _SOONEST) if until else None
            return replace(message, status=Status.HELD, available_at=at, reason=reason, why=why)
        case Suppressed(reason=reason, why=why):
            return replace(message, status=Status.SUPPRESSED, reason=reason, why=why)


def _in_turn(request: ClaimRequest, queues: Sequence[deque[Message]]) -> list[Message]:
    """Choose in turn what fits; one text for each recipient, since only one call may be open."""
    chosen: list[Message] = []
    seen = set(request.busy)
    left = request.segments
    while len(chosen) < request.messages:
        for queue in queues:
            while queue and queue[0].address_id in seen:
                queue.popleft()
        priority = whose_turn([bool(queue) for queue in queues], request.place + len(chosen))
        if priority is None:
            break
        message = queues[priority][0]
        if chosen and message.segments > left:
            break
        queues[priority].popleft()
        chosen.append(message)
        seen.add(message.address_id)
        left -= message.segments
    return chosen


def _taken(message: Message) -> Message:
    return replace(message, status=Status.SENDING, reason=None, attempts=message.attempts + 1)
