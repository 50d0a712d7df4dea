"""A whole gateway with a Twilio account: signed webhooks in at the real door, sends to a sink like Twilio."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from gateway.app import open_gateway
from gateway.domain.consent import ConsentStatus
from gateway.domain.message import Status
from gateway.settings import load_settings
from gateway.web.server import serving
from tests.providers.test_twilio import ACCOUNT, OLD, signature
from tests.web.house import OURS, PHONE, ROOT, House, free_socket

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path


@dataclass(slots=True)
class Sink:
    """What a Twilio-shaped server was given."""

    taken: list[dict[str, str]] = field(default_factory=list)
    opted_out: set[str] = field(default_factory=set)
    lost_answers: int = 0

    async def answer(self, request: web.Request) -> web.Response:
        """Take a text, or list what was taken."""
        if request.method == "GET":
            return web.json_response({"messages": [self._listed(i) for i in range(len(self.taken))]})
        form = {name: str(value) for name, value in (await request.post()).items()}
        if form["To"] in self.opted_out:
            return web.json_response({"code": 21610, "message": "unsubscribed"}, status=400)
        self.taken.append(form)
        if self.lost_answers:
            self.lost_answers -= 1
            assert request.transport is not None
            request.transport.close()
        return web.json_response({"sid": f"SM{len(self.taken) - 1}", "num_segments": "1"}, status=201)

    def _listed(self, index: int) -> dict[str, str]:
        form = self.taken[index]
        return {
            "sid": f"SM{index}",
            "to": form["To"],
            "from": form["From"],
            "body": form["Body"],
            "num_segments": "1",
            "date_created": "Fri, 31 Dec 2100 23:00:00 +0000",
        }


@asynccontextmanager
async def at_twilio(folder: Path, handled_by: str = "app") -> AsyncIterator[tuple[House, Sink]]:
    """Run a gateway whose long code is rented from Twilio, by the table that the guide shows."""
    sink, app = Sink(), web.Application()
    app.router.add_route("*", "/{tail:.*}", sink.answer)
    async with TestServer(app) as server, aiohttp.ClientSession() as http:
        with free_socket() as sock:
            url = f"http://127.0.0.1:{sock.getsockname()[1]}"
            written = (ROOT / "config.toml").read_text().replace("http://127.0.0.1:8080", url)
            written = written.replace('provider = "demo"', 'provider = "tw"', 1)
            written = written.replace(
                'provider = "tw"', f'provider = "tw"\noptout_handled_by = "{handled_by}"'
            )
            base_url = str(server.make_url("")).rstrip("/")
            table = (
                f'[providers.tw]\nkind = "twilio"\naccount_sid = "{ACCOUNT}"\nauth_token = "env:TW_TOKEN"\n'
            )
            (folder / "config.toml").write_text(f'{written}\n{table}base_url = "{base_url}"\n')
            environ = {"TW_TOKEN": OLD, "GATEWAY_LANES__SETTLE_AFTER": "0s"}
            settings = load_settings(folder / "config.toml", environ)
            async with open_gateway(settings) as gateway, serving(gateway, sock=sock) as served:
                yield House(gateway, served, http, folder), sink


async def post(at: House, url: str, fields: Mapping[str, str]) -> tuple[int, bytes]:
    """Post a form, signed as Twilio signs; return status and body of the answer."""
    body = urlencode(fields).encode()
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Twilio-Signature": signature(url, body),
    }
    async with at.http.post(url, data=body, headers=headers) as response:
        return response.status, await response.read()


async def text(at: House, body: str, sid: str = "SM1", **more: str) -> tuple[int, bytes]:
    """Let a phone text our long code through Twilio."""
    fields = {"MessageSid": sid, "From": PHONE, "To": OURS, "Body": body, "NumMedia": "0", **more}
    return await post(at, f"{at.url}/hooks/tw/inbound", fields)


async def until(at: House, *statuses: Status) -> None:
    """Wait until the outbound texts stand at these statuses."""
    async with asyncio.timeout(20):
        while [m.status for m in await at.ledger() if m.status is not Status.RECEIVED] != list(statuses):
            await at.gateway.clock.sleep(0.02)


async def counts(at: House) -> dict[str, int]:
    """Return how many rows there are of what a webhook can leave."""
    async with at.gateway.database.reading() as tx:
        messages = await tx.fetch("SELECT id FROM message")
        receipts = await tx.fetch("SELECT message_id FROM receipt")
        events = await tx.fetch("SELECT id FROM event")
        consents = await tx.fetch("SELECT id FROM consent_event")
    return {
        "messages": len(messages),
        "receipts": len(receipts),
        "events": len(events),
        "consents": len(consents),
    }


async def test_a_text_is_answered_and_a_replay_changes_nothing(tmp_path: Path) -> None:
    """HELP is answered at Twilio; the same captures, played again, leave no trace of their own."""
    async with at_twilio(tmp_path) as (at, sink):
        assert await text(at, "HELP") == (200, b"<Response/>")
        await until(at, Status.ACCEPTED)
        [sent] = sink.taken
        assert (sent["To"], sent["From"]) == (PHONE, OURS)
        assert "1-800-555-0199" in sent["Body"]
        reports = [{"MessageSid": "SM0", "MessageStatus": status} for status in ("sent", "delivered")]
        for report in reports:
            assert await post(at, sent["StatusCallback"], report) == (204, b"")
        await until(at, Status.DELIVERED)
        before = await counts(at)
        assert before["receipts"] == 2
        assert await text(at, "HELP") == (200, b"<Response/>")
        for report in reports:
            assert await post(at, sent["StatusCallback"], report) == (204, b"")
        assert await counts(at) == before
        assert len(sink.taken) == 1


async def test_a_forged_text_leaves_no_trace(tmp_path: Path) -> None:
    """Without the account's signature the door stays shut."""
    async with at_twilio(tmp_path) as (at, sink):
        url = f"{at.url}/hooks/tw/inbound"
        async with at.http.post(url, data={"MessageSid": "SM1"}, headers={"X-Twilio-Signature": "x"}) as said:
            assert (said.status, await said.read()) == (403, b"")
        assert await at.ledger() == []
        assert sink.taken == []


