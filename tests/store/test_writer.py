"""Group commit: who is answered is committed, and one bad item harms only itself."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import pytest

from gateway.clock import SystemClock
from gateway.errors import Conflict, Overloaded, StorageError
from gateway.store.database import Unreachable, open_database
from gateway.store.writer import Writer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
    from pathlib import Path

    from gateway.store.database import Database, Transaction

INSERT = "INSERT INTO note (id) VALUES (:id)"


@dataclass(eq=False)
class Notes:
    """A work that stores names; a name taken already breaks the batch, a marked one breaks itself."""

    name: str = "notes"
    priority: int = 10
    limit: int = 200
    batches: list[list[str]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    async def __call__(self, tx: Transaction, items: Sequence[str], /) -> Sequence[str]:
        self.batches.append(list(items))
        for item in items:
            tx.after_commit(lambda item=item: self.told.append(item))  # type: ignore[misc]
            if item.startswith("bad"):
                raise LookupError(item)
        await tx.execute_many(INSERT, [{"id": item} for item in items])
        return [item.upper() for item in items]


@pytest.fixture
async def notes(database: Database) -> Database:
    """Give a database with the table of these tests."""
    async with database.writing() as tx:
        await tx.execute("CREATE TABLE note (id TEXT PRIMARY KEY)")
    return database


@asynccontextmanager
async def serving(database: Database, writer: Writer | None = None) -> AsyncIterator[Writer]:
    """Run a writer for the length of a block and drain it."""
    writer = writer or Writer(database)
    async with asyncio.TaskGroup() as group:
        group.create_task(writer.serve())
        yield writer
        await writer.drain()


async def stored(database: Database) -> set[str]:
    """Read what is committed, through another connection."""
    async with database.reading() as tx:
        return {row["id"] for row in await tx.fetch("SELECT id FROM note")}


async def turns(count: int) -> None:
    """Let the loop turn."""
    for _ in range(count):
        await SystemClock().sleep(0)


async def test_a_result_comes_after_the_commit(notes: Database) -> None:
    """Whoever is answered can be found by everyone at once."""
    work = Notes()
    async with serving(notes) as writer:
        for number in range(20):
            name = f"n{number}"
            assert await writer.submit(work, name) == name.upper()
            assert name in await stored(notes)


async def test_what_waits_is_committed_together(notes: Database) -> None:
    """A crowd costs few commits, keeps its order, and everyone gets an own answer."""
    work, names = Notes(), [f"n{number:03}" for number in range(500)]
    async with serving(notes) as writer:
        answers = await asyncio.gather(*(writer.submit(work, name) for name in names))
        assert answers == [name.upper() for name in names]
        assert (writer.batches <= 5, writer.items, writer.depth, writer.replays) == (True, 500, 0, 0)
    assert [name for batch in work.batches for name in batch] == names
    assert work.told == names


async def test_one_bad_item_fails_alone(notes: Database) -> None:
    """Neighbours of an item at fault are stored and answered, in order, and heard of once."""
    work = Notes()
    async with serving(notes) as writer:
        names = ["a", "bad", "b", "a", "c"]
        results = await asyncio.gather(
            *(writer.submit(work, name) for name in names), writer.run(count), return_exceptions=True
        )
        assert writer.replays == 6
    assert [type(result) for result in results] == [str, LookupError, str, StorageError, str, int]
    assert (results[0], results[2], results[5]) == ("A", "B", 3)
    assert await stored(notes) == {"a", "b", "c"}
    assert work.told == ["a", "b", "c"]


async def count(tx: Transaction) -> int:
    """Count the rows inside a transaction."""
    row = await tx.fetch_one("SELECT COUNT(*) AS n FROM note")
    assert row is not None
    return int(row["n"])


async def test_urgent_work_goes_first_and_starves_nobody(notes: Database) -> None:
    """In one batch the lower priority number is written first, and a flood leaves a share to others."""
    order: list[str] = []
    flood, slow = Notes("flood", 1), Notes("slow", 9, limit=3)
    writer = Writer(notes)
    waiting = [writer.submit(slow, f"slow{n}") for n in range(5)]
    waiting += [writer.submit(flood, f"flood{n}") for n in range(400)]
    waiting.append(writer.run(partial(note, order), name="between"))
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(each) for each in waiting]
        await turns(2)
        assert writer.depth == 406
        group.create_task(writer.serve())
        await asyncio.wait(tasks[:3])
        assert len(flood.told) == 200
        assert flood.told + slow.told == [*flood.batches[0], "slow0", "slow1", "slow2"]
        assert order == ["noted"]
        await asyncio.wait(tasks)
        await writer.drain()


async def note(order: list[str], tx: Transaction) -> str:
    """Tell that a unit was committed."""
    tx.after_commit(lambda: order.append("noted"))
    return "noted"


async def test_a_full_queue_holds_and_then_refuses(notes: Database) -> None:
    """Someone who cannot wait is told to come back; someone who can gets the next free place."""
    work, writer = Notes(), Writer(notes, capacity=2)
    async with asyncio.TaskGroup() as group:
        first = [group.create_task(writer.submit(work, name, patience=30)) for name in ("a", "b")]
        await turns(1)
        for patience in (0, 0.01):
            with pytest.raises(Overloaded) as refused:
                await writer.submit(work, "c", patience=patience)
            assert refused.value.retry_after > 0
        patient = group.create_task(writer.submit(work, "d", patience=30))
        inside = group.create_task(writer.submit(work, "e"))
        await turns(1)
        group.create_task(writer.serve())
        assert [await each for each in (*first, inside, patient)] == ["A", "B", "E", "D"]
        await writer.drain()
    assert await stored(notes) == {"a", "b", "d", "e"}


async def test_a_flood_is_refused_before_it_piles_up(notes: Database) -> None:
    """Beyond what the queue holds twice over, a door is refused without waiting at all."""
    work, writer = Notes(), Writer(notes, capacity=3)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(writer.submit(work, f"n{index}", patience=30)) for index in range(6)]
        await turns(2)
        with pytest.raises(Overloaded):
            await writer.submit(work, "one too many", patience=30)
        group.create_task(writer.serve())
        await asyncio.wait(tasks)
        await writer.drain()
    assert await stored(notes) == {f"n{index}" for index in range(6)}


async def test_a_caller_who_left_is_skipped(notes: Database) -> None:
    """Leaving while the batch is written stores the item; leaving before does not; neither harms others."""
    entered, go_on = asyncio.Event(), asyncio.Event()

    async def slow(tx: Transaction) -> None:
        await tx.execute(INSERT, {"id": "taken"})
        entered.set()
        await go_on.wait()

    work = Notes()
    async with serving(notes) as writer, asyncio.TaskGroup() as group:
        taken = group.create_task(writer.run(slow))
        await entered.wait()
        waiting = group.create_task(writer.submit(work, "waiting"))
        other = group.create_task(writer.submit(work, "other"))
        await turns(1)
        taken.cancel()
        waiting.cancel()
        go_on.set()
        assert await other == "OTHER"
    assert await stored(notes) == {"taken", "other"}


async def test_draining_finishes_and_refuses(notes: Database) -> None:
    """A gateway that stops writes what it accepted and accepts no more."""
    work, writer = Notes(), Writer(notes)
    async with asyncio.TaskGroup() as group:
        waiting = [group.create_task(writer.submit(work, f"n{n}")) for n in range(300)]
        await turns(1)
        await writer.drain()
        assert len(await stored(notes)) == 300
        with pytest.raises(Overloaded, match="stopping"):
            await writer.submit(work, "late")
        assert {await each for each in waiting} == {f"N{n}" for n in range(300)}


async def test_a_lost_race_is_run_again(notes: Database) -> None:
    """A conflict with another transaction is nobody's fault: the whole batch runs again."""
    conflicts = [Conflict("lost"), Conflict("lost again")]

    async def unlucky(tx: Transaction) -> str:
        await tx.execute(INSERT, {"id": "unlucky"})
        if conflicts:
            raise conflicts.pop()
        return "done"

    async with serving(notes) as writer:
        results = await asyncio.gather(writer.run(unlucky), writer.submit(Notes(), "neighbour"))
        assert tuple(results) == ("done", "NEIGHBOUR")
        assert writer.replays == 0
    assert await stored(notes) == {"unlucky", "neighbour"}


