"""PostgreSQL through asyncpg: a small pool, READ COMMITTED, nothing that a distributed one lacks.

`?statement_cache_size=0` in the URL serves a pooler that gives each transaction another connection.
"""

from __future__ import annotations

import re
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, LiteralString, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit

import asyncpg

from gateway.errors import Conflict, StorageError
from gateway.store.database import NOTHING, Opened, Params, Row, Statement, Unreachable, undisturbed
from gateway.store.sql import Dialect, Numbered, encode, number, types_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence

    from asyncpg.pool import PoolConnectionProxy

    Pooled = PoolConnectionProxy[asyncpg.Record]
    BaseConnection = asyncpg.Connection[asyncpg.Record]
else:  # Generic in the type stubs only.
    BaseConnection = asyncpg.Connection

T = TypeVar("T")
_CONNECTIONS = 8
_STATEMENTS = 512
_CONNECT_SECONDS = 10.0
_COMMAND_SECONDS = 60.0
_RETRIABLE = frozenset({"40001", "40P01", "55P03"})
_DATA_EXCEPTION = "22"  # The only class whose messages quote the values of a row.
_BROKEN = ("08", "57P")
_DRIVER = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)


class PlainConnection(BaseConnection):
    """A connection that is given back as it is.

    The usual reset costs a round trip per transaction and calls what distributed PostgreSQL lacks; we
    leave nothing in a session that would need it.
    """

    def get_reset_query(self) -> str:
        return ""


class PostgresTransaction(Opened):
    """A transaction on a connection of its own."""

    dialect = Dialect.POSTGRES

    def __init__(self, connection: Pooled) -> None:
        super().__init__()
        self._connection = connection

    async def begin(self, *, read_only: bool) -> None:
        await self._run(self._connection.execute("BEGIN READ ONLY" if read_only else "BEGIN"))

    async def fetch(self, sql: LiteralString, params: Params = NOTHING) -> Sequence[Row]:
        statement, values = _bind(sql, params)
        return await self._run(self._connection.fetch(statement.text, *values))

    async def fetch_one(self, sql: LiteralString, params: Params = NOTHING) -> Row | None:
        rows = await self.fetch(sql, params)
        return rows[0] if rows else None

    async def execute(self, sql: LiteralString, params: Params = NOTHING) -> int:
        statement, values = _bind(sql, params)
        tag = await self._run(self._connection.execute(statement.text, *values))
        count = tag.rpartition(" ")[2]
        return int(count) if count.isdigit() else 0

    async def execute_many(self, sql: LiteralString, rows: Sequence[Params]) -> None:
        if not rows:
            return
        encoded = [encode(row) for row in rows]
        names = tuple(encoded[0])
        statement = number(sql, names, types_of(encoded, names))
        values = [_in_order(row, statement) for row in encoded]
        await self._run(self._connection.executemany(statement.text, values))

    async def batch(self, statements: Sequence[Statement]) -> list[Sequence[Row]]:
        results: list[Sequence[Row]] = []
        for one in statements:
            if one.many is None:
                results.append(await self.fetch(one.sql, one.params))
            else:
                await self.execute_many(one.sql, one.many)
                results.append([])
        return results

    async def _run(self, work: Awaitable[T]) -> T:
        try:
            self.refuse_if_spoiled()
            return await work
        except BaseException as error:
            self.spoiled = True
            if isinstance(error, _DRIVER):
                raise explain(error) from None  # The driver's own error may quote values of the row.
            raise

    async def commit(self) -> None:
        # PostgreSQL answers COMMIT of a failed transaction with a silent ROLLBACK.
        self.refuse_if_spoiled()
        await self._run(self._connection.execute("COMMIT"))
        self.tell_committed()

    async def roll_back(self) -> None:
        # Also where none seems open: a cancelled BEGIN may still be on its way. A dead connection has
        # nothing to undo.
        with suppress(*_DRIVER):
            await self._connection.execute("ROLLBACK")


def _bind(sql: str, params: Params) -> tuple[Numbered, list[Any]]:
    encoded = encode(params)
    names = tuple(encoded)
    statement = number(sql, names, types_of([encoded], names))
    return statement, _in_order(encoded, statement)


def _in_order(encoded: Mapping[str, Any], statement: Numbered) -> list[Any]:
    try:
        return [encoded[name] for name in statement.names]
    except KeyError as error:
        raise StorageError(f"a row lacks the parameter {error}") from error


def explain(error: BaseException) -> StorageError:
    """Say what the driver said, without the values that it may quote."""
    if isinstance(error, asyncpg.InvalidCachedStatementError):
        return Conflict("the schema changed under a prepared statement")
    if isinstance(error, asyncpg.PostgresError):
        state = error.sqlstate or ""
        message = type(error).__name__ if state.startswith(_DATA_EXCEPTION) else error.args[0]
        words = f"PostgreSQL: {message} ({state})"
        if state in _RETRIABLE:
            return Conflict(words)
        return Unreachable(words) if state.startswith(_BROKEN) else StorageError(words)
    if isinstance(error, asyncpg.DataError):
        which = re.search(r"\$\d+", str(error))
        return StorageError(f"PostgreSQL: the value of parameter {which[0] if which else '?'} does not fit")
    return Unreachable(f"the connection to PostgreSQL broke: {str(error) or type(error).__name__}")


class PostgresDatabase:
    """A pool of connections to one PostgreSQL database."""

    dialect = Dialect.POSTGRES

    def __init__(self, pool: asyncpg.Pool[asyncpg.Record]) -> None:
        self._pool = pool

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[PostgresTransaction]:
        async with self._transaction(read_only=True) as transaction:
            yield transaction

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[PostgresTransaction]:
        async with self._transaction(read_only=False) as transaction:
            yield transaction

    @asynccontextmanager
    async def _transaction(self, *, read_only: bool) -> AsyncIterator[PostgresTransaction]:
        connection = await self._acquire()
        transaction = PostgresTransaction(connection)
        try:
            await transaction.begin(read_only=read_only)
            yield transaction
            await undisturbed(transaction.commit())
        except BaseException:
            await undisturbed(transaction.roll_back())
            raise
        finally:
            await self._pool.release(connection)

    async def _acquire(self) -> Pooled:
        try:
            return await self._pool.acquire()
        except _DRIVER as error:
            raise explain(error) from None

    async def close(self) -> None:
        await self._pool.close()


async def open_postgres(url: str) -> PostgresDatabase:
    """Open a pool; raises StorageError naming the server, never the password."""
    address, _, query = url.partition("?")
    options = dict(parse_qsl(query))
    try:
        statements = int(options.pop("statement_cache_size", _STATEMENTS))
        pool = await asyncpg.create_pool(
            f"{address}?{urlencode(options)}",
            min_size=1,
            max_size=_CONNECTIONS,
            statement_cache_size=statements,
            connection_class=PlainConnection,
            timeout=_CONNECT_SECONDS,
            command_timeout=_COMMAND_SECONDS,
            server_settings={"application_name": "parley-gateway"},
        )
    except (*_DRIVER, ValueError) as error:
        parts = urlsplit(address)
        server = parts.netloc.rpartition("@")[2] or options.get("host", "localhost")
        reason = error.args[0] if isinstance(error, asyncpg.PostgresError) else error
        raise Unreachable(f"PostgreSQL at {server}{parts.path} cannot be reached: {reason}") from None
    return PostgresDatabase(pool)
