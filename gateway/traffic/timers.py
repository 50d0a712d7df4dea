"""What happens because time passed: dialogues whose state timed out, and texts whose parts never came."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from gateway.clock import Clock, to_ms
from gateway.domain.flow import Event, EventKind
from gateway.store import correspondents, dialogues, inbound
from gateway.store.database import Database, Transaction
from gateway.store.dialogues import DueDialogue
from gateway.store.inbound import Whole
from gateway.store.writer import Writer
from gateway.traffic.arrivals import assemble, join_parts
from gateway.traffic.changes import Changes
from gateway.traffic.directory import Directory
from gateway.traffic.flow_runner import FlowRunner
from gateway.traffic.intake import Intake
from gateway.traffic.publisher import Publisher
from gateway.traffic.scene import Scene

log = structlog.get_logger(__name__)

LOOK_EVERY = 1.0
_BATCH = 200
_PARTS_WAIT = timedelta(minutes=2)
"""After this long without a further part, what came is taken as the whole."""
_REMEMBERED = timedelta(days=14)
"""Longer than any provider repeats a webhook, or anybody replays one by hand."""
_FORGET_EVERY = timedelta(hours=1)


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
        self._forgot_at: datetime | None = None

    async def run(self) -> None:
        """Work for ever; a look that fails is told, and hinders neither the others nor the next one."""
        while True:
            for look in (self.fire_due, self.join_stale, self.forget_old):
                try:
                    await look()
                except Exception as error:
                    log.error("timers.failed", look=look.__name__, exc_info=error)
            await self._clock.sleep(LOOK_EVERY)

    async def next_due(self) -> int | None:
        """Return when the next dialogue times out, in UTC milliseconds."""
        async with self._database.reading() as tx:
            return await dialogues.next_due(tx)

    async def fire_due(self) -> None:
        """Give every dialogue whose time is up its time-out; one that fails does not stop the others."""
        async with self._database.reading() as tx:
            due = await dialogues.due(tx, now=to_ms(self._clock.now()), limit=_BATCH)
        for item in due:
            try:
                await self._writer.run(partial(self._fire, item=item), name="timeout")
            except Exception as error:
                log.error("timers.not_fired", dialogue_id=item.dialogue.id, exc_info=error)

    async def _fire(self, tx: Transaction, item: DueDialogue) -> None:
        seen, changes, now = item.dialogue, Changes(self._new_id), to_ms(self._clock.now())
        people = await correspondents.find(tx, [(seen.project, item.number)], now=now)
        person = people.get((seen.project, item.number))
        dialogue = person.dialogues.get(seen.sender) if person else None
        if person is None or dialogue is None or (dialogue.id, dialogue.version) != (seen.id, seen.version):
            return
        sender = self._directory.sender(seen.sender)
        if sender is None or seen.project not in sender.projects:
            ended = replace(dialogue, ended_reason="sender_gone", due_at=None, version=dialogue.version + 1)
            changes.dialogues[dialogue.project, dialogue.id] = ended
            changes.emit("dialogue.ended", seen.project, seen.id, now, flow=seen.flow, reason="sender_gone")
        else:
            project = self._directory.project(seen.project)
            locale = next((each for each in project.locales if each == seen.locale), project.locale)
            self._time_out(Scene(project, sender, person, changes, now, locale))
        await changes.write(tx)
        self._publisher.publish(tx, changes)

    def _time_out(self, scene: Scene) -> None:
        """Let the flow answer; a state that has no answer, or whose answer fails, is over."""
        dialogue = self._runner.current(scene)
        if dialogue is None:
            return
        if not self._runner.resume(scene, dialogue, Event(EventKind.TIMEOUT)):
            scene.end_dialogue(dialogue, "timed_out")
        elif scene.dialogue is dialogue:
            scene.end_dialogue(dialogue, "flow_error")

    async def join_stale(self) -> None:
        """Take what came of texts whose other parts are lost, or were taken by another process."""
        before = to_ms(self._clock.now() - _PARTS_WAIT)
        async with self._database.reading() as tx:
            due = await inbound.due_wholes(tx, before=before)
        for whole in due:
            try:
                await self._writer.run(partial(self._take_stale, whole=whole), name="stale_parts")
            except Exception as error:
                log.error("timers.not_joined", provider=whole.provider, exc_info=error)

    async def _take_stale(self, tx: Transaction, whole: Whole) -> None:
        numbered, rest = assemble(list(enumerate(await inbound.take_parts(tx, [whole]))))
        texts = [text for _, text in numbered]
        if rest:
            texts.append(join_parts(rest))
        if texts:
            await self._intake(tx, [replace(t, provider_ref=f"{t.provider_ref}~joined") for t in texts])

    async def forget_old(self) -> None:
        """Once an hour, drop the ids of texts so old that no provider repeats them."""
        now = self._clock.now()
        if self._forgot_at is None or now - self._forgot_at >= _FORGET_EVERY:
            self._forgot_at = now
            before = to_ms(now - _REMEMBERED)
            await self._writer.run(partial(inbound.forget, before=before), name="forget")
