"""Events: what is committed reaches those who listen, about the right object, and nothing else does."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gateway.errors import StorageError
from gateway.store.database import Statement
from gateway.store.events import Event
from gateway.traffic.feed import Feed
from tests.traffic.house import House, house

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator

    from gateway.store.database import Transaction


@pytest.fixture
async def inside(tmp_path: Path, database_environ: dict[str, str]) -> AsyncIterator[House]:
    """Give a gateway on each engine."""
    async with house(tmp_path, environ=database_environ) as opened:
        yield opened


def drained(queue: asyncio.Queue[Event | None]) -> list[Event | None]:
    """Return what a subscriber has been given."""
    return [queue.get_nowait() for _ in range(queue.qsize())]


async def test_each_event_names_its_object(inside: House) -> None:
    """A question and its answer: message, thread and dialogue events carry the ids of these rows."""
    with inside.gateway.feed.subscribe() as queue:
        await inside.hear("INFO Open on Sunday?")
        thread = await inside.thread()
        await inside.gateway.desk.reply(thread.id, "Yes.", author="ann")
        await inside.hear("STOP")
        events = [event for event in drained(queue) if event]
    dialogue = await inside.rows("SELECT id FROM dialogue")
    person = await inside.person()
    ids = {
        "message": {m.id for m in await inside.all()},
        "thread": {thread.id},
        "dialogue": {row["id"] for row in dialogue},
        "consent": {person.address.id},
    }
    assert {event.type.split(".")[0] for event in events} == set(ids)
    for event in events:
        assert event.object_id in ids[event.type.split(".")[0]], event
        assert event.project == "clinic"
    assert [e.id for e in events] == sorted(e.id for e in events)
    stored = await inside.rows("SELECT id FROM event ORDER BY id")
    assert [row["id"] for row in stored] == [e.id for e in events]


async def test_after_a_rollback_nothing_is_told(inside: House) -> None:
    """The transaction fails at its end: no row, no event, and the text can be handed in again."""

    async def fail(tx: Transaction, text: object) -> None:
        await inside.gateway.intake(tx, [text])  # type: ignore[list-item]
        await tx.batch([Statement("INSERT INTO no_such_table VALUES (1)")])

    text = inside.inbound("HELP")
    with inside.gateway.feed.subscribe() as queue:
        with pytest.raises(StorageError):
            await inside.gateway.writer.run(lambda tx: fail(tx, text))
        assert drained(queue) == []
        assert await inside.rows("SELECT * FROM message") == []
        await inside.hear(text)
        assert next(e.type for e in drained(queue) if e) == "message.received"
    assert await inside.said() == ["help/help"]


def test_a_subscriber_that_falls_behind_is_told_so_once() -> None:
    """It gets None as the last thing and costs nothing more; the others are served on."""
    feed = Feed()
    events = [Event("p", str(n), "x", "o", 0) for n in range(100)]
    with feed.subscribe() as slow, feed.subscribe() as quick:
        for _ in range(50):
            feed.deliver(events)
            assert len(drained(quick)) == 100
        given = drained(slow)
    assert given.count(None) == 1
    assert given[-1] is None
    assert len(given) < 1200


def test_a_closed_feed_ends_every_subscription() -> None:
    """Those who listen and those who come late are told that it is over."""
    feed = Feed()
    with feed.subscribe() as early:
        feed.close()
        with feed.subscribe() as late:
            assert drained(early) == drained(late) == [None]
