"""Tells the rest of the process what a transaction changed: lanes, pages, counters."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from gateway.domain.message import Direction, Status
from gateway.metrics import Metrics
from gateway.store.database import Transaction
from gateway.store.events import Event
from gateway.store.messages import Message
from gateway.traffic.changes import Changes

_STATUSES = frozenset(status.value for status in Status)


class Publisher:
    """Subscribers are called after the commit, in the order of the commits."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._listeners: list[Callable[[Sequence[Event]], None]] = []
        self._wake: Callable[[Collection[str]], None] = lambda senders: None
        self._recall: Callable[[Collection[tuple[str, str]]], None] = lambda addresses: None

    def listen(self, listener: Callable[[Sequence[Event]], None]) -> None:
        """Give every later event to a listener."""
        self._listeners.append(listener)

    def connect_lanes(
        self,
        wake: Callable[[Collection[str]], None],
        recall: Callable[[Collection[tuple[str, str]]], None],
    ) -> None:
        """Name who is told of new work for a sender, and of addresses whose claimed work must come back."""
        self._wake = wake
        self._recall = recall

    def publish(self, tx: Transaction, changes: Changes) -> None:
        """Tell of these changes once they are committed.

        Lanes give claimed but unstarted messages of a stopped address back before the commit: no call
        starts after it, and whatever comes back meets the gate again.
        """
        if changes.stopped:
            self._recall(changes.stopped)
        tx.after_commit(lambda: self._committed(changes.messages.values(), changes.events))

    def announce(self, tx: Transaction, events: Sequence[Event], senders: Collection[str] = ()) -> None:
        """Tell of events, and of senders that have work, once they are committed."""

        tx.after_commit(lambda: self._tell(events, senders))

    def _committed(self, messages: Iterable[Message], events: Sequence[Event]) -> None:
        waiting = (m for m in messages if m.direction is Direction.OUTBOUND and m.status.waiting)
        self._tell(events, {message.sender for message in waiting})

    def _tell(self, events: Sequence[Event], senders: Collection[str]) -> None:
        if senders:
            self._wake(senders)
        for event in events:
            self._count(event)
        for listener in self._listeners:
            listener(events)

    def _count(self, event: Event) -> None:
        """Count each status that a message reaches, once."""
        kind, _, status = event.type.partition(".")
        if kind == "message" and status in _STATUSES:
            direction = Direction.INBOUND if status == Status.RECEIVED else Direction.OUTBOUND
            self._metrics.messages.labels(direction=direction, status=status).inc()
