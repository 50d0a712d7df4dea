"""Messages that change their place: the rows, and the event that tells of each change of status."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.store import events, moves
from gateway.store.database import Statement, Transaction
from gateway.store.events import Event
from gateway.store.messages import Message
from gateway.store.moves import Move
from gateway.traffic.publisher import Publisher


@dataclass(frozen=True, slots=True)
class Moving:
    """Writes new places and announces them."""

    publisher: Publisher
    new_id: Callable[[], str]

    async def write(
        self,
        tx: Transaction,
        moved: Sequence[Message],
        now: int,
        *,
        changed: Iterable[Message] | None = None,
        also: Iterable[Statement] = (),
        wake: Collection[str] = (),
        more: Mapping[str, Any] | None = None,
    ) -> None:
        """Write places, tell of those whose status changed (default: all), and wake the lanes of senders."""
        told = moved if changed is None else changed
        happened = [self._event(message, now, more or {}) for message in told]
        statements = [moves.move([Move(m, now) for m in moved]), *also, events.insert(happened)]
        await tx.batch([s for s in statements if s.many is None or s.many])
        self.publisher.announce(tx, happened, wake)

    def _event(self, message: Message, now: int, more: Mapping[str, Any]) -> Event:
        data = {"number": message.number, "sender": message.sender, **more}
        if message.reason:
            data["reason"] = message.reason
        return Event(message.project, self.new_id(), f"message.{message.status}", message.id, now, data)
