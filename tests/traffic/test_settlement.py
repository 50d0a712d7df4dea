"""Outcomes that nobody knows: found out, sent once more, or left to a person; after a crash too."""

from __future__ import annotations

import sqlite3
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from gateway.clock import SteppedClock, to_ms
from gateway.domain.gate import Ground
from gateway.domain.message import MessageId, Purpose, Receipt, Status
from gateway.ids import new_id
from gateway.simulator.faults import Fate, Faults, Span
from gateway.store import claims, messages
from gateway.store.database import Transaction
from gateway.store.messages import Message
from tests.traffic.conftest import OpenWorld
from tests.traffic.world import LONG, MONDAY, PHONE, World, guarded, networked, number_of, world

HANG, SWALLOWED, BROKEN_AFTER = "+15005550015", "+15005550016", "+15005550018"
IMPATIENT = {"timeout": "1.5"}
"""Real seconds: long enough for an answer on a busy machine, short enough to wait for in vain."""
NEVER = Span(1e6, 1e6)
RESENT = (Purpose.ALERT, Purpose.REPLY, Purpose.TRANSACTIONAL)


async def uncertain(world: World, *sent: Message) -> None:
    """Wait until the calls for these messages have timed out."""
    await world.pass_time(len(sent) + 0.5)
    for message in sent:
        await world.until(lambda: not world.lane().in_hand)
        assert await world.statuses([message]) == ["uncertain"]


async def test_what_the_provider_took_is_found_by_asking(
    open_world: OpenWorld, database_environ: dict[str, str]
) -> None:
    """A call timed out though the text was taken: accepted, once, and delivered when the receipt comes."""
    late = Faults(receipt=Span(60, 60))
    async with open_world(environ=database_environ, faults=late, provider=IMPATIENT) as here:
        (message,) = await here.send(HANG)
        await uncertain(here, message)
        await here.pass_time(8)
        assert await here.statuses([message]) == ["uncertain"]
        await here.pass_time(6)
        after = await here.message(message)
        assert (after.status, after.provider_ref) == ("accepted", here.carrier.sent[0].id)
        assert after.why[-1] == "settled:found"
        await here.pass_time(120)
        assert await here.statuses([message]) == ["delivered"]
        assert len(here.carrier.sent) == 1


async def test_a_receipt_settles_what_the_call_did_not(open_world: OpenWorld) -> None:
    """Answered 500 though taken: the receipt names the message, nothing is asked or sent again."""
    async with open_world() as here:
        (message,) = await here.send(BROKEN_AFTER)
        await here.pass_time(3)
        after = await here.message(message)
        assert (after.status, after.provider_ref) == ("delivered", here.carrier.sent[0].id)
        assert not any(reason.startswith("settled") for reason in after.why)
        assert len(here.carrier.sent) == 1


@pytest.mark.parametrize("purpose", RESENT)
async def test_what_must_arrive_is_sent_once_more(open_world: OpenWorld, purpose: Purpose) -> None:
    """Alert, reply and transactional texts go again, marked as possibly doubled, and never a third time."""
    async with open_world(provider=IMPATIENT) as here:
        (message,) = await here.send(SWALLOWED, purpose=purpose, ground=Ground.HELP)
        await uncertain(here, message)
        await here.pass_time(14)
        await here.until(lambda: not here.lane().in_hand)
        again = await here.message(message)
        assert (again.status, again.doubled, again.attempts) == ("uncertain", True, 2)
        await here.pass_time(120)
        after = await here.message(message)
        assert (after.status, after.attempts) == ("unknown", 2)
        assert [why for why in after.why if why.startswith("settled")] == [
            "settled:sent_once_more",
            "settled:unknown",
        ]


