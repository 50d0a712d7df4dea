"""Opens what a command works on: the configuration, and a gateway that only reads and writes."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

if TYPE_CHECKING:
    from gateway.app import Gateway
    from gateway.settings import Settings

T = TypeVar("T")

Config = Annotated[
    Path, typer.Option("--config", envvar="GATEWAY_CONFIG", help="The configuration file.", show_default=True)
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
ProjectName = Annotated[str | None, typer.Option("--project", help="Name of the project.")]
CONFIG = Path("config.toml")


def open_settings(config: Path) -> Settings:
    """Return the settings of a file; raises SettingsError. Their secrets are kept out of every log."""
    from gateway.logs import register_secret
    from gateway.settings import load_settings

    settings = load_settings(config, os.environ)
    for secret in settings.secret_values():
        register_secret(secret)
    return settings


@asynccontextmanager
async def opened(config: Path) -> AsyncIterator[Gateway]:
    """Open a gateway that hands nothing over: beside a running server, or without one."""
    from gateway import logs
    from gateway.app import open_gateway
    from gateway.domain.zones import use_packaged_zones

    logs.configure("WARNING")
    use_packaged_zones()
    async with open_gateway(open_settings(config), serving=False) as gateway:
        yield gateway


def complete(work: Coroutine[Any, Any, T]) -> T:
    """Run a command's work to its end."""
    return asyncio.run(work)


def one_project(given: str | None, settings: Settings) -> str:
    """Return the project that is meant: the one given, else the only one there is."""
    from gateway.errors import NotFound

    names = sorted(settings.projects)
    if given is None:
        if len(names) == 1:
            return names[0]
        raise typer.BadParameter(f"say which project: {', '.join(names)}", param_hint="--project")
    if given not in settings.projects:
        raise NotFound(
            "unknown_project", f"there is no project {given!r}; the projects are {', '.join(names)}"
        )
    return given
