"""Receipts: late, doubled, reordered, too early, part by part; they end in the same state."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.domain.message import Failure, MessageId, Receipt, Status
from gateway.domain.outcome import Accepted
from gateway.ids import new_id
from gateway.simulator.faults import Faults
from gateway.store import messages
from gateway.store.database import Transaction
from gateway.store.messages import Message
from gateway.traffic.completion import Complete, Completion
from tests.traffic.conftest import OpenWorld
from tests.traffic.world import MONDAY, PHONE, World, number_of

LONG_TEXT = "x" * 400
EARLY, DOUBLED, REORDERED, REVIVED, STRANGE = (f"+1500555002{n}" for n in range(5))
FAR = 2**45
"""Milliseconds; a text of then is not sent during a test."""
REPORTED = (
    Status.SENT,
    Status.UNKNOWN,
    Status.UNDELIVERED,
    Status.EXPIRED,
    Status.REJECTED,
    Status.DELIVERED,
)


def about(message: Message, status: Status | None, **said: object) -> Receipt:
    """Return a receipt about a message."""
    known: dict[str, object] = {
        "provider": "demo",
        "provider_ref": "ref",
        "raw_status": str(status),
        "at": MONDAY,
        "project": message.project,
        "message_id": MessageId(message.id),
    }
    return Receipt(status=status, **{**known, **said})  # type: ignore[arg-type]


async def report(world: World, *receipts: Receipt) -> None:
    """Hand receipts in, each in a transaction of its own."""
    for receipt in receipts:
        await world.gateway.writer.submit(world.gateway.receipts, receipt)


@pytest.fixture
async def both(open_world: OpenWorld, database_environ: dict[str, str]) -> AsyncIterator[World]:
    """Give a gateway on one engine and then on the other."""
    async with open_world(environ=database_environ) as opened:
        yield opened


@pytest.mark.parametrize(
    ("number", "status", "history"),
    [
        (EARLY, "delivered", ["queued", "sent", "delivered"]),
        (DOUBLED, "delivered", ["queued", "sent", "delivered"]),
        (REORDERED, "delivered", ["queued", "delivered"]),
        (REVIVED, "delivered", ["queued", "sent", "expired", "delivered"]),
        (STRANGE, "sent", ["queued", "sent"]),
    ],
)
async def test_what_the_carrier_reports_over_http(
    both: World, number: str, status: str, history: list[str]
) -> None:
    """Early, doubled, reordered, contrary and strange receipts move the status up, each change once."""
    (message,) = await both.send(number)
    await both.pass_time(3)
    after = await both.message(message)
    assert after.status == status
    assert after.provider_ref == both.carrier.sent[0].id
    # The first receipt and the answer to the call are on their way at the same time.
    assert [told for told in await both.history(message) if told != "accepted"] == history


async def test_receipts_of_single_parts(open_world: OpenWorld) -> None:
    """A text of three segments is delivered with its last part."""
    async with open_world(faults=Faults(receipt_per_part=True), rates={"+15145550100": 100}) as world:
        (message,) = await world.send(PHONE, body=LONG_TEXT)
        await world.pass_time(3)
        assert await world.statuses([message]) == ["delivered"]
        parts = [about(message, Status.SENT, part=n, parts=3, provider_ref=f"late {n}") for n in (1, 2, 3)]
        await report(world, *parts)
        assert await world.statuses([message]) == ["delivered"]


async def test_an_unknown_status_is_kept_raw_and_changes_nothing(both: World) -> None:
    """An operator can find it beside the message; NUL in it does no harm."""
    (message,) = await both.send(PHONE, available_at=FAR)
    before = await both.message(message)
    await report(both, about(message, None, raw_status="tele\0ported", raw_code="4\0002"))
    assert await both.message(message) == before
    async with both.gateway.database.reading() as tx:
        (row,) = await tx.fetch(
            "SELECT raw_status, raw_code FROM receipt WHERE message_id = :id", {"id": message.id}
        )
    assert (row["raw_status"], row["raw_code"]) == ("tele\ufffdported", "4\ufffd2")


async def test_a_receipt_for_an_unknown_message_is_acknowledged(
    both: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is logged without a number, and does not spoil the receipts that come with it."""
    (message,) = await both.send(PHONE, available_at=FAR)
    strays = [
        about(message, Status.DELIVERED, message_id=MessageId("nobody")),
        about(message, Status.DELIVERED, project=None, message_id=None),
        about(message, Status.DELIVERED, provider="another provider"),
    ]
    await report(both, *strays)
    assert await both.statuses([message]) == [message.status]
    assert capsys.readouterr().out.count("receipt.unknown_message") == len(strays)