async def test_the_second_try_arrives(open_world: OpenWorld) -> None:
    """A provider that is well again delivers it; the contact has the text once."""
    async with open_world(provider=IMPATIENT, faults=Faults(shares={Fate.SWALLOWED: 1.0})) as here:
        (message,) = await here.send(PHONE)
        await uncertain(here, message)
        here.carrier.faults = Faults()
        await here.pass_time(20)
        after = await here.message(message)
        assert (after.status, after.doubled, after.attempts) == ("delivered", True, 2)
        assert [attempt.outcome for attempt in await here.attempts(message)] == ["uncertain", "accepted"]
        assert await here.history(message) == [
            "queued",
            "uncertain",
            "queued",
            "accepted",
            "sent",
            "delivered",
        ]


@pytest.mark.parametrize("purpose", [Purpose.REMINDER, Purpose.MARKETING])
async def test_what_may_be_missed_is_left_to_a_person(open_world: OpenWorld, purpose: Purpose) -> None:
    """A reminder or an offer is not sent twice: it stays uncertain and says that it was looked into."""
    async with open_world(provider=IMPATIENT) as here:
        await here.subscribe(PHONE)
        here.carrier.faults = Faults(shares={Fate.SWALLOWED: 1.0})
        (message,) = await here.send(PHONE, purpose=purpose)
        await uncertain(here, message)
        await here.pass_time(60)
        after = await here.message(message)
        assert (after.status, after.attempts, after.why[-1]) == ("uncertain", 1, "settled:unknown")
        assert b"gateway_uncertain 1.0" in here.gateway.metrics.render()


async def test_nothing_is_sent_again_after_a_stop(open_world: OpenWorld) -> None:
    """Whoever stopped while an outcome was unknown does not get the text a second time."""
    async with open_world(provider=IMPATIENT) as here:
        here.carrier.faults = Faults(shares={Fate.SWALLOWED: 1.0})
        (message,) = await here.send(PHONE)
        await uncertain(here, message)
        here.carrier.faults = Faults()
        await here.text("STOP")
        await here.pass_time(60)
        after = await here.message(message)
        assert (after.status, after.reason, after.attempts) == ("suppressed", "opted_out", 1)
        assert after.why[-1] == "settled:not_resent"
        assert [text[:26] for _, text in here.arrived()] == ["Clinic: You are unsubscrib"]


async def test_those_left_to_a_person_do_not_keep_others_waiting(here: World) -> None:
    """However many there are, the next unknown outcome is looked into."""
    (template,) = await here.send(number_of(1), available_at=2**45)
    left = [
        replace(template, id=new_id(), status=Status.UNCERTAIN, available_at=None, why=("settled:unknown",))
        for _ in range(300)
    ]
    new = replace(template, id=new_id(), status=Status.UNCERTAIN, attempts=1, available_at=0)

    async def write(tx: Transaction) -> None:
        await tx.batch([messages.insert([*left, new])])

    await here.gateway.writer.run(write)
    here.clock.step(11)  # type: ignore[attr-defined]
    await here.gateway.settlement.settle()
    assert (await here.message(new)).why[-1] == "settled:sent_once_more"
    assert b"gateway_uncertain 301.0" in here.gateway.metrics.render()


async def test_a_provider_that_cannot_be_asked_delays_nothing(open_world: OpenWorld) -> None:
    """When the look-up fails as well, the policy decides."""
    clock = SteppedClock(MONDAY)
    async with (
        networked(clock) as network,
        guarded(network) as (behind, guard),
        open_world(network=behind, clock=clock) as here,
    ):
        guard.status = 500
        sent = await here.send(PHONE, number_of(1))
        await uncertain(here, *sent)
        guard.methods = ("GET",)
        await here.pass_time(20)
        assert await here.statuses(sent) == ["delivered"] * 2


def killed(folder: Path, to: Path) -> None:
    """Copy a database as the kill of its process would leave it."""
    (to / "var").mkdir(parents=True)
    with (
        sqlite3.connect(folder / "var" / "gateway.db") as source,
        sqlite3.connect(to / "var" / "gateway.db") as copy,
    ):
        source.backup(copy)


