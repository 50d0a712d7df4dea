"""When nothing is under way any more: read from the parts themselves, never guessed from a pause."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from gateway.app import Gateway
from gateway.clock import Clock, SteppedClock, from_ms, to_ms
from gateway.errors import GatewayError
from gateway.simulator.carrier import Carrier
from gateway.store import claims
from gateway.store.database import Transaction
from gateway.traffic.lane import Lane
from gateway.traffic.lanes import TICK, Lanes

_PATIENCE = 20.0
"""Real seconds after which something that never comes to rest is called stuck."""
_APPROACH = timedelta(seconds=1.5)
"""A jump lands so long before a due moment, so that leases are renewed when it comes."""


class Stillness:
    """Waits for one gateway; with a stepped clock it also lets time pass."""

    def __init__(self, gateway: Gateway, carrier: Carrier, clock: Clock) -> None:
        if gateway.lanes is None:
            raise GatewayError("a gateway without lanes is always still")
        self._gateway = gateway
        self._lanes: Lanes = gateway.lanes
        self._carrier = carrier
        self._clock = clock

    async def reach(self) -> None:
        """Return when everything that was begun has ended, paced texts included."""
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._settle()
                while (seconds := self._until_paced()) is not None:
                    await self._let_pass(seconds + TICK)
                    await self._settle()
        except TimeoutError:
            raise GatewayError("the gateway does not come to rest: something waits for ever") from None

    async def pass_until(self, clock: SteppedClock, target: datetime) -> None:
        """Let time pass, stopping at each moment at which something falls due."""
        while (now := clock.now()) < target:
            moment = min(await self._next_moment(now, target), target)
            if moment - now > _APPROACH:
                clock.step((moment - now - _APPROACH).total_seconds())
                await self.reach()
            clock.step(max(0.0, (moment - clock.now()).total_seconds()))
            await self._take_up_due()
            await self.reach()

    async def _settle(self) -> None:
        """Look twice: what was under way at the first look may have left something to do."""
        quiet = 0
        while quiet < 2:
            await self._carrier.settle()
            # Behind this, all that was committed before has been told to the lanes.
            await self._gateway.writer.run(_nothing, name="stillness")
            quiet = 0 if any(map(self._is_working, self._lanes.all.values())) else quiet + 1

    def _is_working(self, lane: Lane) -> bool:
        """Tell whether something of the lane will happen without the clock moving."""
        if lane.claiming or lane.open_calls or len(lane.in_hand) > len(lane.claimed):
            return True
        now = self._clock.monotonic()
        start = lane.next_start(now)
        return not lane.holds(now) or (start is not None and start <= now)

    def _until_paced(self) -> float | None:
        """Return the seconds until the pace of a lane allows its next text, or None when none waits."""
        now = self._clock.monotonic()
        going = [lane for lane in self._lanes.all.values() if lane.stopped_because is None]
        starts = [start for lane in going if (start := lane.next_start(now)) is not None]
        return min(starts) - now if starts else None

    async def _let_pass(self, seconds: float) -> None:
        if isinstance(self._clock, SteppedClock):
            self._clock.step(seconds)
        else:
            await self._clock.sleep(seconds)

    async def _take_up_due(self) -> None:
        """Do at once what the loops of the gateway would find at their next look."""
        await self._gateway.timers.fire_due()
        await self._gateway.timers.join_stale()
        await self._gateway.settlement.settle()
        async with self._gateway.database.reading() as tx:
            due = await claims.with_work(tx, list(self._lanes.all), now=to_ms(self._clock.now()))
        self._lanes.wake(due)

    async def _next_moment(self, now: datetime, target: datetime) -> datetime:
        """Return when something falls due: a time-out, a held text, the second look at an unknown one."""
        patience = self._gateway.settings.lanes.settle_after
        async with self._gateway.database.reading() as tx:
            available = await claims.next_available(tx, now=to_ms(now))
            unknown = await claims.unsettled(tx, before=to_ms(target), limit=100)
        moments = [await self._gateway.timers.next_due(), available]
        found = [from_ms(moment) for moment in moments if moment is not None]
        found += [from_ms(m.updated_at) + patience for m in unknown if "settled:unknown" not in m.why]
        return min((moment for moment in found if moment > now), default=target)


async def _nothing(tx: Transaction) -> None:
    """Take one's turn in the writer's queue."""
