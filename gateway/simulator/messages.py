"""What the gateway hands to the carrier."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


class NotConnected(Exception):
    """Nobody has connected that number."""


@dataclass(frozen=True, slots=True)
class Order:
    """What the gateway asks the carrier to send."""

    sender: str
    to: str
    text: str
    reference: str = ""
    receipt_url: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that the carrier took."""

    id: str
    order: Order
    segments: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Line:
    """One number of the gateway, and where its inbound goes."""

    inbound_url: str
    network_optout: bool
