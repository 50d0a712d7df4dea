"""The writer's command that records how calls ended, a batch at a time."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from gateway.clock import Clock, from_ms, to_ms
from gateway.domain.message import Failure, MessageId, Number, Outbound, Purpose, Status
from gateway.domain.outcome import Accepted, Misconfigured, OptedOut, Outcome, Refused, RetryLater, Uncertain
from gateway.domain.segments import split
from gateway.settings.tables import Lanes as LaneSettings
from gateway.store import claims, moves
from gateway.store.database import Transaction
from gateway.store.messages import Message
from gateway.traffic.directory import Directory
from gateway.traffic.moving import Moving
from gateway.traffic.publisher import Publisher
from gateway.traffic.refusals import record_refusals

PROBE_AFTER = 60.0
"""Seconds after which a stopped lane tries one message again."""
_THROTTLED_FOR = 1.0
"""Seconds, where the provider does not say."""
_UNREACHED_FOR = 1.0
"""Seconds after which a text whose call found no provider may go again; its lane pauses for longer."""


@dataclass(frozen=True, slots=True)
class Completion:
    """How one call ended; `outcome` None: it was never made. `message` is as it was taken."""

    message: Message
    outcome: Outcome | None

    @property
    def key(self) -> tuple[str, str]:
        return self.message.project, self.message.id

    @property
    def counts(self) -> bool:
        """Tell whether the call used up an attempt: one that the provider did not look at does not."""
        if isinstance(self.outcome, RetryLater):
            return not self.outcome.throttled and self.outcome.reason is not Failure.NETWORK_ERROR
        return self.outcome is not None and not isinstance(self.outcome, Misconfigured)


class Complete:
    """Record how calls ended. Recording the same end twice, or late, changes nothing."""

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
        self._moving = Moving(publisher, new_id)

    async def __call__(self, tx: Transaction, items: Sequence[Completion]) -> Sequence[None]:
        now = to_ms(self._clock.now())
        known = await moves.lock(tx, [item.key for item in items])
        moved: dict[tuple[str, str], Message] = {}
        for item in items:
            before = moved.get(item.key) or known.get(item.key)
            if before is not None and (after := self._after(before, item, now)) is not before:
                moved[item.key] = after
        changed = [m for key, m in moved.items() if m.status is not known[key].status]
        attempts = [
            moves.close_attempts([_closed(item, now) for item in items if item.counts]),
            moves.withdraw_attempts([_number(item) for item in items if not item.counts]),
        ]
        await self._moving.write(tx, list(moved.values()), now, changed=changed, also=attempts)
        followed = await claims.followed(tx, [item.message for item in items], now=now)
        self._publisher.announce(tx, [], followed)
        # A refusal as opted out is the contact's STOP that only the provider saw.
        refused = [item.message for item in items if isinstance(item.outcome, OptedOut)]
        await record_refusals(tx, refused, self._directory, self._publisher, self._new_id, now)
        return [None] * len(items)

    async def abandon(self, tx: Transaction, epochs: Mapping[str, int]) -> int:
        """Name what earlier owners of lanes left open: its outcome is not known. Return how many."""
        now = to_ms(self._clock.now())
        orphans = await claims.orphans(tx, epochs)
        return await abandon(tx, orphans, self._moving, now) if orphans else 0

    def _after(self, message: Message, item: Completion, now: int) -> Message:
        """Return the message's place after a call; a receipt that came first is never overwritten."""
        if isinstance(item.outcome, Accepted):
            return _accepted(message, item.outcome)
        current = message.attempts == item.message.attempts
        if not current or message.status not in {Status.SENDING, Status.UNCERTAIN}:
            return message
        match item.outcome:
            case Uncertain():
                unchanged = message.status is Status.UNCERTAIN
                return message if unchanged else replace(message, status=Status.UNCERTAIN)
            case Refused(reason=reason):
                return replace(message, status=Status.REJECTED, reason=reason)
            case OptedOut():
                return replace(message, status=Status.REJECTED, reason=Failure.OPTED_OUT)
            case waits:
                return self._waiting(message, waits, now)

    def _waiting(self, message: Message, outcome: RetryLater | Misconfigured | None, now: int) -> Message:
        """Return a message that surely was not sent to the queue, or give it up."""
        untried = replace(message, attempts=message.attempts - 1)
        match outcome:
            case None:
                return replace(untried, status=Status.QUEUED)
            case Misconfigured(reason=reason):
                return self._again(untried, reason, now + round(PROBE_AFTER * 1000))
            case RetryLater(reason=reason, throttled=True, after=after):
                return self._again(untried, reason, now + round((after or _THROTTLED_FOR) * 1000))
            case RetryLater(reason=Failure.NETWORK_ERROR as reason):
                return self._again(untried, reason, now + round(_UNREACHED_FOR * 1000))
            case RetryLater() as later:
                return self._later(message, later, now)

    def _later(self, message: Message, later: RetryLater, now: int) -> Message:
        policy = self._settings.retry(message.purpose or Purpose.MARKETING)
        delay = policy.delay(message.attempts, later.reason, later.after, self._chance.random())
        if delay is None:
            return replace(message, status=Status.UNDELIVERED, reason=later.reason)
        return self._again(message, later.reason, now + round(delay * 1000))

    def _again(self, message: Message, reason: Failure, at: int) -> Message:
        if message.expires_at is not None and at >= message.expires_at:
            return replace(message, status=Status.EXPIRED, reason=reason)
        return replace(message, status=Status.QUEUED, available_at=at, reason=reason)


async def abandon(tx: Transaction, orphans: Sequence[Message], moving: Moving, now: int) -> int:
    """Close the calls of these messages as uncertain; return how many messages are so now."""
    locked = await moves.lock(tx, [(m.project, m.id) for m in orphans])
    open_still = [m for m in locked.values() if m.status is Status.SENDING]
    closed = moves.close_attempts([_closed(Completion(m, Uncertain("left open")), now) for m in orphans])
    uncertain = [replace(m, status=Status.UNCERTAIN) for m in open_still]
    await moving.write(tx, uncertain, now, also=[closed])
    return len(open_still)


def _accepted(message: Message, outcome: Accepted) -> Message:
    named = replace(message, provider_ref=outcome.provider_ref)
    ahead = message.status.rank >= Status.ACCEPTED.rank
    return named if ahead else replace(named, status=Status.ACCEPTED, reason=None)


def _closed(item: Completion, now: int) -> dict[str, object]:
    outcome = item.outcome
    return {
        **_number(item),
        "now": now,
        "outcome": type(outcome).__name__.lower(),
        "provider_ref": outcome.provider_ref if isinstance(outcome, Accepted) else None,
        "code": getattr(outcome, "code", None),
        "detail": getattr(outcome, "detail", None),
    }


def _number(item: Completion) -> dict[str, object]:
    message = item.message
    return {"project": message.project, "id": message.id, "number": message.attempts}


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
