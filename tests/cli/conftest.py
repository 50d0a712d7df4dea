"""An operator's folder, as `gateway init` makes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.cli.folder import copy_defaults


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a fresh folder with the shipped configuration, flows and texts."""
    made = tmp_path / "clinic"
    copy_defaults(made)
    return made
