"""What the pages keep in the database, on both engines."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import pytest

from gateway.store import events, handsets, sessions
from gateway.store.database import Database, open_database
from gateway.store.events import Event
from gateway.store.migrate import migrate
from gateway.store.sessions import WebSession


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Give the URL of an empty database, of one engine and then of the other."""
    if request.param == "sqlite":
        return "sqlite:///pages.db"
    return cast("str", request.getfixturevalue("postgres_database"))


@pytest.fixture
async def database(database_url: str, tmp_path: Path) -> AsyncIterator[Database]:
    """Give it open and migrated."""
    opened = await open_database(database_url, root=tmp_path)
    await migrate(opened, now_ms=0)
    yield opened
    await opened.close()


async def test_a_link_is_used_once_and_in_time(database: Database) -> None:
    """A link gives its user once; used, unknown and too old ones give nobody."""
    async with database.writing() as tx:
        await sessions.add_link(tx, token_hash="a", user="operator", expires_at=100)
        await sessions.add_link(tx, token_hash="b", user="operator", expires_at=100)
        assert await sessions.use_link(tx, token_hash="a", now=99) == "operator"
        assert await sessions.use_link(tx, token_hash="a", now=99) is None
        assert await sessions.use_link(tx, token_hash="b", now=100) is None
        assert await sessions.use_link(tx, token_hash="c", now=1) is None


async def test_a_session_lives_until_it_ends_or_expires(database: Database) -> None:
    """A session is found as it was saved last, not after its time, and not once it was ended."""
    first = WebSession("h", "operator", {"user": "operator"}, 1, 100)
    async with database.writing() as tx:
        await sessions.save(tx, first)
        changed = WebSession("h", "operator", {"user": "operator", "csrf": "é"}, 1, 200)
        await sessions.save(tx, changed)
        assert await sessions.find(tx, token_hash="h", now=150) == changed
        assert await sessions.find(tx, token_hash="h", now=200) is None
        await sessions.forget_expired(tx, now=150)
        assert await sessions.find(tx, token_hash="h", now=1) == changed
        await sessions.end(tx, token_hash="h")
        assert await sessions.find(tx, token_hash="h", now=1) is None


async def test_a_phone_is_kept_once(database: Database) -> None:
    """Adding a phone again changes nothing; phones come in the order of their making."""
    async with database.writing() as tx:
        for number, name, now in (("+2", "B", 2), ("+1", "A", 1), ("+2", "C", 3)):
            await handsets.add(tx, number=number, name=name, now=now)
        assert [(h.number, h.name) for h in await handsets.all_of(tx)] == [("+1", "A"), ("+2", "B")]


async def test_events_of_one_type_are_found_by_their_objects(database: Database) -> None:
    """Of several objects, only the events of the type that was asked for come back."""
    said = [
        Event("clinic", "1", "message.received", "m1", 1),
        Event("clinic", "2", "message.understood", "m1", 1, {"intent": "help"}),
        Event("other", "3", "message.understood", "m1", 1, {"intent": "stop"}),
    ]
    async with database.writing() as tx:
        await tx.batch([events.insert(said)])
        found = await events.of_type(tx, "message.understood", [("clinic", "m1"), ("clinic", "m2")])
    assert found == {("clinic", "m1"): said[1]}
