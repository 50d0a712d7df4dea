"""What both engines promise of transactions, parameters and the tokens of one SQL text."""

from __future__ import annotations

import asyncio
import os
import stat
import subprocess
import sys
import textwrap
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from gateway.errors import StorageError
from gateway.store.database import Database, Statement, open_database
from gateway.store.sql import Dialect, expand, number, split

if TYPE_CHECKING:
    from pathlib import Path

TABLE = "CREATE TABLE note (id TEXT PRIMARY KEY, n BIGINT, weight DOUBLE PRECISION, text TEXT)"
INSERT = "INSERT INTO note (id, n) VALUES (:id, :n)"
ALL = "SELECT id, n FROM note ORDER BY id"


async def contents(database: Database) -> dict[str, int | None]:
    """Read through a connection that wrote nothing."""
    async with database.reading() as tx:
        return {row["id"]: row["n"] for row in await tx.fetch(ALL)}


@pytest.fixture
async def notes(database: Database) -> Database:
    """Give a database with the table of these tests and two rows."""
    async with database.writing() as tx:
        await tx.execute(TABLE)
        await tx.execute_many(INSERT, [{"id": "a", "n": 1}, {"id": "b", "n": None}])
    return database


async def test_commit_is_seen_and_an_error_undoes_everything(notes: Database) -> None:
    """What a block wrote is there after it; what a failing block wrote is not."""

    async def write_and_fail() -> None:
        async with notes.writing() as tx:
            assert await tx.execute("UPDATE note SET n = 7") == 2
            raise RuntimeError("changed my mind")

    with pytest.raises(RuntimeError, match="changed my mind"):
        await write_and_fail()
    assert await contents(notes) == {"a": 1, "b": None}


async def test_a_caught_error_still_prevents_the_commit(notes: Database) -> None:
    """After a failed statement the transaction cannot be half kept, on either engine."""

    async def carry_on_regardless() -> None:
        async with notes.writing() as tx:
            await tx.execute(INSERT, {"id": "c", "n": 3})
            with suppress(StorageError):
                await tx.execute(INSERT, {"id": "a", "n": 3})

    with pytest.raises(StorageError, match="earlier statement"):
        await carry_on_regardless()
    assert "c" not in await contents(notes)


async def test_readers_cannot_write(notes: Database) -> None:
    """A page that reads can change nothing by mistake."""
    with pytest.raises(StorageError):
        async with notes.reading() as tx:
            await tx.execute("DELETE FROM note")
    assert len(await contents(notes)) == 2


async def test_readers_do_not_see_what_is_not_committed(notes: Database) -> None:
    """A reader beside an open transaction neither waits for it nor sees its rows."""
    async with notes.writing() as tx:
        await tx.execute("DELETE FROM note")
        assert len(await contents(notes)) == 2
    assert await contents(notes) == {}


async def test_writers_take_turns(notes: Database) -> None:
    """Concurrent read-modify-write of one row loses no update when the row is locked."""

    async def increment() -> None:
        async with notes.writing() as tx:
            row = await tx.fetch_one("SELECT n FROM note WHERE id = 'a' {{ for_update }}")
            assert row is not None
            await tx.execute("UPDATE note SET n = :n WHERE id = 'a'", {"n": row["n"] + 1})

    await asyncio.gather(*(increment() for _ in range(20)))
    assert (await contents(notes))["a"] == 21


async def test_callbacks_follow_the_commit_in_order(notes: Database) -> None:
    """Listeners hear of committed rows only, in the order in which they asked."""
    heard: list[str] = []
    async with notes.writing() as tx:
        tx.after_commit(lambda: heard.append("first"))
        tx.after_commit(lambda: heard.append("second"))
        await tx.execute("DELETE FROM note")
        assert heard == []
    assert heard == ["first", "second"]
    with suppress(StorageError):
        async with notes.writing() as tx:
            tx.after_commit(lambda: heard.append("never"))
            await tx.execute("DELETE FROM nowhere")
    assert heard == ["first", "second"]


async def test_cancelling_rolls_back_and_the_database_goes_on(notes: Database) -> None:
    """A task cancelled inside its transaction leaves nothing behind, not even a lock."""
    wrote = asyncio.Event()

    async def write_and_hang() -> None:
        async with notes.writing() as tx:
            await tx.execute("DELETE FROM note")
            wrote.set()
            await asyncio.Event().wait()

    async with asyncio.TaskGroup() as group:
        task = group.create_task(write_and_hang())
        await wrote.wait()
        task.cancel()
    async with notes.writing() as tx:
        await tx.execute(INSERT, {"id": "c", "n": 3})
    assert set(await contents(notes)) == {"a", "b", "c"}


