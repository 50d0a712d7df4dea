"""Fixtures that every test may use: a real PostgreSQL and a real browser.

Where one is missing, its tests are skipped with the reason, unless GATEWAY_TEST_REQUIRE (a list such as
"browser,postgres", set by `make test`) names it: then they fail, so that a green run cannot hide it.
"""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING, NoReturn

import hypothesis
import pytest
import pytest_asyncio

from gateway.logs import configure
from tests.browser import BrowserMissing, find_chromium, launched
from tests.postgres import PostgresMissing, create_database, drop_database, running_server

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from playwright.async_api import Browser

# A busy machine is no finding.
hypothesis.settings.register_profile(
    "gateway", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("gateway")
# As in production: one JSON line an event, and nothing below a warning.
configure("WARNING", json=True)


def _missing(part: str, reason: object) -> NoReturn:
    if part in os.environ.get("GATEWAY_TEST_REQUIRE", "").split(","):
        pytest.fail(f"{part} is required: {reason}", pytrace=False)
    pytest.skip(str(reason))


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Give the DSN of a superuser; GATEWAY_TEST_POSTGRES names another server than our own."""
    if given := os.environ.get("GATEWAY_TEST_POSTGRES"):
        yield given
        return
    try:
        with running_server() as url:
            yield url
    except PostgresMissing as missing:
        _missing("postgres", missing)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def postgres_template(postgres_url: str) -> AsyncIterator[str]:
    """Give the name of the database that each test's database is a copy of."""
    name = f"template_{secrets.token_hex(6)}"
    await create_database(postgres_url, name)
    yield name
    await drop_database(postgres_url, name)


@pytest.fixture
async def postgres_database(postgres_url: str, postgres_template: str) -> AsyncIterator[str]:
    """Give the DSN of a database of this test's own."""
    name = f"test_{secrets.token_hex(6)}"
    yield await create_database(postgres_url, name, postgres_template)
    await drop_database(postgres_url, name)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Give a Chromium without pages, cookies or history."""
    try:
        executable = find_chromium()
    except BrowserMissing as missing:
        _missing("browser", missing)
    async with launched(executable) as chromium:
        yield chromium
