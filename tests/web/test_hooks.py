"""The door of providers: what is acknowledged is kept, what is not proven leaves no trace."""

from __future__ import annotations

import asyncio
import gzip
from datetime import datetime
from typing import ClassVar
from urllib.parse import urlsplit

import pytest

from gateway.domain.message import Direction, Inbound, Number, Outbound, Status
from gateway.domain.outcome import Accepted, Outcome
from gateway.providers.base import Capabilities, Events, ProviderSettings, Unverified, WebRequest, WebResponse
from tests.web.house import OURS, PHONE, House

INBOUND = {"id": "in-1", "from": PHONE, "to": OURS, "text": "HELP"}


async def test_a_signed_text_is_acknowledged_kept_and_answered(at_home: House) -> None:
    """HELP from a phone is in the ledger, and its answer reaches the phone and is reported delivered."""
    assert await at_home.text("HELP")
    asked, answered = await at_home.settled()
    assert (asked.direction, asked.body, asked.status) == (Direction.INBOUND, "HELP", Status.RECEIVED)
    assert answered.status is Status.DELIVERED
    assert "1-800-555-0199" in answered.body
    assert at_home.counted("gateway_inbound_total", outcome="answered", provider="demo") == 1
    assert at_home.counted("gateway_receipts_total", provider="demo", status="delivered") == 1


async def test_a_text_that_comes_twice_is_acknowledged_twice_and_kept_once(at_home: House) -> None:
    """A provider's retry is answered 2xx, and makes no second row and no second answer."""
    assert [await at_home.hook(INBOUND), await at_home.hook(INBOUND)] == [200, 200]
    assert len(await at_home.settled()) == 2
    assert at_home.counted("gateway_inbound_total", outcome="repeated", provider="demo") == 1


async def test_a_text_to_a_number_that_is_not_ours_is_kept(at_home: House) -> None:
    """A signed text to a number that is not configured is acknowledged and counted as unrouted."""
    assert await at_home.hook({**INBOUND, "to": "+15145550199"}) == 200
    assert at_home.counted("gateway_inbound_total", outcome="unrouted", provider="demo") == 1


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"X-Carrier-Signature": "t=1,v1=00"}, 403),
        ({"X-Carrier-Signature": "nonsense"}, 403),
    ],
)
async def test_an_unsigned_text_leaves_no_trace(at_home: House, headers: dict[str, str], status: int) -> None:
    """Without a right signature the answer is 403, without a word, and nothing is stored."""
    async with at_home.http.post(f"{at_home.url}/hooks/demo/inbound", data=INBOUND, headers=headers) as said:
        assert (said.status, await said.read()) == (status, b"")
    assert await at_home.ledger() == []
    assert at_home.counted("gateway_webhook_rejected_total", provider="demo", reason="unverified") == 1


async def test_an_old_signature_is_refused(at_home: House) -> None:
    """A right signature from ten minutes ago is a replay: 403, nothing stored."""
    url, body = f"{at_home.url}/hooks/demo/inbound", b"id=1&from=%2B15145550123&to=%2B15145550100&text=STOP"
    headers = at_home.signed(url, body, age=600)
    async with at_home.http.post(url, data=body, headers=headers) as response:
        assert response.status == 403
    assert await at_home.ledger() == []


async def test_the_signature_is_checked_against_the_public_url(at_home: House) -> None:
    """A Host header that names another server changes nothing: only public_url counts."""
    url, body = f"{at_home.url}/hooks/demo/inbound", b"id=1&from=%2B15145550123&to=%2B15145550100&text=HELP"
    headers = {**at_home.signed(url, body), "Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    async with at_home.http.post(url, data=body, headers=headers) as response:
        assert response.status == 200
    other = "http://evil.example/hooks/demo/inbound"
    headers = {**at_home.signed(other, body), "Host": "evil.example"}
    async with at_home.http.post(url, data=body, headers=headers) as response:
        assert response.status == 403


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"from=%2B15145550123&text=HELP", "malformed"),
        (b"id=1&from=%2B15145550123&to=%2B15145550100&text=caf%E9", "malformed"),
        (b"\xff\xfe\x00", "malformed"),
    ],
    ids=["a field is missing", "latin-1", "no text at all"],
)
async def test_what_is_not_understood_is_refused(at_home: House, body: bytes, reason: str) -> None:
    """A signed body without its fields, or in another charset, is 400, counted, and not stored."""
    url = f"{at_home.url}/hooks/demo/inbound"
    async with at_home.http.post(url, data=body, headers=at_home.signed(url, body)) as response:
        assert (response.status, await response.read()) == (400, b"")
    assert await at_home.ledger() == []
    assert at_home.counted("gateway_webhook_rejected_total", provider="demo", reason=reason) == 1