async def test_a_result_is_missing(notes: Database) -> None:
    """A work that answers fewer items than it was given fails, instead of leaving someone waiting."""

    @dataclass(eq=False)
    class Forgetful(Notes):
        async def __call__(self, tx: Transaction, items: Sequence[str], /) -> Sequence[str]:
            return (await super().__call__(tx, items))[1:]

    async with serving(notes) as writer:
        with pytest.raises(StorageError, match="0 results for 1 items"):
            await writer.submit(Forgetful(), "a")
    assert await stored(notes) == set()


@pytest.mark.parametrize("pause", range(1, 240, 8))
async def test_a_cancelled_writer_tells_the_truth(notes: Database, pause: int) -> None:
    """Whenever the writer is cancelled, exactly what is committed was answered; the rest failed."""
    work, writer = Notes(), Writer(notes)
    async with asyncio.TaskGroup() as group:
        serve = group.create_task(writer.serve())
        calls = [group.create_task(outcome(writer, work, f"n{n}")) for n in range(3)]
        await turns(pause)
        serve.cancel()
    answered = {result for call in calls if (result := call.result())}
    assert {name.upper() for name in await stored(notes)} == answered
    assert {name.upper() for name in work.told} == answered
    assert writer.depth == 0
    async with notes.writing() as tx:
        await tx.execute(INSERT, {"id": "the next one finds no lock"})


