"""Hands messages over: one paced lane for each sender, all of them turned by one scheduler.

Claim (one transaction) → call, with no transaction open → completion (batched). A call starts only
while this process holds the lane's lease for longer than the call may last.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import math
from collections.abc import Collection, Coroutine, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import structlog

from gateway.clock import Alarm, Clock, to_ms
from gateway.domain.message import Failure
from gateway.domain.outcome import Misconfigured, Outcome, RetryLater, Uncertain
from gateway.errors import GatewayError
from gateway.metrics import Metrics
from gateway.store import claims
from gateway.store.database import Database
from gateway.store.messages import Message
from gateway.store.writer import Writer
from gateway.traffic.calling import call
from gateway.traffic.claiming import Claim, Claimed
from gateway.traffic.completion import Complete, Completion
from gateway.traffic.lane import Lane
from gateway.traffic.leasing import Leasing

log = structlog.get_logger(__name__)

TICK = 0.005
"""Seconds; timers closer than this make uvloop spin."""
LOOK_EVERY = 1.0
"""Seconds between looks at the store for work whose time has come, or that another process wrote."""


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
        self._lanes = {str(lane.sender.number): lane for lane in lanes}
        self._database = database
        self._writer = writer
        self._claim = claim
        self._complete = complete
        self._clock = clock
        self._metrics = metrics
        self._leasing = Leasing(
            self._lanes, writer=writer, complete=complete, clock=clock, holder=holder, seize=seize
        )
        self._due: list[tuple[float, int, Lane]] = []
        self._order = itertools.count()
        self._alarm = Alarm(clock)
        self._group: asyncio.TaskGroup | None = None
        self._stopping = False

    @property
    def all(self) -> Mapping[str, Lane]:
        """Every lane by its sender's number."""
        return self._lanes

    def wake(self, senders: Collection[str]) -> None:
        """Look for new work of these senders at once."""
        for number in senders:
            if lane := self._lanes.get(number):
                lane.wanted = True
                self._look_at(lane)

    def recall(self, addresses: Collection[tuple[str, str]]) -> None:
        """Give back what is claimed for these (project, address id) and not yet started."""
        for lane in self._lanes.values():
            self._give_back(lane, lane.recall(addresses))

    async def run(self) -> None:
        """Work until `stop`; then finish the calls that are open and let another process take over."""
        try:
            async with asyncio.TaskGroup() as group:
                self._group = group
                rounds = [
                    group.create_task(self._leasing.keep(self._resume)),
                    group.create_task(self._look()),
                ]
                await self._turn_until_stopped()
                for each in rounds:
                    each.cancel()
                for lane in self._lanes.values():
                    self._give_back(lane, lane.give_up())
        finally:
            self._group = None
        try:
            await self._leasing.release()
        except GatewayError as error:
            log.error("lane.lease_not_released", exc_info=error)

    def stop(self) -> None:
        """Start no further call; what is claimed goes back to the queue."""
        self._stopping = True
        self._alarm.ring()

    async def _turn_until_stopped(self) -> None:
        while not self._stopping:
            now = self._clock.monotonic()
            while self._due and self._due[0][0] <= now:
                due, _, lane = heapq.heappop(self._due)
                if due == lane.due:  # Otherwise the lane was put on the list anew.
                    lane.due = math.inf
                    try:
                        self._turn(lane, now)
                    except Exception as error:  # The other lanes go on; this one is looked at again.
                        log.error("lane.turn_failed", sender_kind=lane.sender.kind, exc_info=error)
            await self._alarm.wait(max(TICK, self._due[0][0] - now) if self._due else LOOK_EVERY)

    def _resume(self, lane: Lane) -> None:
        lane.wanted = True
        self._look_at(lane)

    def _look_at(self, lane: Lane, when: float = 0.0) -> None:
        """Put a lane on the list, for as soon as possible or for a moment."""
        if when < lane.due:
            lane.due = when
            heapq.heappush(self._due, (when, next(self._order), lane))
            if when == 0.0:
                self._alarm.ring()

    def _turn(self, lane: Lane, now: float) -> None:
        """Start every call whose moment has come, and claim when little work is left."""
        if not lane.holds(now):
            self._give_back(lane, lane.give_up())
            return
        while message := lane.next_call(now):
            lane.start(message, now)
            self._start(self._call(lane, message))
        if lane.wants(now):
            lane.wanted, lane.claiming = False, True
            self._start(self._claim_for(lane))
        if (when := lane.next_start(now)) is not None:
            self._look_at(lane, when)

    async def _claim_for(self, lane: Lane) -> None:
        claimed = Claimed()
        try:
            if lane.in_doubt:
                await self._find_strays(lane)
            claimed = await self._writer.submit(self._claim, lane.request())
        except Exception as error:  # Whatever it is, the other lanes go on, and this one tries again.
            log.error("lane.claim_failed", sender_kind=lane.sender.kind, exc_info=error)
            lane.in_doubt = lane.wanted = True
        lane.claiming = False
        self._give_back(lane, lane.receive(claimed.messages))
        lane.wanted = lane.wanted or claimed.more
        if self._stopping:
            self._give_back(lane, lane.give_up())
        else:
            self._look_at(lane, self._clock.monotonic() + LOOK_EVERY if lane.in_doubt else 0.0)

    async def _find_strays(self, lane: Lane) -> None:
        """Give back what a failed claim took all the same: nobody else knows of it."""
        read = partial(claims.still_open, sender=lane.sender.number, epoch=lane.epoch)
        found = await self._writer.run(read, name="strays")
        strays = [message for message in found if message.id not in lane.in_hand]
        lane.in_hand |= {message.id: message.address_id for message in strays}
        self._give_back(lane, strays)
        lane.in_doubt = False

    async def _call(self, lane: Lane, message: Message) -> None:
        outcome = await call(lane, message, self._clock, self._metrics)
        lane.open_calls -= 1
        self._learn(lane, outcome)
        self._look_at(lane)
        await self._record(lane, Completion(message, outcome))
        lane.handed_over += 1

    def _learn(self, lane: Lane, outcome: Outcome) -> None:
        """Let the lane go on, pause or stop; what it gives up is seen by cancelling and STOP meanwhile."""
        now = self._clock.monotonic()
        match outcome:
            case Misconfigured(reason=reason, detail=detail):
                log.error("lane.stopped", sender_kind=lane.sender.kind, reason=reason, detail=detail)
                lane.stop(now, reason)
            case RetryLater(throttled=True, after=after):
                lane.throttled(now, after)
            case RetryLater(reason=Failure.NETWORK_ERROR):
                lane.failed(now)
            case Uncertain():
                if not lane.unanswered(now):
                    return
            case _:
                lane.passed()
                return
        self._give_back(lane, lane.give_up())

    def _give_back(self, lane: Lane, messages: Iterable[Message]) -> None:
        for message in messages:
            self._start(self._record(lane, Completion(message, None)))

    async def _record(self, lane: Lane, completion: Completion) -> None:
        """Write how a call ended, however long the store needs to come back."""
        while True:
            try:
                await self._writer.submit(self._complete, completion)
            except Exception as error:  # Given up, the message would be lost: it is neither sent nor waiting.
                log.error("lane.not_recorded", message_id=completion.message.id, exc_info=error)
                await self._clock.sleep(LOOK_EVERY)
            else:
                lane.in_hand.pop(completion.message.id, None)
                return

    async def _look(self) -> None:
        """Find work whose time has come, or that another process wrote."""
        while True:
            idle = [number for number, lane in self._lanes.items() if lane.due == math.inf]
            try:
                async with self._database.reading() as tx:
                    self.wake(await claims.with_work(tx, idle, now=to_ms(self._clock.now())))
            except Exception as error:  # The next look comes soon.
                log.error("lane.look_failed", exc_info=error)
            await self._clock.sleep(LOOK_EVERY)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        """Begin work that `run` waits for; after its end there is none to begin."""
        if self._group is None:
            work.close()
        else:
            self._group.create_task(work)