async def test_a_stop_that_twilio_answered_is_recorded_in_silence(tmp_path: Path) -> None:
    """OptOutType says that Twilio confirmed: the contact is unsubscribed, and nothing goes out."""
    async with at_twilio(tmp_path, "provider") as (at, sink):
        assert await text(at, "STOP", OptOutType="STOP") == (200, b"<Response/>")
        assert await statuses(at) == [ConsentStatus.UNSUBSCRIBED]
        assert await text(at, "hello", sid="SM2") == (200, b"<Response/>")
        assert sink.taken == []


async def test_a_refusal_as_opted_out_becomes_an_opt_out(tmp_path: Path) -> None:
    """21610 tells of a STOP that only Twilio saw: it is recorded once, and final for the text."""
    async with at_twilio(tmp_path) as (at, sink):
        sink.opted_out.add(PHONE)
        await text(at, "HELP")
        await until(at, Status.REJECTED)
        await text(at, "CONTACT", sid="SM2")
        await at.settled()
        assert await statuses(at) == [ConsentStatus.UNSUBSCRIBED]


@pytest.mark.slow
async def test_a_lost_answer_is_settled_by_asking_twilio(tmp_path: Path) -> None:
    """A send whose answer never came is found in Twilio's list: it is not sent a second time."""
    async with at_twilio(tmp_path) as (at, sink):
        sink.lost_answers = 1
        await text(at, "HELP")
        await until(at, Status.ACCEPTED)
        _, answered = await at.ledger()
        assert (answered.provider_ref, len(sink.taken)) == ("SM0", 1)
        assert "settled:found" in answered.why


async def statuses(at: House) -> list[str]:
    """Return what the journal of consents says, in order."""
    async with at.gateway.database.reading() as tx:
        rows = await tx.fetch("SELECT status FROM consent_event ORDER BY at, id")
    return [row["status"] for row in rows]
