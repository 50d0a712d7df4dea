"""Live events for open pages: each subscriber gets what is committed from now on."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from gateway.store.events import Event

_LONGEST_QUEUE = 1000


class Feed:
    """A subscriber that falls too far behind is told so by None, gets nothing more, and reads the store."""

    def __init__(self) -> None:
        self._subscribers: set[asyncio.Queue[Event | None]] = set()
        self._closed = False

    def deliver(self, events: Sequence[Event]) -> None:
        """Give events to every subscriber."""
        for queue in tuple(self._subscribers):
            if queue.qsize() >= _LONGEST_QUEUE:
                self._subscribers.discard(queue)
                queue.put_nowait(None)
                continue
            for event in events:
                queue.put_nowait(event)

    @contextmanager
    def subscribe(self) -> Iterator[asyncio.Queue[Event | None]]:
        """Give a queue of events; None means: reconnect, or the server is stopping."""
        queue: asyncio.Queue[Event | None] = asyncio.Queue()
        self._subscribers.add(queue)
        if self._closed:
            queue.put_nowait(None)
        try:
            yield queue
        finally:
            self._subscribers.discard(queue)

    def close(self) -> None:
        """End every subscription, so that open streams do not delay the stop."""
        self._closed = True
        for queue in self._subscribers:
            queue.put_nowait(None)
