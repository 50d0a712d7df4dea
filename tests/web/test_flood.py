"""A flood is held for as long as the provider waits, then refused; nothing that was acknowledged is lost."""

from __future__ import annotations

import asyncio
from pathlib import Path
from urllib.parse import urlencode

import aiohttp

from gateway.app import open_gateway
from gateway.simulator.faults import Faults
from gateway.web.server import serving
from tests.web.house import OURS, House, free_socket, settings_at

TEXTS = 40
SMALL = {"GATEWAY_INTAKE__CAPACITY": "5", "GATEWAY_INTAKE__HOLD": "0.2"}


async def hand_in(at_home: House, index: int) -> int:
    """Send one text as the carrier does; return the answer's status, checking that a refusal says when."""
    url = f"{at_home.url}/hooks/demo/inbound"
    fields = {"id": f"flood-{index}", "from": f"+151455501{index:02}", "to": OURS, "text": "CONTACT"}
    body = urlencode(fields).encode()
    async with at_home.http.post(url, data=body, headers=at_home.signed(url, body)) as response:
        assert response.status == 200 or int(response.headers["Retry-After"]) >= 1
        return response.status


async def stored(at_home: House) -> set[str]:
    """Return the carrier's ids of every text that is in the ledger."""
    async with at_home.gateway.database.reading() as tx:
        rows = await tx.fetch("SELECT provider_ref FROM message WHERE direction = 'in'")
    assert len({row["provider_ref"] for row in rows}) == len(rows)
    return {row["provider_ref"] for row in rows}


async def test_a_flood_is_refused_before_memory_grows(tmp_path: Path) -> None:
    """While the database is busy a few texts wait and the rest get 503; each is taken when it comes again."""
    with free_socket() as sock:
        settings = settings_at(tmp_path, sock, SMALL)
        async with (
            open_gateway(settings, faults=Faults()) as gateway,
            serving(gateway, sock=sock) as url,
            aiohttp.ClientSession() as http,
        ):
            at_home = House(gateway, url, http, tmp_path)
            refused: list[int] = []
            async with asyncio.TaskGroup() as group, gateway.database.writing() as tx:
                await tx.execute("UPDATE lease SET expires_at = expires_at")
                tasks = [group.create_task(hand_in(at_home, index)) for index in range(TEXTS)]
                while sum(task.done() for task in tasks) < TEXTS - 2 * 5:
                    await gateway.clock.sleep(0.01)
                refused = [index for index, task in enumerate(tasks) if task.done()]
                assert gateway.writer.depth <= 2 * 5 + len(settings.senders) + 5
            assert {tasks[index].result() for index in refused} == {503}
            acknowledged = {f"flood-{i}" for i, task in enumerate(tasks) if task.result() == 200}
            assert acknowledged
            assert await stored(at_home) == acknowledged
            for index, task in enumerate(tasks):
                if task.result() == 503:
                    assert await hand_in(at_home, index) == 200
            assert await stored(at_home) == {f"flood-{index}" for index in range(TEXTS)}
