"""The way in: a batch of inbounds becomes one transaction, and only then is each acknowledged.

Repetitions are dropped by the provider's id, parts are joined, the address is found or made, the
conversation decides, and everything is written at once. Several texts of one address are decided in
the order in which they came, each seeing what the one before it did.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import structlog

from gateway.clock import Clock, to_ms
from gateway.domain import reactions
from gateway.domain.classify import Classification, classify
from gateway.domain.consent import suppression_hash
from gateway.domain.flow import Locale
from gateway.domain.folding import fold
from gateway.domain.message import Direction, Inbound, Number, Status
from gateway.domain.segments import measure
from gateway.domain.sender import Sender
from gateway.store import addresses, correspondents, inbound, messages
from gateway.store.addresses import Key
from gateway.store.correspondents import Correspondent
from gateway.store.database import Transaction
from gateway.store.inbound import Whole, whole_of
from gateway.store.messages import Message
from gateway.traffic.changes import Changes
from gateway.traffic.conversation import Conversation
from gateway.traffic.directory import Directory, Project
from gateway.traffic.publisher import Publisher
from gateway.traffic.scene import Scene

log = structlog.get_logger(__name__)

_FUZZY_WINDOW_MS = 4_000
"""Where a provider names no message, the same text within this span is the same message."""
_REACTION_WINDOW_MS = 30 * 86_400_000


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
        fresh = await self._unseen(tx, [_cleaned(item) for item in items], now)
        whole = await self._join(tx, fresh, taken)
        changes = Changes(self._new_id)
        arrivals = await self._route(tx, whole, changes, taken, now)
        people = await self._load(tx, arrivals, now)
        spoken: dict[tuple[str, str], int] = {}
        for arrival in arrivals:
            key = arrival.project.name, arrival.inbound.number
            # One millisecond apart, so that "asked after the STOP" is true within a batch as well.
            spoken[key] = moment = max(now, spoken.get(key, 0) + 1)
            await self._decide(tx, arrival, people[key], changes, moment)
            taken[arrival.index] = Taken.ANSWERED
        await changes.write(tx)
        self._publisher.publish(tx, changes)
        return taken

    async def _unseen(self, tx: Transaction, items: Sequence[Inbound], now: int) -> list[tuple[int, Inbound]]:
        named = [replace(item, provider_ref=item.provider_ref or _fuzzy_ref(item, now)) for item in items]
        new = await inbound.unseen(tx, [(i.provider, i.provider_ref) for i in named], now=now)
        fresh = []
        for index, item in enumerate(named):
            key = item.provider, item.provider_ref
            if key in new:
                new.discard(key)
                fresh.append((index, item))
        return fresh

    async def _join(
        self, tx: Transaction, fresh: Sequence[tuple[int, Inbound]], taken: list[Taken]
    ) -> list[tuple[int, Inbound]]:
        parts = [(index, item) for index, item in fresh if item.part and item.part.total > 1]
        joined = [(index, item) for index, item in fresh if not (item.part and item.part.total > 1)]
        if not parts:
            return joined
        await tx.batch([inbound.keep_parts([item for _, item in parts])])
        last = {whole_of(item): index for index, item in parts}
        complete: list[Whole] = []
        for whole, found in (await inbound.parts_of(tx, list(last))).items():
            if found[0].part and len(found) >= found[0].part.total:
                complete.append(whole)
                joined.append((last[whole], join_parts(found)))
        for index, _ in parts:
            taken[index] = Taken.PART
        if complete:
            await tx.batch([inbound.drop_parts(complete)])
        return sorted(joined, key=lambda entry: entry[0])

    async def _route(
        self,
        tx: Transaction,
        items: Sequence[tuple[int, Inbound]],
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
            owner = writers.get((item.sender, item.number), sender.projects[0])
            arrivals.append(_Arrival(index, item, sender, self._directory.project(owner)))
        return arrivals

    async def _last_writers(self, tx: Transaction, items: Sequence[Inbound]) -> dict[tuple[str, str], str]:
        """Return which project of a shared sender wrote last to each number."""
        pairs = {(i.sender, i.number) for i in items if self._directory.is_shared(i.sender)}
        if not pairs:
            return {}
        (rows,) = await tx.batch([addresses.last_writers(sorted(pairs))])
        return {(row["sender"], row["number"]): row["project_id"] for row in rows}

    def _keep_unrouted(self, item: Inbound, changes: Changes, now: int) -> None:
        message = _to_message(item, self._new_id(), "", "", now)
        changes.add_message(message)
        changes.emit("inbound.unrouted", "", message.id, now, sender=item.sender)
        log.error("inbound.unrouted", provider=item.provider, message_id=message.id)

    async def _load(
        self, tx: Transaction, arrivals: Sequence[_Arrival], now: int
    ) -> dict[tuple[str, str], Correspondent]:
        if not arrivals:
            return {}
        keys = [
            Key(a.project.name, a.inbound.number, suppression_hash(a.inbound.number, self._hash_key))
            for a in arrivals
        ]
        return await correspondents.load(
            tx, keys, now=now, new_id=self._new_id, phone_keyed=self._directory.phone_keyed
        )

    async def _decide(
        self, tx: Transaction, arrival: _Arrival, person: Correspondent, changes: Changes, now: int
    ) -> None:
        item, project = arrival.inbound, arrival.project
        meaning = await self._classify(tx, item, project, person, now)
        message = _to_message(item, self._new_id(), project.name, person.address.id, now)
        changes.add_message(message)
        scene = Scene(
            project=project,
            sender=arrival.sender,
            person=person,
            changes=changes,
            now=now,
            locale=_locale(meaning, person, project),
            message=message,
            optout_answered=item.optout_answered is not None,
        )
        scene.set_address(last_inbound_at=now, sender=person.address.sender or item.sender)
        _learn_locale(scene, meaning)
        why = {"intent": meaning.intent.value, "why": meaning.why, "confidence": meaning.confidence}
        changes.emit("message.understood", project.name, message.id, now, **why)
        self._conversation.receive(scene, item.body, meaning)

    async def _classify(
        self, tx: Transaction, item: Inbound, project: Project, person: Correspondent, now: int
    ) -> Classification:
        recent = None
        if reactions.read(fold(item.body), None):
            recent = await messages.recent_bodies(
                tx, project=project.name, address_id=person.address.id, since=now - _REACTION_WINDOW_MS
            )
        return classify(item.body, project.vocabulary, recent=recent)


def _cleaned(item: Inbound) -> Inbound:
    """Replace what no database keeps: NUL and lone surrogates."""
    body = item.body.replace("\0", "\N{REPLACEMENT CHARACTER}")
    body = body.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return item if body == item.body else replace(item, body=body)


def _fuzzy_ref(item: Inbound, now: int) -> str:
    text = f"{item.sender}\0{item.number}\0{item.body}\0{now // _FUZZY_WINDOW_MS}"
    return "~" + hashlib.sha256(text.encode()).hexdigest()


def join_parts(parts: Sequence[Inbound]) -> Inbound:
    """Return the whole text of its parts, which are in order."""
    body = "".join(part.body for part in parts)
    return replace(parts[0], body=body, received_at=max(p.received_at for p in parts), part=None)


def _to_message(item: Inbound, id: str, project: str, address_id: str, now: int) -> Message:
    size = measure(item.body)
    return Message(
        project=project,
        id=id,
        direction=Direction.INBOUND,
        status=Status.RECEIVED,
        address_id=address_id,
        number=Number(item.number),
        sender=item.sender,
        provider=item.provider,
        provider_ref=item.provider_ref,
        body=item.body,
        encoding=size.encoding,
        units=size.units,
        segments=size.segments,
        created_at=now,
        updated_at=now,
    )


def _locale(meaning: Classification, person: Correspondent, project: Project) -> Locale:
    """Keyword's language, then the contact's, then the project's."""
    known = person.contact.locale if person.contact else None
    for locale in (meaning.locale, known):
        if locale in project.locales:
            return locale
    return project.locale


def _learn_locale(scene: Scene, meaning: Classification) -> None:
    contact = scene.person.contact
    if contact and meaning.locale and meaning.locale != contact.locale:
        scene.set_contact(replace(contact, locale=meaning.locale, updated_at=scene.now))
