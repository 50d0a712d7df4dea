"""Lanes: paced, in order, one beside the other, and never holding a text back or sending it twice."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, cast

import asyncpg

from gateway.clock import SteppedClock, SystemClock, to_ms
from gateway.domain.gate import Ground
from gateway.domain.message import Purpose
from gateway.errors import GatewayError, StorageError
from gateway.ids import new_id
from gateway.simulator.faults import Fate, Faults, Span
from gateway.store import leases
from gateway.store.writer import Writer
from gateway.traffic.claiming import Claim, ClaimRequest, lease_name
from gateway.traffic.lane import OVERTIME, Lane
from tests.traffic.conftest import OpenWorld
from tests.traffic.world import LONG, MONDAY, PHONE, SHORT, World, guarded, networked, number_of, world

clock_of_the_machine = SystemClock()
THROTTLED = "+15005550019"


def moments(world: World, sender: str = LONG) -> list[float]:
    """Return when the carrier took the texts of a sender, in seconds from the start."""
    return [(sent.at - MONDAY).total_seconds() for sent in world.carrier.sent if sent.order.sender == sender]


def calls(world: World, outcome: str) -> int:
    """Return how many calls to the provider ended so."""
    name = f'gateway_provider_call_seconds_count{{outcome="{outcome}",provider="demo"}} '
    lines = world.gateway.metrics.render().decode().splitlines()
    return sum(int(float(line.removeprefix(name))) for line in lines if line.startswith(name))


async def test_a_lane_keeps_its_pace(open_world: OpenWorld) -> None:
    """Five a second: no sliding second holds more, and the mean is within one per cent."""
    async with open_world(rates={LONG: 5}) as here:
        await here.send(*map(number_of, range(30)))
        await here.pass_time(7)
    taken = moments(here)
    assert len(taken) == 30
    assert all(later - earlier >= 1.0 for earlier, later in zip(taken, taken[5:], strict=False))
    assert 4.95 <= 29 / (taken[-1] - taken[0]) <= 5


async def test_replies_overtake_a_bulk(open_world: OpenWorld) -> None:
    """Before a thousand marketing texts an answer is out within two seconds, and the bulk goes on."""
    bulk = [number_of(index) for index in range(1000)]
    async with open_world(rates={LONG: 20}) as here:
        await here.subscribe(*bulk)
        await here.send(*bulk, body="Sale", purpose=Purpose.MARKETING)
        await here.pass_time(2)
        for index in range(3):
            await here.send(number_of(2000 + index), body="Answer", purpose=Purpose.REPLY, ground=Ground.HELP)
        await here.pass_time(1.5)
        texts = [text for _, text in here.arrived()]
        assert texts.count("Answer") == 3
        assert texts.count("Sale") >= 60


async def test_a_stream_of_replies_does_not_starve_marketing(open_world: OpenWorld) -> None:
    """While more answers come than the lane can carry, the bulk still gets its share."""
    async with open_world(rates={LONG: 10}) as here:
        await here.subscribe(*map(number_of, range(5)))
        await here.send(*map(number_of, range(5)), body="Sale", purpose=Purpose.MARKETING)
        await here.send(
            *map(number_of, range(100, 200)), body="Answer", purpose=Purpose.REPLY, ground=Ground.HELP
        )
        await here.pass_time(6)
        assert Counter(text for _, text in here.arrived())["Sale"] == 5


async def test_texts_to_one_phone_keep_their_order(open_world: OpenWorld) -> None:
    """Also when answers take between nothing and a second, and many are on their way at once."""
    async with open_world(faults=Faults(answer=Span(0, 1.0)), rates={LONG: 50}) as here:
        phones = [number_of(index) for index in range(8)]
        for turn in range(5):
            await here.send(*phones, body=f"text {turn}")
        await here.pass_time(15)
        for phone in phones:
            assert [text for to, text in here.arrived() if to == phone] == [f"text {n}" for n in range(5)]


async def test_a_throttled_lane_pauses_and_no_other(open_world: OpenWorld) -> None:
    """429 with Retry-After: the lane is silent for so long, and the text has used one attempt in the end."""
    async with open_world(faults=Faults(retry_after=20), rates={LONG: 10, SHORT: 10}) as here:
        (throttled,) = await here.send(THROTTLED)
        await here.settle()
        others = await here.send(*map(number_of, range(5)))
        elsewhere = await here.send(*map(number_of, range(5, 10)), sender=SHORT)
        await here.pass_time(19)
        assert moments(here) == []
        assert await here.statuses(elsewhere) == ["delivered"] * 5
        await here.pass_time(45)
        assert await here.statuses([throttled, *others]) == ["delivered"] * 6
        assert [attempt.number for attempt in await here.attempts(throttled)] == [1]
        assert here.lane().failures == 0


async def test_a_hanging_provider_slows_only_its_lane(open_world: OpenWorld) -> None:
    """After a few calls without an answer one is tried at a time, with pauses; the other lane flies."""
    hung = {Fate.HANG: 1.0}
    async with open_world(
        provider={"timeout": "0.2", "concurrency": "8"}, rates={LONG: 50, SHORT: 50}
    ) as here:
        here.carrier.faults = Faults(shares=hung, receipt=Span(1e6, 1e6))
        sent = await here.send(*map(number_of, range(60)))
        await here.pass_time(0.5)
        await here.until(lambda: here.lane().failures > 0)
        assert len(moments(here)) <= 2 * 8
        assert here.lane().most_calls == 1
        here.carrier.faults = Faults()
        elsewhere = await here.send(*map(number_of, range(100, 130)), sender=SHORT)
        await here.pass_time(1)
        assert await here.statuses(elsewhere) == ["delivered"] * 30
        await here.pass_time(60)
        assert set(await here.statuses(sent)) <= {"accepted", "delivered"}
        assert Counter(to for to, _ in here.arrived()).most_common(1)[0][1] == 1


async def test_a_misconfigured_lane_stops_and_comes_back(open_world: OpenWorld) -> None:
    """One probe a minute, the reason for the health page, and once it is mended everything goes out."""
    clock = SteppedClock(MONDAY)
    async with (
        networked(clock) as network,
        guarded(network) as (behind, guard),
        open_world(network=behind, clock=clock, rates={LONG: 10}) as here,
    ):
        guard.status = 401
        sent = await here.send(*map(number_of, range(20)))
        await here.pass_time(10)
        assert here.lane().stopped_because == "auth"
        assert set(await here.statuses(sent)) == {"queued"}
        before = guard.calls
        await here.pass_time(180)
        assert guard.calls - before == 3
        guard.status = None
        await here.pass_time(130)
        assert here.lane().stopped_because is None
        assert await here.statuses(sent) == ["delivered"] * 20
        assert [len(await here.attempts(message)) for message in sent] == [1] * 20


async def test_an_unreachable_provider_is_asked_ever_more_seldom(open_world: OpenWorld) -> None:
    """Nothing is lost or stuck while it is away; two minutes cost a handful of calls, not thousands."""
    clock = SteppedClock(MONDAY)
    async with networked(clock) as network:
        away = replace(network, base_url="http://127.0.0.1:9")
        async with open_world(network=away, clock=clock, rates={LONG: 50}) as here:
            sent = await here.send(*map(number_of, range(40)))
            await here.pass_time(120)
            assert 5 <= calls(here, "retrylater") <= 60
            assert set(await here.statuses(sent)) == {"queued"}
            assert {(await here.message(message)).attempts for message in sent} == {0}
            assert here.lane().in_hand == {}
        async with open_world(network=network, clock=clock, rates={LONG: 50}) as again:
            await again.pass_time(10)
            assert await again.statuses(sent) == ["delivered"] * 40


async def test_a_stop_calls_back_what_is_claimed(open_world: OpenWorld) -> None:
    """A text that waits for its turn in memory is not sent after the STOP, and says why."""
    async with open_world(rates={LONG: 10}) as here:
        others = [number_of(index) for index in range(7)]
        *_, mine = await here.send(*others, PHONE)
        await here.settle()
        assert mine.id in here.lane().in_hand
        await here.text("STOP")
        await here.pass_time(5)
        assert [
            text.startswith("Clinic: You are unsubscribed") for to, text in here.arrived() if to == PHONE
        ] == [True]
        after = await here.message(mine)
        assert (after.status, after.reason, after.attempts) == ("suppressed", "opted_out", 0)
        assert here.lane().in_hand == {}


async def test_no_call_starts_after_a_stop(open_world: OpenWorld) -> None:
    """Sixty contacts stop at any moment of a bulk: whoever got the acknowledgement gets no more of it."""
    phones = [number_of(index) for index in range(120)]
    chance = random.Random(7)  # noqa: S311 - repeatable on purpose
    async with open_world(
        faults=Faults(answer=Span(0, 0.3)), rates={LONG: 200}, provider={"concurrency": "20"}
    ) as here:
        for turn in range(4):
            await here.send(*phones, body=f"bulk {turn}")
        stopped: dict[str, int] = {}
        for phone in chance.sample(phones, 60):
            await here.pass_time(chance.uniform(0, 0.04))
            await asyncio.gather(here.text("STOP", phone=phone), here.settle())
            await here.settle()
            stopped[phone] = sum(to == phone and text.startswith("bulk") for to, text in here.arrived())
        await here.pass_time(10)
        got = Counter(to for to, text in here.arrived() if text.startswith("bulk"))
        assert {phone: got[phone] for phone in stopped} == stopped
        assert all(got[phone] == 4 for phone in phones if phone not in stopped)
        assert sum(stopped.values()) < 4 * len(stopped)


async def test_a_recall_reaches_a_claim_on_its_way(here: World) -> None:
    """What a claim brings after the STOP was written is given back and not started."""
    model = here.lane()
    lane = Lane(model.sender, model.provider, concurrency=5, provider_timeout=1)
    (message,) = await here.send(PHONE, available_at=2**45)
    lane.claiming = True
    assert lane.recall({(message.project, message.address_id)}) == []
    assert lane.receive([message]) == [message]
    assert not lane.claimed
    assert lane.receive([message]) == []
    assert list(lane.claimed) == [message]
    assert lane.recall({(message.project, message.address_id)}) == [message]
    assert not lane.claimed


async def test_a_clean_stop_leaves_nothing_under_way(open_world: OpenWorld) -> None:
    """Claimed texts go back, open calls end, and the next start sends the rest once."""
    clock, phones = SteppedClock(MONDAY), [number_of(index) for index in range(12)]
    async with networked(clock) as network:
        async with AsyncExitStack() as stack:
            opened = open_world(network=network, clock=clock, rates={LONG: 10})
            here = await stack.enter_async_context(opened)
            sent = await here.send(*phones)
            await here.pass_time(0.35)
            assert here.lane().claimed
            began = clock_of_the_machine.monotonic()
            await stack.aclose()
            assert clock_of_the_machine.monotonic() - began < 3
        assert 0 < len(network.carrier.sent) < 12
        async with open_world(network=network, clock=clock, rates={LONG: 10}) as again:
            assert not {"sending", "uncertain"} & set(await again.statuses(sent))
            await again.pass_time(4)
            assert Counter(to for to, _ in again.arrived()) == Counter(phones)


async def test_what_a_lost_claim_took_is_found_again(here: World) -> None:
    """A claim that was written although it seemed to fail strands nothing in `sending`."""
    gateway, lane = here.gateway, here.lane()
    await here.settle()
    lane.epoch, epoch = -1, lane.epoch  # so that the lane itself claims nothing
    (message,) = await here.send(PHONE)
    await here.settle()
    claim = Claim(gateway.directory, gateway.outbox, gateway.publisher, here.clock, new_id)
    request = ClaimRequest(lane.sender, segments=1, messages=1, epoch=epoch)
    assert (await gateway.writer.submit(claim, request)).messages
    lane.epoch, lane.in_doubt = epoch, True
    await here.pass_time(2)
    assert await here.statuses([message]) == ["sending"]
    await here.send(number_of(1))
    await here.pass_time(3)
    assert await here.statuses([message]) == ["delivered"]
    assert lane.in_hand == {}


class Forgetful:
    """A writer whose answer to one claim is lost after the commit."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self.lost = 0

    async def submit(self, command: Any, item: Any) -> Any:
        answer = await self._writer.submit(command, item)
        if isinstance(command, Claim) and answer.messages and not self.lost:
            self.lost += 1
            raise StorageError("the connection broke after the commit")
        return answer

    async def run(self, work: Any, **given: Any) -> Any:
        return await self._writer.run(work, **given)


