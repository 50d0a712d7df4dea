"""Gateways to try: on a file, or on each engine where it matters."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import TYPE_CHECKING, Protocol, cast

import pytest
import structlog

from tests.traffic.world import Network, World, world

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping
    from pathlib import Path

    from gateway.clock import Clock
    from gateway.simulator.faults import Faults


class OpenWorld(Protocol):
    """Opens a gateway with its carrier; everything has a default."""

    def __call__(
        self,
        *,
        clock: Clock | None = None,
        faults: Faults | None = None,
        rates: Mapping[str, float] | None = None,
        provider: Mapping[str, str] | None = None,
        environ: Mapping[str, str] | None = None,
        tables: str = "",
        network: Network | None = None,
    ) -> AbstractAsyncContextManager[World]: ...


@pytest.fixture(autouse=True)
def _short_traces() -> Iterator[None]:
    """Log errors without the values of every variable, whose drawing takes seconds."""
    renderer = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[structlog.processors.add_log_level, renderer])
    yield
    structlog.reset_defaults()


@pytest.fixture
def open_world(tmp_path: Path) -> OpenWorld:
    """Open gateways on a SQLite file of this test's own, with a stepped clock by default."""
    return partial(world, tmp_path)


@pytest.fixture(params=["sqlite", "postgres"])
def database_environ(request: pytest.FixtureRequest) -> dict[str, str]:
    """Give the environment that names an empty database, of one engine and then of the other."""
    if request.param == "sqlite":
        return {}
    return {"GATEWAY_DATABASE__URL": cast("str", request.getfixturevalue("postgres_database"))}


@pytest.fixture
async def here(open_world: OpenWorld) -> AsyncIterator[World]:
    """Give a gateway on a SQLite file, its clock held by the test, before a perfect carrier."""
    async with open_world() as opened:
        yield opened
