"""The carrier's work under way: who starts it, where it pauses, when it is at rest, how it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from gateway.clock import Clock

Result = TypeVar("Result")

Spawn = Callable[[Coroutine[Any, Any, None]], object]
"""Starts a coroutine as a task and watches it: the supervisor's, or `TaskGroup.create_task` in a test."""


class _Stop(Exception):
    """Ends the task group, which has no other way to be told."""


class Workload:
    """Tasks in one TaskGroup, which lives in one long-running task."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._group: asyncio.TaskGroup | None = None
        self._life: object = None
        self._opened = asyncio.Event()
        self._stopping = asyncio.Event()
        self._closed = asyncio.Event()
        self._closed.set()
        self._awake = 0
        self._rest = asyncio.Event()
        self._rest.set()

    async def start(self, spawn: Spawn) -> None:
        """Begin to live in a task of `spawn`."""
        self._closed.clear()
        self._life = spawn(self._live())
        await self._opened.wait()

    async def stop(self) -> None:
        """Cancel all work and return when it has ended."""
        self._stopping.set()
        await self._closed.wait()

    def task(self, work: Coroutine[Any, Any, Result]) -> asyncio.Task[Result] | None:
        """Start the work now; None, and no work, after the end."""
        if self._group is None or self._stopping.is_set():
            work.close()
            return None
        self._wake()
        task = self._group.create_task(work)
        task.add_done_callback(self._sleep)
        return task

    async def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Do the work as part of this workload; cancelled when that ends first."""
        if (task := self.task(work)) is None:
            raise asyncio.CancelledError("the carrier has stopped")
        return await task

    async def pause(self, seconds: float) -> None:
        """Let time pass within a task of this workload; a pause is rest."""
        if seconds <= 0:
            await self._clock.sleep(0)
            return
        self._sleep()
        try:
            await self._clock.sleep(seconds)
        finally:
            self._wake()

    async def settle(self) -> None:
        """Return when every piece of work has ended or pauses on the clock."""
        while self._awake:
            self._rest.clear()
            await self._rest.wait()

    async def _live(self) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                self._group = group
                self._opened.set()
                await self._stopping.wait()
                raise _Stop
        except* _Stop:
            pass
        finally:
            self._group = None
            self._closed.set()

    def _wake(self) -> None:
        self._awake += 1

    def _sleep(self, _: object = None) -> None:
        self._awake -= 1
        if not self._awake:
            self._rest.set()
