"""What happens because time passed: dialogues whose state timed out, and texts whose parts never came."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

import structlog

from gateway.clock import Clock, to_ms
from gateway.domain.flow import Event, EventKind
from gateway.errors import GatewayError
from gateway.store import correspondents, dialogues, inbound
from gateway.store.database import Database, Transaction
from gateway.store.dialogues import DueDialogue
from gateway.store.inbound import Whole
from gateway.store.writer import Writer
from gateway.traffic.changes import Changes
from gateway.traffic.directory import Directory
from gateway.traffic.flow_runner import FlowRunner
from gateway.traffic.intake import Intake, join_parts
from gateway.traffic.publisher import Publisher
from gateway.traffic.scene import Scene

log = structlog.get_logger(__name__)

LOOK_EVERY = 1.0
_BATCH = 200
_PARTS_WAIT = timedelta(minutes=2)
"""After this long without a further part, what came is taken as the whole."""


class Timers:
    """Looks at what is due, once a second."""

    def __init__(
        self,
        *,
        database: Database,
        writer: Writer,
        directory: Directory,
        runner: FlowRunner,
        intake: Intake,
        publisher: Publisher,
        clock: Clock,
        new_id: Callable[[], str],
    ) -> None:
        self._database = database
        self._writer = writer
        self._directory = directory
        self._runner = runner
        self._intake = intake
        self._publisher = publisher
        self._clock = clock
        self._new_id = new_id

    async def run(self) -> None:
        """Work for ever."""
        while True:
            try:
                await self.fire_due()
                await self.join_stale()
            except GatewayError as error:
                log.error("timers.failed", exc_info=error)
            await self._clock.sleep(LOOK_EVERY)

    async def next_due(self) -> int | None:
        """Return when the next dialogue times out, in UTC milliseconds."""
        async with self._database.reading() as tx:
            return await dialogues.next_due(tx)

    async def fire_due(self) -> None:
        """Give every dialogue whose time is up its time-out."""
        async with self._database.reading() as tx:
            due = await dialogues.due(tx, now=to_ms(self._clock.now()), limit=_BATCH)
        for item in due:
            await self._writer.run(partial(self._fire, item=item), name="timeout")

    async def _fire(self, tx: Transaction, item: DueDialogue) -> None:
        seen = item.dialogue
        now = to_ms(self._clock.now())
        people = await correspondents.find(tx, [(seen.project, item.number)], now=now)
        person = people[seen.project, item.number]
        dialogue = person.dialogues.get(seen.sender)
        sender = self._directory.sender(seen.sender)
        if dialogue is None or sender is None or (dialogue.id, dialogue.version) != (seen.id, seen.version):
            return
        project = self._directory.project(seen.project)
        locale = seen.locale if seen.locale in project.locales else project.locale
        scene = Scene(project, sender, person, Changes(self._new_id), now, locale)
        if not self._runner.resume(scene, dialogue, Event(EventKind.TIMEOUT)):
            scene.end_dialogue(dialogue, "timed_out")
        elif scene.dialogue is dialogue:
            scene.set_dialogue(replace(dialogue, due_at=None))
        await scene.changes.write(tx)
        self._publisher.publish(tx, scene.changes)

    async def join_stale(self) -> None:
        """Take what came of texts whose other parts are lost, and forget old ids."""
        now = self._clock.now()
        async with self._database.reading() as tx:
            stale = await inbound.stale_wholes(tx, before=to_ms(now - _PARTS_WAIT))
        for whole in stale:
            await self._writer.run(partial(self._take_stale, whole=whole), name="stale_parts")

    async def _take_stale(self, tx: Transaction, whole: Whole) -> None:
        parts = (await inbound.parts_of(tx, [whole])).get(whole)
        if parts:
            joined = join_parts(parts)
            await self._intake(tx, [replace(joined, provider_ref=f"{joined.provider_ref}~joined")])
            await tx.batch([inbound.drop_parts([whole])])
