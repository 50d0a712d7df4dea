"""`init`: an operator's folder, made of the shipped defaults."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer

import gateway
from gateway.errors import Problem, SettingsError

CONTENTS = ("config.toml", "flows", "templates/sms")


def init(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to make; it may exist.")],
) -> None:
    """Write a configuration, flows and texts to start from; nothing is ever overwritten."""
    copy_defaults(directory)
    print(f"{directory} holds {', '.join(CONTENTS)}. Next:")
    print(f"  edit {directory / 'config.toml'}: numbers, project, provider")
    print(f"  gateway check --config {directory / 'config.toml'}")
    print(f"  gateway run --config {directory / 'config.toml'}")


def copy_defaults(directory: Path) -> None:
    """Copy the shipped defaults; raises SettingsError when one of them is there, or cannot be written."""
    taken = [
        Problem(directory / name, "", "exists already") for name in CONTENTS if (directory / name).exists()
    ]
    if taken:
        raise SettingsError(taken)
    try:
        for name in CONTENTS:
            _copy(_shipped() / name, directory / name)
    except OSError as error:
        raise SettingsError([Problem(directory, "", f"cannot be written: {error.strerror}")]) from error


def _shipped() -> Path:
    """Return the folder of the defaults: inside an installed wheel, else the checkout."""
    package = Path(gateway.__file__).resolve().parent
    installed = package / "defaults"
    return installed if installed.is_dir() else package.parent


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(
            source,
            target,
            ignore=shutil.ignore_patterns("__pycache__", "*.pyc"),
            copy_function=shutil.copyfile,
        )
    else:
        shutil.copyfile(source, target)
