"""`run` and `demo`: the server."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.folder import copy_defaults
from gateway.cli.opening import CONFIG, Config, open_settings
from gateway.errors import GatewayError

if TYPE_CHECKING:
    from gateway.app import Gateway
    from gateway.settings import Settings

Host = Annotated[str | None, typer.Option("--host", help="Address to listen on, instead of the file's.")]
Port = Annotated[
    int | None, typer.Option("--port", min=0, max=65535, help="Port to listen on; 0 takes a free one.")
]


def run(
    config: Config = CONFIG,
    host: Host = None,
    port: Port = None,
    workers: Annotated[int, typer.Option("--workers", min=1, help="Processes; PostgreSQL only.")] = 1,
) -> None:
    """Serve until SIGTERM or Ctrl-C."""
    from gateway.run import at_address
    from gateway.run import run as serve

    _speak()
    settings = open_settings(config)
    if workers > 1:
        _refuse_workers(settings)
    raise typer.Exit(serve(at_address(settings, host, port)))


def demo(
    config: Annotated[
        Path | None, typer.Option("--config", envvar="GATEWAY_CONFIG", help="Instead of the shipped one.")
    ] = None,
    directory: Annotated[
        Path | None,
        typer.Option("--dir", metavar="DIR", help="Folder of the demo; made where it is missing."),
    ] = None,
    host: Host = None,
    port: Port = None,
) -> None:
    """Serve the demo on SQLite with simulated phones, and print the sign-in link."""
    from gateway.run import at_address
    from gateway.run import run as serve

    _speak()
    file = config or _demo_folder(directory) / "config.toml"
    raise typer.Exit(serve(at_address(open_settings(file), host, port), on_ready=_welcome))


def _speak() -> None:
    from gateway import logs

    logs.configure()
    logs.catch_crashes()


def _refuse_workers(settings: Settings) -> None:
    if settings.database.is_sqlite:
        raise GatewayError("--workers above 1 needs PostgreSQL; SQLite has one process that writes")
    raise GatewayError(
        "--workers above 1 is not there yet: start several `gateway run --port …` on the same PostgreSQL; "
        "they share the senders out among them"
    )


def _demo_folder(given: Path | None) -> Path:
    """Return the folder asked for, else this one if it holds a configuration, else one of the user's own."""
    if given is None and CONFIG.is_file():
        return Path()
    folder = given or _state_folder() / "parley-gateway" / "demo"
    if not (folder / "config.toml").is_file():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        copy_defaults(folder)
    return folder


def _state_folder() -> Path:
    """Return the user's folder for state (XDG Base Directory Specification)."""
    given = os.environ.get("XDG_STATE_HOME", "")
    return Path(given) if given.startswith("/") else Path.home() / ".local" / "state"


async def _welcome(gateway: Gateway, address: str) -> None:
    from gateway.web.server import new_signin_link

    print(f"The demo is at {address}", flush=True)
    print(f"Sign in once with {await new_signin_link(gateway)}", flush=True)
