"""Texts that an operator asks for by number: one transaction each, through the outbox."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from gateway.clock import Clock, to_ms
from gateway.domain import phone
from gateway.domain.consent import suppression_hash
from gateway.domain.flow import Locale
from gateway.domain.gate import Ground
from gateway.domain.message import Purpose, Status
from gateway.domain.sender import Sender
from gateway.errors import GatewayError, InvalidRequest, NotFound, TemplateError
from gateway.store import correspondents, messages, moves
from gateway.store.addresses import Key
from gateway.store.correspondents import Correspondent
from gateway.store.database import Transaction
from gateway.store.messages import Message
from gateway.store.writer import Writer
from gateway.traffic.changes import Changes
from gateway.traffic.directory import Directory, Project
from gateway.traffic.moving import Moving
from gateway.traffic.outbox import Draft, Outbox, Text
from gateway.traffic.publisher import Publisher


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be sent to whom: either a body, or a template with its values."""

    project: str
    to: str
    """As typed; read in the project's country."""
    purpose: Purpose
    ground: Ground = Ground.OPERATOR
    body: str | None = None
    template: str | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    sender: str | None = None
    """Default: the sender of the running conversation, else the project's."""


class Sending:
    """Writes one text to a number, whatever the gate decides about it."""

    def __init__(
        self,
        *,
        writer: Writer,
        directory: Directory,
        outbox: Outbox,
        publisher: Publisher,
        clock: Clock,
        new_id: Callable[[], str],
        hash_key: bytes,
    ) -> None:
        self._writer = writer
        self._directory = directory
        self._outbox = outbox
        self._publisher = publisher
        self._clock = clock
        self._new_id = new_id
        self._hash_key = hash_key

    async def send(self, order: Order) -> Message:
        """Write the text; its status and reason say what the gate decided.

        Raises InvalidRequest (number, project, sender, purpose) and TemplateError; then nothing is written.
        """
        if order.purpose is Purpose.REPLY:
            raise InvalidRequest("not_a_reply", "a reply answers an inbound text; choose another purpose")
        if not (order.template or (order.body or "").strip()):
            raise InvalidRequest("empty", "a text needs a body or a template")
        project = self._directory.project(order.project)
        number = phone.parse(order.to, region=project.table.country)
        self._directory.sender_for(project, order.sender)
        key = Key(project.name, number, suppression_hash(number, self._hash_key))
        result = await self._writer.run(lambda tx: self._write(tx, order, project, key), name="send")
        if isinstance(result, GatewayError):
            # Raised outside the transaction, so that it does not cost its neighbours a replay.
            raise result
        return result

    async def cancel(self, id: str) -> Message:
        """Withdraw a text that still waits and return it, cancelled.

        Raises NotFound, or InvalidRequest when it was handed over or ended before.
        """
        result = await self._writer.run(lambda tx: self._cancel(tx, id), name="cancel")
        if isinstance(result, GatewayError):
            raise result
        return result

    async def _cancel(self, tx: Transaction, id: str) -> Message | InvalidRequest:
        found = await messages.find(tx, project=None, id=id)
        if found is None:
            return NotFound("unknown_message", f"there is no message {id!r}")
        message = (await moves.lock(tx, [(found.project, found.id)]))[found.project, found.id]
        if not message.status.waiting:
            return InvalidRequest("not_waiting", f"the text no longer waits, it is {message.status}")
        why = (*message.why, "cancelled:by_operator")
        cancelled = replace(message, status=Status.CANCELLED, reason=None, why=why)
        moving = Moving(self._publisher, self._new_id)
        await moving.write(tx, [cancelled], to_ms(self._clock.now()))
        return cancelled

    async def _write(
        self, tx: Transaction, order: Order, project: Project, key: Key
    ) -> Message | TemplateError:
        now = to_ms(self._clock.now())
        people = await correspondents.load(
            tx, [key], now=now, new_id=self._new_id, phone_keyed=self._directory.phone_keyed
        )
        person = people[key.project, key.number]
        sender = self._sender(order, project, person)
        try:
            text = self._text(order, project, sender, person, now)
        except TemplateError as error:
            return error
        draft = Draft(
            text=text, purpose=order.purpose, ground=order.ground, asked_at=now, why=(order.ground.value,)
        )
        changes = Changes(self._new_id)
        message = self._outbox.put(project, sender, person, changes, now, draft)
        await changes.write(tx)
        self._publisher.publish(tx, changes)
        return message

    def _sender(self, order: Order, project: Project, person: Correspondent) -> Sender:
        """Keep to the number of the conversation unless another one is asked for."""
        running = self._directory.sender(person.address.sender or "")
        if order.sender is None and running is not None and project.name in running.projects:
            return running
        return self._directory.sender_for(project, order.sender)

    def _text(self, order: Order, project: Project, sender: Sender, person: Correspondent, now: int) -> Text:
        locale = _locale(person, project)
        if order.template is None:
            return Text(order.body or "", locale)
        return self._outbox.render(project, sender, order.template, locale, now, order.variables)


def _locale(person: Correspondent, project: Project) -> Locale:
    known = person.contact.locale if person.contact else None
    return next((locale for locale in project.locales if locale == known), project.locale)
