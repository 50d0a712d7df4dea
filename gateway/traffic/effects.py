"""What the effects of a flow's step change: the thread, the contact, the consent, what others are told."""

from __future__ import annotations

from dataclasses import replace

import structlog

from gateway.domain.flow import (
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
from gateway.store.dialogues import Dialogue
from gateway.traffic import inquiry, optout
from gateway.traffic.scene import Scene

log = structlog.get_logger(__name__)


def apply(scene: Scene, effect: Effect, dialogue: Dialogue | None) -> None:
    """Carry out one effect of a step; its texts and its state are the runner's affair."""
    match effect:
        case OpenThread() | AddToThread() | CloseThread():
            _move_thread(scene, effect)
        case Remember(field=name, value=value):
            _remember(scene, name, value)
        case Emit():
            scene.emit(effect.type, _object_of(scene, effect, dialogue), **effect.data)
        case OptOut() | OptIn():
            _decide(scene, effect)
        case Reply() | Expect():
            pass


def _move_thread(scene: Scene, effect: OpenThread | AddToThread | CloseThread) -> None:
    match effect:
        case OpenThread():
            inquiry.open_question(scene)
        case AddToThread():
            inquiry.join(scene)
        case CloseThread(reason=reason):
            if scene.open_thread:
                inquiry.close(scene, scene.open_thread, reason)


def _decide(scene: Scene, effect: OptOut | OptIn) -> None:
    """Record what the contact decides; only the contact's own words count, not time or an agent."""
    if scene.message is None:
        log.warning("flow.effect_ignored", effect=type(effect).__name__, project=scene.project.name)
    elif isinstance(effect, OptOut):
        optout.stop(scene, scene.message.body)
    else:
        optout.subscribe(scene, scene.message.body)


def _remember(scene: Scene, name: str, value: str) -> None:
    contact = scene.person.contact
    if contact is not None:
        fields = {**contact.fields, name: value}
        scene.set_contact(replace(contact, fields=fields, updated_at=scene.now))


def _object_of(scene: Scene, effect: Emit, dialogue: Dialogue | None) -> str:
    """Return the id of what an event is about: `thread.overdue` of the thread, else of the dialogue."""
    if effect.type.startswith("thread.") and scene.thread:
        return scene.thread.id
    return dialogue.id if dialogue else scene.subject
