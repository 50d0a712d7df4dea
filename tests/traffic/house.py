"""A gateway whose doors are called directly: texts in, rows out, and time that moves only when told.

Nothing is handed over unless a carrier is asked for, so that a test sees what would be sent and why.
"""

from __future__ import annotations

import asyncio
import dataclasses
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gateway.app import open_gateway
from gateway.clock import SteppedClock, to_ms
from gateway.domain.consent import ConsentEvent, ConsentStatus, Source, suppression_hash
from gateway.domain.gate import Ground
from gateway.domain.message import Direction, Inbound, Number, Part, Purpose, Status
from gateway.ids import new_id
from gateway.settings import load_settings
from gateway.store import consents, correspondents, events, messages
from gateway.store.addresses import Key
from gateway.traffic.changes import Changes
from gateway.traffic.outbox import Draft, Text
from tests.traffic.world import LONG, MONDAY, PHONE, PROJECT, ROOT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence

    from gateway.app import Gateway
    from gateway.simulator.faults import Faults
    from gateway.store.correspondents import Correspondent
    from gateway.store.database import Row, Transaction
    from gateway.store.events import Event
    from gateway.store.messages import Message
    from gateway.store.threads import Thread
    from gateway.traffic.intake import Taken

SECOND_PROJECT = """
[projects.shop]
name = "Shop"
locale = "en"
timezone = "America/Toronto"
countries = ["CA", "US"]
default_sender = "51234"
"""
"""For `config`: with `shared`, the short code belongs to the clinic and to a shop."""


def shared(text: str) -> str:
    """Let a second project speak from the short code."""
    head, code, tail = text.partition('[senders."51234"]  # short code\nproject = "clinic"')
    assert code
    return f'{head}[senders."51234"]\nprojects = ["clinic", "shop"]{tail}{SECOND_PROJECT}'


