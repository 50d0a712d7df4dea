"""One call to a provider: bounded in time, measured, and with an outcome whatever happens."""

from __future__ import annotations

import asyncio

import structlog

from gateway.clock import Clock, to_ms
from gateway.domain.outcome import Outcome, Uncertain
from gateway.metrics import Metrics
from gateway.store.messages import Message
from gateway.traffic.completion import to_outbound
from gateway.traffic.lane import Lane

log = structlog.get_logger(__name__)


async def call(lane: Lane, message: Message, clock: Clock, metrics: Metrics) -> Outcome:
    """Hand one message to the lane's provider."""
    waited = (to_ms(clock.now()) - (message.available_at or message.created_at)) / 1000
    metrics.lane_seconds.observe(max(0.0, waited))
    started = clock.monotonic()
    outcome: Outcome
    try:
        async with asyncio.timeout(lane.longest_call):
            outcome = await lane.provider.send(to_outbound(message))
    except Exception as error:  # A provider that raises does not say whether the text was sent.
        log.error("provider.raised", provider=lane.sender.provider, exc_info=error)
        outcome = Uncertain(type(error).__name__)
    kind = type(outcome).__name__.lower()
    seconds = metrics.provider_call_seconds.labels(provider=lane.sender.provider, outcome=kind)
    seconds.observe(clock.monotonic() - started)
    log.debug("lane.called", message_id=message.id, outcome=kind)
    return outcome
