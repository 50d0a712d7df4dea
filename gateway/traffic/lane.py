"""One lane: the queue of a sender while it is being handed over."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from gateway.domain.pacing import Pace
from gateway.domain.sender import Sender
from gateway.providers.base import Provider
from gateway.store.messages import Message

_PROBE_AFTER = 60.0
"""Seconds after which a stopped lane tries one message again."""
_LONGEST_PAUSE = 30.0


@dataclass(slots=True)
class Lane:
    """The pace of a sender, what it has claimed, and whether it may go on. Times are monotonic seconds."""

    sender: Sender
    provider: Provider
    concurrency: int
    provider_timeout: float
    """Seconds that one call may last."""
    pace: Pace = field(init=False)
    claimed: deque[Message] = field(default_factory=deque)
    open_calls: int = 0
    wanted: bool = True
    """There may be work in the store."""
    scheduled: bool = False
    """The scheduler has it on its list."""
    paused_until: float = 0.0
    failures: int = 0
    stopped_because: str | None = None
    epoch: int = 0
    lease_until: float = 0.0
    handed_over: int = 0

    def __post_init__(self) -> None:
        self.pace = Pace(self.sender.rate)

    @property
    def segments_claimed(self) -> int:
        return sum(message.segments for message in self.claimed)

    def room(self) -> int:
        """Return how many segments may be claimed: one second of work, at least one message."""
        return max(1, int(self.sender.rate)) - self.segments_claimed

    def wants(self, now: float) -> bool:
        """Tell whether to claim now."""
        nearly_empty = self.segments_claimed <= int(self.sender.rate) // 5
        return (
            self.wanted and nearly_empty and now >= self.paused_until and self.open_calls < self.concurrency
        )

    def next_start(self, now: float) -> float | None:
        """Return when the next claimed message may start, or None when a call must end first."""
        if not self.claimed or self.open_calls >= self.concurrency:
            return None
        return max(self.paused_until, self.pace.next_start(now))

    def pause(self, now: float, seconds: float) -> None:
        """Stay silent for a while: the provider throttles or cannot be reached."""
        self.paused_until = max(self.paused_until, now + seconds)

    def failed(self, now: float) -> None:
        """Back off after a call that could not even be made."""
        self.failures += 1
        self.pause(now, min(_LONGEST_PAUSE, 0.25 * 2.0**self.failures))

    def stop(self, now: float, reason: str) -> None:
        """Stop until the operator mends something, trying one message a minute."""
        self.stopped_because = reason
        self.pause(now, _PROBE_AFTER)

    def passed(self) -> None:
        """Note a call that reached the provider."""
        self.failures = 0
        self.stopped_because = None
