"""A running gateway for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.web.house import House, house


@pytest.fixture
async def at_home(tmp_path: Path) -> AsyncIterator[House]:
    """Give a gateway with the shipped configuration, served on a free port."""
    async with house(tmp_path) as opened:
        yield opened
