"""Runs one step of a flow and turns its effects into changes: all of them, or none."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from typing import Any

import structlog

from gateway.content import shipped_folder
from gateway.content.flows import Flows, load_flows
from gateway.domain.flow import Emit, Event, Expect, Flow, OptOut, Remember, Reply, Step, take_step
from gateway.domain.gate import Ground
from gateway.errors import TemplateError
from gateway.metrics import Metrics
from gateway.store.dialogues import Dialogue
from gateway.traffic import inquiry, optout
from gateway.traffic.effects import apply
from gateway.traffic.outbox import Outbox, Text
from gateway.traffic.replies import Replies
from gateway.traffic.scene import Scene

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Taken:
    """A step whose texts are rendered and whose effects can be stored: nothing can fail any more."""

    step: Step
    texts: tuple[Text | None, ...]

    @property
    def replies(self) -> list[tuple[Reply, Text]]:
        pairs = zip(self.step.effects, self.texts, strict=True)
        return [(effect, text) for effect, text in pairs if isinstance(effect, Reply) and text]


class FlowRunner:
    """Steps dialogues; a flow that raises leaves the inbound to a person and nothing else."""

    def __init__(self, flows: Flows, outbox: Outbox, metrics: Metrics) -> None:
        self._flows = flows
        self._replies = Replies(outbox)
        self._metrics = metrics

    def current(self, scene: Scene) -> Dialogue | None:
        """Return the running dialogue; one whose flow or state an upgrade has removed is ended."""
        dialogue = scene.dialogue
        if dialogue is None:
            return None
        flow = self._flows.get(dialogue.flow)
        if flow is not None and flow.find_state(dialogue.state) is not None:
            return dialogue
        log.warning("dialogue.state_gone", flow=dialogue.flow, state=dialogue.state, dialogue_id=dialogue.id)
        scene.end_dialogue(dialogue, "state_gone")
        return None

    def begin(self, scene: Scene, name: str, event: Event, ground: Ground) -> bool:
        """Start a flow's dialogue with this event, in place of the one that runs.

        False, and nothing happened, when the flow has no answer to it.
        """
        return self._step(scene, _new(scene, name), event, ground)

    def adopt(self, scene: Scene, name: str, state: str, event: Event) -> bool:
        """Give an event to a flow as if its dialogue already stood in a state: people began, not it."""
        dialogue = replace(_new(scene, name), state=state)
        return self._step(scene, dialogue, event, Ground.DIALOGUE)

    def resume(self, scene: Scene, dialogue: Dialogue, event: Event) -> bool:
        """Give a running dialogue an event; False when its state has no answer to it."""
        asked = dialogue.flow == "info" and scene.message is not None
        return self._step(scene, dialogue, event, Ground.INFO if asked else Ground.DIALOGUE)

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
        """Answer a reserved word. What the law asks (`before`) happens whatever the flow does.

        Where the operator's flow or text fails, the shipped ones answer.
        """
        facts = scene.facts(repeated=repeated)
        if before:
            before()
        attempts = ((self._flows, False), (self._shipped, False), (self._shipped, True))
        for flows, shipped_texts in attempts:
            try:
                step = take_step(_find(flows, name), None, event, facts, scene.moment)
                _check_handled(step, name)
                taken = self._rendered(scene, step, shipped=shipped_texts)
            except (Exception, SystemExit) as error:
                self._count(scene, name, error)
            else:
                break
        else:
            inquiry.keep_for_person(scene, "flow_error")
            return
        for reply, text in taken.replies:
            self._replies.put(scene, text, ground, source=f"flow:{name}", purpose=reply.purpose)
        for effect in taken.step.effects:
            if isinstance(effect, Emit | Remember):
                apply(scene, effect, None)

    def say(self, scene: Scene, template: str, ground: Ground, variables: Mapping[str, Any]) -> None:
        """Answer with a template outside any flow; one that cannot be rendered leaves it to a person."""
        try:
            text = self._replies.render(scene, template, variables)
        except TemplateError as error:
            self.report(scene, "engine", error)
        else:
            self._replies.put(scene, text, ground, source=f"engine:{ground}")

    def report(self, scene: Scene, flow: str, error: BaseException) -> None:
        """Keep the inbound for a person, and tell the operator what broke."""
        inquiry.keep_for_person(scene, "flow_error")
        self._count(scene, flow, error)

    def _count(self, scene: Scene, flow: str, error: BaseException) -> None:
        self._metrics.flow_errors.labels(flow=flow).inc()
        reason = str(error) if isinstance(error, TemplateError) else type(error).__name__
        scene.emit("flow.failed", scene.subject, flow=flow, error=reason)
        log.error("flow.failed", flow=flow, project=scene.project.name, exc_info=error)

    def _step(self, scene: Scene, dialogue: Dialogue, event: Event, ground: Ground) -> bool:
        try:
            flow = _find(self._flows, dialogue.flow)
            step = take_step(flow, dialogue.state or None, event, scene.facts(), scene.moment, dialogue.data)
            taken = self._rendered(scene, step)
        except (Exception, SystemExit) as error:
            self.report(scene, dialogue.flow, error)
            return True
        if not step.handled:
            return False
        running = scene.dialogue
        if running is not None and running.id != dialogue.id:
            scene.end_dialogue(running, "replaced")
        self._commit(scene, taken, dialogue, ground)
        return True

    def _commit(self, scene: Scene, taken: _Taken, dialogue: Dialogue, ground: Ground) -> None:
        moved = _moved(scene, dialogue, taken.step)
        stored = dialogue.version > 0 or not taken.step.ended
        if dialogue.version and scene.message:
            scene.cancel_reminders(dialogue)
        if stored:
            scene.set_dialogue(moved)
            scene.emit("dialogue.moved", moved.id, flow=moved.flow, state=moved.state)
        replies = taken.replies
        if scene.message and any(isinstance(effect, OptOut) for effect in taken.step.effects):
            # Its first reply is the one confirmation; the gate refuses the others.
            replies = [] if optout.is_repeated_stop(scene) else replies[:1]
            ground = Ground.OPT_OUT_CONFIRMATION
        for effect in taken.step.effects:
            apply(scene, effect, moved if stored else None)
        for reply, text in replies:
            self._replies.put(
                scene,
                text,
                ground,
                source=f"flow:{dialogue.flow}",
                purpose=reply.purpose,
                dialogue_id=moved.id if stored else None,
            )

    def _rendered(self, scene: Scene, step: Step, *, shipped: bool = False) -> _Taken:
        """Render the step's texts; raises where it holds what no row can keep."""
        _check_storable(step)
        texts = (
            self._replies.render(scene, effect.template, effect.variables, shipped=shipped)
            if isinstance(effect, Reply)
            else None
            for effect in step.effects
        )
        return _Taken(step, tuple(texts))

    @cached_property
    def _shipped(self) -> Flows:
        return load_flows([shipped_folder("flows")])