async def test_rows_join_and_update(notes: Database) -> None:
    """One parameter full of rows can be joined, updated from and inserted from."""
    keys = [{"id": "a", "n": 2**40, "weight": 1}, {"id": "zz", "n": 1}]
    async with notes.writing() as tx:
        joined = await tx.fetch(
            """SELECT k.id, k.n, k.weight, m.n AS had
            FROM {{ rows(:keys; id text, n bigint, weight double precision) }} AS k
            CROSS JOIN note m WHERE m.id = k.id""",
            {"keys": keys},
        )
        assert [dict(row) for row in joined] == [{"id": "a", "n": 2**40, "weight": 1.0, "had": 1}]
        updated = await tx.fetch(
            """UPDATE note SET n = k.n FROM {{ rows(:keys; id text, n bigint) }} AS k
            WHERE note.id = k.id RETURNING note.id, note.n""",
            {"keys": keys},
        )
        assert [dict(row) for row in updated] == [{"id": "a", "n": 2**40}]
        merged = await tx.fetch(
            """INSERT INTO note (id, n)
            SELECT k.id, k.n FROM {{ rows(:keys; id text, n bigint) }} AS k WHERE true
            ON CONFLICT (id) DO UPDATE SET n = note.n + excluded.n RETURNING id, n""",
            {"keys": keys},
        )
        assert {row["id"]: row["n"] for row in merged} == {"a": 2**41, "zz": 1}


async def test_rows_may_be_empty_and_lack_keys(notes: Database) -> None:
    """No rows join nothing; a key that a row lacks is NULL."""
    sql = "SELECT k.id, k.n FROM {{ rows(:keys; id text, n bigint) }} AS k"
    async with notes.reading() as tx:
        assert list(await tx.fetch(sql, {"keys": []})) == []
        assert [dict(row) for row in await tx.fetch(sql, {"keys": [{"id": "é'\"☎"}]})] == [
            {"id": "é'\"☎", "n": None}
        ]


async def test_parameters_keep_their_type_wherever_they_stand(notes: Database) -> None:
    """Milliseconds do not overflow, NULL needs no cast, truth is 1, and a list is JSON."""
    sql = """SELECT :now - 1000 AS earlier, :none AS empty, :yes + 0 AS yes, :list AS list, :half AS half,
        (SELECT COUNT(*) FROM note
        WHERE (:none IS NULL OR id = :none) AND (CAST(:q AS TEXT) IS NULL OR id = :q)) AS n,
        ':now' AS literal -- :comment
    """
    async with notes.reading() as tx:
        row = await tx.fetch_one(
            sql, {"now": 1795000000000, "none": None, "yes": True, "list": ["é", 1], "half": 0.5, "q": "a"}
        )
    assert row is not None
    assert dict(row) == {
        "earlier": 1794999999000,
        "empty": None,
        "yes": 1,
        "list": '["é",1]',
        "half": 0.5,
        "n": 1,
        "literal": ":now",
    }


async def test_execute_counts_and_many_takes_none(notes: Database) -> None:
    """Counts are the rows changed by the statement itself, also when it begins with WITH."""
    async with notes.writing() as tx:
        await tx.execute_many(INSERT, [])
        assert await tx.execute("UPDATE note SET n = 1 WHERE id = 'nobody'") == 0
        assert (
            await tx.execute("WITH k AS (SELECT 'a' AS id) DELETE FROM note WHERE id IN (SELECT id FROM k)")
            == 1
        )
        assert await tx.execute("INSERT INTO note (id) VALUES ('x'), ('y') RETURNING id") == 2


async def test_a_batch_returns_the_rows_of_each_statement(notes: Database) -> None:
    """Several statements travel together and their results come back in order."""
    async with notes.writing() as tx:
        results = await tx.batch(
            [
                Statement(INSERT, many=[{"id": "c", "n": 3}, {"id": "d", "n": None}]),
                Statement("UPDATE note SET n = 0 WHERE n IS NULL RETURNING id"),
                Statement(ALL),
                Statement(INSERT, many=[]),
            ]
        )
    assert [sorted(row["id"] for row in rows) for rows in results] == [
        [],
        ["b", "d"],
        ["a", "b", "c", "d"],
        [],
    ]


async def test_errors_tell_no_values(notes: Database) -> None:
    """A number that broke a rule does not reach the log through the error."""
    secret = "+15145550123"

    async def insert_twice(params: dict[str, object]) -> None:
        async with notes.writing() as tx:
            await tx.execute_many(INSERT, [params, params])

    for params in ({"id": secret, "n": 1}, {"id": f"{secret}\ud800", "n": 1}, {"id": secret, "n": 2**70}):
        with pytest.raises(StorageError) as caught:
            await insert_twice(params)
        assert secret not in str(caught.value)
    with pytest.raises(StorageError, match="missing"):
        async with notes.reading() as tx:
            await tx.fetch("SELECT :missing", {"given": 1})


async def test_unusable_urls_are_refused_in_words(tmp_path: Path) -> None:
    """Whoever mistypes the URL reads what is wrong, and no password."""
    (tmp_path / "text.db").write_text("this is a letter, not a database " * 100)
    for url, words in {
        "mysql://x": "must begin with sqlite:///",
        "sqlite:///text.db": "text.db.*not a database",
        "sqlite:///text.db/x.db": "cannot be opened",
        "postgresql://me:hunter2@127.0.0.1:9/none": r"127\.0\.0\.1:9/none cannot be reached",
        "postgresql://127.0.0.1:9/none?statement_cache_size=few": "cannot be reached.*few",
    }.items():
        with pytest.raises(StorageError, match=words) as caught:
            await open_database(url, root=tmp_path)
        assert "hunter2" not in str(caught.value)


