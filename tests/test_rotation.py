"""A secret can be changed without forgetting a single STOP."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.domain.message import Purpose
from gateway.errors import SettingsError
from tests.traffic.house import house

OLD, NEW = "the first secret of this house", "the second secret of this house"


async def test_a_stop_outlives_the_rotation(tmp_path: Path) -> None:
    """With the new secret before the old one, who stopped stays stopped."""
    async with house(tmp_path, environ={"GATEWAY_SECURITY__SECRET": OLD}) as before:
        await before.hear("STOP")
    both = {"GATEWAY_SECURITY__SECRET": f'["{NEW}", "{OLD}"]'}
    async with house(tmp_path, environ=both) as after:
        assert (await after.say("hello", purpose=Purpose.ALERT)).reason == "opted_out"


async def test_dropping_the_old_secret_is_refused(tmp_path: Path) -> None:
    """A gateway that could no longer tell who stopped does not start, and says what to put back."""
    async with house(tmp_path, environ={"GATEWAY_SECURITY__SECRET": OLD}) as before:
        await before.hear("STOP")
    with pytest.raises(SettingsError, match=r"security\.secret"):
        async with house(tmp_path, environ={"GATEWAY_SECURITY__SECRET": NEW}):
            pass
