"""The front door: what a newcomer installs, builds and tests with, before any text is sent."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
import pytest
from aiohttp import web
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from playwright.async_api import Browser
    from pytest_aiohttp import AiohttpServer

ROOT = Path(__file__).parent.parent
LOCKS = {"run": ROOT / "requirements/run.txt", "dev": ROOT / "requirements/dev.txt"}
PIN = re.compile(r"^([\w.-]+)==(\S+)(?: ;[^\\]*)? \\\n    --hash=sha256:[0-9a-f]{64}\b", re.MULTILINE)


def _pins(lock: Path) -> dict[str, str]:
    return {canonicalize_name(name): version for name, version in PIN.findall(lock.read_text())}


def _direct(*extras: str) -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    texts = [*project["dependencies"], *(t for e in extras for t in project["optional-dependencies"][e])]
    return [r for r in map(Requirement, texts) if r.name != project["name"]]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_place(lock: str) -> None:
    """A lock file can be used with any mirror: it carries no URL, no path and no index option."""
    text = LOCKS[lock].read_text()
    assert not re.search(r"://|\bfile:|^\s*-(?!-hash=)|@ ", text, re.MULTILINE)


@pytest.mark.parametrize(("lock", "extras"), [("run", ()), ("dev", ("postgres", "dev"))])
def test_a_lock_pins_every_direct_dependency(lock: str, extras: tuple[str, ...]) -> None:
    """Each dependency of pyproject.toml is pinned, with hashes, to a version that pyproject.toml allows."""
    pins = _pins(LOCKS[lock])
    wrong = [str(r) for r in _direct(*extras) if pins.get(canonicalize_name(r.name), "0") not in r.specifier]
    assert not wrong


def test_both_locks_agree() -> None:
    """Tests run with the very versions that users run with."""
    run, dev = _pins(LOCKS["run"]), _pins(LOCKS["dev"])
    assert run.items() <= dev.items()


@pytest.mark.slow
def test_the_wheel_carries_the_defaults(tmp_path: Path) -> None:
    """An installed gateway has its configuration, flows and texts with it, and installs nothing else."""
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    built = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    shipped = [ROOT / "config.toml", *(ROOT / "flows").glob("*.py"), *(ROOT / "templates/sms").rglob("*.*")]
    assert {f"gateway/defaults/{path.relative_to(ROOT)}" for path in shipped} <= names
    assert any(name.startswith("gateway/defaults/flows/") for name in names)
    assert any(name.startswith("gateway/defaults/templates/sms/") for name in names)
    assert {name.split("/")[0].removesuffix(".dist-info") for name in names} == {"gateway", _stem(wheel)}


def _stem(wheel: Path) -> str:
    return "-".join(wheel.name.split("-")[:2])


async def test_postgres_answers(postgres_database: str) -> None:
    """The database given to a test is a PostgreSQL of its own, ready for UTF-8."""
    connection = await asyncpg.connect(postgres_database)
    try:
        await connection.execute("CREATE TABLE mine (body text); INSERT INTO mine VALUES ('ça va 👍')")
        assert await connection.fetchval("SELECT body FROM mine") == "ça va 👍"
        assert await connection.fetchval("SHOW server_encoding") == "UTF8"
    finally:
        await connection.close()


async def test_postgres_databases_are_separate(postgres_database: str) -> None:
    """Nothing that another test created is in this test's database."""
    connection = await asyncpg.connect(postgres_database)
    try:
        assert await connection.fetchval("SELECT to_regclass('mine')") is None
    finally:
        await connection.close()


@pytest.mark.slow
async def test_chromium_shows_a_page(browser: Browser, aiohttp_server: AiohttpServer) -> None:
    """The browser given to a test loads a page over HTTP and runs its script."""

    async def page(_request: web.Request) -> web.Response:
        script = "<p id=out></p><script>out.textContent = 'ready ' + (40 + 2)</script>"
        return web.Response(text=script, content_type="text/html")

    app = web.Application()
    app.router.add_get("/", page)
    server = await aiohttp_server(app)
    tab = await browser.new_page()
    await tab.goto(str(server.make_url("/")))
    assert await tab.text_content("#out") == "ready 42"


@pytest.mark.slow
@pytest.mark.parametrize(("required", "outcome"), [("", "1 skipped"), ("postgres,browser", "1 error")])
def test_a_missing_browser_cannot_hide(required: str, outcome: str, tmp_path: Path) -> None:
    """Without Chromium its tests are skipped, and `make test`, which requires it, fails."""
    test = f"{Path(__file__).relative_to(ROOT)}::test_chromium_shows_a_page"
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", test],
        cwd=ROOT,
        env={**os.environ, "PATH": str(tmp_path), "GATEWAY_TEST_REQUIRE": required},
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome in run.stdout
    assert "make browser" in run.stdout
