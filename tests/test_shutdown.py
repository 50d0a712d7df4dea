"""SIGTERM while texts pour in: nothing acknowledged is lost or left half done, and it goes on after."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlencode

import aiohttp
import pytest

from gateway.clock import SystemClock
from gateway.domain.message import Direction, Status
from gateway.settings import load_settings
from gateway.simulator.webhooks import sign
from gateway.store import claims, messages
from gateway.store.database import Database, open_database
from gateway.store.messages import Message
from tests.cli.program import PATIENCE, Server, running

pytestmark = pytest.mark.slow

SECRET = "the secret of the simulated carrier"
CODE = "51234"
GRACE = 10.0
CONFIG = f"""
[server]
public_url = "http://127.0.0.1:8080"
shutdown_grace = "{GRACE:g}s"
[providers.demo]
kind = "simulator"
token = "the token of the simulated carrier"
secrets = ["{SECRET}"]
[senders."{CODE}"]
project = "clinic"
provider = "demo"
rate = 40
[projects.clinic]
help_phone = "1-800-555-0199"
[projects.clinic.legal]
name = "Clinic Inc."
address = "1 Example St, Montreal QC H2X 1Y4"
[projects.clinic.keywords]
WAIT = "patience"
"""
FLOW = """
from datetime import timedelta

from gateway.domain.flow import END, Flow, State, on


class Patience(Flow):
    states = (State("start"), State("waiting", timeout=timedelta(seconds=3)))
    transitions = (
        on("keyword", "start", "waiting", do="ask"),
        on("timeout", "waiting", END, do="remind"),
    )

    def ask(self) -> None:
        self.reply("patience/ask")

    def remind(self) -> None:
        self.reply("patience/remind")
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with a fast number and a flow whose patience is short."""
    (tmp_path / "config.toml").write_text(CONFIG)
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows/patience.py").write_text(FLOW)
    texts = tmp_path / "templates/sms/patience"
    texts.mkdir(parents=True)
    (texts / "ask.en.txt").write_text("Wait for it.")
    (texts / "remind.en.txt").write_text("It came.")
    return tmp_path


@asynccontextmanager
async def store(folder: Path) -> AsyncIterator[Database]:
    """Open the database beside whatever runs."""
    settings = load_settings(folder / "config.toml", {})
    database = await open_database(settings.database_url, root=settings.root)
    try:
        yield database
    finally:
        await database.close()


async def text(http: aiohttp.ClientSession, server: Server, number: str, body: str, id_: str) -> int | None:
    """Let a phone text the gateway and return the answer's code, or None when there was none."""
    url = f"{server.url}/hooks/demo/inbound"
    moment = int(SystemClock().now().timestamp())
    form = {"id": id_, "from": number, "to": CODE, "text": body, "received_at": moment * 1000}
    data = urlencode(form).encode()
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Carrier-Signature": sign(SECRET, url, data, moment),
    }
    try:
        async with http.post(url, data=data, headers=headers) as answer:
            return answer.status
    except (aiohttp.ClientError, OSError):
        return None


async def written(folder: Path, number: str) -> list[Message]:
    """Return the texts from and to a number, the oldest first."""
    async with store(folder) as database, database.reading() as tx:
        return await messages.of_number(tx, number)


async def delivered(folder: Path, number: str, template: str) -> Message:
    """Wait until the text of a template lies on a phone, and return it."""
    clock = SystemClock()
    async with asyncio.timeout(PATIENCE):
        while True:
            for message in await written(folder, number):
                if message.template == template and message.status is Status.DELIVERED:
                    return message
            await clock.sleep(0.1)


async def counts(folder: Path) -> dict[str, int]:
    """Return how many texts are not settled, by status."""
    async with store(folder) as database, database.reading() as tx:
        return {status: n for (_, status), n in (await claims.count_waiting(tx)).items()}


async def until_empty(folder: Path) -> None:
    """Wait until every text that was queued has been handed over."""
    clock = SystemClock()
    async with asyncio.timeout(PATIENCE):
        while await counts(folder):
            await clock.sleep(0.1)


async def pour(server: Server, numbers: Sequence[str]) -> list[str]:
    """Let many phones ask for HELP at once, and return those whose text was acknowledged."""
    async with aiohttp.ClientSession() as http:
        answers = await asyncio.gather(*(text(http, server, n, "HELP", f"in-{n}") for n in numbers))
    return [number for number, status in zip(numbers, answers, strict=True) if status == 200]


def _numbers(count: int) -> list[str]:
    return [f"+1514555{1000 + index:04}" for index in range(count)]


async def test_a_stop_under_load_loses_nothing(folder: Path) -> None:
    """SIGTERM in a flood: exit 0 in time, nothing in `sending`; a restart sends what waited, once."""
    clock, numbers = SystemClock(), _numbers(300)
    with running(folder=folder) as server:
        acknowledged = await pour(server, numbers[:200])
        flood = asyncio.ensure_future(pour(server, numbers[200:]))  # noqa: TID251 - awaited below
        await delivered(folder, numbers[0], "help/help")
        began = clock.monotonic()
        code = await asyncio.to_thread(server.stop)
        took = clock.monotonic() - began
        acknowledged += await flood
    assert code == 0, "".join(server.log[-20:])
    assert took < GRACE
    left = await counts(folder)
    assert left.get(Status.QUEUED, 0) > 0, "the load was too light to prove anything"
    assert Status.SENDING not in left
    with running(folder=folder) as server:
        await until_empty(folder)
        assert await asyncio.to_thread(server.stop) == 0
    for number in acknowledged:
        found = await written(folder, number)
        assert [m.direction for m in found].count(Direction.INBOUND) == 1
        answers = [m for m in found if m.direction is Direction.OUTBOUND]
        assert [(m.template, m.attempts) for m in answers] == [("help/help", 1)]


async def test_a_conversation_goes_on_after_a_restart(folder: Path) -> None:
    """A question asked for before the stop is asked after the start, in the same dialogue."""
    asker = "+15145550123"
    async with aiohttp.ClientSession() as http:
        with running(folder=folder) as server:
            assert await text(http, server, asker, "INFO", "in-1") == 200
            await delivered(folder, asker, "info/ask")
            assert await asyncio.to_thread(server.stop) == 0
        with running(folder=folder) as server:
            assert await text(http, server, asker, "Do you open on Sunday?", "in-2") == 200
            await delivered(folder, asker, "info/received")
            assert await asyncio.to_thread(server.stop) == 0


async def test_a_timeout_that_fell_due_meanwhile_fires(folder: Path) -> None:
    """What time owed while nobody was there is paid at the start."""
    waiter, clock = "+15145550124", SystemClock()
    async with aiohttp.ClientSession() as http:
        with running(folder=folder) as server:
            assert await text(http, server, waiter, "WAIT", "in-1") == 200
            asked = await delivered(folder, waiter, "patience/ask")
            assert await asyncio.to_thread(server.stop) == 0
    due = asked.created_at / 1000 + 3
    await clock.sleep(due - clock.now().timestamp())
    assert [m.template for m in await written(folder, waiter)] == [None, "patience/ask"]
    with running(folder=folder) as server:
        reminder = await delivered(folder, waiter, "patience/remind")
        assert await asyncio.to_thread(server.stop) == 0
    assert reminder.created_at / 1000 >= due
