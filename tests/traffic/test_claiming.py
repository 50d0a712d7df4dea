"""What a lane may take, in which order, and at what cost; on both engines."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import cast

import pytest

from gateway.clock import SteppedClock, from_ms, to_ms
from gateway.domain.message import Failure, Purpose
from gateway.domain.outcome import Accepted, Misconfigured, Outcome, RetryLater, Uncertain
from gateway.ids import new_id
from gateway.store import claims, leases
from gateway.store.database import Statement, Transaction
from gateway.store.messages import Message
from gateway.store.messages import insert as insert_messages
from gateway.store.sql import Dialect, expand
from gateway.traffic.claiming import Claim, Claimed, ClaimRequest, lease_name
from gateway.traffic.completion import Complete, Completion
from tests.traffic.conftest import OpenWorld
from tests.traffic.world import LONG, MONDAY, PHONE, World, number_of

HOUR = 3600.0


@dataclass(slots=True)
class Desk:
    """The claims and completions of one lane, called by hand: nothing is really sent."""

    world: World
    claim: Claim
    complete: Complete
    epoch: int = 0
    place: int = 0

    @property
    def clock(self) -> SteppedClock:
        return cast("SteppedClock", self.world.clock)

    async def lease(self, holder: str) -> None:
        """Become the owner of the lane."""
        take = partial(
            leases.acquire,
            names=[lease_name(LONG)],
            holder=holder,
            now_ms=to_ms(self.clock.now()),
            ttl_ms=86_400_000,
            seize=True,
        )
        self.epoch = (await self.world.gateway.writer.run(take))[0].epoch

    async def ask(self, messages: int = 50, segments: int = 1000, busy: Sequence[str] = ()) -> Claimed:
        """Claim for the long code."""
        sender = self.world.gateway.directory.sender(LONG)
        assert sender is not None
        request = ClaimRequest(sender, segments, messages, self.epoch, self.place, frozenset(busy))
        claimed = await self.world.gateway.writer.submit(self.claim, request)
        self.place += len(claimed.messages)
        return claimed

    async def take(self, messages: int = 50, segments: int = 1000) -> list[Message]:
        """Return what a claim got."""
        return list((await self.ask(messages, segments)).messages)

    async def end(self, message: Message, outcome: Outcome | None) -> None:
        """Record how a call ended."""
        await self.world.gateway.writer.submit(self.complete, Completion(message, outcome))


@pytest.fixture
async def desk(open_world: OpenWorld, database_environ: dict[str, str]) -> AsyncIterator[Desk]:
    """Give a gateway whose own lanes have stopped, and the lease of the long code."""
    async with open_world(environ=database_environ) as world:
        gateway = world.gateway
        assert gateway.lanes is not None
        await world.settle()
        gateway.lanes.stop()
        await world.until(lambda: all(not lane.lease_until for lane in gateway.lanes.all.values()))  # type: ignore[union-attr]
        claim = Claim(gateway.directory, gateway.outbox, gateway.publisher, world.clock, new_id)
        complete = Complete(
            gateway.publisher, world.clock, new_id, gateway.settings.lanes, Always(), gateway.directory
        )
        made = Desk(world, claim, complete)
        await made.lease("a test")
        yield made


class Always(Random):
    """A chance that always draws the longest pause."""

    def random(self) -> float:
        return 1.0


def ids(messages: Sequence[Message]) -> list[str]:
    """Return the ids of messages."""
    return [message.id for message in messages]


async def test_urgent_texts_overtake_and_nobody_starves(desk: Desk) -> None:
    """Of twenty places two belong to others than the most urgent purpose, one after the other."""
    phones = [number_of(index) for index in range(40)]
    await desk.world.subscribe(*phones)
    await desk.world.send(*phones[:5], purpose=Purpose.MARKETING)
    await desk.world.send(*phones[5:10], purpose=Purpose.REMINDER)
    await desk.world.send(*phones[10:], purpose=Purpose.REPLY)
    purposes = [message.purpose for message in await desk.take(20)]
    assert purposes[9] == Purpose.REMINDER
    assert purposes[19] == Purpose.MARKETING
    assert purposes.count(Purpose.REPLY) == 18


async def test_one_text_for_each_recipient_and_in_order(desk: Desk) -> None:
    """While a call is open for an address its later texts wait, those of others do not."""
    first, second = await desk.world.send(PHONE, PHONE)
    (other,) = await desk.world.send(number_of(1))
    taken = await desk.take()
    assert ids(taken) == [first.id, other.id]
    assert await desk.take() == []
    await desk.end(taken[0], Accepted("ref"))
    assert ids(await desk.take()) == [second.id]


async def test_a_recipient_with_an_open_call_is_left_out(desk: Desk) -> None:
    """Also when an early receipt has already moved the message on."""
    (message,) = await desk.world.send(PHONE)
    assert await desk.ask(busy=[message.address_id]) == Claimed()
    assert ids(await desk.take()) == [message.id]


@pytest.mark.parametrize(
    "later",
    [
        RetryLater(Failure.NETWORK_ERROR),
        RetryLater(Failure.RATE_LIMITED, after=30, throttled=True),
        Misconfigured(Failure.AUTH),
    ],
)
async def test_a_text_that_is_tried_again_holds_the_later_ones(desk: Desk, later: Outcome) -> None:
    """Those of equal or lower purpose wait until it is settled; a more urgent one overtakes it."""
    (tried,) = await desk.world.send(PHONE)
    (taken,) = await desk.take()
    await desk.end(taken, later)
    await desk.world.send(PHONE)
    await desk.world.send(PHONE, purpose=Purpose.REMINDER)
    (urgent,) = await desk.world.send(PHONE, purpose=Purpose.REPLY)
    got = await desk.take()
    assert ids(got) == [urgent.id]
    await desk.end(got[0], Accepted("ref"))
    assert await desk.take() == []
    desk.clock.step(61)
    await desk.lease("a test")
    again = await desk.take()
    assert ids(again) == [tried.id]
    await desk.end(again[0], Accepted("ref"))
    assert len(await desk.take()) == 1


async def test_an_uncertain_text_holds_nobody(desk: Desk) -> None:
    """What may have been sent must not keep the next text waiting for a person."""
    await desk.world.send(PHONE)
    (taken,) = await desk.take()
    await desk.end(taken, Uncertain())
    (later,) = await desk.world.send(PHONE)
    assert ids(await desk.take()) == [later.id]


async def test_a_scheduled_text_holds_nobody_and_goes_at_its_time(desk: Desk) -> None:
    """Not a millisecond before."""
    at = to_ms(desk.clock.now() + timedelta(hours=1))
    (scheduled,) = await desk.world.send(PHONE, available_at=at)
    (now,) = await desk.world.send(PHONE)
    taken = await desk.take()
    assert ids(taken) == [now.id]
    await desk.end(taken[0], Accepted("ref"))
    desk.clock.step(HOUR - 0.001)
    assert await desk.take() == []
    desk.clock.step(0.001)
    assert ids(await desk.take()) == [scheduled.id]


async def test_a_text_in_quiet_hours_goes_out_at_the_opening(desk: Desk) -> None:
    """Held until the morning with the reason, asked again then, and sent."""
    desk.clock.step(14 * HOUR)
    (held,) = await desk.world.send(PHONE, purpose=Purpose.REMINDER)
    assert (held.status, held.reason) == ("held", "quiet_hours")
    assert held.available_at is not None
    assert await desk.take() == []
    desk.clock.step((from_ms(held.available_at) - desk.clock.now()).total_seconds())
    assert ids(await desk.take()) == [held.id]


async def test_the_gate_is_asked_again_at_hand_over(desk: Desk) -> None:
    """A reminder that did not get out before the night is held until the morning, with the reason."""
    desk.clock.step(9 * HOUR)
    in_a_day = to_ms(desk.clock.now() + timedelta(days=1))
    (queued,) = await desk.world.send(PHONE, purpose=Purpose.REMINDER, expires_at=in_a_day)
    assert queued.status == "queued"
    desk.clock.step(4 * HOUR)
    assert await desk.take() == []
    held = await desk.world.message(queued)
    assert (held.status, held.reason) == ("held", "quiet_hours")
    assert held.available_at is not None
    desk.clock.step((from_ms(held.available_at) - desk.clock.now()).total_seconds())
    assert ids(await desk.take()) == [queued.id]


async def test_a_text_past_its_expiry_says_so(desk: Desk) -> None:
    """It is not sent late; the status and the reason tell why."""
    at = to_ms(desk.clock.now() + timedelta(minutes=5))
    (message,) = await desk.world.send(PHONE, expires_at=at)
    desk.clock.step(300)
    claimed = await desk.ask()
    assert (claimed.messages, claimed.more) == ((), True)
    after = await desk.world.message(message)
    assert (after.status, after.reason) == ("expired", "expired")
    assert await desk.world.history(message) == ["queued", "expired"]


async def test_what_nobody_can_judge_is_asked_again_in_a_minute(desk: Desk) -> None:
    """A text of a project that is gone from the settings does not stop the others of its lane."""
    (strange,) = await desk.world.send(number_of(1))
    (erased,) = await desk.world.send(number_of(2))
    (good,) = await desk.world.send(PHONE)

    async def spoil(tx: Transaction) -> None:
        await tx.execute("UPDATE message SET ground = 'no ground at all' WHERE id = :id", {"id": strange.id})
        await tx.execute("DELETE FROM address WHERE id = :id", {"id": erased.address_id})

    await desk.world.gateway.writer.run(spoil)
    assert ids(await desk.take()) == [good.id]
    after = await desk.world.message(strange)
    assert (after.status, after.reason) == ("held", "gate_failed")
    assert await desk.world.statuses([erased]) == ["cancelled"]
    desk.clock.step(59)
    assert await desk.take() == []

    async def mend(tx: Transaction) -> None:
        await tx.execute("UPDATE message SET ground = 'operator' WHERE id = :id", {"id": strange.id})

    await desk.world.gateway.writer.run(mend)
    desk.clock.step(1)
    assert ids(await desk.take()) == [strange.id]


async def test_a_claim_is_one_second_of_work(desk: Desk) -> None:
    """Segments and messages are bounded; a text longer than the bound goes alone."""
    await desk.world.send(*map(number_of, range(6)), body="x" * 200)
    assert len(await desk.take(segments=5)) == 2
    assert len(await desk.take(messages=1)) == 1
    assert len(await desk.take(segments=1)) == 1


async def test_another_owner_of_the_lane_ends_the_right_to_claim(desk: Desk) -> None:
    """A process that lost its lease takes nothing, even if it does not know yet."""
    await desk.world.send(PHONE)
    mine = desk.epoch
    await desk.lease("another process")
    theirs, desk.epoch = desk.epoch, mine
    assert await desk.take() == []
    desk.epoch = theirs
    assert len(await desk.take()) == 1


async def test_a_call_that_was_never_made_leaves_no_trace(desk: Desk) -> None:
    """Given back, the text is queued as before; given back twice, it still is."""
    (message,) = await desk.world.send(PHONE)
    (taken,) = await desk.take()
    await desk.end(taken, None)
    await desk.end(taken, None)
    back = await desk.world.message(message)
    assert (back.status, back.attempts, back.available_at) == ("queued", 0, message.available_at)
    assert await desk.world.attempts(message) == []


async def test_a_throttled_call_uses_no_attempt(desk: Desk) -> None:
    """However often a provider says 429, the text is tried again until it expires."""
    (message,) = await desk.world.send(PHONE, expires_at=to_ms(desk.clock.now() + timedelta(minutes=30)))
    for _ in range(20):
        (taken,) = await desk.take()
        assert taken.attempts == 1
        await desk.end(taken, RetryLater(Failure.RATE_LIMITED, after=60, throttled=True))
        desk.clock.step(60)
        await desk.lease("a test")
    assert (await desk.world.message(message)).status == "queued"
    desk.clock.step(9 * 60)
    (taken,) = await desk.take()
    await desk.end(taken, RetryLater(Failure.RATE_LIMITED, after=60, throttled=True))
    after = await desk.world.message(message)
    assert (after.status, after.reason) == ("expired", "rate_limited")


async def test_an_unreachable_provider_uses_up_no_text(desk: Desk) -> None:
    """A call that found nobody is none: the text waits for the end of the outage, or for its deadline."""
    (message,) = await desk.world.send(PHONE, expires_at=to_ms(desk.clock.now() + timedelta(hours=24)))
    for _ in range(47):
        (taken,) = await desk.take()
        await desk.end(taken, RetryLater(Failure.NETWORK_ERROR))
        desk.clock.step(HOUR / 2)
        await desk.lease("a test")
    waiting = await desk.world.message(message)
    assert (waiting.status, waiting.attempts) == ("queued", 0)
    assert await desk.world.attempts(message) == []
    desk.clock.step(HOUR / 2 - 0.5)
    (taken,) = await desk.take()
    await desk.end(taken, RetryLater(Failure.NETWORK_ERROR))
    after = await desk.world.message(message)
    assert (after.status, after.reason) == ("expired", "network_error")


async def test_the_cap_counts_what_went_and_not_what_was_written(desk: Desk) -> None:
    """Offers written days ago for this morning: one goes today, the others wait for their day."""
    at = to_ms(desk.clock.now() + timedelta(days=2))
    late = to_ms(desk.clock.now() + timedelta(days=20))
    await desk.world.subscribe(PHONE)
    for _ in range(3):
        await desk.world.send(PHONE, purpose=Purpose.MARKETING, available_at=at, expires_at=late)
    desk.clock.step(2 * 24 * HOUR)
    await desk.lease("a test")
    (taken,) = await desk.take()
    await desk.end(taken, Accepted("ref"))
    assert await desk.take() == []
    desk.clock.step(60)
    assert await desk.take() == []
    desk.clock.step(24 * HOUR)
    await desk.lease("a test")
    assert len(await desk.take()) == 1


async def test_a_text_is_given_up_after_its_attempts(desk: Desk) -> None:
    """Ten calls with growing pauses, then undelivered with the reason of the last."""
    (message,) = await desk.world.send(PHONE)
    pauses = []
    for _ in range(10):
        (taken,) = await desk.take()
        await desk.end(taken, RetryLater(Failure.PROVIDER_ERROR))
        after = await desk.world.message(message)
        if after.status == "queued" and after.available_at is not None:
            pauses.append((after.available_at - to_ms(desk.clock.now())) / 1000)
            desk.clock.step(pauses[-1])
    after = await desk.world.message(message)
    assert pauses == [2, 4, 8, 16, 32, 64, 128, 256, 300]
    assert (after.status, after.reason) == ("undelivered", "provider_error")
    assert [attempt.outcome for attempt in await desk.world.attempts(message)] == ["retrylater"] * 10


async def test_an_answer_that_comes_late_never_undoes_what_happened_since(desk: Desk) -> None:
    """Only the end of the latest call moves a text; `accepted` alone counts from any of them."""
    (message,) = await desk.world.send(PHONE)
    (first,) = await desk.take()
    await desk.end(first, RetryLater(Failure.PROVIDER_ERROR))
    desk.clock.step(2)
    (second,) = await desk.take()
    await desk.end(first, RetryLater(Failure.PROVIDER_ERROR))
    await desk.end(replace(first), None)
    assert (await desk.world.message(message)).status == "sending"
    await desk.end(second, Uncertain())
    await desk.end(first, Accepted("after all"))
    after = await desk.world.message(message)
    assert (after.status, after.provider_ref, after.attempts) == ("accepted", "after all", 2)


# -- What it costs ---------------------------------------------------------------------------------


def plan(database: Path, statement: Statement) -> str:
    """Return how SQLite runs a statement."""
    with sqlite3.connect(database) as raw:
        names = {name: value for name, value in statement.params.items() if not isinstance(value, list)}
        text = f"EXPLAIN QUERY PLAN {expand(statement.sql, Dialect.SQLITE)}"
        return "\n".join(
            row[3] for row in raw.execute(text, {"senders": "[]", "lanes": "[]", "keys": "[]", **names})
        )


def of_tomorrow(template: Message, index: int, at: datetime) -> Message:
    """Return another message that waits until a moment."""
    return replace(template, id=new_id(), address_id=f"a{index}", available_at=to_ms(at))


async def test_the_store_finds_work_by_index(here: World, tmp_path: Path) -> None:
    """No look at what waits reads the whole table, or sorts it."""
    database = tmp_path / "var" / "gateway.db"
    for statement in claims.waiting(LONG, now=0, limit=10):
        said = plan(database, statement)
        assert "message_waiting (sender=? AND priority=? AND available_at<?)" in said
        assert "message_blocking (project_id=? AND address_id=? AND sender=?)" in said
        assert "SCAN" not in said
        assert "TEMP B-TREE" not in said
    waits = Statement(claims.WITH_WORK, {"senders": [], "now": 0})
    assert "message_waiting (sender=? AND priority=? AND available_at<?)" in plan(database, waits)
    unsettled = Statement(claims.UNSETTLED, {"before": 0, "limit": 1})
    assert "message_unsettled" in plan(database, unsettled)
    assert "attempt_unfinished" in plan(database, Statement(claims.ORPHANS, {"lanes": []}))
    late = Statement(claims.EXPIRED, {"now": 0, "limit": 1})
    assert "SEARCH message USING INDEX message_waiting" in plan(database, late)
    unknown = Statement(claims.EXPIRED_UNCERTAIN, {"now": 0, "limit": 1})
    assert "message_unsettled (available_at=?" in plan(database, unknown)
    stranded = Statement(claims.STRANDED, {"senders": [], "prefix": "lane:", "now": 0, "limit": 1})
    assert "attempt_unfinished" in plan(database, stranded)
    followed = Statement(claims.FOLLOWED, {"keys": [], "now": 0})
    assert "message_open (project_id=? AND address_id=? AND sender=?)" in plan(database, followed)


async def test_postgresql_finds_work_by_index(open_world: OpenWorld, postgres_database: str) -> None:
    """Beside 20,000 texts held until tomorrow and as many that wait, nothing is scanned or sorted."""
    async with open_world(environ={"GATEWAY_DATABASE__URL": postgres_database}) as world:
        assert isinstance(world.clock, SteppedClock)
        (one,) = await world.send(PHONE, available_at=to_ms(MONDAY + timedelta(hours=1)))
        later = [of_tomorrow(one, index, MONDAY + timedelta(days=1)) for index in range(20_000)]
        ready = [of_tomorrow(one, index, MONDAY + timedelta(hours=1)) for index in range(20_000, 40_000)]

        async def explain(tx: Transaction) -> list[str]:
            await tx.batch([insert_messages(later), insert_messages(ready)])
            await tx.execute("ANALYZE message")
            now = {"now": to_ms(MONDAY + timedelta(hours=2))}
            waiting = {"sender": LONG, "priority": 2, "limit": 60}
            found = await tx.batch(
                [
                    Statement("EXPLAIN " + claims.WAITING, {**waiting, **now}),
                    Statement("EXPLAIN " + claims.WITH_WORK, {"senders": [{"number": LONG}], **now}),
                ]
            )
            return ["\n".join(row["QUERY PLAN"] for row in rows) for rows in found]

        waiting, with_work = await world.gateway.writer.run(explain)
    assert "Index Scan using message_waiting" in waiting
    assert "message_blocking" in waiting
    assert "message_waiting" in with_work
    assert not any(word in waiting + with_work for word in ("Seq Scan on message", "Sort"))
