"""The agents' side of threads: answer, close; each is one transaction that also tells the dialogue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from gateway.clock import Clock, to_ms
from gateway.domain.flow import Event, EventKind
from gateway.domain.gate import Ground
from gateway.domain.message import Purpose, Status
from gateway.errors import InvalidRequest, NotFound
from gateway.store import correspondents, threads
from gateway.store.database import Transaction
from gateway.store.messages import Message
from gateway.store.threads import Thread, ThreadState
from gateway.store.writer import Writer
from gateway.traffic import optout
from gateway.traffic.changes import Changes
from gateway.traffic.directory import Directory
from gateway.traffic.flow_runner import FlowRunner
from gateway.traffic.outbox import Draft, Outbox, Text
from gateway.traffic.publisher import Publisher
from gateway.traffic.scene import Scene

T = TypeVar("T")

_NEVER_ASKED = 0
"""After a STOP people answer what INFO asked since, and nothing else that the contact wrote."""


class Desk:
    """Where people answer."""

    def __init__(
        self,
        *,
        writer: Writer,
        directory: Directory,
        outbox: Outbox,
        runner: FlowRunner,
        publisher: Publisher,
        clock: Clock,
        new_id: Callable[[], str],
    ) -> None:
        self._writer = writer
        self._directory = directory
        self._outbox = outbox
        self._runner = runner
        self._publisher = publisher
        self._clock = clock
        self._new_id = new_id

    async def reply(self, thread_id: str, body: str, *, author: str) -> Message:
        """Answer in a thread; raises NotFound, or InvalidRequest when the thread or the gate refuses."""
        if not body.strip():
            raise InvalidRequest("empty", "an answer needs words")
        result = await self._writer.run(lambda tx: self._reply(tx, thread_id, body, author), name="reply")
        return _raised(result)

    async def close(self, thread_id: str, *, author: str, reason: str = "agent") -> Thread:
        """Close a thread; closing a closed one changes nothing. Raises NotFound."""
        result = await self._writer.run(lambda tx: self._close(tx, thread_id, author, reason), name="close")
        return _raised(result)

    async def _reply(
        self, tx: Transaction, thread_id: str, body: str, author: str
    ) -> Message | InvalidRequest:
        found = await self._scene(tx, thread_id)
        if isinstance(found, InvalidRequest):
            return found
        scene, thread = found
        if thread.state is ThreadState.CLOSED:
            return InvalidRequest("thread_closed", f"the thread is closed ({thread.closed_reason})")
        draft = Draft(
            text=Text(body, scene.locale),
            purpose=Purpose.REPLY,
            ground=Ground.THREAD,
            asked_at=thread.asked_at if thread.origin == "info" else _NEVER_ASKED,
            author=author,
            thread_id=thread.id,
            why=(f"agent:{author}",),
        )
        message = self._outbox.put(scene.project, scene.sender, scene.person, scene.changes, scene.now, draft)
        if message.status is Status.SUPPRESSED:
            return InvalidRequest(
                message.reason or "suppressed", f"the text may not be sent: {message.reason}"
            )
        answered = replace(
            thread,
            state=ThreadState.ANSWERED,
            assignee=author,
            last_outbound_at=scene.now,
            updated_at=scene.now,
        )
        scene.set_thread(answered)
        scene.emit("thread.message", thread.id, direction="out", author=author)
        self._tell_dialogue(scene, EventKind.ANSWERED)
        await self._write(tx, scene)
        return message

    async def _close(
        self, tx: Transaction, thread_id: str, author: str, reason: str
    ) -> Thread | InvalidRequest:
        found = await self._scene(tx, thread_id)
        if isinstance(found, InvalidRequest):
            return found
        scene, thread = found
        if thread.state is not ThreadState.CLOSED:
            optout.release_marketing(scene)
            scene.close_thread(replace(thread, assignee=thread.assignee or author), reason)
            self._tell_dialogue(scene, EventKind.CLOSED)
            await self._write(tx, scene)
            return scene.person.threads[thread.sender]
        return thread

    def _tell_dialogue(self, scene: Scene, kind: EventKind) -> None:
        """Tell the dialogue; an answered thread without one that listens gets INFO's, which will close it."""
        dialogue = self._runner.current(scene)
        heard = dialogue is not None and self._runner.resume(scene, dialogue, Event(kind))
        free = dialogue is None or dialogue.flow == "info"
        if not heard and free and kind is EventKind.ANSWERED:
            self._runner.adopt(scene, "info", "waiting", Event(kind))

    async def _scene(self, tx: Transaction, thread_id: str) -> tuple[Scene, Thread] | InvalidRequest:
        thread = await threads.find(tx, thread_id)
        if thread is None:
            return NotFound("unknown_thread", f"there is no thread {thread_id!r}")
        sender = self._directory.sender(thread.sender)
        if sender is None or thread.project not in sender.projects:
            return InvalidRequest("unknown_sender", "the number of this thread is no longer configured")
        now = to_ms(self._clock.now())
        people = await correspondents.find(tx, [(thread.project, thread.number)], now=now)
        person = people.get((thread.project, thread.number))
        if person is None:
            return NotFound("unknown_address", "the contact of this thread has been erased")
        project = self._directory.project(thread.project)
        locale = next((each for each in project.locales if each == thread.locale), project.locale)
        scene = Scene(project, sender, person, Changes(self._new_id), now, locale)
        # The row as locked, so that two agents at once are seen one after the other.
        current = person.threads.get(thread.sender)
        return scene, current if current and current.id == thread.id else thread

    async def _write(self, tx: Transaction, scene: Scene) -> None:
        await scene.changes.write(tx)
        self._publisher.publish(tx, scene.changes)


def _raised(result: T | InvalidRequest) -> T:
    """Raise a refusal outside the transaction, so that it does not cost its neighbours a replay."""
    if isinstance(result, InvalidRequest):
        raise result
    return result
