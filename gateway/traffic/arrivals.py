"""What comes in, once and whole: repetitions are dropped, parts wait for each other."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from gateway.domain.message import Direction, Inbound, Number, Status
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
    parts = [(index, item) for index, item in fresh if _is_part(item)]
    whole = [(index, item) for index, item in fresh if not _is_part(item)]
    if not parts:
        return whole
    await tx.batch([inbound.keep_parts([item for _, item in parts], now=now)])
    last = {whole_of(item): index for index, item in parts}
    complete: list[Whole] = []
    for key, found in (await inbound.parts_of(tx, list(last))).items():
        if found[0].part and len(found) >= found[0].part.total:
            complete.append(key)
            whole.append((last[key], join_parts(found)))
    if complete:
        await tx.batch([inbound.drop_parts(complete)])
    return sorted(whole, key=lambda entry: entry[0])


def join_parts(parts: Sequence[Inbound]) -> Inbound:
    """Return the whole text of its parts, which are in order."""
    body = "".join(part.body for part in parts)
    return replace(parts[0], body=body, received_at=max(p.received_at for p in parts), part=None)


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


def _is_part(item: Inbound) -> bool:
    return item.part is not None and item.part.total > 1


def _clean(item: Inbound) -> Inbound:
    part = item.part
    return replace(
        item,
        part=replace(part, reference=storable(part.reference)) if part else None,
        provider_ref=storable(item.provider_ref),
        sender=Number(storable(item.sender)),
        number=Number(storable(item.number)),
        body=storable(item.body),
    )


def _named(item: Inbound) -> Inbound:
    """Name an unnamed text after what it says."""
    if item.provider_ref:
        return item
    said = "\0".join((item.sender, item.number, repr(item.part), item.body))
    return replace(item, provider_ref=UNNAMED + hashlib.sha256(said.encode()).hexdigest())
