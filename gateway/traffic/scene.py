"""One event with one address, while it is being decided."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from gateway.clock import from_ms
from gateway.domain.flow import Locale
from gateway.domain.message import Purpose
from gateway.domain.sender import Sender
from gateway.store.addresses import Contact
from gateway.store.correspondents import Correspondent
from gateway.store.dialogues import Dialogue
from gateway.store.messages import Message
from gateway.store.threads import Thread, ThreadState
from gateway.traffic.changes import Changes
from gateway.traffic.directory import Project


@dataclass(slots=True)
class Scene:
    """Who, on which sender, when, and the changes so far.

    Its setters keep the working picture of the address and the rows to write in step.
    """

    project: Project
    sender: Sender
    person: Correspondent
    changes: Changes
    now: int
    locale: Locale
    message: Message | None = None
    """The inbound that is being answered; None when time passed or an agent acted."""
    optout_answered: bool = False
    """The provider told us that it already answered this keyword."""

    @property
    def moment(self) -> datetime:
        return from_ms(self.now)

    @property
    def dialogue(self) -> Dialogue | None:
        return self.person.dialogues.get(self.sender.number)

    @property
    def thread(self) -> Thread | None:
        """The latest thread with this address on this sender, open or closed."""
        return self.person.threads.get(self.sender.number)

    @property
    def open_thread(self) -> Thread | None:
        thread = self.thread
        return thread if thread and thread.state is not ThreadState.CLOSED else None

    def emit(self, type: str, object_id: str, **data: Any) -> None:
        self.changes.emit(type, self.project.name, object_id, self.now, **data)

    def set_dialogue(self, dialogue: Dialogue) -> None:
        self.changes.dialogues[dialogue.project, dialogue.id] = dialogue
        if dialogue.ended_reason is None:
            self.person.dialogues[dialogue.sender] = dialogue
        else:
            self.person.dialogues.pop(dialogue.sender, None)

    def end_dialogue(self, dialogue: Dialogue, reason: str) -> None:
        ended = replace(
            dialogue, ended_reason=reason, due_at=None, version=dialogue.version + 1, updated_at=self.now
        )
        self.set_dialogue(ended)
        self.emit("dialogue.ended", dialogue.id, flow=dialogue.flow, reason=reason)

    def set_thread(self, thread: Thread) -> None:
        self.changes.threads[thread.project, thread.id] = thread
        self.person.threads[thread.sender] = thread

    def close_thread(self, thread: Thread, reason: str) -> None:
        closed = replace(
            thread, state=ThreadState.CLOSED, closed_at=self.now, closed_reason=reason, updated_at=self.now
        )
        self.set_thread(closed)
        self.emit("thread.closed", thread.id, reason=reason)

    def set_address(self, **changed: Any) -> None:
        address = replace(self.person.address, **changed)
        self.person.address = address
        self.changes.addresses[address.project, address.id] = address

    def set_contact(self, contact: Contact) -> None:
        self.person.contact = contact
        self.changes.contacts[contact.project, contact.id] = contact

    def attach_to_thread(self, thread_id: str) -> None:
        """Put the inbound into a thread."""
        if self.message is None:
            return
        self.message = replace(self.message, thread_id=thread_id)
        self.changes.messages[self.message.project, self.message.id] = self.message

    def cancel_waiting(self, reason: str, purpose: Purpose | None = None) -> None:
        address = self.person.address
        self.changes.cancel_waiting(address.project, address.id, self.now, reason, purpose)
