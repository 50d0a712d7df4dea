"""Hands messages over: one paced lane for each sender, all of them turned by one scheduler.

Claim (one transaction) → call, with no transaction open → completion (batched). A call starts only
while this process holds the lane's lease for longer than the call may last.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Collection, Mapping, Sequence

import structlog

from gateway.clock import Alarm, Clock, to_ms
from gateway.domain.message import Failure, Number
from gateway.domain.outcome import Misconfigured, Outcome, RetryLater, Uncertain
from gateway.errors import GatewayError
from gateway.metrics import Metrics
from gateway.store import claims, leases
from gateway.store.database import Database, Transaction
from gateway.store.messages import Message
from gateway.store.writer import Writer
from gateway.traffic.claiming import Claim, ClaimRequest, Complete, Completion, to_outbound
from gateway.traffic.lane import Lane

log = structlog.get_logger(__name__)

TICK = 0.005
"""Seconds; timers closer than this make uvloop spin."""
LOOK_EVERY = 1.0
"""Seconds between looks at the store for work whose time has come, or that another process wrote."""
LEASE = 30.0
_LONGEST_FIRST_EVERY = 10
"""Each tenth message goes to whoever priorities would make wait the longest."""


class Lanes:
    """The scheduler of all lanes."""

    def __init__(
        self,
        lanes: Sequence[Lane],
        *,
        database: Database,
        writer: Writer,
        claim: Claim,
        complete: Complete,
        clock: Clock,
        metrics: Metrics,
        holder: str,
        seize: bool,
    ) -> None:
        self._lanes = {lane.sender.number: lane for lane in lanes}
        self._database = database
        self._writer = writer
        self._claim = claim
        self._complete = complete
        self._clock = clock
        self._metrics = metrics
        self._holder = holder
        self._seize = seize
        self._due: list[tuple[float, int, Lane]] = []
        self._order = itertools.count()
        self._start_alarm = Alarm(clock)
        self._claim_alarm = Alarm(clock)
        self._returned: list[Message] = []
        self._stopping = False

    @property
    def all(self) -> Mapping[str, Lane]:
        """Every lane by its sender's number."""
        return {str(number): lane for number, lane in self._lanes.items()}

    def wake(self, senders: Collection[str]) -> None:
        """Look for new work of these senders at once."""
        for number in senders:
            lane = self._lanes.get(Number(number))
            if lane is not None:
                lane.wanted = True
        self._claim_alarm.ring()

    def recall(self, addresses: Collection[tuple[str, str]]) -> None:
        """Give back what is claimed for these (project, address id) and not yet started."""
        for lane in self._lanes.values():
            back = [m for m in lane.claimed if (m.project, m.address_id) in addresses]
            if back:
                lane.claimed = type(lane.claimed)(m for m in lane.claimed if m not in back)
                self._returned.extend(back)
                self._claim_alarm.ring()

    async def run(self) -> None:
        """Work until `stop`; then finish the calls that are open."""
        await self._take_leases()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._claim_until_stopped())
            group.create_task(self._look_until_stopped())
            group.create_task(self._renew_until_stopped())
            await self._start_until_stopped(group)

    def stop(self) -> None:
        """Start no further call; what is claimed goes back to the queue."""
        self._stopping = True
        self._start_alarm.ring()
        self._claim_alarm.ring()

    async def _start_until_stopped(self, group: asyncio.TaskGroup) -> None:
        while not self._stopping:
            delay = self._start_due(group)
            await self._start_alarm.wait(max(TICK, delay))
        for lane in self._lanes.values():
            self._returned.extend(lane.claimed)
            lane.claimed.clear()
        await self._give_back()

    def _start_due(self, group: asyncio.TaskGroup) -> float:
        """Start every call whose moment has come; return the seconds until the next one."""
        now = self._clock.monotonic()
        while self._due and self._due[0][0] <= now + TICK / 2:
            _, _, lane = heapq.heappop(self._due)
            start = lane.next_start(now)
            if start is None:
                lane.scheduled = False
            elif start > now + TICK / 2:
                heapq.heappush(self._due, (start, next(self._order), lane))
            elif self._holds(lane, now):
                message = lane.claimed.popleft()
                lane.pace.start(now, message.segments)
                lane.open_calls += 1
                group.create_task(self._call(lane, message))
                heapq.heappush(self._due, (start, next(self._order), lane))
            else:
                lane.scheduled = False
                self._returned.extend(lane.claimed)
                lane.claimed.clear()
            if lane.wants(now):
                self._claim_alarm.ring()
        return self._due[0][0] - now if self._due else LOOK_EVERY

    def _holds(self, lane: Lane, now: float) -> bool:
        return lane.lease_until >= now + lane.provider_timeout

    def _schedule(self, lane: Lane) -> None:
        if lane.claimed and not lane.scheduled:
            lane.scheduled = True
            heapq.heappush(self._due, (0.0, next(self._order), lane))
            self._start_alarm.ring()

    async def _call(self, lane: Lane, message: Message) -> None:
        started = self._clock.monotonic()
        waited = (to_ms(self._clock.now()) - (message.available_at or message.created_at)) / 1000
        self._metrics.lane_seconds.observe(max(0.0, waited))
        try:
            outcome = await lane.provider.send(to_outbound(message))
        except Exception as error:
            log.error("provider.raised", provider=lane.sender.provider, exc_info=error)
            outcome = Uncertain(type(error).__name__)
        finally:
            lane.open_calls -= 1
        ended = self._clock.monotonic()
        kind = type(outcome).__name__.lower()
        self._metrics.provider_call_seconds.labels(provider=lane.sender.provider, outcome=kind).observe(
            ended - started
        )
        self._learn(lane, outcome, ended)
        self._schedule(lane)
        await self._record(Completion(message, outcome))
        lane.handed_over += 1
        log.info("lane.called", message_id=message.id, outcome=kind)

    def _learn(self, lane: Lane, outcome: Outcome, now: float) -> None:
        match outcome:
            case Misconfigured(reason=reason, detail=detail):
                log.error("lane.stopped", sender_kind=lane.sender.kind, reason=reason, detail=detail)
                lane.stop(now, reason)
                self._release_claimed(lane)
            case RetryLater(throttled=True, after=after):
                lane.pause(now, after or 1.0)
                self._release_claimed(lane)
            case RetryLater(reason=Failure.NETWORK_ERROR):
                lane.failed(now)
                self._release_claimed(lane)
            case _:
                lane.passed()

    def _release_claimed(self, lane: Lane) -> None:
        """Give claimed work back while a lane pauses, so that cancelling and STOP see it."""
        self._returned.extend(lane.claimed)
        lane.claimed.clear()
        lane.wanted = True
        self._claim_alarm.ring()

    async def _record(self, completion: Completion) -> None:
        while True:
            try:
                await self._writer.submit(self._complete, completion)
            except GatewayError as error:
                log.error("lane.not_recorded", message_id=completion.message.id, exc_info=error)
                await self._clock.sleep(LOOK_EVERY)
            else:
                return

    async def _claim_until_stopped(self) -> None:
        while not self._stopping:
            try:
                await self._give_back()
                await self._claim_wanted()
            except GatewayError as error:
                log.error("lane.claim_failed", exc_info=error)
                await self._clock.sleep(LOOK_EVERY)
            await self._claim_alarm.wait(LOOK_EVERY)

    async def _claim_wanted(self) -> None:
        now = self._clock.monotonic()
        wanting = [lane for lane in self._lanes.values() if self._holds(lane, now) and lane.wants(now)]
        if not wanting:
            return
        requests = [
            ClaimRequest(
                lane.sender,
                segments=lane.room(),
                messages=max(1, lane.concurrency - lane.open_calls),
                epoch=lane.epoch,
                longest_first=lane.handed_over % _LONGEST_FIRST_EVERY == _LONGEST_FIRST_EVERY - 1,
            )
            for lane in wanting
        ]
        for lane in wanting:
            lane.wanted = False
        taken = await asyncio.gather(*(self._writer.submit(self._claim, r) for r in requests))
        for lane, messages in zip(wanting, taken, strict=True):
            lane.claimed.extend(messages)
            lane.wanted = lane.wanted or bool(messages)
            self._schedule(lane)

    async def _give_back(self) -> None:
        if self._returned:
            returned, self._returned = self._returned, []
            for message in returned:
                await self._writer.submit(self._complete, Completion(message, None))

    async def _look_until_stopped(self) -> None:
        while not self._stopping:
            async with self._database.reading() as tx:
                now = to_ms(self._clock.now())
                due = await claims.with_work(tx, list(self._lanes), now=now)
            if due:
                self.wake(due)
            await self._clock.sleep(LOOK_EVERY)

    async def _renew_until_stopped(self) -> None:
        while not self._stopping:
            await self._clock.sleep(LEASE / 3)
            await self._take_leases()

    async def _take_leases(self) -> None:
        """Take or renew the lease of each lane; a new owner's first act is to name what was left open."""
        now = self._clock.monotonic()

        async def acquire(tx: Transaction) -> list[leases.Lease]:
            now_ms = to_ms(self._clock.now())
            held = await leases.acquire(
                tx,
                names=[_lease_name(number) for number in self._lanes],
                holder=self._holder,
                now_ms=now_ms,
                ttl_ms=int(LEASE * 1000),
                seize=self._seize,
            )
            for lease in held:
                number = lease.name.removeprefix(_LEASE_PREFIX)
                if self._lanes[Number(number)].epoch != lease.epoch:
                    await claims.orphans(tx, sender=number, epoch=lease.epoch, now=now_ms)
            return held

        for lease in await self._writer.run(acquire, name="leases"):
            lane = self._lanes[Number(lease.name.removeprefix(_LEASE_PREFIX))]
            lane.epoch = lease.epoch
            lane.lease_until = now + LEASE
        self._seize = False


_LEASE_PREFIX = "lane:"


def _lease_name(number: str) -> str:
    return f"{_LEASE_PREFIX}{number}"
