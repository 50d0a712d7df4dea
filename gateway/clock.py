"""The only place that reads the time or sleeps.

Everything that waits takes a `Clock`, so that transcripts and tests can hold time in the hand:
`SteppedClock.advance` wakes each sleeper at its moment, in order.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol


def to_ms(moment: datetime) -> int:
    """Return an aware moment as integer UTC milliseconds, the form kept in rows."""
    return round(moment.timestamp() * 1000)


def from_ms(milliseconds: int) -> datetime:
    """Return the aware UTC moment of a row's integer milliseconds."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def epoch_ms() -> int:
    """Return the machine's wall time in integer UTC milliseconds, for ids."""
    return time.time_ns() // 1_000_000


class Cancel(Protocol):
    """What `call_later` returns: a call that can still be called off."""

    def cancel(self) -> None: ...


class Clock(Protocol):
    """Wall time, monotonic time and sleep."""

    def now(self) -> datetime: ...

    def monotonic(self) -> float: ...

    async def sleep(self, seconds: float) -> None: ...

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Cancel: ...


class SystemClock:
    """The machine's time."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Cancel:
        return asyncio.get_running_loop().call_later(seconds, callback)


class _Call:
    """A callback of a `SteppedClock`."""

    def __init__(self, callback: Callable[[], None]) -> None:
        self.callback: Callable[[], None] | None = callback

    def cancel(self) -> None:
        self.callback = None


class SteppedClock:
    """Time that moves only when told."""

    def __init__(self, start: datetime) -> None:
        self._now = start
        self._elapsed = 0.0
        self._calls: list[tuple[float, int, _Call]] = []
        self._order = itertools.count()

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._elapsed

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        call = self.call_later(seconds, lambda: None if woken.done() else woken.set_result(None))
        try:
            await woken
        finally:
            call.cancel()

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Cancel:
        call = _Call(callback)
        heapq.heappush(self._calls, (self._elapsed + max(0.0, seconds), next(self._order), call))
        return call

    @property
    def next_wake(self) -> float | None:
        """Seconds until the earliest call is due, or None when nothing waits."""
        while self._calls and self._calls[0][2].callback is None:
            heapq.heappop(self._calls)
        return max(0.0, self._calls[0][0] - self._elapsed) if self._calls else None

    def step(self, seconds: float) -> None:
        """Move by `seconds` and make the calls that are due, in their order."""
        self._elapsed += seconds
        self._now += timedelta(seconds=seconds)
        while self._calls and self._calls[0][0] <= self._elapsed + 1e-9:
            _, _, call = heapq.heappop(self._calls)
            if call.callback is not None:
                call.callback()


class Alarm:
    """Something to wait for that ends by a ring or by time, whichever comes first."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rung = False
        self._waiter: asyncio.Future[None] | None = None

    def ring(self) -> None:
        """Wake who waits, or whoever waits next."""
        self._rung = True
        self._wake()

    async def wait(self, seconds: float) -> None:
        """Return once rung, or after `seconds`."""
        if not self._rung:
            self._waiter = asyncio.get_running_loop().create_future()
            call = self._clock.call_later(seconds, self._wake)
            try:
                await self._waiter
            finally:
                call.cancel()
                self._waiter = None
        self._rung = False

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
