"""`test` and `say`: conversations played from files, and typed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.opening import CONFIG, Config, ProjectName, complete, one_project, open_settings


def test(
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="[PATHS]", help="Files, or folders of .txt files.")
    ] = None,
    config: Config = CONFIG,
) -> None:
    """Play transcripts against a real gateway with a clock that jumps; say what went otherwise."""
