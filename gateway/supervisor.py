"""The one owner of background tasks.

Its tasks live in a TaskGroup that is held inside a task of its own: when one of them dies, the others
are cancelled, readiness is lost, and `failed` tells whoever runs the server to stop it on purpose.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

log = structlog.get_logger(__name__)


class Supervisor:
    """Starts tasks, watches them, and ends them."""

    def __init__(self) -> None:
        self._group: asyncio.TaskGroup | None = None
        self._ready = asyncio.Event()
        self._closing = asyncio.Event()
        self._holder: asyncio.Task[None] | None = None
        self._tasks: list[asyncio.Task[Any]] = []
        self.failed = asyncio.Event()

    @property
    def healthy(self) -> bool:
        """Every task that was started is still at work, or has ended in order."""
        return self._holder is not None and not self._holder.done() and not self.failed.is_set()

    async def start(self) -> None:
        """Open the group."""
        self._holder = asyncio.create_task(self._hold(), name="supervisor")
        await self._ready.wait()

    def spawn(self, work: Coroutine[Any, Any, Any], *, name: str = "task") -> asyncio.Task[Any]:
        """Start a task of the group."""
        if self._group is None:
            work.close()
            raise RuntimeError("the supervisor is not running")
        task = self._group.create_task(work, name=name)
        self._tasks.append(task)
        return task

    async def stop(self) -> None:
        """Cancel what is still running and wait for its end."""
        self._closing.set()
        for task in self._tasks:
            task.cancel()
        if self._holder is not None:
            await asyncio.wait([self._holder])

    async def _hold(self) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                self._group = group
                self._ready.set()
                await self._closing.wait()
        except BaseExceptionGroup as errors:
            log.error("supervisor.task_failed", exc_info=errors)
        finally:
            self._group = None
            if not self._closing.is_set():
                self.failed.set()
