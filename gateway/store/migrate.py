"""The schema, brought forward by numbered files that never change once applied.

`gateway/store/migrations/NNNN_name.sql`: plain SQL, statements cut at `;`, the tokens of
`gateway.store.sql` allowed. Each file is one transaction, and leaves a row in table `migration` with its
checksum. Row 0 of that table is the lock that lets two nodes start at once.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from gateway.errors import StorageError
from gateway.store.database import Database, Statement, Transaction
from gateway.store.sql import Dialect, split

MIGRATIONS = Path(__file__).parent / "migrations"
_FILE = re.compile(r"(\d{4})_([a-z0-9_]+)\.sql")

_TABLE = """
CREATE TABLE IF NOT EXISTS migration (
    version BIGINT PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at BIGINT NOT NULL
)"""
_LOCK_ROW = """
INSERT INTO migration (version, name, checksum, applied_at) VALUES (0, 'lock', '', :now)
ON CONFLICT (version) DO NOTHING"""
_LOCK = "SELECT version FROM migration WHERE version = 0 {{ for_update }}"
_APPLIED = "SELECT version, name, checksum FROM migration WHERE version > 0 ORDER BY version"
_RECORD = """
INSERT INTO migration (version, name, checksum, applied_at) VALUES (:version, :name, :checksum, :now)"""
_KNOWN = {
    Dialect.SQLITE: "SELECT 1 AS found FROM sqlite_master WHERE type = 'table' AND name = 'migration'",
    Dialect.POSTGRES: """
        SELECT 1 AS found FROM information_schema.tables
        WHERE table_schema = current_schema() AND table_name = 'migration'""",
}


@dataclass(frozen=True, slots=True)
class Migration:
    """One file of the schema's history."""

    version: int
    name: str
    script: str

    @property
    def title(self) -> str:
        return f"{self.version:04}_{self.name}"

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.script.encode()).hexdigest()


def load(folder: Path = MIGRATIONS) -> list[Migration]:
    """Read the files in order; raises StorageError for a wrong name or a number used twice."""
    found: dict[int, Migration] = {}
    for file in sorted(folder.glob("*.sql")):
        match = _FILE.fullmatch(file.name)
        if match is None:
            raise StorageError(f"{file}: a migration is named like 0001_what_it_does.sql")
        migration = Migration(int(match[1]), match[2], file.read_text(encoding="utf-8"))
        if migration.version == 0 or migration.version in found:
            raise StorageError(f"{file}: the number {match[1]} is taken")
        found[migration.version] = migration
    return list(found.values())


async def pending(database: Database, *, folder: Path = MIGRATIONS) -> list[Migration]:
    """Return what is still to be applied; raises StorageError when history was rewritten."""
    migrations = load(folder)
    async with database.reading() as tx:
        if await tx.fetch_one(_KNOWN[tx.dialect]) is None:
            return migrations
        return await _missing(tx, migrations)


async def _missing(tx: Transaction, migrations: list[Migration]) -> list[Migration]:
    files = {migration.version: migration for migration in migrations}
    newest = 0
    for row in await tx.fetch(_APPLIED):
        newest = row["version"]
        title = f"{newest:04}_{row['name']}"
        file = files.pop(newest, None)
        if file is None:
            raise StorageError(
                f"the database has migration {title}, which this program lacks: a newer version has used it"
            )
        if file.checksum != row["checksum"]:
            raise StorageError(f"migration {title} was changed after it was applied; restore its file")
    for file in files.values():
        if file.version < newest:
            raise StorageError(f"migration {file.title} stands before {newest:04}, which is applied already")
    return list(files.values())


async def migrate(database: Database, *, now_ms: int, folder: Path = MIGRATIONS) -> list[Migration]:
    """Apply what is missing and return what this call applied; safe when several nodes start at once."""
    migrations = load(folder)
    await _prepare(database, now_ms)
    done: list[Migration] = []
    while migration := await _apply_next(database, migrations, now_ms):
        done.append(migration)
    return done


async def _prepare(database: Database, now_ms: int) -> None:
    async with database.reading() as tx:
        if await tx.fetch_one(_KNOWN[tx.dialect]):
            return
    try:
        await _create(database, now_ms)
    except StorageError:
        # On PostgreSQL two CREATE TABLE IF NOT EXISTS at once: one fails, and then finds the other's.
        await _create(database, now_ms)


async def _create(database: Database, now_ms: int) -> None:
    async with database.writing() as tx:
        await tx.execute(_TABLE)
        await tx.execute(_LOCK_ROW, {"now": now_ms})


async def _apply_next(database: Database, migrations: list[Migration], now_ms: int) -> Migration | None:
    async with database.writing() as tx:
        await tx.fetch(_LOCK)
        missing = await _missing(tx, migrations)
        if not missing:
            return None
        migration = missing[0]
        try:
            await tx.batch([Statement(statement) for statement in split(migration.script)])
        except StorageError as error:
            raise StorageError(f"migration {migration.title}: {error}") from error
        record = {"version": migration.version, "name": migration.name}
        await tx.execute(_RECORD, {**record, "checksum": migration.checksum, "now": now_ms})
        return migration