async def test_delivered_after_a_failure_wins_and_is_logged(
    here: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """A failure that turns out wrong is corrected, and an operator can find out how often it happens."""
    (message,) = await here.send(PHONE)
    failed = about(message, Status.UNDELIVERED, reason=Failure.CARRIER_FILTERED)
    await report(here, failed)
    after = await here.message(message)
    assert (after.status, after.reason) == ("undelivered", "carrier_filtered")
    await report(here, about(message, Status.DELIVERED))
    after = await here.message(message)
    assert (after.status, after.reason) == ("delivered", None)
    assert "receipt.delivered_after_failure" in capsys.readouterr().out


async def test_an_opt_out_in_a_receipt_is_a_stop(both: World) -> None:
    """It suppresses once, cancels what waits, and the next text is not sent."""
    (message,) = await both.send(PHONE)
    in_an_hour = round((MONDAY + timedelta(hours=1)).timestamp() * 1000)
    (waiting,) = await both.send(PHONE, available_at=in_an_hour)
    await both.pass_time(1)
    opted_out = about(message, Status.UNDELIVERED, reason=Failure.OPTED_OUT)
    await report(both, opted_out, opted_out, replace(opted_out, raw_code="again"))
    assert await both.statuses([waiting]) == ["cancelled"]
    (later,) = await both.send(PHONE)
    assert (later.status, later.reason) == ("suppressed", "opted_out")
    async with both.gateway.database.reading() as tx:
        consents = await tx.fetch("SELECT * FROM consent_event")
        told = await tx.fetch("SELECT * FROM event WHERE type = 'consent.unsubscribed'")
    assert [(row["status"], row["source"]) for row in consents] == [("unsubscribed", "provider")]
    assert len(told) == 1


Report = tuple[Status, int, int, int, Failure | None]

reports = st.lists(
    st.tuples(
        st.sampled_from(REPORTED),
        st.integers(0, 2),
        st.integers(1, 2),
        st.sampled_from([1, 2]),
        st.sampled_from([None, Failure.CARRIER_FILTERED, Failure.UNKNOWN]),
    ),
    min_size=1,
    max_size=6,
)


async def under_way(world: World) -> Message:
    """Write a message whose call is open."""
    (template,) = await world.send(number_of(1), available_at=FAR)
    message = replace(template, id=new_id(), status=Status.SENDING, attempts=1)

    async def write(tx: Transaction) -> None:
        await tx.batch([messages.insert([message])])

    await world.gateway.writer.run(write)
    return message


async def state_after(world: World, said: Sequence[Report | None]) -> tuple[object, ...]:
    """Return how a message stands after these reports; None is the answer to the call."""
    gateway, message = world.gateway, await under_way(world)
    chance = random.Random(0)  # noqa: S311 - nothing is drawn
    complete = Complete(
        gateway.publisher, world.clock, new_id, gateway.settings.lanes, chance, gateway.directory
    )
    for each in said:
        if each is None:
            await gateway.writer.submit(complete, Completion(message, Accepted("ref")))
            continue
        status, at, part, parts, reason = each
        await report(
            world,
            about(
                message,
                status,
                at=MONDAY + timedelta(seconds=at),
                part=min(part, parts),
                parts=parts,
                raw_code=str(reason),
                reason=reason if status.final and status is not Status.DELIVERED else None,
            ),
        )
    after = await world.message(message)
    return after.status, after.reason, after.provider_ref


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=reports, chance=st.randoms(use_true_random=False))
async def test_every_order_ends_in_the_same_state(
    here: World, said: list[Report], chance: random.Random
) -> None:
    """Any permutation, with repetitions, of any receipts and of the answer to the call."""
    straight: list[Report | None] = [None, *said]
    shuffled = straight + said[::2]
    chance.shuffle(shuffled)
    assert await state_after(here, shuffled) == await state_after(here, straight)
