"""What comes in, once and whole: repetitions are dropped, parts wait for each other."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from gateway.domain.message import Direction, Inbound, Number, Part, Status
from gateway.domain.phone import accept
from gateway.domain.segments import measure
from gateway.domain.storable import storable
from gateway.store import inbound
from gateway.store.database import Transaction
from gateway.store.inbound import UNNAMED, Whole, whole_of
from gateway.store.messages import Message

Numbered = tuple[int, Inbound]
"""An inbound with its place in the batch."""

_SAME_WITHIN = timedelta(seconds=4) // timedelta(milliseconds=1)
"""Where a provider names no message, the same text within this span is the same message."""


async def first_seen(tx: Transaction, items: Sequence[Inbound], now: int) -> list[Numbered]:
    """Return what was never here before, cleaned for storage; of doubles in the batch the first."""
    named = [_named(_clean(item)) for item in items]
    keys = [(item.provider, item.provider_ref) for item in named]
    new = await inbound.unseen(tx, keys, now=now, forgotten=now - _SAME_WITHIN)
    fresh = []
    for index, (key, item) in enumerate(zip(keys, named, strict=True)):
        if key in new:
            new.discard(key)
            fresh.append((index, item))
    return fresh


async def whole_texts(tx: Transaction, fresh: Sequence[Numbered], now: int) -> list[Numbered]:
    """Return the texts that are complete, each in the place of its last part; keep the other parts."""
    first: dict[Whole, int] = {}
    for index, item in fresh:
        if part := _part_of(item):
            first.setdefault(whole_of(item, part), index)
    if not first:
        return list(fresh)
    kept = await inbound.take_parts(tx, list(first))
    before = [(first[whole_of(item, item.part)], item) for item in kept if item.part]
    texts, waiting = assemble([*before, *fresh])
    if waiting:
        await tx.batch([inbound.keep_parts(waiting, now=now)])
    return sorted(texts, key=lambda entry: entry[0])


def assemble(arrived: Sequence[Numbered]) -> tuple[list[Numbered], list[Inbound]]:
    """Return the texts of what came, in order of arrival, and the parts that wait for others.

    A part that comes again under another id belongs to another text of the same reference. Nothing tells
    whose the later parts are, so what was there of the former text is taken as the whole of it.
    """
    texts: list[Numbered] = []
    waiting: dict[Whole, dict[int, Numbered]] = {}
    for index, item in arrived:
        part = _part_of(item)
        if part is None:
            texts.append((index, item))
            continue
        whole = whole_of(item, part)
        held = waiting.setdefault(whole, {})
        if part.number in held and held[part.number][1].provider_ref != item.provider_ref:
            texts.append(_joined(held))
            held.clear()
        held[part.number] = (index, item)
        if len(held) >= part.total:
            texts.append(_joined(waiting.pop(whole)))
    return texts, [item for held in waiting.values() for _, item in held.values()]


def _joined(held: Mapping[int, Numbered]) -> Numbered:
    return max(index for index, _ in held.values()), join_parts([item for _, item in held.values()])


def join_parts(parts: Sequence[Inbound]) -> Inbound:
    """Return the text of its parts; it is cleaned only now, since an emoji may be cut in two."""
    ordered = sorted(parts, key=lambda item: item.part.number if item.part else 0)
    return replace(
        ordered[0],
        body=storable("".join(item.body for item in ordered)),
        received_at=max(item.received_at for item in ordered),
        part=None,
        optout_answered=next((item.optout_answered for item in ordered if item.optout_answered), None),
        media=tuple(url for item in ordered for url in item.media),
    )


def to_message(item: Inbound, id: str, project: str, address_id: str, now: int) -> Message:
    """Return the row of an inbound."""
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
        provider_ref=None if item.provider_ref.startswith(UNNAMED) else item.provider_ref,
        body=item.body,
        encoding=size.encoding,
        units=size.units,
        segments=size.segments,
        created_at=now,
        updated_at=now,
    )


def _part_of(item: Inbound) -> Part | None:
    """Return the place of a part, or None for a text that came in one piece."""
    return item.part if item.part and item.part.total > 1 else None


def _clean(item: Inbound) -> Inbound:
    part = item.part
    return replace(
        item,
        part=replace(part, reference=storable(part.reference)) if part else None,
        provider_ref=storable(item.provider_ref),
        sender=accept(storable(item.sender)),
        number=accept(storable(item.number)),
        body=item.body if _part_of(item) else storable(item.body),
        optout_answered=storable(item.optout_answered) if item.optout_answered else None,
    )


def _named(item: Inbound) -> Inbound:
    """Name an unnamed text after what it says."""
    if item.provider_ref:
        return item
    said = "\0".join((item.sender, item.number, repr(item.part), item.body))
    digest = hashlib.sha256(said.encode(errors="surrogatepass")).hexdigest()
    return replace(item, provider_ref=UNNAMED + digest)