async def outcome(writer: Writer, work: Notes, name: str) -> str | None:
    """Submit, and take the failure of a writer that stops as no answer."""
    try:
        return await writer.submit(work, name)
    except (StorageError, Overloaded):
        return None


async def test_cancelling_inside_a_unit_rolls_back(notes: Database) -> None:
    """A writer stopped in the middle of a transaction fails all callers, taken or waiting."""
    entered = asyncio.Event()

    async def hang(tx: Transaction) -> None:
        await tx.execute(INSERT, {"id": "hang"})
        entered.set()
        await asyncio.Event().wait()

    writer = Writer(notes)
    async with asyncio.TaskGroup() as group:
        serve = group.create_task(writer.serve())
        taken = group.create_task(outcome_of(writer, hang))
        await entered.wait()
        waiting = group.create_task(outcome(writer, Notes(), "waiting"))
        await turns(1)
        serve.cancel()
    assert (taken.result(), waiting.result()) == ("the writer was stopped before the commit", None)
    assert await stored(notes) == set()


async def outcome_of(writer: Writer, unit: Callable[[Transaction], Awaitable[None]]) -> str:
    """Run a unit that fails and return the words of the failure."""
    with pytest.raises(StorageError) as failure:
        await writer.run(unit)
    return str(failure.value)


async def test_a_broken_connection_fails_the_batch_and_not_the_writer(
    postgres_database: str, tmp_path: Path
) -> None:
    """When PostgreSQL goes away nothing is run twice, and the next batch finds a new connection."""
    database = await open_database(postgres_database, root=tmp_path)
    async with database.writing() as tx:
        await tx.execute("CREATE TABLE note (id TEXT PRIMARY KEY)")

    async def pull_the_plug(tx: Transaction) -> None:
        await tx.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    async with serving(database) as writer:
        results = await asyncio.gather(
            writer.submit(Notes(), "a"), writer.run(pull_the_plug), return_exceptions=True
        )
        assert [type(result) for result in results] == [Unreachable, Unreachable]
        assert writer.replays == 0
        assert await writer.submit(Notes(), "b") == "B"
    assert await stored(database) == {"b"}
    await database.close()