async def test_a_killed_process_loses_nothing(tmp_path: Path, open_world: OpenWorld) -> None:
    """What it had taken is uncertain at the next start: found where it was sent, else sent again or left."""
    clock, its_own = SteppedClock(MONDAY), SteppedClock(MONDAY)
    faults = Faults(shares={Fate.HANG: 1.0}, receipt=NEVER)
    impatient = partial(open_world, environ={"GATEWAY_SERVER__SHUTDOWN_GRACE": "1s"}, rates={LONG: 50})
    async with (
        networked(clock, faults) as network,
        impatient(network=network, clock=its_own, provider={"concurrency": "8"}) as first,
    ):
        await first.subscribe(*map(number_of, range(20)))
        needed = await first.send(*map(number_of, range(3)))
        offers = await first.send(*map(number_of, range(3, 20)), purpose=Purpose.MARKETING)
        await first.pass_time(0.03)
        taken = {sent.order.reference for sent in network.carrier.sent}
        under_way = [m for m in [*needed, *offers] if m.id in first.lane().in_hand]
        assert (len(taken), len(under_way)) == (2, 8)
        killed(tmp_path, tmp_path / "again")  # From here on its own time stands still: it does nothing.
        network.carrier.faults = Faults()
        async with world(tmp_path / "again", network=network, clock=clock, rates={LONG: 50}) as again:
            await again.settle()
            assert set(await again.statuses(under_way)) == {"uncertain"}
            await again.pass_time(30)
            copies = Counter(sent.order.reference for sent in network.carrier.sent)
            for message in [*needed, *offers]:
                assert copies[message.id] <= 1
                expected = "accepted" if message.id in taken else "delivered"
                if message in offers and message in under_way:
                    expected = "uncertain"
                assert await again.statuses([message]) == [expected]


async def test_calls_that_outlast_the_grace_are_settled_by_the_next_start(
    tmp_path: Path, database_environ: dict[str, str]
) -> None:
    """A stop does not wait for ever; what was open then is uncertain for the next process."""
    clock = SteppedClock(MONDAY)
    environ = {**database_environ, "GATEWAY_SERVER__SHUTDOWN_GRACE": "1s"}
    async with networked(clock, Faults(shares={Fate.SWALLOWED: 1.0})) as network:
        async with world(tmp_path, network=network, clock=clock, environ=environ) as first:
            (message,) = await first.send(PHONE)
            await first.until(lambda: first.lane().open_calls == 1)
        network.carrier.faults = Faults()
        async with world(tmp_path, network=network, clock=clock, environ=environ) as again:
            await again.pass_time(31 + 20)
            after = await again.message(message)
            assert (after.status, after.doubled, after.attempts) == ("delivered", True, 2)
            assert (await again.history(message))[:3] == ["queued", "uncertain", "queued"]


async def test_an_orphan_is_told_of(here: World) -> None:
    """What an earlier owner left open shows in the message's history."""
    await here.settle()
    lane = here.lane()
    (template,) = await here.send(PHONE, available_at=2**45)
    open_still = replace(template, id=new_id(), status=Status.SENDING, attempts=1, available_at=0)

    async def write(tx: Transaction) -> None:
        await tx.batch([messages.insert([open_still])])
        await tx.execute(
            "INSERT INTO attempt (project_id, message_id, number, provider, epoch, started_at) "
            "VALUES (:project, :id, 1, 'demo', :epoch, 0)",
            {"project": open_still.project, "id": open_still.id, "epoch": lane.epoch - 1},
        )

    await here.gateway.writer.run(write)
    await here.pass_time(11)
    assert await here.statuses([open_still]) == ["uncertain"]
    assert await here.history(open_still) == ["uncertain"]
    assert [attempt.outcome for attempt in await here.attempts(open_still)] == ["uncertain"]
    async with here.gateway.database.reading() as tx:
        assert await claims.count_uncertain(tx) == 1


