"""Runs one step of a flow and turns its effects into changes: all of them, or none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import structlog

from gateway.content.flows import Flows
from gateway.domain.flow import (
    AddToThread,
    CloseThread,
    Effect,
    Emit,
    Event,
    Expect,
    Facts,
    OpenThread,
    Remember,
    Reply,
    Step,
    take_step,
)
from gateway.domain.gate import Ground
from gateway.domain.message import Purpose
from gateway.errors import TemplateError
from gateway.metrics import Metrics
from gateway.store.dialogues import Dialogue
from gateway.traffic import inquiry
from gateway.traffic.outbox import Draft, Outbox, Text
from gateway.traffic.scene import Scene

log = structlog.get_logger(__name__)


class FlowRunner:
    """Steps dialogues; a flow that raises leaves the inbound to a person and nothing else."""

    def __init__(self, flows: Flows, outbox: Outbox, metrics: Metrics) -> None:
        self._flows = flows
        self._outbox = outbox
        self._metrics = metrics

    def begin(self, scene: Scene, name: str, event: Event, ground: Ground) -> None:
        """Start a flow's dialogue with this event, in place of the one that runs."""
        if scene.dialogue:
            scene.end_dialogue(scene.dialogue, "replaced")
        self._step(scene, self._new(scene, name), event, ground)

    def adopt(self, scene: Scene, name: str, state: str, event: Event) -> bool:
        """Give an event to a flow as if its dialogue already stood in a state: people began, not it."""
        dialogue = replace(self._new(scene, name), state=state, version=1)
        return self._step(scene, dialogue, event, Ground.DIALOGUE)

    def resume(self, scene: Scene, dialogue: Dialogue, event: Event) -> bool:
        """Give a running dialogue an event; False when its state has no answer to it."""
        ground = Ground.INFO if dialogue.flow == "info" else Ground.DIALOGUE
        return self._step(scene, dialogue, event, ground)

    def run_reserved(
        self,
        scene: Scene,
        name: str,
        event: Event,
        ground: Ground,
        *,
        before: Callable[[], None] | None = None,
        repeated: bool = False,
    ) -> None:
        """Answer a reserved word. What the law asks (`before`) happens whatever the flow does."""
        facts = replace(self._facts(scene), repeated=repeated)
        if before:
            before()
        flow = self._flows.get(name)
        try:
            if flow is None:
                raise LookupError(f"no flow {name!r} can be loaded")
            step = take_step(flow, None, event, facts, scene.moment)
            texts = self._render(scene, step)
        except Exception as error:
            self.report(scene, name, error)
            return
        for effect, text in zip(step.effects, texts, strict=True):
            if text is not None:
                self._put(scene, text, effect, ground, None)

    def say(self, scene: Scene, template: str, ground: Ground, variables: Mapping[str, Any]) -> None:
        """Answer with a template outside any flow; raises TemplateError."""
        text = self._outbox.render(scene.project, scene.sender, template, scene.locale, scene.now, variables)
        self._put(scene, text, None, ground, None)

    def report(self, scene: Scene, flow: str, error: Exception) -> None:
        """Keep the inbound for a person, and tell the operator what broke."""
        inquiry.keep_for_person(scene, "flow_error")
        self._metrics.flow_errors.labels(flow=flow).inc()
        reason = str(error) if isinstance(error, TemplateError) else type(error).__name__
        scene.emit("flow.failed", scene.message.id if scene.message else "", flow=flow, error=reason)
        log.error("flow.failed", flow=flow, project=scene.project.name, exc_info=error)

    def _new(self, scene: Scene, name: str) -> Dialogue:
        return Dialogue(
            project=scene.project.name,
            id=scene.changes.new_id(),
            address_id=scene.person.address.id,
            sender=scene.sender.number,
            flow=name,
            state="",
            locale=scene.locale,
            created_at=scene.now,
            updated_at=scene.now,
            version=0,
        )

    def _step(self, scene: Scene, dialogue: Dialogue, event: Event, ground: Ground) -> bool:
        flow = self._flows.get(dialogue.flow)
        try:
            if flow is None:
                raise LookupError(f"no flow {dialogue.flow!r} can be loaded")
            step = take_step(
                flow, dialogue.state or None, event, self._facts(scene), scene.moment, dialogue.data
            )
            texts = self._render(scene, step)
        except Exception as error:
            self.report(scene, dialogue.flow, error)
            return True
        if not step.handled:
            return False
        moved = self._move(scene, dialogue, step)
        for effect, text in zip(step.effects, texts, strict=True):
            self._apply(scene, effect, text, ground, moved)
        return True

    def _move(self, scene: Scene, dialogue: Dialogue, step: Step) -> Dialogue:
        """Write the dialogue's new state; a time-out that kept its state starts anew."""
        due = scene.now + step.timeout // timedelta(milliseconds=1) if step.timeout else None
        data = {key: value for key, value in step.data.items() if key != "expected"}
        moved = replace(
            dialogue,
            state=step.state,
            data=data,
            version=dialogue.version + 1,
            due_at=due,
            ended_reason="completed" if step.ended else None,
            updated_at=scene.now,
        )
        if dialogue.version or not step.ended:
            scene.set_dialogue(moved)
            scene.emit("dialogue.moved", moved.id, flow=moved.flow, state=moved.state)
        return moved

    def _render(self, scene: Scene, step: Step) -> list[Text | None]:
        return [
            self._outbox.render(
                scene.project, scene.sender, effect.template, scene.locale, scene.now, effect.variables
            )
            if isinstance(effect, Reply)
            else None
            for effect in step.effects
        ]

    def _apply(
        self, scene: Scene, effect: Effect, text: Text | None, ground: Ground, dialogue: Dialogue
    ) -> None:
        match effect:
            case Reply() if text is not None:
                self._put(scene, text, effect, ground, dialogue)
            case OpenThread() | AddToThread() | CloseThread():
                _apply_to_thread(scene, effect)
            case Remember(field=name, value=value):
                _remember(scene, name, value)
            case Emit():
                scene.emit(effect.type, dialogue.id, **effect.data)
            case Expect(options=options):
                expected = {value: list(words) for value, words in options.items()}
                scene.set_dialogue(replace(dialogue, data={**dialogue.data, "expected": expected}))
            case _:
                log.warning("flow.effect_ignored", flow=dialogue.flow, effect=type(effect).__name__)

    def _put(
        self, scene: Scene, text: Text, effect: Effect | None, ground: Ground, dialogue: Dialogue | None
    ) -> None:
        purpose = effect.purpose if isinstance(effect, Reply) else Purpose.REPLY
        source = f"flow:{dialogue.flow}" if dialogue else f"engine:{ground}"
        draft = Draft(
            text=text,
            purpose=purpose,
            ground=ground,
            asked_at=scene.now,
            in_reply_to=scene.message.id if scene.message else None,
            thread_id=scene.message.thread_id if scene.message else None,
            dialogue_id=dialogue.id if dialogue and dialogue.version > 1 else None,
            why=(source,),
        )
        self._outbox.put(scene.project, scene.sender, scene.person, scene.changes, scene.now, draft)

    def _facts(self, scene: Scene) -> Facts:
        open_now, opens_at = scene.project.open_hours(scene.moment)
        contact = scene.person.contact
        thread = scene.open_thread
        return Facts(
            locale=scene.locale,
            stopped=scene.person.suppression is not None,
            optout_answered=scene.optout_answered or scene.sender.optout_handled_by != "app",
            thread_open=bool(thread and thread.state.silences_bot),
            open_now=open_now,
            opens_at=opens_at,
            sender_kind=scene.sender.kind,
            country=scene.sender.country,
            fields=contact.fields if contact else {},
        )


def _apply_to_thread(scene: Scene, effect: OpenThread | AddToThread | CloseThread) -> None:
    match effect:
        case OpenThread():
            inquiry.open_question(scene)
        case AddToThread():
            inquiry.join(scene)
        case CloseThread(reason=reason):
            if scene.open_thread:
                scene.close_thread(scene.open_thread, reason)


def _remember(scene: Scene, name: str, value: str) -> None:
    contact = scene.person.contact
    if contact is not None:
        fields = {**contact.fields, name: value}
        scene.set_contact(replace(contact, fields=fields, updated_at=scene.now))
