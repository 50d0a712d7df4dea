"""The schema's history: applied once, in order, never rewritten."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from gateway.errors import StorageError
from gateway.store.database import Database, open_database
from gateway.store.migrate import MIGRATIONS, load, migrate, pending

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a history of two files."""
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "0001_first.sql").write_text("CREATE TABLE a (x TEXT); -- 1; 2\nINSERT INTO a VALUES (';');")
    (folder / "0002_second.sql").write_text("CREATE TABLE b (y BIGINT);\nINSERT INTO b VALUES (1);\n")
    return folder


async def count(database: Database) -> int:
    """Count the rows that the second file adds."""
    async with database.reading() as tx:
        row = await tx.fetch_one("SELECT COUNT(*) AS n FROM b")
    assert row is not None
    return int(row["n"])


async def test_files_are_applied_once_and_in_order(database: Database, folder: Path) -> None:
    """What waits is named, applied in order, and left alone afterwards."""
    assert [each.title for each in await pending(database, folder=folder)] == ["0001_first", "0002_second"]
    assert [each.version for each in await migrate(database, now_ms=5, folder=folder)] == [1, 2]
    assert await pending(database, folder=folder) == []
    assert await migrate(database, now_ms=6, folder=folder) == []
    assert await count(database) == 1
    async with database.reading() as tx:
        rows = await tx.fetch("SELECT name, applied_at FROM migration WHERE version > 0 ORDER BY version")
    assert [(row["name"], row["applied_at"]) for row in rows] == [("first", 5), ("second", 5)]


async def test_a_failing_file_leaves_nothing_and_can_be_corrected(database: Database, folder: Path) -> None:
    """Half a file is never applied: after the correction the same call finishes."""
    third = folder / "0003_third.sql"
    third.write_text("INSERT INTO b VALUES (2); INSERT INTO nowhere VALUES (3);")
    with pytest.raises(StorageError, match=r"0003_third.*nowhere"):
        await migrate(database, now_ms=5, folder=folder)
    assert await count(database) == 1
    third.write_text("INSERT INTO b VALUES (2);")
    assert [each.version for each in await migrate(database, now_ms=5, folder=folder)] == [3]
    assert await count(database) == 2


def change(folder: Path) -> None:
    """Edit a file that was applied."""
    (folder / "0002_second.sql").write_text("CREATE TABLE c (z TEXT)")


def lose(folder: Path) -> None:
    """Delete a file that was applied."""
    (folder / "0001_first.sql").unlink()


def renumber(folder: Path) -> None:
    """Give a file that was applied another number."""
    (folder / "0002_second.sql").rename(folder / "0003_third.sql")


@pytest.mark.parametrize(
    ("rewrite", "words"),
    [
        (change, "0002_second was changed"),
        (lose, "0001_first, which this program lacks"),
        (renumber, "0002_second, which this program lacks"),
    ],
)
async def test_rewritten_history_is_refused(
    database: Database, folder: Path, rewrite: Callable[[Path], None], words: str
) -> None:
    """A file changed or lost after it was applied stops the start, and is named."""
    await migrate(database, now_ms=5, folder=folder)
    rewrite(folder)
    for attempt in (migrate(database, now_ms=6, folder=folder), pending(database, folder=folder)):
        with pytest.raises(StorageError, match=words):
            await attempt


async def test_a_late_file_between_applied_ones_is_refused(database: Database, folder: Path) -> None:
    """A number below the newest one would make two databases differ by the order of their history."""
    (folder / "0002_second.sql").rename(folder / "0004_second.sql")
    await migrate(database, now_ms=5, folder=folder)
    (folder / "0003_late.sql").write_text("CREATE TABLE c (z TEXT)")
    with pytest.raises(StorageError, match="0003_late stands before 0004"):
        await migrate(database, now_ms=6, folder=folder)


async def test_nodes_may_start_at_once(database_url: str, tmp_path: Path, folder: Path) -> None:
    """Of several nodes that start together each file is applied by exactly one, and none fails."""
    nodes = [await open_database(database_url, root=tmp_path) for _ in range(4)]
    try:
        applied = await asyncio.gather(*(migrate(node, now_ms=5, folder=folder) for node in nodes))
        assert sorted(each.version for done in applied for each in done) == [1, 2]
        assert await count(nodes[0]) == 1
    finally:
        for node in nodes:
            await node.close()


@pytest.mark.parametrize("name", ["first.sql", "0000_zero.sql", "0001_zz_again.sql", "0003_Has-Dash.sql"])
def test_odd_names_are_refused(folder: Path, name: str) -> None:
    """A file that would silently be left out, or clash, is an error."""
    (folder / name).write_text("SELECT 1")
    with pytest.raises(StorageError, match=name):
        load(folder)


async def test_the_shipped_schema_applies(database: Database) -> None:
    """Every migration of the product runs on both engines."""
    assert await migrate(database, now_ms=1) == load(MIGRATIONS)
    assert await pending(database) == []