async def test_what_was_left_to_a_person_ends_with_its_time(open_world: OpenWorld) -> None:
    """When the offer is worth nothing any more it is unknown; a receipt that still comes wins."""
    async with open_world(provider=IMPATIENT) as here:
        await here.subscribe(PHONE)
        here.carrier.faults = Faults(shares={Fate.SWALLOWED: 1.0})
        end = to_ms(here.clock.now() + timedelta(seconds=90))
        (message,) = await here.send(PHONE, purpose=Purpose.MARKETING, expires_at=end)
        await uncertain(here, message)
        await here.pass_time(60)
        assert await here.statuses([message]) == ["uncertain"]
        await here.pass_time(90)
        assert await here.statuses([message]) == ["unknown"]
        receipt = Receipt(
            provider="demo",
            provider_ref="late",
            status=Status.DELIVERED,
            raw_status="delivered",
            at=here.clock.now(),
            project=message.project,
            message_id=MessageId(message.id),
        )
        await here.gateway.writer.submit(here.gateway.receipts, receipt)
        assert await here.statuses([message]) == ["delivered"]


# -- What no lane looks after ----------------------------------------------------------------------

STRANGER = "+15145559999"
"""A sender that is configured no more."""


async def write(world: World, *given: Message) -> None:
    """Put messages into the store as an earlier process left them; those in `sending` with a call."""
    calls = [{"project": m.project, "id": m.id} for m in given if m.status is Status.SENDING]
    attempt = (
        "INSERT INTO attempt (project_id, message_id, number, provider, epoch, started_at) "
        "VALUES (:project, :id, 1, 'demo', 1, 0)"
    )

    async def insert(tx: Transaction) -> None:
        await tx.batch([messages.insert(given)])
        for call in calls:
            await tx.execute(attempt, call)

    await world.gateway.writer.run(insert)


async def test_what_no_lane_takes_expires_all_the_same(
    open_world: OpenWorld, database_environ: dict[str, str]
) -> None:
    """Held for a person, or queued for a sender that was removed: its deadline ends it, and is told of."""
    async with open_world(environ=database_environ) as here:
        (template,) = await here.send(number_of(1), available_at=2**45)
        soon = to_ms(here.clock.now()) + 30_000
        held = replace(
            template, id=new_id(), status=Status.HELD, reason="budget", available_at=None, expires_at=soon
        )
        strange = replace(
            template, id=new_id(), sender=STRANGER, status=Status.QUEUED, available_at=0, expires_at=soon
        )
        in_time = replace(strange, id=new_id(), expires_at=2**45)
        await write(here, held, strange, in_time)
        await here.pass_time(63)
        assert await here.statuses([held, strange, in_time]) == ["expired", "expired", "queued"]
        assert await here.history(strange) == ["expired"]


async def test_calls_of_a_removed_sender_do_not_stay_open(
    open_world: OpenWorld, database_environ: dict[str, str]
) -> None:
    """Nobody takes that lane over: the outcome is uncertain first, then unknown, and the call is closed."""
    async with open_world(environ=database_environ) as here:
        (template,) = await here.send(number_of(1), available_at=2**45)
        left = replace(
            template, id=new_id(), sender=STRANGER, status=Status.SENDING, attempts=1, available_at=0
        )
        await write(here, left)
        await here.pass_time(80)
        assert await here.history(left) == ["uncertain", "unknown"]
        assert [attempt.outcome for attempt in await here.attempts(left)] == ["uncertain"]
        assert await here.statuses([left]) == ["unknown"]


async def test_a_start_tells_of_texts_without_a_sender(open_world: OpenWorld) -> None:
    """The operator who renamed a sender reads at the next start how many texts wait for the old one."""
    async with open_world() as here:
        (template,) = await here.send(number_of(1), available_at=2**45)
        waiting = replace(template, sender=STRANGER, status=Status.QUEUED)
        await write(here, *(replace(waiting, id=new_id()) for _ in range(3)))
    with capture_logs() as logs:
        async with open_world() as again:
            await again.settle()
    assert [log["messages"] for log in logs if log["event"] == "sender.not_configured"] == [3]
