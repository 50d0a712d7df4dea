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


@dataclass(frozen=True, slots=True)
class _MoveOfWaiting:
    """A statement that moves messages that wait, and the event of each that it moved."""

    statement: Statement
    event: str
    reason: str
    at: int


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
    _moves: list[_MoveOfWaiting] = field(default_factory=list)

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
        self,
        project: str,
        address_id: str,
        now: int,
        reason: str,
        purpose: Purpose | None = None,
        spared: str | None = None,
        dialogue: str | None = None,
    ) -> None:
        """Cancel whatever waits for an address, written before or in this very transaction.

        With a purpose or a dialogue only what is of that one; what was made on the `spared` ground stays.
        """
        for key, message in self.messages.items():
            mine = message.project == project and message.address_id == address_id
            meant = purpose in {None, message.purpose} and dialogue in {None, message.dialogue_id}
            if mine and meant and (spared is None or message.ground != spared) and message.status.waiting:
                self.messages[key] = replace(message, status=Status.CANCELLED, reason=reason, updated_at=now)
                self.emit("message.cancelled", project, message.id, now, reason=reason)
        cancel = messages.cancel_waiting(
            project=project,
            address_id=address_id,
            reason=reason,
            now=now,
            purpose=purpose,
            spared=spared,
            dialogue=dialogue,
        )
        self._moves.append(_MoveOfWaiting(cancel, "message.cancelled", reason, now))
        self.stopped.add((project, address_id))

    def release(self, project: str, address_id: str, now: int, reason: str) -> None:
        """Queue what was held for an address for that reason."""
        statement = messages.release(project=project, address_id=address_id, reason=reason, now=now)
        self._moves.append(_MoveOfWaiting(statement, "message.queued", reason, now))

    async def write(self, tx: Transaction) -> None:
        """Write everything; what waits is moved before new rows are there."""
        await self._move_waiting(tx)
        statements = [
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

    async def _move_waiting(self, tx: Transaction) -> None:
        if not self._moves:
            return
        results = await tx.batch([move.statement for move in self._moves])
        for rows, move in zip(results, self._moves, strict=True):
            for row in rows:
                self.emit(move.event, row["project_id"], row["id"], move.at, reason=move.reason)
