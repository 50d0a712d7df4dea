"""The live side of the handset page: nothing is missed, nothing comes twice."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from tests.web.house import PHONE, House, Visitor, signed_in

STREAM = "/handset/stream?phone=%2B15145550123&sender=%2B15145550100"


@dataclass(frozen=True, slots=True)
class Seen:
    """One server-sent event."""

    id: str
    said: dict[str, Any]

    @property
    def type(self) -> str:
        return str(self.said["type"])

    @property
    def html(self) -> str:
        return "".join(bubble["html"] for bubble in self.said["bubbles"])


class Listener:
    """Reads a stream as a browser's EventSource does."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response

    async def next(self) -> Seen | None:
        """Return the next event that has an id; None at the end of the stream."""
        fields: dict[str, str] = {}
        async with asyncio.timeout(10):
            while line := await self._response.content.readline():
                name, _, value = line.decode().rstrip("\r\n").partition(": ")
                if name:
                    fields[name] = value
                elif "id" in fields:
                    return Seen(fields["id"], json.loads(fields["data"]))
                else:
                    fields = {}
        return None

    async def until(self, type: str) -> list[Seen]:
        """Return the events up to the first of a type."""
        seen: list[Seen] = []
        while event := await self.next():
            seen.append(event)
            if event.type == type:
                return seen
        raise AssertionError(f"no {type} came")


@asynccontextmanager
async def _listening(
    visitor: Visitor, last: str = "", url: str = STREAM, *, ready: bool = True
) -> AsyncIterator[Listener]:
    headers = {"Last-Event-ID": last} if last else {}
    async with visitor.http.get(url, headers=headers) as response:
        assert response.content_type == "text/event-stream"
        if ready:
            assert (await response.content.readline()).startswith(b"event: hello")
        yield Listener(response)


async def test_a_text_and_its_answer_appear_as_they_happen(at_home: House) -> None:
    """The phone's text, how it was understood, the answer and each of its statuses come in order."""
    async with signed_in(at_home) as visitor:
        await visitor.page("/handset")
        async with _listening(visitor) as stream:
            assert await at_home.text("HELP")
            seen = await stream.until("message.delivered")
    assert [event.type for event in seen][:3] == ["message.received", "message.understood", "message.queued"]
    assert [event.id for event in seen] == sorted({event.id for event in seen})
    assert "Understood as HELP" in seen[1].html
    assert "Delivered" in seen[-1].html


async def test_a_break_is_replayed_exactly(at_home: House) -> None:
    """Whoever reconnects with the last id it saw gets every later event once, as if nothing had broken."""
    async with signed_in(at_home) as visitor:
        await visitor.page("/handset")
        async with _listening(visitor) as whole:
            async with _listening(visitor) as broken:
                assert await at_home.text("HELP")
                first = [await broken.next() for _ in range(2)]
            assert await at_home.text("CONTACT")
            await at_home.settled()
            all_seen = [*await whole.until("message.delivered"), *await whole.until("message.delivered")]
        last = first[-1]
        assert last
        async with _listening(visitor, last.id) as again:
            rest = [*await again.until("message.delivered"), *await again.until("message.delivered")]
    before = [event.id for event in first if event]
    assert before + [event.id for event in rest] == [event.id for event in all_seen]
    assert [event.type for event in rest] == [event.type for event in all_seen[2:]]


async def test_what_happens_between_the_page_and_its_stream_is_told(at_home: House) -> None:
    """The page carries the id of its last event, so that nothing falls between the two."""
    async with signed_in(at_home) as visitor:
        page = await visitor.page("/handset")
        url = page.partition('data-stream="')[2].partition('"')[0].replace("&amp;", "&")
        assert await at_home.text("HELP")
        await at_home.settled()
        async with _listening(visitor, url=url) as stream:
            seen = await stream.until("message.delivered")
    assert seen[0].type == "message.received"


async def test_other_conversations_stay_out(at_home: House) -> None:
    """What another phone says, or this one to another number of ours, is not told here."""
    async with signed_in(at_home) as visitor:
        await visitor.page("/handset")
        async with _listening(visitor) as stream:
            assert await at_home.text("HELP", phone="+15145550177")
            assert await at_home.text("HELP", to="51234")
            assert await at_home.text("CONTACT")
            seen = await stream.until("message.delivered")
    assert "CONTACT" in seen[0].html
    assert all(PHONE not in event.html for event in seen)
    assert "HELP</p>" not in "".join(event.html for event in seen)


async def test_a_reader_who_leaves_leaves_nothing_behind(at_home: House) -> None:
    """Soon after a browser is gone, the gateway no longer keeps events for it."""
    async with signed_in(at_home) as visitor:
        await visitor.page("/handset")
        async with _listening(visitor):
            assert at_home.listeners == 1
        async with asyncio.timeout(5):
            while at_home.listeners:
                await at_home.gateway.clock.sleep(0.05)


async def test_a_stop_of_the_server_ends_the_streams(at_home: House) -> None:
    """When the gateway stops, open pages are let go at once: they reconnect to the next one."""
    async with signed_in(at_home) as visitor:
        await visitor.page("/handset")
        async with _listening(visitor) as stream:
            at_home.gateway.feed.close()
            assert await stream.next() is None


async def test_the_stream_is_for_those_signed_in(at_home: House) -> None:
    """A stranger gets no stream."""
    async with at_home.http.get(at_home.url + STREAM) as response:
        assert response.status == 401