async def test_a_claim_whose_answer_is_lost_is_looked_for_at_once(here: World) -> None:
    """Nobody needs to write to that sender again for its texts to leave `sending`."""
    await here.settle()
    assert here.gateway.lanes is not None
    forgetful = Forgetful(here.gateway.writer)
    here.gateway.lanes._writer = cast("Writer", forgetful)  # noqa: SLF001 - the store cannot be made to do so
    (message,) = await here.send(PHONE)
    await here.pass_time(5)
    assert forgetful.lost == 1
    assert await here.statuses([message]) == ["delivered"]
    assert [attempt.outcome for attempt in await here.attempts(message)] == ["accepted"]
    assert len(here.carrier.sent) == 1


async def test_no_call_starts_that_could_outlive_the_lease(here: World) -> None:
    """A lane counts the whole time that a call may last, with what a slow provider takes beyond its own."""
    lane = here.lane()
    now = here.clock.monotonic()
    lane.lease_until = now + lane.provider_timeout + OVERTIME
    assert lane.holds(now)
    assert not lane.holds(now + 0.01)


async def test_two_processes_share_one_database(postgres_database: str, tmp_path: Path) -> None:
    """Each text is sent once; when the first process ends, the second goes on at once."""
    clock = SteppedClock(MONDAY)
    environ, rates = {"GATEWAY_DATABASE__URL": postgres_database}, {LONG: 10.0}
    async with networked(clock) as network:
        join = partial(world, clock=clock, network=network, environ=environ, rates=rates)
        async with join(tmp_path / "1") as first:
            await first.settle()
            async with join(tmp_path / "2") as second:
                await second.settle()
                assert first.lane().lease_until > clock.monotonic() > second.lane().lease_until - 1
                await second.send(*map(number_of, range(20)))
                await first.pass_time(1.5)
                assert moments(first)
        async with join(tmp_path / "2") as second:
            await second.pass_time(4)
            assert Counter(to for to, _ in second.arrived()) == Counter(map(number_of, range(20)))


