"""Which lanes this process may work: a lease for each, renewed while it works."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import structlog

from gateway.clock import Clock, to_ms
from gateway.store import leases
from gateway.store.database import Transaction
from gateway.store.leases import Lease
from gateway.store.writer import Writer
from gateway.traffic.claiming import lease_name
from gateway.traffic.completion import Complete
from gateway.traffic.lane import Lane

log = structlog.get_logger(__name__)

_SHORTEST = 30.0
"""Seconds that a lease lasts at least."""
_RETRY_AFTER = 1.0


class Leasing:
    """Takes, renews and releases the leases of lanes.

    A lease lasts for two calls at least, so that it can be renewed three times before calls must stop.
    """

    def __init__(
        self,
        lanes: Mapping[str, Lane],
        *,
        writer: Writer,
        complete: Complete,
        clock: Clock,
        holder: str,
        seize: bool,
    ) -> None:
        self._lanes = {lease_name(number): lane for number, lane in lanes.items()}
        self._writer = writer
        self._complete = complete
        self._clock = clock
        self._holder = holder
        self._seize = seize
        self._seconds = max([_SHORTEST, *(2 * lane.provider_timeout for lane in lanes.values())])

    async def keep(self, regained: Callable[[Lane], None]) -> None:
        """Renew for ever, and tell of each lane that may go on and could not before."""
        while True:
            wait = self._seconds / 3
            try:
                for lane in await self.take():
                    regained(lane)
            except Exception as error:  # Until the leases end there is time to try again.
                log.error("lane.leases_failed", exc_info=error)
                wait = _RETRY_AFTER
            await self._clock.sleep(wait)

    async def take(self) -> list[Lane]:
        """Take or renew every lease that can be had; return the lanes that may go on and could not before.

        What earlier owners left open is named uncertain in the same transaction. Raises StorageError.
        """
        now = self._clock.monotonic()
        held = {lease.name: lease for lease in await self._writer.run(self._acquire, name="leases")}
        self._seize = False
        gained = []
        for name, lane in self._lanes.items():
            lease = held.get(name)
            if lease is None:
                if lane.lease_until > now:
                    log.error("lane.lease_lost", sender_kind=lane.sender.kind)
                lane.lease_until = 0.0
                continue
            if not lane.holds(now) or lane.epoch != lease.epoch:
                gained.append(lane)
            lane.epoch = lease.epoch
            lane.lease_until = now + self._seconds
        return gained

    async def release(self) -> None:
        """Let another process take over at once."""
        for lane in self._lanes.values():
            lane.lease_until = 0.0
        await self._writer.run(
            lambda tx: leases.release(tx, names=self._lanes, holder=self._holder), name="leases"
        )

    async def _acquire(self, tx: Transaction) -> list[Lease]:
        held = await leases.acquire(
            tx,
            names=self._lanes,
            holder=self._holder,
            now_ms=to_ms(self._clock.now()),
            ttl_ms=round(self._seconds * 1000),
            seize=self._seize,
        )
        epochs = {str(self._lanes[lease.name].sender.number): lease.epoch for lease in held}
        if left := await self._complete.abandon(tx, epochs):
            tx.after_commit(lambda: log.warning("lane.left_open", messages=left))
        return held
