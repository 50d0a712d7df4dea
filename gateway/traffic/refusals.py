"""Opt-outs that only the provider saw: a refusal, or a receipt that names one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gateway.clock import from_ms
from gateway.domain.consent import ConsentEvent, ConsentStatus, Source, suppression_after
from gateway.store import correspondents
from gateway.store.correspondents import Correspondent
from gateway.store.database import Transaction
from gateway.store.messages import Message
from gateway.traffic.changes import Changes
from gateway.traffic.directory import Directory, Project
from gateway.traffic.publisher import Publisher


async def record_refusals(
    tx: Transaction,
    refused: Sequence[Message],
    directory: Directory,
    publisher: Publisher,
    new_id: Callable[[], str],
    now: int,
) -> None:
    """Suppress recipients that opted out at the provider, in every project that shares the sender.

    A known opt-out makes no second event.
    """
    if not refused:
        return
    changes = Changes(new_id)
    keys = {(p, m.number) for m in refused for p in _projects(m, directory)}
    people = await correspondents.find(tx, keys, now=now)
    for message in refused:
        for name in _projects(message, directory):
            person = people.get((name, message.number))
            if person is not None and person.suppression is None:
                _suppress(message.id, person, directory.project(name), changes, now)
    await changes.write(tx)
    publisher.publish(tx, changes)


def _projects(message: Message, directory: Directory) -> tuple[str, ...]:
    sender = directory.sender(message.sender)
    return sender.projects if sender else (message.project,)


def _suppress(evidence: str, person: Correspondent, project: Project, changes: Changes, now: int) -> None:
    address = person.address
    event = ConsentEvent(
        project=project.name,
        number_hash=address.number_hash,
        address_id=address.id,
        status=ConsentStatus.UNSUBSCRIBED,
        source=Source.PROVIDER,
        at=from_ms(now),
        evidence=evidence,
    )
    person.suppression = suppression_after(None, event, project.optout_scope)
    changes.consents.append(event)
    changes.suppressions[project.name, address.number_hash] = person.suppression
    changes.cancel_waiting(project.name, address.id, now, "opted_out")
    changes.emit("consent.unsubscribed", project.name, address.id, now, source=Source.PROVIDER)
