"""STOP and START: what a contact decides about being written to, in one transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from gateway.clock import from_ms
from gateway.domain.consent import Basis, ConsentEvent, ConsentStatus, Scope, Source, suppression_after
from gateway.domain.gate import Ground, Reason
from gateway.domain.ledger import restorable
from gateway.domain.message import Purpose
from gateway.domain.reserved import Intent
from gateway.domain.sender import SenderKind
from gateway.store.threads import ThreadState
from gateway.traffic.directory import Project
from gateway.traffic.scene import Scene, Stranger

_ANSWERED_AGAIN_AFTER = timedelta(days=1)
"""A repeated STOP on a Canadian short code is answered at most once a day (CWTA guidelines)."""


def is_repeated_stop(scene: Scene) -> bool:
    """Tell whether the contact had stopped by text already and needs no further confirmation."""
    suppression = scene.person.suppression
    if suppression is None or (suppression.source is Source.FORM and not suppression.confirmed_at):
        return False
    if suppression.scope is Scope.MARKETING and scene.project.optout_scope is Scope.ALL:
        return False
    confirmed_at = suppression.confirmed_at or suppression.at
    canadian_code = scene.sender.kind is SenderKind.SHORT_CODE and scene.sender.country == "CA"
    return not (canadian_code and scene.moment - confirmed_at >= _ANSWERED_AGAIN_AFTER)


def is_stopped(scene: Scene) -> bool:
    """Tell whether there is anything that a START restores, in any project of the sender."""
    return any(
        each.person.suppression is not None or restorable(each.person.consents)
        for each in (scene, *scene.beside)
    )


def stop(scene: Scene, wording: str) -> None:
    """Unsubscribe: suppression, consent event, and the end of all that waits or runs for the address.

    On a shared sender this holds for each of its projects.
    """
    source = Source.PROVIDER if scene.optout_answered else Source.KEYWORD
    heard = scene.carrier_heard is Intent.STOP
    for each in (scene, *scene.beside):
        event = _event(each, each.project, ConsentStatus.UNSUBSCRIBED, source, wording, scene.subject)
        _stop(each, event, carrier_blocks=heard)
    for stranger in scene.strangers:
        event = _event(scene, stranger.project, ConsentStatus.UNSUBSCRIBED, source, wording)
        _stop_stranger(scene, stranger, event, carrier_blocks=heard)


def start(scene: Scene, wording: str) -> None:
    """Restore what the contact had stopped, and grant nothing; who stopped nothing changes nothing."""
    for each in (scene, *scene.beside):
        release_marketing(each)
    if not is_stopped(scene):
        return
    for each in (scene, *scene.beside):
        _resume(each, wording, scene.subject, Basis.RESTORED)
    for stranger in scene.strangers:
        event = _event(scene, stranger.project, ConsentStatus.SUBSCRIBED, Source.KEYWORD, wording)
        scene.changes.consents.append(replace(event, basis=Basis.RESTORED))
        scene.changes.suppressions[stranger.project.name, event.number_hash] = None


def subscribe(scene: Scene, wording: str) -> None:
    """Record that the contact asked for messages, by a word of the operator; only START lifts a STOP."""
    if scene.person.suppression is None:
        _resume(scene, wording, scene.subject, Basis.EXPRESS)


def hold_marketing(scene: Scene) -> None:
    """Send no marketing until a person has read a text that may be an opt-out."""
    scene.set_address(marketing_held_at=scene.now)
    scene.emit("consent.unclear", scene.person.address.id)


def release_marketing(scene: Scene) -> None:
    """Let marketing go on: a person has read the text, or the contact has said more."""
    address = scene.person.address
    if address.marketing_held_at is not None:
        scene.set_address(marketing_held_at=None)
        scene.changes.release(address.project, address.id, scene.now, Reason.AMBIGUOUS_OPT_OUT)


def _stop(scene: Scene, event: ConsentEvent, *, carrier_blocks: bool) -> None:
    repeated = is_repeated_stop(scene)
    _record(scene, event, carrier_blocks=carrier_blocks)
    if not repeated:
        _confirm(scene)
    everything = scene.project.optout_scope is Scope.ALL
    # A confirmation that has not left yet is the only one that the contact gets.
    spared = Ground.OPT_OUT_CONFIRMATION if repeated else None
    scene.cancel_waiting("opted_out", None if everything else Purpose.MARKETING, spared=spared)
    scene.set_address(marketing_held_at=None)
    if everything:
        _end_everything(scene)
    scene.emit("consent.unsubscribed", scene.person.address.id, source=event.source)


def _resume(scene: Scene, wording: str, evidence: str, basis: Basis) -> None:
    event = _event(scene, scene.project, ConsentStatus.SUBSCRIBED, Source.KEYWORD, wording, evidence)
    _record(scene, replace(event, basis=basis))
    scene.emit("consent.subscribed", scene.person.address.id, source=Source.KEYWORD)


def _stop_stranger(scene: Scene, stranger: Stranger, event: ConsentEvent, *, carrier_blocks: bool) -> None:
    project = stranger.project
    scene.changes.consents.append(event)
    key = project.name, event.number_hash
    before = scene.changes.suppressions.get(key, stranger.suppression)
    scene.changes.suppressions[key] = suppression_after(
        before, event, project.optout_scope, carrier_blocks=carrier_blocks
    )


def _event(
    scene: Scene,
    project: Project,
    status: ConsentStatus,
    source: Source,
    wording: str,
    evidence: str | None = None,
) -> ConsentEvent:
    address = scene.person.address
    return ConsentEvent(
        project=project.name,
        number_hash=address.number_hash,
        status=status,
        source=source,
        wording=wording,
        locale=scene.locale,
        at=from_ms(scene.now),
        evidence=evidence or scene.subject,
        address_id=address.id if project is scene.project else None,
    )


def _record(scene: Scene, event: ConsentEvent, *, carrier_blocks: bool = False) -> None:
    """Append to the ledger, and let the rest of this transaction see where that leaves the address."""
    person = scene.person
    person.consents.append(event)
    person.suppression = suppression_after(
        person.suppression, event, scene.project.optout_scope, carrier_blocks=carrier_blocks
    )
    scene.changes.consents.append(event)
    scene.changes.suppressions[event.project, event.number_hash] = person.suppression


def _confirm(scene: Scene) -> None:
    """Note that this STOP is the one that the confirmation answers."""
    suppression = scene.person.suppression
    if suppression is not None and suppression.source is Source.KEYWORD:
        scene.person.suppression = replace(suppression, confirmed_at=suppression.at)
        key = scene.project.name, suppression.hash
        scene.changes.suppressions[key] = scene.person.suppression


def _end_everything(scene: Scene) -> None:
    for dialogue in list(scene.person.dialogues.values()):
        scene.end_dialogue(dialogue, "opted_out")
    for thread in list(scene.person.threads.values()):
        if thread.state is not ThreadState.CLOSED:
            scene.close_thread(thread, "opted_out")
