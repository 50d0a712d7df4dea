"""STOP and START: what a contact decides about being written to, in one transaction."""

from __future__ import annotations

from datetime import timedelta

from gateway.clock import from_ms
from gateway.domain.consent import Basis, ConsentEvent, ConsentStatus, Scope, Source, suppression_after
from gateway.domain.message import Purpose
from gateway.domain.sender import SenderKind
from gateway.store import consents
from gateway.store.threads import ThreadState
from gateway.traffic.scene import Scene

_ANSWERED_AGAIN_AFTER = timedelta(days=1)
"""A repeated STOP on a Canadian short code is answered at most once a day (CWTA guidelines)."""


def is_repeated_stop(scene: Scene) -> bool:
    """Tell whether the contact had stopped already and needs no further confirmation."""
    suppression = scene.person.suppression
    if suppression is None or (
        suppression.scope is Scope.MARKETING and scene.project.optout_scope is Scope.ALL
    ):
        return False
    canadian_code = scene.sender.kind is SenderKind.SHORT_CODE and scene.sender.country == "CA"
    return not (canadian_code and scene.moment - suppression.at >= _ANSWERED_AGAIN_AFTER)


def stop(scene: Scene, wording: str) -> None:
    """Unsubscribe: suppression, consent event, and the end of all that waits or runs for the address."""
    source = Source.PROVIDER if scene.optout_answered else Source.KEYWORD
    for project in scene.sender.projects:
        _record(scene, project, ConsentStatus.UNSUBSCRIBED, source, wording)
        if project != scene.project.name:
            for statement in consents.stop_elsewhere(project, scene.person.address.number, scene.now):
                scene.changes.run_first(statement)
    _settle(scene)
    everything = scene.project.optout_scope is Scope.ALL
    scene.cancel_waiting("opted_out", None if everything else Purpose.MARKETING)
    scene.set_address(marketing_held_at=None)
    if everything:
        _end_everything(scene)
    scene.emit("consent.unsubscribed", scene.person.address.id, source=source)


def start(scene: Scene, wording: str) -> None:
    """Restore what the contact had stopped; of someone who stopped nothing, nothing changes."""
    scene.set_address(marketing_held_at=None)
    if scene.person.suppression is None:
        return
    for project in scene.sender.projects:
        _record(scene, project, ConsentStatus.SUBSCRIBED, Source.KEYWORD, wording)
    _settle(scene)
    scene.emit("consent.subscribed", scene.person.address.id, source=Source.KEYWORD)


def hold_marketing(scene: Scene) -> None:
    """Send no marketing until a person has read a text that may be an opt-out."""
    scene.set_address(marketing_held_at=scene.now)
    scene.emit("consent.unclear", scene.person.address.id)


def _record(scene: Scene, project: str, status: ConsentStatus, source: Source, wording: str) -> None:
    address = scene.person.address
    evidence = scene.message.id if scene.message else None
    event = ConsentEvent(
        project=project,
        number_hash=address.number_hash,
        status=status,
        basis=Basis.EXPRESS,
        source=source,
        wording=wording,
        locale=scene.locale,
        at=from_ms(scene.now),
        evidence=evidence,
        address_id=address.id,
    )
    scene.changes.consents.append(event)
    after = suppression_after(scene.person.suppression, event, scene.project.optout_scope)
    scene.changes.suppressions[project, address.number_hash] = after


def _settle(scene: Scene) -> None:
    """Let the rest of this transaction see the address as it stands now."""
    key = scene.project.name, scene.person.address.number_hash
    scene.person.suppression = scene.changes.suppressions[key]


def _end_everything(scene: Scene) -> None:
    for dialogue in list(scene.person.dialogues.values()):
        scene.end_dialogue(dialogue, "opted_out")
    for thread in list(scene.person.threads.values()):
        if thread.state is not ThreadState.CLOSED:
            scene.close_thread(thread, "opted_out")