async def test_a_lane_without_its_lease_is_silent(postgres_database: str, open_world: OpenWorld) -> None:
    """Taken over by another process it starts no call; when that one is gone, it goes on."""
    async with open_world(environ={"GATEWAY_DATABASE__URL": postgres_database}, rates={LONG: 2}) as here:
        clock = here.clock
        await here.settle()
        usurp = partial(
            leases.acquire,
            names=[lease_name(LONG)],
            holder="another process",
            now_ms=to_ms(clock.now()),
            ttl_ms=60_000,
            seize=True,
        )
        await here.gateway.writer.run(usurp)
        sent = await here.send(*map(number_of, range(3)))
        await here.pass_time(50)
        assert moments(here) == []
        await here.pass_time(30)
        assert await here.statuses(sent) == ["delivered"] * 3


async def test_a_slow_provider_does_not_outlive_the_lease(open_world: OpenWorld) -> None:
    """Where calls may last longer than the usual lease, the lease is longer, and texts go out."""
    async with open_world(provider={"timeout": "45"}) as here:
        (message,) = await here.send(PHONE)
        await here.pass_time(61)
        (later,) = await here.send(PHONE)
        await here.pass_time(2)
        assert await here.statuses([message, later]) == ["delivered"] * 2


async def test_a_database_that_goes_away_loses_and_doubles_nothing(
    postgres_database: str, open_world: OpenWorld
) -> None:
    """Every connection is cut several times while texts go out; each arrives exactly once."""
    async with open_world(environ={"GATEWAY_DATABASE__URL": postgres_database}, rates={LONG: 50}) as here:
        sent = await here.send(*map(number_of, range(60)))
        connection = await asyncpg.connect(postgres_database)
        for _ in range(4):
            await here.pass_time(0.2)
            with suppress(GatewayError):
                await connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
        await connection.close()
        await here.pass_time(8)
        assert here.gateway.supervisor.healthy
        assert Counter(to for to, _ in here.arrived()) == Counter(map(number_of, range(60)))
        assert set(await here.statuses(sent)) <= {"delivered", "accepted", "sent"}


