"""What a simulated phone and one of our numbers said to each other, as the phone's owner sees it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from gateway.clock import to_ms
from gateway.domain.message import Direction, Status
from gateway.domain.sender import Sender
from gateway.simulator.phones import Received
from gateway.store import events, messages
from gateway.store.database import Transaction
from gateway.store.messages import Message
from gateway.web.keys import Engine

UNDERSTOOD = "message.understood"
_NETWORK_TEXT = "net-"
"""How the ids of texts begin that the simulated network itself wrote."""


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


async def bubbles(engine: Engine, tx: Transaction, line: Line) -> list[Bubble]:
    """Return the conversation, the oldest text first."""
    said = [m for m in await messages.of_number(tx, line.phone) if line.holds(m)]
    shown = [*await _shown(engine, tx, said), *network_texts(engine, line)]
    return sorted(shown, key=lambda bubble: bubble.at)


async def bubble_of(engine: Engine, tx: Transaction, message: Message) -> Bubble:
    """Return one text as it stands now."""
    (shown,) = await _shown(engine, tx, [message])
    return shown


def network_texts(engine: Engine, line: Line) -> list[Bubble]:
    """Return what the network itself texted to the phone in our number's name; no ledger knows of it."""
    if engine.carrier is None:
        return []
    return [
        _network_bubble(engine, line, text)
        for text in engine.carrier.carrier.phone(line.phone)
        if text.sender == line.sender.number and text.id.startswith(_NETWORK_TEXT)
    ]


async def _shown(engine: Engine, tx: Transaction, said: Sequence[Message]) -> list[Bubble]:
    understood = await events.of_type(tx, UNDERSTOOD, _inbound_keys(said))
    return [
        _bubble(engine, message, event.data.get("intent") if event else None)
        for message in said
        for event in [understood.get((message.project, message.id))]
    ]


def _inbound_keys(said: Iterable[Message]) -> list[tuple[str, str]]:
    return [(m.project, m.id) for m in said if m.direction is Direction.INBOUND]


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


def _network_bubble(engine: Engine, line: Line, text: Received) -> Bubble:
    return Bubble(
        id=text.id,
        mine=False,
        body=text.text,
        at=to_ms(text.at),
        zone=engine.settings.projects[line.sender.projects[0]].timezone,
        today=to_ms(engine.clock.now()),
        tick=Tick.NETWORK,
        segments=text.parts,
    )
