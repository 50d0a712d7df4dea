"""The way in: a batch of inbounds becomes one transaction, and only then is each acknowledged.

Repetitions are dropped by the provider's id, parts are joined, the address is found or made, the
conversation decides, and everything is written at once. Several texts of one address are decided in
the order in which they came, each seeing what the one before it did.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import structlog

from gateway.clock import Clock, to_ms
from gateway.domain.classify import Classification, classify
from gateway.domain.consent import suppression_hash
from gateway.domain.flow import Locale
from gateway.domain.folding import fold
from gateway.domain.message import Inbound
from gateway.domain.reserved import Intent
from gateway.domain.sender import Sender
from gateway.store import addresses, consents, correspondents, messages
from gateway.store.addresses import Key
from gateway.store.correspondents import Correspondent
from gateway.store.database import Transaction
from gateway.traffic.arrivals import Numbered, first_seen, to_message, whole_texts
from gateway.traffic.changes import Changes
from gateway.traffic.conversation import Conversation
from gateway.traffic.directory import Directory, Project
from gateway.traffic.publisher import Publisher
from gateway.traffic.scene import Scene, Stranger

log = structlog.get_logger(__name__)

_REACTION_WINDOW_MS = 30 * 86_400_000


People = dict[tuple[str, str], Correspondent]
"""By project and number."""


class Taken(StrEnum):
    """What became of an inbound; each of them is acknowledged."""

    ANSWERED = "answered"
    REPEATED = "repeated"
    PART = "part"
    UNROUTED = "unrouted"


@dataclass(frozen=True, slots=True)
class _Arrival:
    """An inbound on its way through the batch, with the place of its result."""

    index: int
    inbound: Inbound
    sender: Sender
    project: Project


class Intake:
    """The writer's command for inbounds."""

    name = "intake"
    priority = 0
    limit = 200

    def __init__(
        self,
        directory: Directory,
        conversation: Conversation,
        publisher: Publisher,
        clock: Clock,
        new_id: Callable[[], str],
        hash_key: bytes,
    ) -> None:
        self._directory = directory
        self._conversation = conversation
        self._publisher = publisher
        self._clock = clock
        self._new_id = new_id
        self._hash_key = hash_key

    async def __call__(self, tx: Transaction, items: Sequence[Inbound]) -> Sequence[Taken]:
        now = to_ms(self._clock.now())
        taken: list[Taken] = [Taken.REPEATED] * len(items)
        fresh = await first_seen(tx, items, now)
        whole = await whole_texts(tx, fresh, now)
        for index, _ in fresh:
            taken[index] = Taken.PART
        changes = Changes(self._new_id)
        arrivals = await self._route(tx, whole, changes, taken, now)
        people = await self._load(tx, arrivals, now)
        for arrival in arrivals:
            await self._decide(tx, arrival, people, changes, now)
            taken[arrival.index] = Taken.ANSWERED
        await changes.write(tx)
        self._publisher.publish(tx, changes)
        return taken

    async def _route(
        self,
        tx: Transaction,
        items: Sequence[Numbered],
        changes: Changes,
        taken: list[Taken],
        now: int,
    ) -> list[_Arrival]:
        writers = await self._last_writers(tx, [item for _, item in items])
        arrivals = []
        for index, item in items:
            sender = self._directory.sender(item.sender)
            if sender is None:
                taken[index] = Taken.UNROUTED
                self._keep_unrouted(item, changes, now)
                continue
            wrote = [p for p in writers.get((item.sender, item.number), ()) if p in sender.projects]
            owner = wrote[-1] if wrote else sender.projects[0]
            arrivals.append(_Arrival(index, item, sender, self._directory.project(owner)))
        return arrivals

    async def _last_writers(
        self, tx: Transaction, items: Sequence[Inbound]
    ) -> dict[tuple[str, str], list[str]]:
        """Return which projects of a shared sender wrote to each number, the latest last."""
        pairs = {(i.sender, i.number) for i in items if self._directory.is_shared(i.sender)}
        if not pairs:
            return {}
        found: dict[tuple[str, str], list[str]] = {}
        (rows,) = await tx.batch([addresses.last_writers(sorted(pairs))])
        for row in rows:
            found.setdefault((row["sender"], row["number"]), []).append(row["project_id"])
        return found

    def _keep_unrouted(self, item: Inbound, changes: Changes, now: int) -> None:
        message = to_message(item, self._new_id(), "", "", now)
        changes.add_message(message)
        changes.emit("inbound.unrouted", "", message.id, now, sender=item.sender)
        log.error("inbound.unrouted", provider=item.provider, message_id=message.id)

    async def _load(self, tx: Transaction, arrivals: Sequence[_Arrival], now: int) -> People:
        """Load who wrote, and the same numbers in the other projects of a shared sender."""
        if not arrivals:
            return {}
        keys = [
            Key(a.project.name, a.inbound.number, suppression_hash(a.inbound.number, self._hash_key))
            for a in arrivals
        ]
        people = await correspondents.load(
            tx, keys, now=now, new_id=self._new_id, phone_keyed=self._directory.phone_keyed
        )
        beside = {(p, a.inbound.number) for a in arrivals for p in a.sender.projects} - people.keys()
        if beside:
            people |= await correspondents.find(tx, beside, now=now)
        return people

    async def _decide(
        self, tx: Transaction, arrival: _Arrival, people: People, changes: Changes, clock: int
    ) -> None:
        item, project = arrival.inbound, arrival.project
        person = people[project.name, item.number]
        now = _moment(person, clock)
        meaning = await self._understand(tx, item, project, person, now)
        message = to_message(item, self._new_id(), project.name, person.address.id, now)
        changes.add_message(message)
        scene = Scene(
            project=project,
            sender=arrival.sender,
            person=person,
            changes=changes,
            now=now,
            locale=_locale(meaning, person, project, arrival.sender),
            message=message,
            optout_answered=item.optout_answered is not None,
            arrived=clock,
        )
        scene.beside, strangers = self._others(scene, people)
        scene.strangers = await _strangers(tx, strangers, person)
        scene.set_address(last_inbound_at=now, sender=person.address.sender or item.sender)
        _learn_locale(scene, meaning)
        if item.media:
            scene.emit("message.media", message.id, urls=list(item.media))
        why = {"intent": meaning.intent.value, "why": meaning.why, "confidence": meaning.confidence}
        scene.emit("message.understood", message.id, **why)
        self._conversation.receive(scene, item.body, meaning)

    def _others(self, scene: Scene, people: People) -> tuple[list[Scene], list[Project]]:
        """Return the other projects of a shared sender: as scenes where they know the number."""
        beside, strangers = [], []
        for name in scene.sender.projects:
            if name == scene.project.name:
                continue
            project = self._directory.project(name)
            person = people.get((name, scene.person.address.number))
            if person is None:
                strangers.append(project)
            else:
                beside.append(Scene(project, scene.sender, person, scene.changes, scene.now, scene.locale))
        return beside, strangers

    async def _understand(
        self, tx: Transaction, item: Inbound, project: Project, person: Correspondent, now: int
    ) -> Classification:
        recent = None
        if '"' in fold(item.body):
            recent = await messages.recent_bodies(
                tx, project=project.name, address_id=person.address.id, since=now - _REACTION_WINDOW_MS
            )
        meaning = classify(item.body, project.vocabulary, recent=recent)
        if (item.optout_answered or "").upper() == "STOP" and meaning.intent is not Intent.STOP:
            # Some providers take a text that merely begins with a stop word for a STOP, and block.
            return replace(meaning, intent=Intent.STOP, keyword="STOP", why="the provider answered STOP")
        binding = project.binding(meaning.keyword) if meaning.intent is Intent.KEYWORD else None
        if binding and binding.locale and meaning.locale is None:
            return replace(meaning, locale=binding.locale)
        return meaning


