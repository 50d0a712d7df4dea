"""The one door out: render, count segments, ask the gate; queued, held or suppressed, with its reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from gateway.clock import from_ms, to_ms
from gateway.content import shipped_folder
from gateway.content.texts import Texts
from gateway.domain.flow import Locale
from gateway.domain.gate import Allowed, Ground, Held, Request, Suppressed, may_send
from gateway.domain.loopguard import AGAIN, withhold_reason
from gateway.domain.message import Direction, Purpose, Status
from gateway.domain.segments import Segmentation, measure
from gateway.domain.sender import Sender
from gateway.domain.simplify import economise
from gateway.domain.storable import storable
from gateway.settings.tables import Lanes as LaneSettings
from gateway.store.correspondents import AutomaticReply, Correspondent
from gateway.store.messages import Message
from gateway.traffic.changes import Changes
from gateway.traffic.directory import Directory, Project
from gateway.traffic.standing import standing_of

_CONFIRMATIONS = frozenset({Ground.OPT_OUT_CONFIRMATION, Ground.OPT_IN_CONFIRMATION})
"""Answers to a change of mind, which may come twice in a minute."""


@dataclass(frozen=True, slots=True)
class Text:
    """What is to be said, rendered."""

    body: str
    locale: Locale
    template: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A text on its way to the gate."""

    text: Text
    purpose: Purpose
    ground: Ground
    asked_at: int
    """When the contact asked for it, else now; the gate compares it with a STOP."""
    author: str | None = None
    in_reply_to: str | None = None
    thread_id: str | None = None
    dialogue_id: str | None = None
    available_at: int | None = None
    expires_at: int | None = None
    topic: str = "*"
    withheld: str | None = None
    """A reason not to send it, known before the gate is asked."""
    why: tuple[str, ...] = field(default=())


class Outbox:
    """Turns drafts into messages that a lane will hand over, or that say why not."""

    def __init__(self, directory: Directory, texts: Texts, settings: LaneSettings) -> None:
        self._directory = directory
        self._texts = texts
        self._shipped = Texts([shipped_folder("templates")])
        self._settings = settings

    def render(
        self,
        project: Project,
        sender: Sender,
        template: str,
        locale: Locale,
        now: int,
        variables: Mapping[str, Any],
        *,
        shipped: bool = False,
    ) -> Text:
        """Fill in a template, with `shipped` past the operator's own texts; raises TemplateError."""
        values = {**project.variables(from_ms(now), sender, locale), **variables}
        texts = self._shipped if shipped else self._texts
        rendered = texts.render(template, locale, values, fallback=project.locale)
        return Text(rendered.text, rendered.locale, rendered.template)

    def put(
        self,
        project: Project,
        sender: Sender,
        person: Correspondent,
        changes: Changes,
        now: int,
        draft: Draft,
    ) -> Message:
        """Decide about a draft and write it down, whatever the decision."""
        economy = economise(storable(draft.text.body))
        message = self._message(project, sender, person, changes.new_id(), now, draft, economy.text)
        message = self._gate(message, project, sender, person, now, draft)
        if draft.author is None and draft.purpose is Purpose.REPLY and message.status is Status.QUEUED:
            message = self._guard(message, person, now)
        changes.add_message(message)
        if message.status in {Status.QUEUED, Status.HELD}:
            person.address = replace(person.address, sender=sender.number, last_outbound_at=now)
            changes.addresses[person.address.project, person.address.id] = person.address
        return message

    def _message(
        self,
        project: Project,
        sender: Sender,
        person: Correspondent,
        id: str,
        now: int,
        draft: Draft,
        body: str,
    ) -> Message:
        size = measure(body)
        return Message(
            project=project.name,
            id=id,
            direction=Direction.OUTBOUND,
            status=Status.QUEUED,
            address_id=person.address.id,
            number=person.address.number,
            sender=sender.number,
            provider=sender.provider,
            body=body,
            encoding=size.encoding,
            units=size.units,
            segments=size.segments,
            purpose=draft.purpose,
            ground=draft.ground,
            topic=draft.topic,
            price=_price(sender, size),
            currency=sender.currency if sender.price is not None else None,
            template=draft.text.template,
            locale=draft.text.locale,
            in_reply_to=draft.in_reply_to,
            thread_id=draft.thread_id,
            dialogue_id=draft.dialogue_id,
            author=draft.author,
            asked_at=draft.asked_at,
            created_at=now,
            available_at=draft.available_at or now,
            expires_at=draft.expires_at or now + _milliseconds(self._settings.expiry(draft.purpose)),
            updated_at=now,
        )

    def _gate(
        self,
        message: Message,
        project: Project,
        sender: Sender,
        person: Correspondent,
        now: int,
        draft: Draft,
    ) -> Message:
        if draft.withheld:
            why = (*draft.why, f"withheld:{draft.withheld}")
            return replace(message, status=Status.SUPPRESSED, reason=draft.withheld, why=why)
        decision = self.ask_gate(message, project, sender, person, now)
        why = (*draft.why, *decision.why)
        match decision:
            case Allowed():
                return replace(message, why=why)
            case Held(until=until, reason=reason):
                at = to_ms(until) if until else None
                return replace(message, status=Status.HELD, available_at=at, reason=reason, why=why)
            case Suppressed(reason=reason):
                return replace(message, status=Status.SUPPRESSED, reason=reason, why=why)

    def ask_gate(
        self, message: Message, project: Project, sender: Sender, person: Correspondent, now: int
    ) -> Allowed | Held | Suppressed:
        """Ask whether a message may go at this moment; asked when it is written and at hand-over."""
        request = Request(
            purpose=message.purpose or Purpose.MARKETING,
            ground=Ground(message.ground or Ground.OPERATOR),
            sender=sender,
            asked_at=from_ms(message.asked_at if message.asked_at is not None else message.created_at),
            topic=message.topic,
            expires_at=from_ms(message.expires_at) if message.expires_at is not None else None,
            segments=message.segments,
        )
        start = max(now, message.available_at or now)
        return may_send(request, standing_of(person, project), project.policy, from_ms(start))

    def _guard(self, message: Message, person: Correspondent, now: int) -> Message:
        earlier = [(r.body, timedelta(milliseconds=now - r.at)) for r in person.replies]
        own = self._directory.own_numbers
        again = timedelta() if message.ground in _CONFIRMATIONS else AGAIN
        reason = withhold_reason(message.number, own, message.body, earlier, again=again)
        if reason:
            return replace(
                message,
                status=Status.SUPPRESSED,
                reason="loop_guard",
                why=(*message.why, f"loop_guard:{reason}"),
            )
        person.replies.append(AutomaticReply(message.body, now, message.ground))
        return message


def _price(sender: Sender, size: Segmentation) -> str | None:
    return None if sender.price is None else str(Decimal(sender.price) * size.segments)


def _milliseconds(span: timedelta) -> int:
    return span // timedelta(milliseconds=1)
