"""What a flow may ask for: the effects of a step, committed together with its state or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gateway.domain.message import Purpose


@dataclass(frozen=True, slots=True)
class Reply:
    """Send this template to the contact."""

    template: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    purpose: Purpose = Purpose.REPLY


@dataclass(frozen=True, slots=True)
class OptOut:
    """The contact is unsubscribed; everything that waits for the address is cancelled."""


@dataclass(frozen=True, slots=True)
class OptIn:
    """What the contact had stopped is restored, with this event as the proof."""


@dataclass(frozen=True, slots=True)
class OpenThread:
    """People take over: the text that was written becomes the thread's first question."""


@dataclass(frozen=True, slots=True)
class AddToThread:
    """The text joins the running thread; a closed one is opened again."""


@dataclass(frozen=True, slots=True)
class CloseThread:
    """The question is over."""

    reason: str


@dataclass(frozen=True, slots=True)
class Remember:
    """Keep a value with the contact."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Emit:
    """Tell the operator's systems."""

    type: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Expect:
    """The next text is an answer to be matched with these options: value → words."""

    options: Mapping[str, Sequence[str]]


Effect = Reply | OptOut | OptIn | OpenThread | AddToThread | CloseThread | Remember | Emit | Expect