async def test_many_texts_need_few_commits(open_world: OpenWorld) -> None:
    """Claims, completions and receipts are written together."""
    async with open_world(rates={SHORT: 2000}) as here:
        await here.send(*map(number_of, range(300)), sender=SHORT)
        before = here.gateway.writer.batches
        await here.until(lambda: len(here.carrier.sent) == 300 or bool(here.clock.step(0.005)))  # type: ignore[attr-defined]
        await here.settle()
        assert here.gateway.writer.items >= 900
        assert here.gateway.writer.batches - before <= 300


async def test_a_thousand_idle_lanes_cost_next_to_nothing(open_world: OpenWorld) -> None:
    """Ten quiet seconds: one look a second for all of them together, and hardly a write."""
    tables = "".join(
        f'[senders."+1514{3_000_000 + n}"]\nproject = "clinic"\nprovider = "demo"\n' for n in range(1000)
    )
    async with open_world(tables=tables) as here:
        await here.settle()
        await here.pass_time(3)
        items, assert_clock = here.gateway.writer.items, here.clock
        assert isinstance(assert_clock, SteppedClock)
        wakes, end = 0, assert_clock.monotonic() + 8
        while (wait := assert_clock.next_wake) is not None and assert_clock.monotonic() + wait <= end:
            assert_clock.step(wait)
            wakes += 1
            await here.settle()
        assert wakes <= 8 * 5
        assert here.gateway.writer.items - items <= wakes * 10
        (message,) = await here.send(PHONE, sender="+15143000999")
        await here.pass_time(1)
        assert await here.statuses([message]) == ["delivered"]
