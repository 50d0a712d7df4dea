"""The contract of a keyword's flow: (state, event, facts, now) → (state, effects).

A flow is a class in a file of the operator's folder `flows/`. It declares its states and
transitions; the methods that transitions name add effects to the step. Nothing here sends,
stores or waits: the caller commits the effects together with the new state, or neither.

    class Hours(Flow):
        keywords = {"en": ("HOURS",), "fr": ("HORAIRE", "HEURES")}
        states = (State("start"),)
        transitions = (on("keyword", "start", END, do="tell"),)

        def tell(self) -> None:
            self.reply("hours/today", open=self.facts.open_now)
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar, Final, Literal

from transitions import Machine

from gateway.domain.effects import (
    AddToThread,
    CloseThread,
    Effect,
    Emit,
    Expect,
    OpenThread,
    OptIn,
    OptOut,
    Remember,
    Reply,
)
from gateway.domain.message import Purpose

__all__ = [
    "END", "AddToThread", "CloseThread", "Effect", "Emit", "Event", "EventKind", "Expect", "Facts", "Flow",
    "Locale", "OpenThread", "OptIn", "OptOut", "Remember", "Reply", "State", "Step", "Transition", "on",
    "take_step",
]  # fmt: skip

Locale = Literal["en", "fr"]
END: Final = "end"
"""The state in which every dialogue is over."""


class EventKind(StrEnum):
    """What can happen to a dialogue; also the names of the triggers of its machine."""

    KEYWORD = "keyword"
    TEXT = "text"
    CHOICE = "choice"
    TIMEOUT = "timeout"
    ANSWERED = "answered"
    CLOSED = "closed"
    POSTED = "posted"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened: the contact wrote, time passed, an agent acted, a backend posted."""

    kind: EventKind
    text: str = ""
    """What the contact wrote, without the keyword when the kind is `keyword`."""
    keyword: str | None = None
    choice: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a flow may know of the world; gathered before the step, never changed by it."""

    locale: Locale
    stopped: bool = False
    """The address had opted out before this event."""
    optout_answered: bool = False
    """Provider or network confirms the opt-out itself; we stay silent."""
    repeated: bool = False
    """The event asks for what is so already (a second STOP, a START of someone subscribed)."""
    thread_open: bool = False
    open_now: bool = True
    """The customer service is open."""
    opens_at: datetime | None = None
    """When it opens next, in the project's zone."""
    sender_kind: str = "long_code"
    country: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    """What is remembered of the contact."""


@dataclass(frozen=True, slots=True)
class State:
    """A state, how long it lasts, and whether another keyword may take over meanwhile."""

    name: str
    timeout: timedelta | None = None
    keywords: Literal["block", "replace"] = "block"


@dataclass(frozen=True, slots=True)
class Transition:
    """What one event does in some states; written with `on`."""

    trigger: EventKind
    source: tuple[str, ...]
    dest: str
    do: str | None = None
    when: str | None = None
    unless: str | None = None


def on(
    event: str,
    source: str | Sequence[str],
    dest: str,
    *,
    do: str | None = None,
    when: str | None = None,
    unless: str | None = None,
) -> Transition:
    """Say what an event does in a state: go to `dest`, running the method `do`, if `when` holds."""
    sources = (source,) if isinstance(source, str) else tuple(source)
    return Transition(EventKind(event), sources, dest, do, when, unless)


class Flow:
    """Base of every flow. One shared machine per class; an instance lives for one step."""

    keywords: ClassVar[Mapping[str, Sequence[str]]] = {}
    """Words per locale that start it; reserved words need none."""
    states: ClassVar[Sequence[State]] = (State("start"),)
    transitions: ClassVar[Sequence[Transition]] = ()
    machine: ClassVar[Machine]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.machine = _machine(cls)

    def __init__(self, state: str, event: Event, facts: Facts, now: datetime, data: dict[str, Any]) -> None:
        self.state = state
        self.event = event
        self.facts = facts
        self.now = now
        self.data = data
        """Kept with the dialogue from step to step (JSON values)."""
        self.effects: list[Effect] = []

    def reply(self, template: str, *, purpose: Purpose = Purpose.REPLY, **variables: Any) -> None:
        """Answer with a template of `templates/sms/`, in the contact's language."""
        self.effects.append(Reply(template, variables, purpose))

    def opt_out(self) -> None:
        self.effects.append(OptOut())

    def opt_in(self) -> None:
        self.effects.append(OptIn())

    def open_thread(self) -> None:
        self.effects.append(OpenThread())

    def add_to_thread(self) -> None:
        self.effects.append(AddToThread())

    def close_thread(self, reason: str) -> None:
        self.effects.append(CloseThread(reason))

    def remember(self, field: str, value: str) -> None:
        self.effects.append(Remember(field, value))

    def emit(self, type: str, **data: Any) -> None:
        self.effects.append(Emit(type, data))

    def expect(self, **options: Sequence[str]) -> None:
        self.effects.append(Expect(options))

    @classmethod
    def initial(cls) -> str:
        return cls.states[0].name

    @classmethod
    def find_state(cls, name: str) -> State | None:
        """Return the declared state, or None when an upgrade has removed it."""
        return next((state for state in cls.states if state.name == name), None)


@dataclass(frozen=True, slots=True)
class Step:
    """What one event came to. `handled` is False when the state has no answer to the event."""

    handled: bool
    state: str
    effects: tuple[Effect, ...]
    data: Mapping[str, Any]
    timeout: timedelta | None

    @property
    def ended(self) -> bool:
        return self.state == END


def take_step(
    flow: type[Flow],
    state: str | None,
    event: Event,
    facts: Facts,
    now: datetime,
    data: Mapping[str, Any] | None = None,
) -> Step:
    """Run one event through a flow. Whatever the flow raises goes to the caller, with no effect."""
    # A deep copy: what a flow changed before it raised must not be seen by the next event.
    model = flow(state or flow.initial(), event, facts, now, copy.deepcopy(dict(data or {})))
    trigger = flow.machine.events.get(event.kind.value)
    handled = bool(trigger and trigger.trigger(model))
    reached = flow.find_state(model.state)
    return Step(handled, model.state, tuple(model.effects), model.data, reached.timeout if reached else None)


def _machine(flow: type[Flow]) -> Machine:
    machine = Machine(
        model=None,
        states=[*(state.name for state in flow.states), END],
        initial=flow.states[0].name,
        auto_transitions=False,
        ignore_invalid_triggers=True,
    )
    for transition in flow.transitions:
        machine.add_transition(
            transition.trigger.value,
            list(transition.source),
            transition.dest,
            conditions=transition.when,
            unless=transition.unless,
            before=transition.do,
        )
    return machine