async def _strangers(tx: Transaction, projects: Sequence[Project], person: Correspondent) -> list[Stranger]:
    """Return the projects that do not know the number, each with the STOP that it may have of it."""
    if not projects:
        return []
    hash = person.address.number_hash
    standing = await consents.standing(tx, {(project.name, hash) for project in projects})
    return [Stranger(project, standing.get((project.name, hash))) for project in projects]


def _moment(person: Correspondent, clock: int) -> int:
    """Return a moment after all that came before: "asked after the STOP" holds within a millisecond too."""
    stopped = to_ms(person.suppression.at) if person.suppression else 0
    return max(clock, (person.address.last_inbound_at or 0) + 1, stopped + 1)


def _locale(meaning: Classification, person: Correspondent, project: Project, sender: Sender) -> Locale:
    """The keyword's language, then the contact's, then that of the running dialogue, then the project's."""
    known = person.contact.locale if person.contact else None
    dialogue = person.dialogues.get(sender.number)
    for locale in (meaning.locale, known, dialogue.locale if dialogue else None):
        if locale in project.locales:
            return locale
    return project.locale


def _learn_locale(scene: Scene, meaning: Classification) -> None:
    contact = scene.person.contact
    if contact and meaning.locale and meaning.locale != contact.locale:
        scene.set_contact(replace(contact, locale=meaning.locale, updated_at=scene.now))
