"""What the rest of the gateway knows of a database: transactions over plain SQL, whichever the engine.

`gateway.store.sqlite` and `gateway.store.postgres` keep these promises:

* an error inside a transaction spoils it: it cannot be committed any more, even if the error was caught;
* a cancellation rolls back, unless the COMMIT was already on its way: then it is completed first;
* messages of errors hold no values of rows, because they reach the log.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, LiteralString, Protocol, TypeVar

from gateway.errors import StorageError

if TYPE_CHECKING:
    from pathlib import Path

    from gateway.store.sql import Dialect

T = TypeVar("T")
Params = Mapping[str, Any]
NOTHING: Params = {}


class Unreachable(StorageError):
    """The connection broke. Whether a COMMIT that was under way happened is not known."""


class Row(Protocol):
    """One row of a result, read by column name."""

    def __getitem__(self, key: str, /) -> Any: ...

    def keys(self) -> Iterable[str]: ...


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a batch; with `many` it runs once for each mapping and returns no rows."""

    sql: LiteralString
    params: Params = field(default_factory=dict)
    many: Sequence[Params] | None = None


class Transaction(Protocol):
    """An open transaction. A list, tuple or dict parameter reaches SQL as JSON text."""

    @property
    def dialect(self) -> Dialect: ...

    async def fetch(self, sql: LiteralString, params: Params = NOTHING) -> Sequence[Row]:
        """Return all rows of a statement."""

    async def fetch_one(self, sql: LiteralString, params: Params = NOTHING) -> Row | None:
        """Return the first row of a statement, or None."""

    async def execute(self, sql: LiteralString, params: Params = NOTHING) -> int:
        """Run a statement and return how many rows it changed."""

    async def execute_many(self, sql: LiteralString, rows: Sequence[Params]) -> None:
        """Run a statement once for each mapping; nothing happens when there is none."""

    async def batch(self, statements: Sequence[Statement]) -> list[Sequence[Row]]:
        """Run several statements in one hop and return the rows of each."""

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Call back once the transaction is committed, in the order of asking; never if it is not."""


class Database(Protocol):
    """Where rows live."""

    @property
    def dialect(self) -> Dialect: ...

    def reading(self) -> AbstractAsyncContextManager[Transaction]:
        """Open a read-only view; each statement sees what was committed when it began."""

    def writing(self) -> AbstractAsyncContextManager[Transaction]:
        """Open a transaction that commits when its block ends, and rolls back when it raises."""

    async def close(self) -> None:
        """Close every connection, so that the process can end."""


async def open_database(url: str, *, root: Path, exclusive: bool = False) -> Database:
    """Open the database of a URL; `sqlite:///x` is relative to `root`, `sqlite:////x` absolute.

    With `exclusive` a SQLite file is held against every other process that asks the same (the server
    does; one-shot commands do not). Raises StorageError in words that an operator can act on.
    """
    # The engines import this module, and asyncpg is an extra that a SQLite installation does not have.
    if url.startswith("sqlite:///"):
        from gateway.store.sqlite import open_sqlite

        path = root / url.removeprefix("sqlite:///")
        return await open_sqlite(path, exclusive=exclusive)
    if url.startswith(("postgresql://", "postgres://")):
        try:
            from gateway.store.postgres import open_postgres
        except ImportError as error:
            raise StorageError("PostgreSQL needs an extra: pip install 'parley-gateway[postgres]'") from error
        return await open_postgres(url)
    scheme = url.partition(":")[0]
    raise StorageError(f"the database URL must begin with sqlite:/// or postgresql://, not {scheme!r}")


class Opened:
    """What both engines' transactions share: whether it may still commit, and who waits for that."""

    def __init__(self) -> None:
        self._callbacks: list[Callable[[], None]] = []
        self.spoiled = False

    def after_commit(self, callback: Callable[[], None]) -> None:
        self._callbacks.append(callback)

    def refuse_if_spoiled(self) -> None:
        """Raise StorageError when an earlier statement failed."""
        if self.spoiled:
            raise StorageError("an earlier statement of this transaction failed, so it cannot go on")

    def tell_committed(self) -> None:
        """Run the callbacks, in order."""
        for callback in self._callbacks:
            try:
                callback()
            except Exception as error:  # The rows are committed; a listener must not make that look undone.
                asyncio.get_running_loop().call_exception_handler(
                    {"message": "a callback after commit failed", "exception": error}
                )


async def undisturbed(work: Coroutine[Any, Any, T]) -> T:
    """Complete `work` although the caller is cancelled meanwhile; the cancellation is raised afterwards."""
    inner = asyncio.ensure_future(work)  # noqa: TID251 - awaited right here, whatever happens
    try:
        return await asyncio.shield(inner)
    except asyncio.CancelledError:
        while not inner.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait([inner])
        if not inner.cancelled():
            inner.exception()
        raise