@dataclass(slots=True)
class House:
    """What a test holds: a running gateway and its clock."""

    gateway: Gateway
    clock: SteppedClock

    def inbound(
        self,
        body: str,
        *,
        phone: str = PHONE,
        to: str = LONG,
        ref: str | None = None,
        part: Part | None = None,
        answered: str | None = None,
        media: tuple[str, ...] = (),
    ) -> Inbound:
        """Return a text as a provider hands it in, by default under an id of its own."""
        return Inbound(
            provider="demo",
            provider_ref=new_id() if ref is None else ref,
            sender=Number(to),
            number=Number(phone),
            body=body,
            received_at=self.clock.now(),
            part=part,
            optout_answered=answered,
            media=media,
        )

    async def hear(self, body: str | Inbound, **given: Any) -> Taken:
        """Take one text and return what became of it."""
        item = self.inbound(body, **given) if isinstance(body, str) else body
        return await self.gateway.writer.submit(self.gateway.intake, item)

    async def hear_all(self, *items: str | Inbound, **given: Any) -> list[Taken]:
        """Take several texts in one transaction."""
        before = self.gateway.writer.batches
        texts = [self.inbound(item, **given) if isinstance(item, str) else item for item in items]
        taken = await asyncio.gather(*(self.hear(text) for text in texts))
        assert self.gateway.writer.batches == before + 1 or self.gateway.writer.replays
        return taken

    async def say(
        self,
        body: str = "Hello",
        *,
        purpose: Purpose = Purpose.TRANSACTIONAL,
        ground: Ground = Ground.OPERATOR,
        phone: str = PHONE,
        sender: str = LONG,
        project: str = PROJECT,
        **draft: Any,
    ) -> Message:
        """Write one text of the operator through the outbox."""
        gateway, ours = self.gateway, self.gateway.directory.sender(sender)
        assert ours is not None
        where = gateway.directory.project(project)

        async def write(tx: Transaction) -> Message:
            now = to_ms(self.clock.now())
            key = Key(project, phone, self.hash(phone))
            people = await correspondents.load(
                tx, [key], now=now, new_id=new_id, phone_keyed=gateway.directory.phone_keyed
            )
            changes = Changes(new_id)
            given = {"asked_at": now, **draft}
            written = Draft(text=Text(body, "en"), purpose=purpose, ground=ground, **given)
            message = gateway.outbox.put(where, ours, people[project, phone], changes, now, written)
            await changes.write(tx)
            gateway.publisher.publish(tx, changes)
            return message

        return await gateway.writer.run(write)

    async def subscribe(self, phone: str = PHONE, project: str = PROJECT) -> None:
        """Record a contact's consent to marketing."""
        event = ConsentEvent(
            project=project,
            number_hash=self.hash(phone),
            status=ConsentStatus.SUBSCRIBED,
            source=Source.FORM,
            at=self.clock.now(),
            wording="Yes, text me offers.",
            evidence="form-1",
        )
        await self.gateway.writer.run(lambda tx: tx.batch([consents.insert([event], new_id)]))

    async def person(self, phone: str = PHONE, project: str = PROJECT) -> Correspondent:
        """Return all that is known of an address now."""
        found = await self.gateway.writer.run(
            lambda tx: correspondents.find(tx, [(project, phone)], now=to_ms(self.clock.now()))
        )
        return found[project, phone]

    async def thread(self, phone: str = PHONE, to: str = LONG, project: str = PROJECT) -> Thread:
        """Return the latest thread of an address on a sender."""
        return (await self.person(phone, project)).threads[to]

    async def all(self, phone: str = PHONE) -> list[Message]:
        """Return every message from and to a phone, the oldest first."""
        async with self.gateway.database.reading() as tx:
            return await messages.of_number(tx, phone)

    async def inbounds(self, phone: str = PHONE) -> list[str]:
        """Return the bodies that were kept of a phone, the oldest first."""
        return [m.body for m in await self.all(phone) if m.direction is Direction.INBOUND]

    async def outbounds(self, phone: str = PHONE) -> list[Message]:
        """Return every text that was written for a phone, the oldest first."""
        return [m for m in await self.all(phone) if m.direction is Direction.OUTBOUND]

    async def said(self, phone: str = PHONE) -> list[str]:
        """Return the templates (or bodies of people's texts) that wait to be sent to a phone."""
        return [m.template or m.body for m in await self.outbounds(phone) if m.status is Status.QUEUED]

    async def kept(self, phone: str = PHONE) -> list[tuple[str, str]]:
        """Return the texts that were not sent, each with its reason."""
        return [
            (m.template or m.body, f"{m.status}:{m.reason}")
            for m in await self.outbounds(phone)
            if m.status is not Status.QUEUED
        ]

    async def ledger(self, phone: str = PHONE, project: str = PROJECT) -> list[ConsentEvent]:
        """Return the consent events of a number, as recorded."""
        rows = await self.rows(
            "SELECT * FROM consent_event WHERE project_id = :project AND number_hash = :hash ORDER BY id",
            project=project,
            hash=self.hash(phone),
        )
        return [consents.to_consent(row) for row in rows]

    async def is_stopped(self, phone: str = PHONE, project: str = PROJECT) -> bool:
        """Tell whether a suppression stands, known by the number's hash alone."""
        rows = await self.rows(
            "SELECT * FROM suppression WHERE project_id = :project AND number_hash = :hash",
            project=project,
            hash=self.hash(phone),
        )
        return bool(rows)

    async def events(self, type: str) -> list[Event]:
        """Return every event of a type, the oldest first."""
        rows = await self.rows("SELECT * FROM event WHERE type = :type ORDER BY id", type=type)
        return [events.to_event(row) for row in rows]

    async def rows(self, sql: Any, **params: Any) -> Sequence[Row]:
        """Read whatever a test needs to see."""
        async with self.gateway.database.reading() as tx:
            return await tx.fetch(sql, params)

    async def later(self, seconds: float) -> None:
        """Let time pass and do what has become due."""
        self.clock.step(seconds)
        await self.gateway.timers.fire_due()
        await self.gateway.timers.join_stale()

    def hash(self, phone: str) -> str:
        return suppression_hash(phone, self.gateway.keyring.derive_all("suppression")[-1])


@asynccontextmanager
async def house(
    folder: Path,
    *,
    environ: Mapping[str, str] | None = None,
    config: Callable[[str], str] | None = None,
    flows: Mapping[str, str] | None = None,
    texts: Mapping[str, str] | None = None,
    clock: SteppedClock | None = None,
    faults: Faults | None = None,
) -> AsyncIterator[House]:
    """Run a gateway on the database of `environ`, by default a file in the folder.

    `flows` and `texts` are files of the operator, by name; `config` changes the shipped configuration.
    With `faults` everything works, lanes and a carrier in this process included.
    """
    folder.mkdir(parents=True, exist_ok=True)
    text = (ROOT / "config.toml").read_text()
    (folder / "config.toml").write_text(config(text) if config else text)
    for name, source in (flows or {}).items():
        _write(folder / "flows" / f"{name}.py", source)
    for name, source in (texts or {}).items():
        _write(folder / "templates" / "sms" / f"{name}.txt", source)
    given = {
        "GATEWAY_SECURITY__SECRET": "0123456789abcdef0123456789abcdef",
        "GATEWAY_DATABASE__MIGRATE": "true",
    }
    settings = load_settings(folder / "config.toml", {**given, **(environ or {})})
    server = settings.server.model_copy(update={"public_url": "http://127.0.0.1:1"})
    clock = clock or SteppedClock(MONDAY)
    ready = dataclasses.replace(settings, server=server)
    async with open_gateway(ready, clock=clock, serving=faults is not None, faults=faults) as gateway:
        yield House(gateway, clock)


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