def _find(flows: Flows, name: str) -> type[Flow]:
    flow = flows.get(name)
    if flow is None:
        raise LookupError(f"no flow {name!r} can be loaded")
    return flow


def _check_handled(step: Step, name: str) -> None:
    if not step.handled:
        raise LookupError(f"the flow {name!r} has no answer to its own word")


def _check_storable(step: Step) -> None:
    json.dumps(dict(step.data), allow_nan=False)
    for effect in step.effects:
        match effect:
            case Emit(type=kind, data=data):
                json.dumps([kind, dict(data)], allow_nan=False)
            case Expect(options=options):
                json.dumps({value: list(words) for value, words in options.items()})
            case Remember(field=name, value=value):
                if not (isinstance(name, str) and isinstance(value, str)):
                    raise TypeError("remember takes texts")
            case _:
                pass


def _new(scene: Scene, name: str) -> Dialogue:
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


def _moved(scene: Scene, dialogue: Dialogue, step: Step) -> Dialogue:
    """Return the dialogue in its new state; a time-out that kept its state starts anew."""
    data = {key: value for key, value in step.data.items() if key != "expected"}
    for effect in step.effects:
        if isinstance(effect, Expect):
            data["expected"] = {value: list(words) for value, words in effect.options.items()}
    return replace(
        dialogue,
        state=step.state,
        data=data,
        version=dialogue.version + 1,
        due_at=scene.now + step.timeout // timedelta(milliseconds=1) if step.timeout else None,
        ended_reason="completed" if step.ended else None,
        updated_at=scene.now,
    )
