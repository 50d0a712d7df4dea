"""One event with one address, while it is being decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from gateway.clock import from_ms
from gateway.domain.consent import Suppression
from gateway.domain.flow import Facts, Locale
from gateway.domain.gate import Ground
from gateway.domain.heard import heard_by_carrier
from gateway.domain.message import Purpose
from gateway.domain.reserved import Intent
from gateway.domain.sender import Sender
from gateway.store.addresses import Contact
from gateway.store.correspondents import Correspondent
from gateway.store.dialogues import Dialogue
from gateway.store.messages import Message
from gateway.store.threads import Thread, ThreadState
from gateway.traffic.changes import Changes
from gateway.traffic.directory import Project


@dataclass(frozen=True, slots=True)
class Stranger:
    """A project of a shared sender that does not know the number, and the standing order it may have."""

    project: Project
    suppression: Suppression | None = None


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
    """UTC milliseconds; of two texts of one address the later always has the later moment."""
    locale: Locale
    message: Message | None = None
    """The inbound that is being answered; None when time passed or an agent acted."""
    optout_answered: bool = False
    """The provider told us that it already answered this keyword."""
    arrived: int | None = None
    """What the clock said, where `now` runs ahead of it to keep texts apart."""
    beside: Sequence[Scene] = ()
    """The same number in the other projects of a shared sender, where these know it."""
    strangers: Sequence[Stranger] = ()
    """The other projects of a shared sender that do not know the number."""
    withheld: str | None = None
    """Why automatic answers are not sent now, whatever the gate says."""

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

    @property
    def subject(self) -> str:
        """The id of what is being dealt with: the inbound, else the address."""
        return self.message.id if self.message else self.person.address.id

    @property
    def carrier_heard(self) -> Intent | None:
        """What network or provider made of the text by themselves; they answer, block and unblock."""
        if self.message is None or self.optout_answered:
            return None
        return heard_by_carrier(self.sender.optout_handled_by, self.message.body)

    @property
    def carrier_answers(self) -> bool:
        """Whether we stay silent; a START is ours to answer where the carrier never heard the STOP."""
        if self.carrier_heard is Intent.START:
            stops = [each.person.suppression for each in (self, *self.beside)]
            return all(stop is None or stop.carrier_blocks for stop in stops)
        return self.optout_answered or self.carrier_heard is not None

    def facts(self, *, repeated: bool = False) -> Facts:
        """Return what a flow may know of the world at this moment."""
        open_now, opens_at = self.project.open_hours(self.moment)
        contact, thread = self.person.contact, self.open_thread
        return Facts(
            locale=self.locale,
            stopped=self.person.suppression is not None,
            optout_answered=self.carrier_answers,
            repeated=repeated,
            thread_open=bool(thread and thread.state.silences_bot),
            open_now=open_now,
            opens_at=opens_at,
            sender_kind=self.sender.kind,
            country=self.sender.country,
            fields=contact.fields if contact else {},
        )

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

    def cancel_waiting(
        self, reason: str, purpose: Purpose | None = None, *, spared: Ground | None = None
    ) -> None:
        """Cancel what waits for the address; what the machine said and nobody heard may be said again."""
        address, person = self.person.address, self.person
        self.changes.cancel_waiting(address.project, address.id, self.now, reason, purpose, spared)
        if purpose in {None, Purpose.REPLY}:
            person.replies = [r for r in person.replies if not r.waiting or (spared and r.ground == spared)]

    def cancel_reminders(self, dialogue: Dialogue) -> None:
        """Cancel what a dialogue meant to ask: the contact has spoken before it could."""
        address = self.person.address
        self.changes.cancel_waiting(
            address.project, address.id, self.now, "overtaken", Purpose.REMINDER, dialogue=dialogue.id
        )
