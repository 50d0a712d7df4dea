"""The one writer of the process: whatever waits is written in one transaction (group commit).

There is no timer. While one batch commits the next one gathers, so an idle system adds no delay and a
busy one pays for one commit per batch. A caller hears its result only after the commit.

A batch that fails is rolled back and its items are run again one by one, each in its own transaction, so
that only the one at fault fails. Works and units must therefore be safe to run again, and anything they do
outside of the transaction belongs into `Transaction.after_commit`.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from gateway.errors import Conflict, Overloaded, StorageError
from gateway.store.database import Unreachable

if TYPE_CHECKING:
    from gateway.store.database import Database, Transaction

P = TypeVar("P")
R = TypeVar("R")
P_contra = TypeVar("P_contra", contravariant=True)
R_co = TypeVar("R_co", covariant=True)

_ITEMS_PER_BATCH = 200
_LEAST_SHARE = 10  # What each work may take of a full batch, so that a flood of one does not starve another.
_CONFLICTS = 3
_UNIT_PRIORITY = 50
_STOPPED = "the writer was stopped before the commit"

Unit = Callable[["Transaction"], Awaitable[Any]]


class Work(Protocol[P_contra, R_co]):
    """A command over many items at once: intake, receipts, claim, completions."""

    @property
    def name(self) -> str: ...

    @property
    def priority(self) -> int:
        """Lower goes first."""

    @property
    def limit(self) -> int:
        """The most items in one transaction."""

    async def __call__(self, tx: Transaction, items: Sequence[P_contra], /) -> Sequence[R_co]:
        """Write the items, in order, and return one result for each."""


@dataclass(frozen=True, slots=True)
class _Units:
    """The work of single functions: each item is one."""

    name: str
    priority: int = _UNIT_PRIORITY
    limit: int = 50

    async def __call__(self, tx: Transaction, items: Sequence[Unit], /) -> Sequence[Any]:
        return [await unit(tx) for unit in items]


@dataclass(slots=True, eq=False)
class _Entry:
    """One item and who waits for its result."""

    item: Any
    future: asyncio.Future[Any]
    from_door: bool


@dataclass(slots=True)
class _Queue:
    """The items that wait for one work."""

    work: Work[Any, Any]
    entries: deque[_Entry] = field(default_factory=deque)


_Batch = list[tuple[Work[Any, Any], list[_Entry]]]


class Writer:
    """Take items from everywhere in the process and commit them together; `serve` must be running."""

    def __init__(self, database: Database, *, capacity: int = 4000) -> None:
        self._database = database
        self._capacity = capacity
        self._room = asyncio.Semaphore(capacity)
        self._outside = 0
        self._queues: list[_Queue] = []
        self._woken = asyncio.Event()
        self._ended = asyncio.Event()
        self._serving = False
        self._stopping = False
        self.depth = 0
        self.batches = 0
        self.items = 0
        self.replays = 0

    async def submit(self, work: Work[P, R], item: P, *, patience: float | None = None) -> R:
        """Write one item with the others and return its result once it is committed.

        A door says how many seconds it can wait for room, and gets Overloaded when it found none; it is
        refused at once when as many wait already as the queue holds. Without `patience` the item comes
        from inside, where work is bounded already: it is always admitted, so that a flood at the doors
        cannot keep the record of a call out. If the caller is cancelled, an item already taken is still
        committed.
        """
        if patience is not None:
            await self._enter(patience)
        if self._stopping:
            if patience is not None:
                self._room.release()
            raise Overloaded("the write queue of a gateway that is stopping")
        entry = _Entry(item, asyncio.get_running_loop().create_future(), from_door=patience is not None)
        self._queue_of(work).entries.append(entry)
        self.depth += 1
        self._woken.set()
        result: R = await entry.future
        return result

    async def run(self, unit: Callable[[Transaction], Awaitable[R]], *, name: str = "unit") -> R:
        """Run one function in a transaction shared with whatever else waits, and return its result.

        An error in it costs its neighbours a second run: refuse what can be refused before.
        """
        result: R = await self.submit(_Units(name), unit)
        return result

    async def serve(self) -> None:
        """Write until `drain` or a cancellation; a cancellation fails all that is not committed."""
        self._serving = True
        try:
            while not (self._stopping and self.depth == 0):
                await self._woken.wait()
                self._woken.clear()
                while batch := self._take():
                    await self._write(batch)
        finally:
            self._serving = False
            self._stopping = True
            self._abandon()
            self._ended.set()

    async def drain(self) -> None:
        """Refuse new items, and return when those that wait are written."""
        self._stopping = True
        self._woken.set()
        if self._serving:
            await self._ended.wait()
        else:
            await self.serve()

    async def _enter(self, patience: float) -> None:
        if self._outside >= self._capacity:
            raise Overloaded("the write queue")
        self._outside += 1
        try:
            async with asyncio.timeout(patience if self._room.locked() else None):
                await self._room.acquire()
        except TimeoutError:
            raise Overloaded("the write queue") from None
        finally:
            self._outside -= 1

    def _queue_of(self, work: Work[Any, Any]) -> _Queue:
        for queue in self._queues:
            if queue.work is work or queue.work == work:
                return queue
        queue = _Queue(work)
        self._queues.append(queue)
        self._queues.sort(key=lambda each: each.work.priority)
        return queue

    def _take(self) -> _Batch:
        batch: _Batch = []
        space = _ITEMS_PER_BATCH
        for queue in self._queues:
            if entries := self._take_from(queue, min(queue.work.limit, max(space, _LEAST_SHARE))):
                batch.append((queue.work, entries))
                space -= len(entries)
        return batch

    def _take_from(self, queue: _Queue, most: int) -> list[_Entry]:
        taken: list[_Entry] = []
        while queue.entries and len(taken) < most:
            entry = queue.entries.popleft()
            self.depth -= 1
            if entry.from_door:
                self._room.release()
            if not entry.future.cancelled():
                taken.append(entry)
        return taken

    async def _write(self, batch: _Batch) -> None:
        try:
            try:
                await self._attempt(batch)
            except Exception as error:  # Works fail in any way; their callers hear of it, the writer goes on.
                await self._isolate(batch, error)
        except BaseException:
            self._fail(batch, StorageError(_STOPPED))
            raise

    async def _isolate(self, batch: _Batch, error: Exception) -> None:
        singles: list[_Batch] = [[(work, [entry])] for work, entries in batch for entry in entries]
        if len(singles) == 1 or isinstance(error, Unreachable):
            # Alone at fault, or nobody is: what a broken connection left behind is not known.
            self._fail(batch, error)
            return
        for single in singles:
            self.replays += 1
            try:
                await self._attempt(single)
            except Unreachable as broken:
                self._fail(batch, broken)
                return
            except Exception as fault:  # As above.
                self._fail(single, fault)

    def _fail(self, batch: _Batch, error: BaseException) -> None:
        for entry in [entry for _, entries in batch for entry in entries]:
            if not entry.future.done():
                entry.future.set_exception(error)

    async def _attempt(self, batch: _Batch) -> None:
        for remaining in reversed(range(_CONFLICTS + 1)):
            try:
                await self._commit(batch)
                return
            except Conflict:
                if not remaining:
                    raise

    async def _commit(self, batch: _Batch) -> None:
        async with self._database.writing() as tx:
            for work, entries in batch:
                results = await work(tx, [entry.item for entry in entries])
                if len(results) != len(entries):
                    raise StorageError(f"{work.name} gave {len(results)} results for {len(entries)} items")
                # Even if the writer is cancelled during the commit, what was committed is told.
                tx.after_commit(partial(self._resolve, entries, results))
            tx.after_commit(partial(self._count, batch))

    def _resolve(self, entries: Sequence[_Entry], results: Sequence[Any]) -> None:
        for entry, result in zip(entries, results, strict=True):
            if not entry.future.done():
                entry.future.set_result(result)

    def _count(self, batch: _Batch) -> None:
        self.batches += 1
        self.items += sum(len(entries) for _, entries in batch)

    def _abandon(self) -> None:
        waiting = [(queue.work, self._take_from(queue, len(queue.entries))) for queue in self._queues]
        self._fail(waiting, StorageError(_STOPPED))
