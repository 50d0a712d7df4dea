"""Leases: one holder per name, and an epoch that tells holders apart."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from gateway.store.leases import Lease, acquire, release, renew
from gateway.store.migrate import migrate

if TYPE_CHECKING:
    from gateway.store.database import Database

TTL = 1000


@pytest.fixture
async def migrated(database: Database) -> Database:
    """Give a database with the product's schema."""
    await migrate(database, now_ms=0)
    return database


async def take(database: Database, holder: str, now: int, *names: str, seize: bool = False) -> list[Lease]:
    """Acquire in a transaction of its own."""
    async with database.writing() as tx:
        return await acquire(tx, names=names, holder=holder, now_ms=now, ttl_ms=TTL, seize=seize)


async def test_a_lease_belongs_to_one_until_it_expires(migrated: Database) -> None:
    """Another node gets a name only when its lease has run out, under a new epoch."""
    assert await take(migrated, "one", 0, "b", "a") == [Lease("a", "one", 1, TTL), Lease("b", "one", 1, TTL)]
    assert await take(migrated, "two", TTL - 1, "a", "c") == [Lease("c", "two", 1, 2 * TTL - 1)]
    assert await take(migrated, "two", TTL, "a") == [Lease("a", "two", 2, 2 * TTL)]


async def test_taking_again_keeps_the_epoch(migrated: Database) -> None:
    """The holder's own attempts stay its own, also over a pause."""
    await take(migrated, "one", 0, "a")
    assert await take(migrated, "one", 10 * TTL, "a") == [Lease("a", "one", 1, 11 * TTL)]


async def test_renewing_tells_what_was_lost(migrated: Database) -> None:
    """A node that slept too long learns which names another one has now."""
    await take(migrated, "one", 0, "a", "b")
    await take(migrated, "two", TTL, "a")
    async with migrated.writing() as tx:
        kept = await renew(tx, names=["a", "b", "never"], holder="one", now_ms=TTL, ttl_ms=TTL)
    assert kept == [Lease("b", "one", 1, 2 * TTL)]


async def test_a_released_lease_is_free_at_once_and_remembers_its_epoch(migrated: Database) -> None:
    """After a clean stop the next node need not wait, and counts as a new holder."""
    await take(migrated, "one", 0, "a")
    async with migrated.writing() as tx:
        assert await release(tx, names=["a"], holder="two") == 0
        assert await release(tx, names=["a"], holder="one") == 1
    assert await take(migrated, "two", 1, "a") == [Lease("a", "two", 2, TTL + 1)]


async def test_seizing_takes_living_leases(migrated: Database) -> None:
    """A restarted single server need not wait for its own past."""
    await take(migrated, "one", 0, "a")
    assert await take(migrated, "two", 1, "a", seize=True) == [Lease("a", "two", 2, TTL + 1)]


async def test_nodes_that_race_share_the_names(migrated: Database) -> None:
    """Of several nodes that ask for the same names at once, each name goes to exactly one."""
    names = [f"lane{number}" for number in range(20)]
    won = await asyncio.gather(*(take(migrated, f"node{n}", 0, *names[n:], *names[:n]) for n in range(6)))
    assert sorted(lease.name for leases in won for lease in leases) == sorted(names)


async def test_no_names_no_leases(migrated: Database) -> None:
    """A node without lanes asks for nothing and gets nothing."""
    assert await take(migrated, "one", 0) == []
