"""Simulated phones: pick one, text one of our numbers, see what comes back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from gateway.clock import to_ms
from gateway.domain import phone
from gateway.domain.message import Number
from gateway.domain.sender import Sender
from gateway.errors import InvalidRequest, NotFound
from gateway.store import events, handsets, messages
from gateway.store.database import Transaction
from gateway.store.handsets import Handset
from gateway.store.messages import Message
from gateway.web.console.conversation import Line, bubbles, said, with_network
from gateway.web.console.network import hand_over, network_texts
from gateway.web.guard import wants_page
from gateway.web.keys import ENGINE, Engine
from gateway.web.pages import PAGES

FIRST = "+15145550123"
LONGEST_TEXT = 1600
BEFORE_ALL = "0"
"""Sorts before the id of every event."""
_LONGEST_NAME = 40
_FICTIONAL = "+151455501"
"""514-555-0100 to 0199 belong to nobody (NANPA reserves them for fiction)."""


class Refused(InvalidRequest):
    """What the page was asked for cannot be done; the page has words for each code."""

    def __init__(self, code: str) -> None:
        super().__init__(code, code)


@dataclass(frozen=True, slots=True)
class Listed:
    """One phone of the list, with the last text on it."""

    number: str
    name: str
    last: Message | None


async def show(request: web.Request) -> web.StreamResponse:
    """Show the list of phones and the conversation of one of them with one of our numbers."""
    return await _page(request, await line_of(request))


async def text(request: web.Request) -> web.StreamResponse:
    """Let the phone text our number, through the carrier's own door."""
    form = await request.post()
    line = await line_of(request)
    body = str(form.get("text", "")).replace("\r\n", "\n").strip()
    try:
        await _send(request, line, body)
    except Refused as refused:
        return await _refuse(request, line, refused, draft=body)
    if wants_page(request):
        raise web.HTTPSeeOther(address(line))
    return web.Response(status=204)


async def add(request: web.Request) -> web.StreamResponse:
    """Add a phone: the number that was typed, or a free one that belongs to nobody."""
    engine = request.app[ENGINE]
    form = await request.post()
    line = await line_of(request)
    typed = str(form.get("number", "")).strip()
    name = " ".join(str(form.get("name", "")).split())[:_LONGEST_NAME]
    try:
        number = _read_number(engine, typed, line.sender) if typed else await _free_number(engine)
    except InvalidRequest as error:
        return await _refuse(request, line, error, typed=typed)
    now = to_ms(engine.clock.now())

    async def write(tx: Transaction) -> None:
        await handsets.add(tx, number=number, name=name, now=now)

    await engine.writer.run(write, name="handset")
    raise web.HTTPSeeOther(address(Line(number, line.sender)))


async def line_of(request: web.Request) -> Line:
    """Return the phone and the number of ours that the URL names, else the first of each.

    Raises NotFound for a phone or number that is not there.
    """
    engine = request.app[ENGINE]
    senders, phones = simulated_senders(engine), await _phones(engine)
    asked_phone = request.query.get("phone", phones[0].number)
    asked_sender = request.query.get("sender", senders[0].number)
    if asked_phone not in {h.number for h in phones}:
        raise NotFound("unknown_phone", "there is no such phone")
    for sender in senders:
        if sender.number == asked_sender:
            return Line(asked_phone, sender)
    raise NotFound("unknown_sender", "there is no such number of ours")


def simulated_senders(engine: Engine) -> list[Sender]:
    """Return the numbers that the simulated carrier connects and that can be texted."""
    providers = engine.settings.providers
    return [
        sender
        for sender in engine.directory.senders
        if providers[sender.provider].kind == "simulator" and sender.can_converse
    ]


def address(line: Line, path: str = "/handset") -> str:
    """Return the URL of a page about this phone and number."""
    return f"{path}?{urlencode({'phone': line.phone, 'sender': line.sender.number})}"


async def _page(
    request: web.Request,
    line: Line,
    *,
    problem: str = "",
    draft: str = "",
    typed: str = "",
    status: int = 200,
) -> web.Response:
    engine = request.app[ENGINE]
    network = await network_texts(request.app, line.phone, line.sender.number)
    async with engine.database.reading() as tx:
        # Before the texts: what happens between the two is told by the stream again.
        last_event = await events.latest(tx, line.sender.projects) or BEFORE_ALL
        texts = await said(tx, line)
        talk = with_network(await bubbles(engine, tx, texts), texts, network)
        phones = await _list(tx)
    return request.app[PAGES].answer(
        request,
        "console/handset.html",
        status=status,
        line=line,
        phones=phones,
        senders=simulated_senders(engine),
        projects=engine.settings.projects,
        bubbles=talk,
        last_event=last_event,
        longest=LONGEST_TEXT,
        problem=problem,
        draft=draft,
        typed=typed,
        **_urls(line),
    )


async def _list(tx: Transaction) -> list[Listed]:
    listed = []
    for handset in await handsets.all_of(tx):
        last = await messages.of_number(tx, handset.number, limit=1)
        listed.append(Listed(handset.number, handset.name, last[0] if last else None))
    return listed


def _urls(line: Line) -> dict[str, Any]:
    return {
        "to": lambda number, sender: address(Line(number, sender)),
        "here": address(line),
        "text_url": address(line, "/handset/texts"),
        "add_url": address(line, "/handset/phones"),
        "stream_url": address(line, "/handset/stream"),
    }


async def _send(request: web.Request, line: Line, body: str) -> None:
    if not body:
        raise Refused("empty_text")
    if len(body) > LONGEST_TEXT:
        raise Refused("long_text")
    if not await hand_over(request.app, line.phone, line.sender.number, body):
        raise Refused("not_taken")


async def _refuse(
    request: web.Request, line: Line, error: InvalidRequest, *, draft: str = "", typed: str = ""
) -> web.StreamResponse:
    """Show the page again, with what was typed and what is wrong with it; a script gets the code."""
    if wants_page(request):
        return await _page(request, line, problem=error.code, draft=draft, typed=typed, status=400)
    raise error


async def _phones(engine: Engine) -> list[Handset]:
    """Return every phone; the first one is made at the first visit."""
    async with engine.database.reading() as tx:
        found = await handsets.all_of(tx)
    if found:
        return found
    now = to_ms(engine.clock.now())

    async def write(tx: Transaction) -> list[Handset]:
        await handsets.add(tx, number=FIRST, name="", now=now)
        return await handsets.all_of(tx)

    return await engine.writer.run(write, name="handset")


def _read_number(engine: Engine, typed: str, sender: Sender) -> Number:
    number = phone.parse(typed, region=sender.country)
    if number in engine.directory.own_numbers:
        raise Refused("own_number")
    return number


async def _free_number(engine: Engine) -> str:
    async with engine.database.reading() as tx:
        taken = {h.number for h in await handsets.all_of(tx)} | engine.directory.own_numbers
    start = int(FIRST[-2:])
    for offset in range(100):
        number = f"{_FICTIONAL}{(start + offset) % 100:02}"
        if number not in taken:
            return number
    raise Refused("no_free_number")
