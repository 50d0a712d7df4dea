"""SQLite through aiosqlite: one writer, a few readers, durable commits.

Every await of aiosqlite costs two thread hops (about 100 µs, against 1 µs for a small statement), so a
transaction begins in the hop of its first statement, and `batch` runs several in one.
"""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any, LiteralString, TypeVar

import aiosqlite

from gateway.errors import Conflict, StorageError
from gateway.store.database import NOTHING, Opened, Params, Row, Statement, undisturbed
from gateway.store.lockfile import LockFile
from gateway.store.sql import Dialect, encode, expand

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence
    from pathlib import Path

T = TypeVar("T")
_READERS = 3
_OLDEST = (3, 40)
_PRAGMAS = (
    "PRAGMA busy_timeout = 5000",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -16000",
)


class SqliteConnection:
    """One connection and its thread; the only place that touches aiosqlite's private call."""

    def __init__(self, proxy: aiosqlite.Connection) -> None:
        self._proxy = proxy

    @classmethod
    async def open(cls, path: Path, *, read_only: bool) -> SqliteConnection:
        connection = cls(await aiosqlite.connect(path, isolation_level=None, cached_statements=512))

        def prepare(raw: sqlite3.Connection) -> None:
            raw.row_factory = sqlite3.Row
            for pragma in _PRAGMAS:
                raw.execute(pragma)
            if read_only:
                raw.execute("PRAGMA query_only = ON")

        try:
            await connection.run(prepare)
        except BaseException:
            await connection.close()
            raise
        return connection

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run a whole function in the thread of the connection, as one hop."""
        try:
            # aiosqlite offers no public way to run a function in its thread; pinned below 0.23.
            result: T = await self._proxy._execute(work, self._proxy._conn)  # type: ignore[no-untyped-call]  # noqa: SLF001
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
                raise Conflict("another process keeps the SQLite file locked") from error
            raise StorageError(f"SQLite: {error}") from error
        except (sqlite3.Error, OverflowError, ValueError) as error:
            raise StorageError(f"SQLite: {error}") from error
        return result

    async def close(self) -> None:
        await self._proxy.close()


class SqliteTransaction(Opened):
    """A transaction of the writer; for a reader each statement is its own."""

    dialect = Dialect.SQLITE

    def __init__(self, connection: SqliteConnection, *, writing: bool) -> None:
        super().__init__()
        self._connection = connection
        self._to_begin = writing

    async def fetch(self, sql: LiteralString, params: Params = NOTHING) -> Sequence[Row]:
        return (await self.batch([Statement(sql, params)]))[0]

    async def fetch_one(self, sql: LiteralString, params: Params = NOTHING) -> Row | None:
        rows = await self.fetch(sql, params)
        return rows[0] if rows else None

    async def execute(self, sql: LiteralString, params: Params = NOTHING) -> int:
        text, values = expand(sql, Dialect.SQLITE), encode(params)

        def work(raw: sqlite3.Connection) -> int:
            before = raw.total_changes
            cursor = raw.execute(text, values)
            cursor.fetchall()
            if cursor.rowcount >= 0 or raw.total_changes == before:
                return max(cursor.rowcount, 0)
            # A statement that begins with WITH has no row count in the sqlite3 module.
            return int(raw.execute("SELECT changes()").fetchone()[0])

        return await self._run(work)

    async def execute_many(self, sql: LiteralString, rows: Sequence[Params]) -> None:
        if rows:
            await self.batch([Statement(sql, many=rows)])

    async def batch(self, statements: Sequence[Statement]) -> list[Sequence[Row]]:
        prepared = [
            (expand(one.sql, Dialect.SQLITE), _values(one), one.many is not None) for one in statements
        ]

        def work(raw: sqlite3.Connection) -> list[Sequence[Row]]:
            return [
                (raw.executemany if many else raw.execute)(text, values).fetchall()
                for text, values, many in prepared
            ]

        return await self._run(work)

    async def _run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        self.refuse_if_spoiled()
        begin, self._to_begin = self._to_begin, False

        def begin_and_work(raw: sqlite3.Connection) -> T:
            if begin:
                raw.execute("BEGIN IMMEDIATE")
            return work(raw)

        try:
            return await self._connection.run(begin_and_work)
        except BaseException:
            self.spoiled = True
            raise

    async def commit(self) -> None:
        self.refuse_if_spoiled()
        await self._connection.run(lambda raw: raw.commit())
        self.tell_committed()

    async def roll_back(self) -> None:
        # Only if one is open: SQLite rolls back by itself after some errors, such as a full disk.
        await self._connection.run(lambda raw: raw.rollback())


def _values(statement: Statement) -> Any:
    if statement.many is None:
        return encode(statement.params)
    return [encode(row) for row in statement.many]


class SqliteDatabase:
    """A SQLite file with its writer and its readers; everything is opened and closed together."""

    dialect = Dialect.SQLITE

    def __init__(self, path: Path) -> None:
        self._path = path
        self._open = AsyncExitStack()
        self._lock = asyncio.Lock()
        self._readers: asyncio.LifoQueue[SqliteConnection] = asyncio.LifoQueue()
        self._writer: SqliteConnection

    async def connect(self, *, exclusive: bool) -> None:
        """Open every connection, or none."""
        async with AsyncExitStack() as stack:
            if exclusive:
                stack.callback(LockFile(self._path).release)
            self._writer = await self._connect(stack, read_only=False)
            for _ in range(_READERS):
                self._readers.put_nowait(await self._connect(stack, read_only=True))
            self._open = stack.pop_all()

    async def _connect(self, stack: AsyncExitStack, *, read_only: bool) -> SqliteConnection:
        try:
            connection = await SqliteConnection.open(self._path, read_only=read_only)
        except (StorageError, sqlite3.Error) as error:
            raise StorageError(f"the database {self._path} cannot be opened: {error}") from error
        stack.push_async_callback(connection.close)
        return connection

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[SqliteTransaction]:
        connection = await self._readers.get()
        try:
            transaction = SqliteTransaction(connection, writing=False)
            yield transaction
            transaction.tell_committed()
        finally:
            self._readers.put_nowait(connection)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[SqliteTransaction]:
        async with self._lock:
            transaction = SqliteTransaction(self._writer, writing=True)
            try:
                yield transaction
                await undisturbed(transaction.commit())
            except BaseException:
                await undisturbed(transaction.roll_back())
                raise

    async def close(self) -> None:
        await self._open.aclose()


async def open_sqlite(path: Path, *, exclusive: bool) -> SqliteDatabase:
    """Open a SQLite file, creating it and its folder where they are missing."""
    if sqlite3.sqlite_version_info < _OLDEST:
        raise StorageError(f"SQLite {sqlite3.sqlite_version} is too old, 3.40 or newer is needed")
    database = SqliteDatabase(path)
    try:
        _create(path)
        await database.connect(exclusive=exclusive)
    except OSError as error:
        raise StorageError(f"the database {path} cannot be opened: {error}") from error
    return database


def _create(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600, exist_ok=True)  # Numbers and texts are nobody else's.
