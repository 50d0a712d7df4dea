"""What a simulated phone and one of our numbers said to each other, as the phone's owner sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from gateway.clock import to_ms
from gateway.domain.message import Direction, Status
from gateway.domain.sender import Sender
from gateway.store import events, messages
from gateway.store.database import Transaction
from gateway.store.messages import Message
from gateway.web.console.network import NetworkText
from gateway.web.keys import Engine

UNDERSTOOD = "message.understood"


class Tick(StrEnum):
    """What is shown beside a text: fewer words than there are statuses."""

    ACKNOWLEDGED = "acknowledged"
    QUEUED = "queued"
    HELD = "held"
    SENDING = "sending"
    UNCERTAIN = "uncertain"
    SENT = "sent"
    DELIVERED = "delivered"
    UNREPORTED = "unreported"
    FAILED = "failed"
    NOT_SENT = "not_sent"
    NETWORK = "network"


TICKS = {
    Status.RECEIVED: Tick.ACKNOWLEDGED,
    Status.QUEUED: Tick.QUEUED,
    Status.HELD: Tick.HELD,
    Status.SENDING: Tick.SENDING,
    Status.UNCERTAIN: Tick.UNCERTAIN,
    Status.ACCEPTED: Tick.SENT,
    Status.SENT: Tick.SENT,
    Status.UNKNOWN: Tick.UNREPORTED,
    Status.CANCELLED: Tick.NOT_SENT,
    Status.SUPPRESSED: Tick.NOT_SENT,
    Status.REJECTED: Tick.FAILED,
    Status.UNDELIVERED: Tick.FAILED,
    Status.EXPIRED: Tick.FAILED,
    Status.DELIVERED: Tick.DELIVERED,
}


@dataclass(frozen=True, slots=True)
class Bubble:
    """One text on the phone's screen; times are UTC milliseconds."""

    id: str
    mine: bool
    """The phone wrote it."""
    body: str
    at: int
    zone: str
    today: int
    tick: Tick
    segments: int
    encoding: str = ""
    reason: str | None = None
    held_until: int | None = None
    doubled: bool = False
    intent: str | None = None
    """How the gateway understood it."""


@dataclass(frozen=True, slots=True)
class Line:
    """A simulated phone and the number of ours that it texts."""

    phone: str
    sender: Sender

    def holds(self, message: Message) -> bool:
        return message.number == self.phone and message.sender == self.sender.number


async def bubbles(engine: Engine, tx: Transaction, said: Sequence[Message]) -> list[Bubble]:
    """Return texts as they stand now."""
    asked = [(m.project, m.id) for m in said if m.direction is Direction.INBOUND]
    understood = await events.of_type(tx, UNDERSTOOD, asked)
    return [
        _bubble(engine, message, event.data.get("intent") if event else None)
        for message in said
        for event in [understood.get((message.project, message.id))]
    ]


async def said(tx: Transaction, line: Line) -> list[Message]:
    """Return the conversation as the ledger has it, the oldest text first."""
    return [m for m in await messages.of_number(tx, line.phone) if line.holds(m)]


def with_network(
    shown: Sequence[Bubble], said: Sequence[Message], network: Sequence[NetworkText]
) -> list[Bubble]:
    """Put each text of the network behind the text of the phone that it answers."""
    asked = {m.provider_ref: m.id for m in said if m.direction is Direction.INBOUND}
    by_id = {bubble.id: bubble for bubble in shown}
    added = [
        replace(
            by_id[asked[text.because]],
            id=text.id,
            mine=False,
            body=text.body,
            tick=Tick.NETWORK,
            segments=text.segments,
            encoding="",
            intent=None,
        )
        for text in network
        if text.because in asked
    ]
    return sorted([*shown, *added], key=lambda bubble: bubble.at)


def _bubble(engine: Engine, message: Message, intent: str | None) -> Bubble:
    return Bubble(
        id=message.id,
        mine=message.direction is Direction.INBOUND,
        body=message.body,
        at=message.created_at,
        zone=engine.settings.projects[message.project].timezone,
        today=to_ms(engine.clock.now()),
        tick=TICKS[message.status],
        segments=message.segments,
        encoding=message.encoding,
        reason=message.reason,
        held_until=message.available_at if message.status is Status.HELD else None,
        doubled=message.doubled,
        intent=intent,
    )
