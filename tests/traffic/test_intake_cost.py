"""What a text costs the database: nothing that grows with what lies behind it."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from gateway.clock import to_ms
from gateway.domain.message import Direction, Purpose, Status
from gateway.ids import new_id
from gateway.store import correspondents, messages
from gateway.store.database import Statement
from gateway.store.messages import Message
from gateway.store.sql import Dialect
from tests.traffic.house import House, house
from tests.traffic.world import LONG, PHONE, PROJECT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from gateway.store.database import Transaction


@pytest.fixture
async def inside(tmp_path: Path, database_environ: dict[str, str]) -> AsyncIterator[House]:
    """Give a gateway on each engine."""
    async with house(tmp_path, environ=database_environ) as opened:
        yield opened


async def test_ten_thousand_old_messages_do_not_slow_a_text(inside: House) -> None:
    """Each look at an address goes by an index that ends at what is new or still waits, on both engines."""
    await inside.hear("INFO Do you open on Sunday?")
    person = await inside.person()
    await inside.gateway.writer.run(lambda tx: _fill(tx, person.address.id))
    since = to_ms(inside.clock.now()) - 3_600_000
    names = {
        "keys": [{"project_id": PROJECT, "number": PHONE}],
        "since": since,
        "project": PROJECT,
        "address_id": person.address.id,
        "reason": "",
        "now": since,
        "purpose": None,
        "spared": None,
        "dialogue": None,
    }
    looks = {
        "message_address": (correspondents.REPLIES, messages.RECENT_BODIES),
        "message_(open|waiting)": (messages.CANCEL_WAITING, messages.RELEASE),
        "thread_address": (correspondents.THREADS,),
        "dialogue_active": (correspondents.DIALOGUES,),
        "consent_event_number": (correspondents.CONSENTS,),
    }
    for index, statements in looks.items():
        for sql in statements:
            plan = await inside.gateway.writer.run(partial(_plan, sql=sql, names=names))
            assert re.search(index, plan), (sql, plan)


async def test_a_text_costs_the_same_statements_whatever_lies_behind_it(inside: House) -> None:
    """The count of statements does not grow with old messages, nor with the texts of the batch."""
    await inside.hear("HELP")
    few = await _statements(inside, "CONTACT")
    person = await inside.person()
    await inside.gateway.writer.run(lambda tx: _fill(tx, person.address.id))
    inside.clock.step(3600)
    assert await _statements(inside, "CONTACT") == few
    inside.clock.step(3600)
    assert await _statements(inside, *["CONTACT"] * 50) == few


async def _statements(inside: House, *words: str) -> int:
    """Return how many statements one batch of texts asked the engine for."""
    tx = _Counting()
    items = [inside.inbound(word) for word in words]

    async def take(real: Transaction) -> None:
        tx.real = real
        await inside.gateway.intake(cast("Transaction", tx), items)

    await inside.gateway.writer.run(take)
    return tx.statements


class _Counting:
    """A transaction that counts what it is asked."""

    def __init__(self) -> None:
        self.statements = 0
        self.real: Any = None

    async def batch(self, statements: Sequence[Statement]) -> Any:
        self.statements += len(statements)
        return await self.real.batch(statements)

    def __getattr__(self, name: str) -> Any:
        self.statements += name.startswith(("fetch", "execute"))
        return getattr(self.real, name)


async def _fill(tx: Transaction, address_id: str) -> None:
    """Give an address ten thousand delivered messages of last year, and make the engine know of them."""
    old = [
        Message(
            project=PROJECT,
            id=new_id(),
            direction=Direction.OUTBOUND,
            status=Status.DELIVERED,
            address_id=address_id,
            number=PHONE,
            sender=LONG,
            provider="demo",
            body=f"old {n}",
            encoding="GSM-7",
            units=5,
            segments=1,
            created_at=1_700_000_000_000 + n,
            updated_at=1_700_000_000_000 + n,
            purpose=Purpose.REPLY,
        )
        for n in range(10_000)
    ]
    await tx.batch([messages.insert(old), Statement("ANALYZE")])


async def _plan(tx: Transaction, *, sql: Any, names: dict[str, object]) -> str:
    """Return how the engine would run a statement."""
    explain = "EXPLAIN QUERY PLAN " if tx.dialect is Dialect.SQLITE else "EXPLAIN "
    if tx.dialect is Dialect.POSTGRES:
        await tx.execute("SET LOCAL enable_seqscan = off")  # Small tables are read whole otherwise.
    used = {name: value for name, value in names.items() if f":{name}" in sql}
    rows = await tx.fetch(cast("Any", explain + sql), used)
    return str([[row[name] for name in list(row.keys())] for row in rows])
