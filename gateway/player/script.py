"""Plays a written conversation and says where it went otherwise."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from gateway.clock import SteppedClock, to_ms
from gateway.domain import transcript as lines
from gateway.domain.consent import ConsentStatus, suppression_hash
from gateway.domain.ledger import consent_for, fold
from gateway.domain.message import Number
from gateway.domain.transcript import Conversation, Line, parse_transcript
from gateway.errors import ContentError, InvalidRequest, NotFound, Problem
from gateway.ids import new_id
from gateway.player.stage import Place, Stage, staged
from gateway.player.stillness import Stillness
from gateway.settings import Settings
from gateway.simulator.phones import Received
from gateway.store import addresses, correspondents
from gateway.store.addresses import Key
from gateway.store.correspondents import Correspondent
from gateway.store.database import Transaction
from gateway.store.threads import Thread, ThreadState
from gateway.traffic.directory import Project

AGENT = "agent"


@dataclass(frozen=True, slots=True)
class Failure:
    """Where a conversation went otherwise than it is written."""

    file: Path | str
    line: int
    expected: str
    got: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: expected {self.expected}, got {self.got}"


class _Otherwise(Exception):
    """Ends a conversation that is no longer the one that is written."""

    def __init__(self, line: int, expected: str, got: str) -> None:
        super().__init__(line, expected, got)
        self.line, self.expected, self.got = line, expected, got


def read_file(file: Path) -> tuple[Conversation, ...]:
    """Read a transcript; raises ContentError."""
    try:
        return parse_transcript(file.read_text("utf-8"), file)
    except (OSError, ValueError) as error:
        raise ContentError(Problem(file, "", f"cannot be read: {error}")) from error


async def play_file(file: Path, settings: Settings, place: Place) -> list[Failure]:
    """Play every conversation of a file, each with a database of its own. Raises ContentError."""
    failures = []
    for conversation in read_file(file):
        async with place() as database_url:
            if failure := await play(conversation, settings, database_url):
                failures.append(failure)
    return failures


async def play(conversation: Conversation, settings: Settings, database_url: str) -> Failure | None:
    """Play one conversation on an empty database; return where it first went otherwise, if it did."""
    try:
        async with _opened(conversation, settings, database_url) as player:
            await player.run()
    except _Otherwise as otherwise:
        return Failure(conversation.file, otherwise.line, otherwise.expected, otherwise.got)
    return None


@asynccontextmanager
async def _opened(
    conversation: Conversation, settings: Settings, database_url: str
) -> AsyncIterator[_Player]:
    project = settings.projects.get(conversation.project)
    if project is None:
        known = ", ".join(settings.projects)
        raise _Otherwise(conversation.line, f"one of the projects {known}", conversation.project)
    zone = ZoneInfo(project.timezone)
    clock = SteppedClock(conversation.now.replace(tzinfo=zone).astimezone(ZoneInfo("UTC")))
    async with staged(settings, database_url, clock) as stage:
        player = _Player(conversation, stage, clock, zone)
        await player.begin()
        yield player


class _Player:
    """One conversation on its stage."""

    def __init__(self, conversation: Conversation, stage: Stage, clock: SteppedClock, zone: ZoneInfo) -> None:
        self._conversation = conversation
        self._stage = stage
        self._gateway = stage.gateway
        self._clock = clock
        self._zone = zone
        self._stillness = Stillness(stage.gateway, stage.carrier, clock)
        self._read = 0
        self._refused = ""
        """Why the last answer of an agent was not sent."""

    async def begin(self) -> None:
        """Make the contact known in the language of the conversation."""
        project = self._project()
        try:
            self._sender = self._gateway.directory.sender_for(project, self._conversation.sender)
        except NotFound as error:
            raise _Otherwise(self._conversation.line, "a sender of the project", str(error)) from None
        await self._stillness.reach()
        if self._conversation.locale:
            await self._gateway.writer.run(self._introduce, name="introduce")

    async def run(self) -> None:
        """Play every line; then nothing may be left over."""
        line = self._conversation.line
        for step in self._conversation.steps:
            line = step.line
            await self._take(step)
        self._nothing_more(line, "the end of the conversation")

    async def _take(self, step: Line) -> None:
        match step:
            case lines.ReplyExpected(text=text):
                self._expect_reply(step.line, text)
            case lines.SilenceExpected():
                self._nothing_more(step.line, "silence")
            case lines.ConsentExpected(state=state):
                _compare(step.line, f"consent {state}", f"consent {await self._consent()}")
            case lines.ThreadExpected(state=state):
                _compare(step.line, f"thread {state}", f"thread {await self._thread_state()}")
            case _:
                self._nothing_more(step.line, "no further text before this line")
                self._refused = ""
                await self._act(step)
                await self._stillness.reach()

    async def _act(self, step: Line) -> None:
        match step:
            case lines.ContactWrites(text=text):
                await self._write(step.line, text)
            case lines.AgentWrites(text=text):
                await self._answer(step.line, text)
            case lines.AgentCloses():
                thread = await self._known_thread(step.line)
                await self._gateway.desk.close(thread.id, author=AGENT)
            case lines.TimePasses(span=span):
                await self._stillness.pass_until(self._clock, self._clock.now() + span)
            case lines.TimeReaches(moment=moment):
                await self._reach(step.line, moment.replace(tzinfo=self._zone))
            case _:
                raise _Otherwise(step.line, "something to do", type(step).__name__)

    async def _reach(self, line: int, moment: datetime) -> None:
        if moment < self._clock.now():
            raise _Otherwise(line, "a moment to come", f"{self._clock.now().astimezone(self._zone):%F %T}")
        await self._stillness.pass_until(self._clock, moment)

    async def _write(self, line: int, text: str) -> None:
        delivery = await self._stage.carrier.text(self._conversation.contact, self._sender.number, text)
        if not delivery.acknowledged:
            raise _Otherwise(line, "a gateway that takes the text", f"HTTP {delivery.status}")

    async def _answer(self, line: int, text: str) -> None:
        thread = await self._known_thread(line)
        try:
            await self._gateway.desk.reply(thread.id, text, author=AGENT)
        except InvalidRequest as refusal:
            self._refused = f" ({refusal})"

    def _expect_reply(self, line: int, text: str) -> None:
        unread = self._unread()
        if not unread:
            raise _Otherwise(line, repr(text), f"nothing{self._refused}")
        self._read += 1
        _compare(line, repr(text), repr(unread[0].text))
        if unread[0].sender != self._sender.number:
            raise _Otherwise(line, f"a text from {self._sender.number}", f"one from {unread[0].sender}")

    def _nothing_more(self, line: int, expected: str) -> None:
        if unread := self._unread():
            raise _Otherwise(line, expected, repr(unread[0].text))

    def _unread(self) -> list[Received]:
        return self._stage.received(self._conversation.contact)[self._read :]

    def _project(self) -> Project:
        return self._gateway.directory.project(self._conversation.project)

    async def _introduce(self, tx: Transaction) -> None:
        project, number = self._project(), Number(self._conversation.contact)
        hash_key = self._gateway.keyring.derive_all("suppression")[-1]
        key = Key(project.name, number, suppression_hash(number, hash_key))
        phone_keyed = self._gateway.directory.phone_keyed
        now = to_ms(self._clock.now())
        people = await correspondents.load(tx, [key], now=now, new_id=new_id, phone_keyed=phone_keyed)
        contact = people[project.name, number].contact
        if contact is not None:
            known = replace(contact, locale=self._conversation.locale)
            await tx.batch([addresses.update_contacts([known])])

    async def _person(self) -> Correspondent | None:
        key = self._conversation.project, self._conversation.contact
        now = to_ms(self._clock.now())
        found = await self._gateway.writer.run(
            lambda tx: correspondents.find(tx, [key], now=now), name="look"
        )
        return found.get(key)

    async def _consent(self) -> str:
        """Say whether the contact stopped; `subscribed` is also who stopped and came back."""
        person = await self._person()
        if person is None or not (person.consents or person.suppression):
            return "none"
        consent = consent_for(fold(person.consents), "*")
        closed = consent is not None and consent.status is ConsentStatus.UNSUBSCRIBED
        return "unsubscribed" if closed or person.suppression else "subscribed"

    async def _thread(self) -> Thread | None:
        person = await self._person()
        return person.threads.get(self._sender.number) if person else None

    async def _known_thread(self, line: int) -> Thread:
        thread = await self._thread()
        if thread is None:
            raise _Otherwise(line, "a thread in which to act", "none")
        return thread

    async def _thread_state(self) -> str:
        thread = await self._thread()
        if thread is None or thread.state is ThreadState.UNSOLICITED:
            return "none"
        return "waiting" if thread.state is ThreadState.ASSIGNED else str(thread.state)


def _compare(line: int, expected: str, got: str) -> None:
    if expected != got:
        raise _Otherwise(line, expected, got)
