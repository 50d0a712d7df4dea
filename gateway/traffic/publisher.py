"""Tells the rest of the process what a transaction changed: lanes, pages, counters."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from gateway.domain.message import Direction, Status
from gateway.metrics import Metrics
from gateway.store.database import Transaction
from gateway.store.events import Event
from gateway.store.messages import Message
from gateway.traffic.changes import Changes


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

        def committed() -> None:
            if senders:
                self._wake(senders)
            for listener in self._listeners:
                listener(events)

        tx.after_commit(committed)

    def _committed(self, messages: Iterable[Message], events: Sequence[Event]) -> None:
        senders = set()
        for message in messages:
            self._metrics.messages.labels(direction=message.direction, status=message.status).inc()
            if message.direction is Direction.OUTBOUND and message.status in {Status.QUEUED, Status.HELD}:
                senders.add(message.sender)
        if senders:
            self._wake(senders)
        for listener in self._listeners:
            listener(events)
