"""A database of each engine, empty, for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from gateway.store.database import open_database

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from gateway.store.database import Database


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Give the URL of an empty database, of one engine and then of the other."""
    if request.param == "sqlite":
        return "sqlite:///store.db"
    return cast("str", request.getfixturevalue("postgres_database"))


@pytest.fixture
async def database(database_url: str, tmp_path: Path) -> AsyncIterator[Database]:
    """Give an open, empty database."""
    opened = await open_database(database_url, root=tmp_path)
    yield opened
    await opened.close()
