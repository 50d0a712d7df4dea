"""What an inbound text means here, and what follows: the fixed order of checks, then the flow.

Reaction guard → STOP → START → HELP, CONTACT → open thread → active dialogue → keyword →
near miss → fallback. Everything decided lands in one `Changes`; nothing is sent or stored here.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from gateway.content.flows import Flows
from gateway.domain.classify import Classification
from gateway.domain.flow import Event, EventKind
from gateway.domain.folding import fold
from gateway.domain.gate import Ground
from gateway.domain.keywords import suggest
from gateway.domain.reserved import Intent
from gateway.errors import TemplateError
from gateway.store.dialogues import Dialogue
from gateway.traffic import inquiry, optout
from gateway.traffic.directory import Binding
from gateway.traffic.flow_runner import FlowRunner
from gateway.traffic.scene import Scene

_ONCE_A_DAY = timedelta(days=1) // timedelta(milliseconds=1)


class Conversation:
    """Answers texts by the order of checks."""

    def __init__(self, flows: Flows, runner: FlowRunner) -> None:
        self._flows = flows
        self._runner = runner

    def receive(self, scene: Scene, text: str, meaning: Classification) -> None:
        """Decide one inbound text."""
        match meaning.intent:
            case Intent.STOP:
                self._stop(scene, text, meaning)
            case Intent.START:
                self._start(scene, text, meaning)
            case Intent.HELP | Intent.CONTACT:
                self._inform(scene, meaning)
            case Intent.AMBIGUOUS:
                self._unclear(scene, text)
            case _ if meaning.why.startswith("reaction"):
                scene.emit("message.reaction", scene.message.id if scene.message else "")
            case _:
                self._converse(scene, text, meaning)

    def _stop(self, scene: Scene, text: str, meaning: Classification) -> None:
        repeated = optout.is_repeated_stop(scene)
        self._runner.run_reserved(
            scene,
            "stop",
            Event(EventKind.KEYWORD, text=meaning.rest, keyword=meaning.keyword),
            Ground.OPT_OUT_CONFIRMATION,
            before=lambda: optout.stop(scene, text),
            repeated=repeated,
        )

    def _start(self, scene: Scene, text: str, meaning: Classification) -> None:
        repeated = scene.person.suppression is None
        self._runner.run_reserved(
            scene,
            "start",
            Event(EventKind.KEYWORD, text=meaning.rest, keyword=meaning.keyword),
            Ground.OPT_IN_CONFIRMATION,
            before=lambda: optout.start(scene, text),
            repeated=repeated,
        )

    def _inform(self, scene: Scene, meaning: Classification) -> None:
        name = meaning.intent.value
        ground = Ground.HELP if meaning.intent is Intent.HELP else Ground.CONTACT
        self._runner.run_reserved(
            scene, name, Event(EventKind.KEYWORD, text=meaning.rest, keyword=meaning.keyword), ground
        )

    def _unclear(self, scene: Scene, text: str) -> None:
        optout.hold_marketing(scene)
        thread = scene.open_thread
        if thread and thread.state.silences_bot:
            self._in_thread(scene, text)
            scene.set_thread(replace(scene.open_thread or thread, flag="opt_out_unclear"))
            return
        inquiry.keep_for_person(scene, "opt_out_unclear")
        clarified = scene.person.address.clarified_at
        if clarified is None or scene.now - clarified >= _ONCE_A_DAY:
            scene.set_address(clarified_at=scene.now)
            self._say(scene, "stop/clarify", Ground.CLARIFICATION)

    def _converse(self, scene: Scene, text: str, meaning: Classification) -> None:
        thread = scene.open_thread
        if thread and thread.state.silences_bot:
            self._in_thread(scene, text)
        elif self._in_dialogue(scene, text, meaning):
            return
        elif meaning.intent is Intent.INFO:
            self._begin(scene, Binding(flow="info"), meaning)
        elif meaning.intent is Intent.KEYWORD:
            self._begin(scene, scene.project.keywords[fold(meaning.keyword or "")], meaning)
        else:
            self._unexpected(scene, text)

    def _in_thread(self, scene: Scene, text: str) -> None:
        """People are talking: the text joins them, and the bot is silent."""
        dialogue = scene.dialogue
        if dialogue and self._runner.resume(scene, dialogue, Event(EventKind.TEXT, text=text)):
            if scene.message and scene.message.thread_id is None:
                inquiry.join(scene)
            return
        inquiry.join(scene)

    def _in_dialogue(self, scene: Scene, text: str, meaning: Classification) -> bool:
        dialogue = scene.dialogue
        if dialogue is None:
            return False
        flow = self._flows.get(dialogue.flow)
        state = flow.find_state(dialogue.state) if flow else None
        if state is None:
            scene.end_dialogue(dialogue, "state_gone")
            return False
        if state.keywords == "replace" and meaning.intent in {Intent.INFO, Intent.KEYWORD}:
            return False
        return self._runner.resume(scene, dialogue, _answer(dialogue, text))

    def _begin(self, scene: Scene, binding: Binding, meaning: Classification) -> None:
        ground = Ground.INFO if binding.flow == "info" else Ground.KEYWORD
        data: dict[str, Any] = {"template": binding.template} if binding.template else {}
        event = Event(EventKind.KEYWORD, text=meaning.rest, keyword=meaning.keyword, data=data)
        self._runner.begin(scene, binding.flow, event, ground)

    def _unexpected(self, scene: Scene, text: str) -> None:
        word = suggest(text, scene.project.vocabulary)
        if word is not None:
            self._say(scene, "engine/suggestion", Ground.SUGGESTION, word=word)
            return
        inquiry.keep_for_person(scene, "unsolicited")
        last = scene.person.address.fallback_at
        if last is None or scene.now - last >= _ONCE_A_DAY:
            scene.set_address(fallback_at=scene.now)
            self._say(scene, "engine/fallback", Ground.FALLBACK)

    def _say(self, scene: Scene, template: str, ground: Ground, **variables: Any) -> None:
        try:
            self._runner.say(scene, template, ground, variables)
        except TemplateError as error:
            self._runner.report(scene, "engine", error)


def _answer(dialogue: Dialogue, text: str) -> Event:
    """Return the event of a text: a choice when it is one of the expected answers."""
    said = fold(text)
    for value, words in dialogue.data.get("expected", {}).items():
        if said in {fold(word) for word in words}:
            return Event(EventKind.CHOICE, text=text, choice=value)
    return Event(EventKind.TEXT, text=text)
