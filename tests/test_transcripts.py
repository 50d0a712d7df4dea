"""Every shipped transcript, over real HTTP, on both engines, with a clock that jumps."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gateway.clock import SystemClock, to_ms
from gateway.player import Place, own_files, play_file
from gateway.settings import load_settings
from gateway.store.database import open_database
from gateway.store.migrate import migrate
from tests.postgres import create_database, drop_database

ROOT = Path(__file__).parent.parent
TRANSCRIPTS = sorted((ROOT / "tests/transcripts").glob("*.txt"))
SETTINGS = load_settings(ROOT / "config.toml", {})


@asynccontextmanager
async def own_databases(server: str) -> AsyncIterator[Place]:
    """Give PostgreSQL databases that are copies of one whose schema is made once."""
    template = f"template_{secrets.token_hex(6)}"
    database = await open_database(await create_database(server, template), root=ROOT)
    await migrate(database, now_ms=to_ms(SystemClock().now()))
    await database.close()

    @asynccontextmanager
    async def place() -> AsyncIterator[str]:
        name = f"stage_{secrets.token_hex(6)}"
        yield await create_database(server, name, template)
        await drop_database(server, name)

    try:
        yield place
    finally:
        await drop_database(server, template)


@pytest.mark.slow
@pytest.mark.parametrize("file", TRANSCRIPTS, ids=lambda file: str(file.stem))
async def test_transcript_on_sqlite(file: Path) -> None:
    """Every conversation of the file goes word for word as it is written."""
    async with own_files(SystemClock()) as place:
        failures = await play_file(file, SETTINGS, place)
    assert [str(failure) for failure in failures] == []


@pytest.mark.slow
@pytest.mark.parametrize("file", TRANSCRIPTS, ids=lambda file: str(file.stem))
async def test_transcript_on_postgres(file: Path, postgres_url: str) -> None:
    """Every conversation of the file goes the same way on PostgreSQL."""
    async with own_databases(postgres_url) as place:
        failures = await play_file(file, SETTINGS, place)
    assert [str(failure) for failure in failures] == []


def test_every_shipped_flow_has_a_transcript() -> None:
    """A keyword's flow comes with the conversation that shows what it does."""
    flows = {file.stem for file in (ROOT / "flows").glob("*.py")}
    assert flows <= {file.stem for file in TRANSCRIPTS}
