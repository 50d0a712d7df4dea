"""`backup`: a copy of the SQLite database while the server runs."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.opening import CONFIG, Config, open_settings
from gateway.errors import StorageError


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The copy to write; it must not exist.")],
    config: Config = CONFIG,
) -> None:
    """Copy the SQLite database, complete and consistent, beside a running server or without one."""
    settings = open_settings(config)
    if not settings.database.is_sqlite:
        raise StorageError("the database is PostgreSQL: back it up with pg_dump")
    source = settings.root / settings.database_url.removeprefix("sqlite:///")
    if not source.is_file():
        raise StorageError(f"there is no database {source} yet")
    _copy(source, file)
    print(f"{file} holds a copy of {source}")
    if not settings.security.secret:
        print(f"keep {source.with_suffix('.secret')} with it: without that, a STOP is not recognised again")


def _copy(source: Path, file: Path) -> None:
    """Write beside the target first, so that a file of that name is always whole."""
    if file.exists():
        raise StorageError(f"{file} exists already")
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        draft.touch(mode=0o600)
        original = sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)
        with closing(original), closing(sqlite3.connect(draft)) as copy:
            original.backup(copy)
        os.link(draft, file)
    except FileExistsError:
        raise StorageError(f"{file} exists already") from None
    except (sqlite3.Error, OSError) as error:
        raise StorageError(f"{file} cannot be written: {error}") from error
    finally:
        draft.unlink(missing_ok=True)
