"""`test` and `say`: conversations played from files, and typed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import gateway
from gateway.cli.opening import CONFIG, Config, ProjectName, complete, one_project, open_settings
from gateway.errors import ContentError, NotFound

if TYPE_CHECKING:
    from gateway.player import Place
    from gateway.settings import Settings

_FOLDER = Path("tests/transcripts")


def play(
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="[PATHS]", help="Files, or folders of .txt files.")
    ] = None,
    config: Config = CONFIG,
) -> None:
    """Play transcripts on a gateway of their own, with a clock that jumps; say what went otherwise."""
    _speak_up()
    settings = open_settings(config)
    failures = complete(_play_all(_files(paths or [_folder(settings)]), settings))
    if failures:
        raise typer.Exit(1)


def say(
    project: ProjectName = None,
    sender: Annotated[str | None, typer.Option("--sender", help="Our number to text to.")] = None,
    contact: Annotated[str, typer.Option("--contact", help="Number to text from.")] = "+15145550123",
    config: Config = CONFIG,
) -> None:
    """Talk to the bot: each line is a text; "agent> …" answers as staff, "agent! close" closes the thread."""
    from gateway.player.talk import talk

    _speak_up()
    settings = open_settings(config)
    name = one_project(project, settings)
    complete(talk(settings, name, contact, sender, lines=sys.stdin, tell=_tell))


def _tell(text: str) -> None:
    print(text, flush=True)


def _speak_up() -> None:
    from gateway import logs

    logs.configure("ERROR")


def _folder(settings: Settings) -> Path:
    """Return the operator's transcripts, else those of a checkout."""
    checkout = Path(gateway.__file__).resolve().parent.parent
    for place in (settings.root, checkout):
        if (place / _FOLDER).is_dir():
            return place / _FOLDER
    raise NotFound("no_transcripts", f"there is no folder {settings.root / _FOLDER}; name files or folders")


def _files(paths: list[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        files = sorted(path.glob("**/*.txt")) if path.is_dir() else [path]
        if not files:
            raise NotFound("no_transcripts", f"{path} holds no transcript (.txt)")
        found += files
    return found


async def _play_all(files: list[Path], settings: Settings) -> int:
    """Play each file and return how many conversations went otherwise."""
    from gateway.clock import SystemClock
    from gateway.player import own_files

    failures = 0
    async with own_files(SystemClock()) as place:
        for file in files:
            failures += await _play_one(file, settings, place)
    return failures


async def _play_one(file: Path, settings: Settings, place: Place) -> int:
    from gateway.player import play_file

    try:
        failures = [str(failure) for failure in await play_file(file, settings, place)]
    except ContentError as error:
        failures = [str(error)]
    print(f"{'failed' if failures else 'ok':<7}{file}", flush=True)
    for failure in failures:
        print(f"       {failure}", flush=True)
    return len(failures)
