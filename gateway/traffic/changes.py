"""Everything that one transaction will write, gathered in memory and written in two hops."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from gateway.domain.consent import ConsentEvent, Suppression
from gateway.domain.message import Direction, Purpose, Status
from gateway.store import addresses, consents, dialogues, events, messages, threads
from gateway.store.addresses import Address, Contact
from gateway.store.database import Statement, Transaction
from gateway.store.dialogues import Dialogue
from gateway.store.events import Event
from gateway.store.messages import Message
from gateway.store.threads import Thread


@dataclass(slots=True)
class Changes:
    """Rows to write. Later changes of the same row replace earlier ones."""

    new_id: Callable[[], str]
    addresses: dict[tuple[str, str], Address] = field(default_factory=dict)
    contacts: dict[tuple[str, str], Contact] = field(default_factory=dict)
    dialogues: dict[tuple[str, str], Dialogue] = field(default_factory=dict)
    threads: dict[tuple[str, str], Thread] = field(default_factory=dict)
    messages: dict[tuple[str, str], Message] = field(default_factory=dict)
    consents: list[ConsentEvent] = field(default_factory=list)
    suppressions: dict[tuple[str, str], Suppression | None] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    stopped: set[tuple[str, str]] = field(default_factory=set)
    """(project, address id) whose waiting messages were cancelled: lanes drop them too."""
    _first: list[Statement] = field(default_factory=list)
    _cancels: list[tuple[Statement, str, int]] = field(default_factory=list)

    def emit(self, type: str, project: str, object_id: str, at: int, **data: Any) -> None:
        """Note that something happened to an object."""
        self.events.append(Event(project, self.new_id(), type, object_id, at, data))

    def add_message(self, message: Message) -> None:
        """Write a new message, with the event that tells of it."""
        self.messages[message.project, message.id] = message
        kind = "message.received" if message.direction is Direction.INBOUND else f"message.{message.status}"
        data = {"number": message.number, "sender": message.sender}
        if message.reason:
            data["reason"] = message.reason
        self.emit(kind, message.project, message.id, message.created_at, **data)

    def cancel_waiting(
        self, project: str, address_id: str, now: int, reason: str, purpose: Purpose | None = None
    ) -> None:
        """Cancel whatever waits for an address, written before or in this very transaction."""
        for key, message in self.messages.items():
            mine = message.project == project and message.address_id == address_id
            if mine and message.status.waiting and purpose in {None, message.purpose}:
                self.messages[key] = replace(message, status=Status.CANCELLED, reason=reason)
                self.emit("message.cancelled", project, message.id, now, reason=reason)
        cancel = messages.cancel_waiting(
            project=project,
            address_id=address_id,
            reason=reason,
            now=now,
            upto=self.new_id(),
            purpose=purpose,
        )
        self._cancels.append((cancel, reason, now))
        self.stopped.add((project, address_id))

    def run_first(self, statement: Statement) -> None:
        """Run a statement before all others."""
        self._first.append(statement)

    async def write(self, tx: Transaction) -> None:
        """Write everything."""
        await self._cancel(tx)
        statements = [
            *self._first,
            addresses.update(list(self.addresses.values())),
            addresses.update_contacts(list(self.contacts.values())),
            consents.insert(self.consents, self.new_id),
            *consents.save_suppressions(self.suppressions),
            threads.save(list(self.threads.values())),
            dialogues.save(list(self.dialogues.values())),
            messages.insert(list(self.messages.values())),
            events.insert(self.events),
        ]
        await tx.batch([s for s in statements if s.many is None or s.many])

    async def _cancel(self, tx: Transaction) -> None:
        if not self._cancels:
            return
        results = await tx.batch([statement for statement, _, _ in self._cancels])
        for rows, (_, reason, now) in zip(results, self._cancels, strict=True):
            for row in rows:
                self.emit("message.cancelled", row["project_id"], row["id"], now, reason=reason)