async def test_sqlite_paths_and_permissions(tmp_path: Path) -> None:
    """Three slashes are relative to the configuration, four absolute; the file is its owner's alone."""
    for url in ("sqlite:///var/one.db", f"sqlite:///{tmp_path}/two.db"):
        await (await open_database(url, root=tmp_path)).close()
    assert (tmp_path / "two.db").exists()
    assert stat.S_IMODE((tmp_path / "var" / "one.db").stat().st_mode) == 0o600


async def test_postgres_works_behind_a_pooler(postgres_database: str, tmp_path: Path) -> None:
    """The statement cache can be switched off in the URL."""
    url = postgres_database + ("&" if "?" in postgres_database else "?") + "statement_cache_size=0"
    opened = await open_database(url, root=tmp_path)
    async with opened.reading() as tx:
        assert (await tx.fetch_one("SELECT :n + 1 AS n", {"n": 2**40}) or {})["n"] == 2**40 + 1
    await opened.close()


def run_python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a program that must end by itself."""
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), *arguments],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


async def test_a_second_server_is_refused_and_told_who_holds_the_file(tmp_path: Path) -> None:
    """The operator who starts the gateway twice reads the file and the process id of the first."""
    holder = await open_database("sqlite:///store.db", root=tmp_path, exclusive=True)
    second = """
        import asyncio, pathlib, sys
        from gateway.store.database import open_database
        asyncio.run(open_database("sqlite:///store.db", root=pathlib.Path(sys.argv[1]), exclusive=True))
    """
    try:
        refused = await asyncio.to_thread(run_python, second, str(tmp_path))
        shared = await open_database("sqlite:///store.db", root=tmp_path)
        await shared.close()
    finally:
        await holder.close()
    assert refused.returncode == 1
    assert f"store.db is in use by another gateway (process {os.getpid()})" in refused.stderr
    again = await open_database("sqlite:///store.db", root=tmp_path, exclusive=True)
    await again.close()


async def test_the_process_ends_after_close(database_url: str, tmp_path: Path) -> None:
    """No thread or socket keeps the process alive once the database is closed, after an error too."""
    program = """
        import asyncio, pathlib, sys
        from gateway.errors import StorageError
        from gateway.store.database import open_database

        async def main():
            root = pathlib.Path(sys.argv[2])
            (root / "broken.db").write_text("no database" * 100)
            try:
                await open_database("sqlite:///broken.db", root=root, exclusive=True)
            except StorageError:
                print("refused")
            kept.append(await open_database(sys.argv[1], root=root))
            async with kept[0].writing() as tx:
                await tx.execute("CREATE TABLE t (x TEXT)")
            await kept[0].close()
            print("closed")

        kept = []
        asyncio.run(main())
    """
    ended = await asyncio.to_thread(run_python, program, database_url, str(tmp_path))
    assert (ended.stdout.split(), ended.stderr, ended.returncode) == (["refused", "closed"], "", 0)


def test_strings_comments_and_casts_are_left_alone() -> None:
    """The translation touches parameters and tokens only where they are SQL."""
    sql = """SELECT ':a {{ x }}', "b:c", x::text /* :d {{ y }} */ FROM t WHERE e = :e AND f = :e -- :g's"""
    assert expand(sql, Dialect.SQLITE) == sql
    numbered = number(sql, ("e", "unused"), ("text", "bigint"))
    assert numbered.names == ("e",)
    assert numbered.text == sql.replace("= :e", "= $1::text")


def test_locks_exist_on_postgresql_only() -> None:
    """The same claim locks rows where there are other writers, and nothing where there are none."""
    sql = "SELECT 1 FROM lane l {{ skip_locked(l) }}"
    assert expand(sql, Dialect.SQLITE).strip() == "SELECT 1 FROM lane l"
    assert expand(sql, Dialect.POSTGRES).endswith("l FOR UPDATE OF l SKIP LOCKED")
    assert expand("{{ for_update }}", Dialect.POSTGRES) == "FOR UPDATE"


@pytest.mark.parametrize("sql", ["{{ nonsense }}", "{{ rows(:k; id uuid) }}", "{{ rows(:k; a'b text) }}"])
def test_unknown_tokens_are_errors(sql: str) -> None:
    """A mistyped token is named instead of reaching the engine."""
    with pytest.raises(StorageError):
        expand(sql, Dialect.POSTGRES)


def test_scripts_are_cut_outside_of_strings_and_comments() -> None:
    """A semicolon in a string, a name or a comment ends no statement."""
    script = "-- first; really\nINSERT INTO a VALUES (';', 'it''s;');\n\n/* ; */ SELECT \"x;y\" ;; -- end;"
    assert split(script) == [
        "-- first; really\nINSERT INTO a VALUES (';', 'it''s;')",
        '/* ; */ SELECT "x;y"',
    ]