async def test_a_body_over_the_cap_is_refused_before_it_is_read(at_home: House) -> None:
    """A declared length over the cap is 413 at once: the body itself never had to come."""
    place = urlsplit(at_home.url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    writer.write(b"POST /hooks/demo/inbound HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000\r\n\r\n")
    async with asyncio.timeout(5):
        assert (await reader.readline()).startswith(b"HTTP/1.1 413 ")
    writer.close()
    assert at_home.counted("gateway_webhook_rejected_total", provider="demo", reason="too_large") == 1


async def test_a_body_without_a_length_is_cut_at_the_cap(at_home: House) -> None:
    """A chunked body is read up to the cap only, and refused with 413."""

    async def endless() -> object:
        for _ in range(100):
            yield b"x" * 10_000

    url = f"{at_home.url}/hooks/demo/inbound"
    async with at_home.http.post(url, data=endless()) as response:
        assert response.status == 413


async def test_a_caller_who_hangs_up_amid_the_body_leaves_no_trace(at_home: House) -> None:
    """A connection that breaks before the body is whole stores nothing and hurts nobody."""
    place = urlsplit(at_home.url)
    _, writer = await asyncio.open_connection(place.hostname, place.port)
    writer.write(b"POST /hooks/demo/inbound HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nid=1&")
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    assert await at_home.hook(INBOUND) == 200
    assert len(await at_home.settled()) == 2


async def test_a_packed_body_is_never_unpacked(at_home: House) -> None:
    """A small body that would unpack to a huge one is refused before any work is done on it."""
    url, body = f"{at_home.url}/hooks/demo/inbound", gzip.compress(bytes(50_000_000))
    headers = {**at_home.signed(url, body), "Content-Encoding": "gzip"}
    async with at_home.http.post(url, data=body, headers=headers) as response:
        assert response.status == 415
    assert at_home.counted("gateway_webhook_rejected_total", provider="demo", reason="packed") == 1


async def test_an_unknown_provider_does_not_exist(at_home: House) -> None:
    """A hook of a provider that is not configured is 404; HEAD on a known one is 200."""
    async with at_home.http.post(f"{at_home.url}/hooks/nobody/inbound", data=INBOUND) as response:
        assert response.status == 404
    for name, status in (("demo", 200), ("nobody", 404)):
        async with at_home.http.head(f"{at_home.url}/hooks/{name}/inbound") as response:
            assert response.status == status


async def test_a_database_that_refuses_is_503_with_a_time_to_come_back(at_home: House) -> None:
    """When the commit fails the text is not acknowledged, and the retry is taken once it can be."""
    async with at_home.gateway.database.writing() as tx:
        await tx.execute("ALTER TABLE inbound_seen RENAME TO gone")
    url, body = f"{at_home.url}/hooks/demo/inbound", b"id=1&from=%2B15145550123&to=%2B15145550100&text=HELP"
    async with at_home.http.post(url, data=body, headers=at_home.signed(url, body)) as response:
        assert response.status == 503
        assert int(response.headers["Retry-After"]) >= 1
    async with at_home.gateway.database.writing() as tx:
        await tx.execute("ALTER TABLE gone RENAME TO inbound_seen")
    async with at_home.http.post(url, data=body, headers=at_home.signed(url, body)) as response:
        assert response.status == 200
    assert len(await at_home.settled()) == 2


class Batches:
    """A provider whose webhooks hold several texts, one a line; a line of latin-1 breaks it."""

    Settings: ClassVar[type[ProviderSettings]] = ProviderSettings
    capabilities: ClassVar[Capabilities] = Capabilities()
    name = "demo"

    def verify(self, request: WebRequest, now: datetime) -> Unverified | None:
        return None

    def parse(self, request: WebRequest, now: datetime) -> Events:
        lines = request.body.decode().splitlines()
        return [
            Inbound("demo", f"b-{place}", Number(OURS), Number(PHONE), line, now)
            for place, line in enumerate(lines)
        ]

    def answer(self, events: Events) -> WebResponse:
        return WebResponse(202, f"<took>{len(events)}</took>".encode(), "text/xml", {"X-Took": "yes"})

    async def send(self, outbound: Outbound) -> Outcome:
        return Accepted(f"out-{outbound.id}")

    async def look_up(self, outbound: Outbound, since: datetime) -> Outcome | None:
        return None


async def test_texts_of_one_webhook_keep_their_order(at_home: House) -> None:
    """Several texts in one webhook are all committed, in order, before the provider's own answer."""
    at_home.gateway.providers = {**at_home.gateway.providers, "batches": Batches()}
    url = f"{at_home.url}/hooks/batches/inbound"
    async with at_home.http.post(url, data=b"one\ntwo\nthree") as response:
        assert (response.status, response.content_type) == (202, "text/xml")
        assert (await response.read(), response.headers["X-Took"]) == (b"<took>3</took>", "yes")
    said = [m.body for m in await at_home.ledger() if m.direction is Direction.INBOUND]
    assert said == ["one", "two", "three"]


async def test_another_charset_is_refused_whatever_the_provider_does(at_home: House) -> None:
    """A body that is not UTF-8 is 400 even where a provider's file does not look after it."""
    at_home.gateway.providers = {**at_home.gateway.providers, "batches": Batches()}
    async with at_home.http.post(f"{at_home.url}/hooks/batches/inbound", data=b"caf\xe9") as response:
        assert response.status == 400
    assert at_home.counted("gateway_webhook_rejected_total", provider="demo", reason="charset") == 1
    assert await at_home.ledger() == []
