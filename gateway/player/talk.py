"""A conversation typed live: the same stage as a written one, on the machine's own clock."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TextIO

from gateway.clock import SystemClock
from gateway.domain.message import Direction
from gateway.errors import GatewayError, NotFound
from gateway.player.stage import Stage, own_files, staged
from gateway.player.stillness import Stillness
from gateway.settings import Settings
from gateway.store import events, messages, threads
from gateway.store.messages import Message

AGENT = "agent"
_SAYS, _CLOSES = "agent>", "agent! close"

Tell = Callable[[str], None]


async def talk(
    settings: Settings, project: str, contact: str, sender: str | None, *, lines: TextIO, tell: Tell
) -> None:
    """Text what is typed, line by line until the end of the input, and show what comes of it."""
    clock = SystemClock()
    async with own_files(clock) as place, place() as url, staged(settings, url, clock) as stage:
        number = stage.gateway.directory.sender_for(stage.gateway.directory.project(project), sender).number
        talker = _Talker(stage, Stillness(stage.gateway, stage.carrier, clock), contact, number, tell)
        tell(f"You are {contact} and text {number}. End with Ctrl-D.")
        while line := await asyncio.to_thread(lines.readline):
            if text := line.strip():
                await talker.take(text)


class _Talker:
    """One phone, one number of ours, and what was shown so far."""

    def __init__(self, stage: Stage, stillness: Stillness, contact: str, number: str, tell: Tell) -> None:
        self._stage = stage
        self._stillness = stillness
        self._contact = contact
        self._number = number
        self._tell = tell
        self._shown: set[str] = set()

    async def take(self, line: str) -> None:
        """Do what one line says, wait for all that follows from it, and show that."""
        try:
            if line == _CLOSES:
                await self._stage.gateway.desk.close(await self._thread(), author=AGENT)
            elif line.startswith(_SAYS):
                answer = line.removeprefix(_SAYS).strip()
                await self._stage.gateway.desk.reply(await self._thread(), answer, author=AGENT)
            else:
                await self._stage.carrier.text(self._contact, self._number, line.removeprefix("> "))
        except GatewayError as error:
            self._tell(f"  ! {error}")
        await self._stillness.reach()
        await self._show()

    async def _thread(self) -> str:
        async with self._stage.gateway.database.reading() as tx:
            found = await threads.find_open(tx, project=None, state=None, closed=False)
        mine = [thread for thread in found if thread.number == self._contact]
        if not mine:
            raise NotFound("no_thread", "there is no open thread; INFO opens one")
        return mine[-1].id

    async def _show(self) -> None:
        async with self._stage.gateway.database.reading() as tx:
            written = await messages.of_number(tx, self._contact)
        for message in written:
            if message.id not in self._shown:
                self._shown.add(message.id)
                await self._show_one(message)

    async def _show_one(self, message: Message) -> None:
        if message.direction is Direction.INBOUND:
            self._tell(f"  understood: {await self._meaning(message)}")
            return
        body = message.body.replace(self._stage.address, self._stage.public_url)
        reason = f", {message.reason}" if message.reason else ""
        plural = "" if message.segments == 1 else "s"
        self._tell(f"< {body}")
        self._tell(f"  {message.status}{reason}; {message.segments} segment{plural} of {message.encoding}")

    async def _meaning(self, message: Message) -> str:
        async with self._stage.gateway.database.reading() as tx:
            history = await events.history(tx, project=message.project, object_id=message.id)
        for event in history:
            if event.type == "message.understood":
                data = event.data
                return f"{data['intent']} ({data['confidence']:.2f}: {data['why']})"
        return "nothing"
