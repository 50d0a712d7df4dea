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
from gateway.store.dialogues import Dialogue
from gateway.traffic import inquiry, optout
from gateway.traffic.directory import Binding
from gateway.traffic.flow_runner import FlowRunner
from gateway.traffic.scene import Scene

_ONCE_A_DAY = timedelta(days=1) // timedelta(milliseconds=1)
_INFO = Binding(flow="info")
_RESERVED = frozenset({Intent.STOP, Intent.START, Intent.HELP, Intent.CONTACT, Intent.INFO})


class Conversation:
    """Answers texts by the order of checks."""

    def __init__(self, flows: Flows, runner: FlowRunner) -> None:
        self._flows = flows
        self._runner = runner

    def receive(self, scene: Scene, text: str, meaning: Classification) -> None:
        """Decide one inbound text."""
        if scene.optout_answered and meaning.intent in _RESERVED:
            scene.withheld = "answered_by_provider"
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
                self._reaction(scene)
            case _:
                self._converse(scene, text, meaning)

    def _stop(self, scene: Scene, text: str, meaning: Classification) -> None:
        self._runner.run_reserved(
            scene,
            "stop",
            _keyword(meaning),
            Ground.OPT_OUT_CONFIRMATION,
            before=lambda: optout.stop(scene, text),
            repeated=optout.is_repeated_stop(scene),
        )

    def _start(self, scene: Scene, text: str, meaning: Classification) -> None:
        self._runner.run_reserved(
            scene,
            "start",
            _keyword(meaning),
            Ground.OPT_IN_CONFIRMATION,
            before=lambda: optout.start(scene, text),
            repeated=not optout.is_stopped(scene),
        )

    def _inform(self, scene: Scene, meaning: Classification) -> None:
        ground = Ground.HELP if meaning.intent is Intent.HELP else Ground.CONTACT
        self._runner.run_reserved(scene, meaning.intent.value, _keyword(meaning), ground)

    def _reaction(self, scene: Scene) -> None:
        """A reaction asks for nothing; in a thread people may want to see it."""
        if scene.open_thread:
            scene.attach_to_thread(scene.open_thread.id)
        scene.emit("message.reaction", scene.subject)

    def _unclear(self, scene: Scene, text: str) -> None:
        """A text that may be an opt-out: no marketing until a person has read it; asked back once a day."""
        optout.hold_marketing(scene)
        if _people_talk(scene):
            self._in_thread(scene, text, None)
            if scene.open_thread:
                scene.set_thread(replace(scene.open_thread, flag=inquiry.UNCLEAR))
            return
        inquiry.keep_for_person(scene, inquiry.UNCLEAR)
        if _is_over(scene.person.address.clarified_at, scene):
            scene.set_address(clarified_at=scene.now)
            self._runner.say(scene, "stop/clarify", Ground.CLARIFICATION, {})

    def _converse(self, scene: Scene, text: str, meaning: Classification) -> None:
        if _people_talk(scene):
            self._in_thread(scene, text, meaning)
        elif self._in_dialogue(scene, text, meaning):
            return
        elif not self._began(scene, meaning):
            self._unexpected(scene, text)

    def _in_thread(self, scene: Scene, text: str, meaning: Classification | None) -> None:
        """People are talking: the text joins them, and the bot is silent.

        Its own dialogue is told, and may invite the next question; any other is told but not heard.
        """
        thread, dialogue = scene.open_thread, self._runner.current(scene)
        own = dialogue is not None and dialogue.flow == _INFO.flow
        asked = meaning if own and meaning and meaning.intent is Intent.INFO else None
        if asked and thread:
            scene.attach_to_thread(thread.id)
        handled = False
        if dialogue is not None:
            scene.withheld = scene.withheld or (None if own else "thread_open")
            event = _keyword(asked) if asked else _answer(dialogue, text)
            handled = self._runner.resume(scene, dialogue, event)
        if asked and handled:
            return
        if asked or (scene.message and scene.message.thread_id is None):
            inquiry.join(scene)

    def _in_dialogue(self, scene: Scene, text: str, meaning: Classification) -> bool:
        dialogue = self._runner.current(scene)
        if dialogue is None:
            return False
        flow = self._flows.get(dialogue.flow)
        state = flow.find_state(dialogue.state) if flow else None
        yields = state is not None and state.keywords == "replace"
        if yields and meaning.intent in {Intent.INFO, Intent.KEYWORD}:
            return False
        return self._runner.resume(scene, dialogue, _answer(dialogue, text))

    def _began(self, scene: Scene, meaning: Classification) -> bool:
        binding = _INFO if meaning.intent is Intent.INFO else scene.project.binding(meaning.keyword)
        if binding is None:
            return False
        ground = Ground.INFO if binding is _INFO else Ground.KEYWORD
        data: dict[str, Any] = {"template": binding.template} if binding.template else {}
        return self._runner.begin(scene, binding.flow, replace(_keyword(meaning), data=data), ground)

    def _unexpected(self, scene: Scene, text: str) -> None:
        word = suggest(text, scene.project.vocabulary)
        if word is not None:
            self._runner.say(scene, "engine/suggestion", Ground.SUGGESTION, {"word": word})
            return
        inquiry.keep_for_person(scene, "unsolicited")
        if _is_over(scene.person.address.fallback_at, scene):
            scene.set_address(fallback_at=scene.now)
            self._runner.say(scene, "engine/fallback", Ground.FALLBACK, {})


def _people_talk(scene: Scene) -> bool:
    thread = scene.open_thread
    return thread is not None and thread.state.silences_bot


def _is_over(last: int | None, scene: Scene) -> bool:
    return last is None or scene.now - last >= _ONCE_A_DAY


def _keyword(meaning: Classification) -> Event:
    return Event(EventKind.KEYWORD, text=meaning.rest, keyword=meaning.keyword)


def _answer(dialogue: Dialogue, text: str) -> Event:
    """Return the event of a text: a choice when it is one of the expected answers."""
    said = fold(text).strip()
    for value, words in dialogue.data.get("expected", {}).items():
        if said in {fold(word).strip() for word in words}:
            return Event(EventKind.CHOICE, text=text, choice=value)
    return Event(EventKind.TEXT, text=text)
