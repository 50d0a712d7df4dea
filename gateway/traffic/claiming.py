"""The writer's commands of the way out: claim with the second gate, and the completion of calls."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from gateway.clock import Clock, from_ms, to_ms
from gateway.domain.consent import ConsentEvent, ConsentStatus, Source, suppression_after
from gateway.domain.gate import Allowed, Held, Suppressed
from gateway.domain.message import Failure, MessageId, Number, Outbound, Purpose, Status
from gateway.domain.outcome import Accepted, Misconfigured, OptedOut, Outcome, Refused, RetryLater, Uncertain
from gateway.domain.segments import split
from gateway.domain.sender import Sender
from gateway.settings.tables import Lanes as LaneSettings
from gateway.store import claims, correspondents, events, messages
from gateway.store.claims import Move
from gateway.store.correspondents import Correspondent
from gateway.store.database import Transaction
from gateway.store.events import Event
from gateway.store.messages import Message, to_message
from gateway.traffic.changes import Changes
from gateway.traffic.directory import Directory
from gateway.traffic.outbox import Outbox
from gateway.traffic.publisher import Publisher

_LEAST_CLAIM = 8
"""Rows read at least, so that a recipient with several texts does not starve the others."""


@dataclass(frozen=True, slots=True)
class ClaimRequest:
    """What one lane asks for."""

    sender: Sender
    segments: int
    messages: int
    epoch: int
    longest_first: bool = False
    """Let the text that priorities would make wait the longest go first."""


@dataclass(frozen=True, slots=True)
class Completion:
    """How one call ended; `outcome` None: it was never made."""

    message: Message
    outcome: Outcome | None


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
        self._publisher = publisher
        self._clock = clock
        self._new_id = new_id

    async def __call__(self, tx: Transaction, items: Sequence[ClaimRequest]) -> Sequence[list[Message]]:
        now = to_ms(self._clock.now())
        candidates = await self._candidates(tx, items, now)
        people = await self._people(tx, [m for found in candidates for m in found], now)
        taken: list[list[Message]] = []
        moves: list[Move] = []
        statements = []
        for request, found in zip(items, candidates, strict=True):
            chosen = self._choose(request, found, people, moves, now)
            taken.append(chosen)
            statements += claims.take(chosen, now=now, epoch=request.epoch)
        happened = [_event(self._new_id, m.message, now) for m in moves]
        await tx.batch([s for s in [*statements, claims.move(moves), events.insert(happened)] if s.many])
        self._publisher.announce(tx, happened)
        return taken

    async def _candidates(
        self, tx: Transaction, items: Sequence[ClaimRequest], now: int
    ) -> list[list[Message]]:
        statements = []
        for item in items:
            limit = max(_LEAST_CLAIM, 2 * item.messages)
            statements.append(claims.longest_waiting(item.sender.number, now=now))
            statements += claims.waiting(item.sender.number, now=now, limit=limit)
        results = iter(await tx.batch(statements))
        candidates = []
        for item in items:
            oldest = [to_message(row) for row in next(results)]
            ordered = [to_message(row) for _ in Purpose for row in next(results)]
            candidates.append((oldest if item.longest_first else []) + ordered)
        return candidates

    async def _people(
        self, tx: Transaction, found: Iterable[Message], now: int
    ) -> dict[tuple[str, str], Correspondent]:
        numbers = {(m.project, m.number) for m in found}
        return await correspondents.find(tx, numbers, now=now) if numbers else {}

    def _choose(
        self,
        request: ClaimRequest,
        found: Sequence[Message],
        people: dict[tuple[str, str], Correspondent],
        moves: list[Move],
        now: int,
    ) -> list[Message]:
        """Take in order what fits; one text for each recipient, since only one call may be open."""
        chosen: list[Message] = []
        seen: set[str] = set()
        left = request.segments
        for message in found:
            if message.address_id in seen or message.id in seen:
                continue
            seen |= {message.address_id, message.id}
            if chosen and (message.segments > left or len(chosen) >= request.messages):
                continue
            gated = self._gate(request.sender, message, people, now)
            if gated is not None:
                moves.append(Move(gated, now))
                continue
            chosen.append(replace(message, status=Status.SENDING, attempts=message.attempts + 1))
            left -= message.segments
        return chosen

    def _gate(
        self,
        sender: Sender,
        message: Message,
        people: dict[tuple[str, str], Correspondent],
        now: int,
    ) -> Message | None:
        """Return the message's new place when it may not go now."""
        if message.expires_at is not None and message.expires_at <= now:
            return replace(message, status=Status.EXPIRED, reason="expired")
        project = self._directory.project(message.project)
        person = people[message.project, message.number]
        match self._outbox.ask_gate(message, project, sender, person, now):
            case Allowed():
                return None
            case Held(until=until, reason=reason, why=why):
                at = to_ms(until) if until else None
                return replace(message, status=Status.HELD, available_at=at, reason=reason, why=why)
            case Suppressed(reason=reason, why=why):
                return replace(message, status=Status.SUPPRESSED, reason=reason, why=why)


class Complete:
    """Record how calls ended, a batch at a time."""

    name = "complete"
    priority = 10
    limit = 500

    def __init__(
        self,
        publisher: Publisher,
        clock: Clock,
        new_id: Callable[[], str],
        settings: LaneSettings,
        chance: random.Random,
        directory: Directory,
    ) -> None:
        self._publisher = publisher
        self._clock = clock
        self._new_id = new_id
        self._settings = settings
        self._chance = chance
        self._directory = directory

    async def __call__(self, tx: Transaction, items: Sequence[Completion]) -> Sequence[Message]:
        now = to_ms(self._clock.now())
        current = await messages.find_many(tx, [(i.message.project, i.message.id) for i in items])
        moved = [self._moved(current[i.message.project, i.message.id], i, now) for i in items]
        happened = [_event(self._new_id, m, now) for m in moved]
        closed = [_closed(i, now) for i in items if i.outcome is not None and not _throttled(i.outcome)]
        undone = [_undone(i) for i in items if i.outcome is None or _throttled(i.outcome)]
        statements = [
            claims.move([Move(m, now) for m in moved]),
            claims.close_attempts(closed),
            claims.withdraw_attempts(undone),
            events.insert(happened),
        ]
        await tx.batch([s for s in statements if s.many])
        await self._opt_out(tx, items, now)
        self._publisher.announce(tx, happened, {m.sender for m in moved})
        return moved

    def _moved(self, message: Message, item: Completion, now: int) -> Message:
        """Return the message's place after a call; a receipt that came first is never overwritten."""
        match item.outcome:
            case None:
                return replace(message, status=Status.QUEUED, attempts=message.attempts - 1)
            case Accepted(provider_ref=ref):
                named = replace(message, provider_ref=ref)
                ahead = message.status.rank > Status.ACCEPTED.rank
                return named if ahead else replace(named, status=Status.ACCEPTED, reason=None)
            case _ if message.status.rank > Status.UNCERTAIN.rank:
                return message
            case Uncertain():
                return replace(message, status=Status.UNCERTAIN)
            case Misconfigured(reason=reason):
                return replace(message, status=Status.QUEUED, reason=reason, attempts=message.attempts - 1)
            case RetryLater() as later:
                return self._again(message, later, now)
            case refusal:
                reason = refusal.reason if isinstance(refusal, Refused) else Failure.OPTED_OUT
                return replace(message, status=Status.REJECTED, reason=reason)

    def _again(self, message: Message, later: RetryLater, now: int) -> Message:
        attempts = message.attempts - 1 if later.throttled else message.attempts
        policy = self._settings.retry(message.purpose or Purpose.MARKETING)
        delay = policy.delay(max(1, attempts), later.reason, later.after, self._chance.random())
        if delay is None:
            return replace(message, status=Status.UNDELIVERED, reason=later.reason)
        at = now + round(delay * 1000)
        if message.expires_at is not None and at >= message.expires_at:
            return replace(message, status=Status.EXPIRED, reason=later.reason)
        return replace(message, status=Status.QUEUED, available_at=at, attempts=attempts, reason=later.reason)

    async def _opt_out(self, tx: Transaction, items: Sequence[Completion], now: int) -> None:
        """A refusal as opted out is the contact's STOP that only the provider saw."""
        refused = [i.message for i in items if isinstance(i.outcome, OptedOut)]
        if refused:
            await record_refusals(tx, refused, self._directory, self._publisher, self._new_id, now)


async def record_refusals(
    tx: Transaction,
    refused: Sequence[Message],
    directory: Directory,
    publisher: Publisher,
    new_id: Callable[[], str],
    now: int,
) -> None:
    """Suppress recipients that opted out at the provider, once; a known opt-out makes no second event."""
    changes = Changes(new_id)
    people = await correspondents.find(tx, {(m.project, m.number) for m in refused}, now=now)
    for message in refused:
        person = people[message.project, message.number]
        if person.suppression is not None:
            continue
        event = ConsentEvent(
            project=message.project,
            number_hash=person.address.number_hash,
            address_id=person.address.id,
            status=ConsentStatus.UNSUBSCRIBED,
            source=Source.PROVIDER,
            at=from_ms(now),
            evidence=message.id,
        )
        scope = directory.project(message.project).optout_scope
        person.suppression = suppression_after(None, event, scope)
        changes.consents.append(event)
        changes.suppressions[message.project, person.address.number_hash] = person.suppression
        changes.cancel_waiting(message.project, person.address.id, now, "opted_out")
        changes.emit("consent.unsubscribed", message.project, person.address.id, now, source=Source.PROVIDER)
    await changes.write(tx)
    publisher.publish(tx, changes)


def _throttled(outcome: Outcome) -> bool:
    return isinstance(outcome, Misconfigured) or (isinstance(outcome, RetryLater) and outcome.throttled)


def _closed(item: Completion, now: int) -> dict[str, object]:
    outcome = item.outcome
    return {
        "project": item.message.project,
        "id": item.message.id,
        "number": item.message.attempts,
        "now": now,
        "outcome": type(outcome).__name__.lower(),
        "provider_ref": outcome.provider_ref if isinstance(outcome, Accepted) else None,
        "code": getattr(outcome, "code", None),
        "detail": getattr(outcome, "detail", None),
    }


def _undone(item: Completion) -> dict[str, object]:
    message = item.message
    return {"project": message.project, "id": message.id, "number": message.attempts}


def _event(new_id: Callable[[], str], message: Message, now: int) -> Event:
    data = {"number": message.number, "sender": message.sender}
    if message.reason:
        data["reason"] = message.reason
    return Event(message.project, new_id(), f"message.{message.status}", message.id, now, data)


def to_outbound(message: Message) -> Outbound:
    """Return what a provider needs of a message."""
    return Outbound(
        id=MessageId(message.id),
        project=message.project,
        sender=Number(message.sender),
        recipient=Number(message.number),
        body=message.body,
        parts=split(message.body),
        encoding=message.encoding,
        attempt=message.attempts,
        expires_at=from_ms(message.expires_at) if message.expires_at is not None else None,
    )
