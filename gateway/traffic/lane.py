"""One lane: the queue of a sender while it is being handed over."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from gateway.domain.pacing import Pace
from gateway.domain.sender import Sender
from gateway.providers.base import Provider
from gateway.store.messages import Message
from gateway.traffic.claiming import ClaimRequest
from gateway.traffic.completion import PROBE_AFTER

_LEAD = 0.2
"""Seconds of work left when the lane claims more: late enough for urgent texts to overtake."""
OVERTIME = 1.0
"""Seconds that a call may last beyond its time-out, for a provider that does not keep it."""
_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 30.0
_DOUBTS = 5
"""So many calls in a row without an answer mean that the provider is not well."""


@dataclass(slots=True, eq=False)
class Lane:
    """The pace of a sender, what it has claimed, and whether it may go on. Times are monotonic seconds."""

    sender: Sender
    provider: Provider
    concurrency: int
    """Calls that may be open at once."""
    provider_timeout: float
    """Seconds that one call may last."""
    pace: Pace = field(init=False)
    claimed: deque[Message] = field(default_factory=deque)
    """Taken and not yet started, in order."""
    in_hand: dict[str, str] = field(default_factory=dict)
    """Address id by message id of all that is taken and whose end is not yet recorded."""
    open_calls: int = 0
    wanted: bool = True
    """There may be work in the store."""
    claiming: bool = False
    """A claim is on its way through the writer."""
    recalled: set[tuple[str, str]] = field(default_factory=set)
    """(project, address id) recalled while a claim was on its way."""
    in_doubt: bool = False
    """A claim failed, and it may have been written nevertheless."""
    due: float = math.inf
    """When the scheduler looks at it next."""
    paused_until: float = 0.0
    failures: int = 0
    doubts: int = 0
    stopped_because: str | None = None
    epoch: int = 0
    lease_until: float = 0.0
    taken: int = 0
    """Messages claimed so far."""
    handed_over: int = 0

    def __post_init__(self) -> None:
        self.pace = Pace(self.sender.rate)

    @property
    def longest_call(self) -> float:
        """Seconds after which a call is cut off."""
        return self.provider_timeout + OVERTIME

    @property
    def most_calls(self) -> int:
        """How many calls may be open; one at a time until the provider is well again."""
        return 1 if self.failures or self.stopped_because else self.concurrency

    @property
    def room(self) -> tuple[int, int]:
        """How many segments and messages may be claimed: one second of work, at least one message."""
        segments = math.ceil(self.sender.rate) - sum(message.segments for message in self.claimed)
        return max(1, segments), self.most_calls - self.open_calls - len(self.claimed)

    def request(self) -> ClaimRequest:
        """Return what to ask for now."""
        segments, messages = self.room
        return ClaimRequest(
            self.sender,
            segments=segments,
            messages=messages,
            epoch=self.epoch,
            place=self.taken,
            busy=frozenset(self.in_hand.values()),
        )

    def holds(self, now: float) -> bool:
        """Tell whether a call that starts now ends before the lease does."""
        return self.lease_until >= now + self.longest_call

    def wants(self, now: float) -> bool:
        """Tell whether to claim now."""
        return self._lacks_work and now >= self._claim_from()

    def next_start(self, now: float) -> float | None:
        """Return when there is something to do, a call or a claim; None: not before one of those ends."""
        if self.claimed and self.open_calls < self.most_calls:
            return max(now, self.paused_until, self.pace.next_start)
        return max(now, self._claim_from()) if self._lacks_work else None

    def next_call(self, now: float) -> Message | None:
        """Take the message whose call may start now off the claimed ones."""
        if not self.claimed or self.open_calls >= self.most_calls:
            return None
        if max(self.paused_until, self.pace.next_start) > now:
            return None
        return self.claimed.popleft()

    def start(self, message: Message, now: float) -> None:
        """Note that a call starts."""
        self.pace.start(now, message.segments)
        self.open_calls += 1

    def receive(self, messages: Iterable[Message]) -> list[Message]:
        """Take what a claim brought; return what was recalled meanwhile."""
        back = []
        for message in messages:
            self.taken += 1
            self.in_hand[message.id] = message.address_id
            if (message.project, message.address_id) in self.recalled:
                back.append(message)
            else:
                self.claimed.append(message)
        self.recalled.clear()
        return back

    def recall(self, addresses: Collection[tuple[str, str]]) -> list[Message]:
        """Give up what is claimed for these (project, address id) and not started, also what will come."""
        if self.claiming:
            self.recalled |= set(addresses)
        back = [m for m in self.claimed if (m.project, m.address_id) in addresses]
        if back:
            self.claimed = deque(m for m in self.claimed if (m.project, m.address_id) not in addresses)
        return back

    def give_up(self) -> list[Message]:
        """Give up all that is claimed and not started."""
        back = list(self.claimed)
        self.claimed.clear()
        self.wanted = True
        return back

    def throttled(self, now: float, after: float | None) -> None:
        """Stay silent for as long as the provider asks."""
        self._pause(now, after or _FIRST_PAUSE)

    def failed(self, now: float) -> None:
        """Back off after a call that could not even be made; calls that fail together count once."""
        if now < self.paused_until:
            return
        self.failures += 1
        self._pause(now, min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** min(self.failures - 1, 10)))

    def unanswered(self, now: float) -> bool:
        """Note a call without an answer; several in a row are a failure, which is returned."""
        self.doubts += 1
        if self.doubts < _DOUBTS and not self.failures:
            return False
        self.failed(now)
        return True

    def stop(self, now: float, reason: str) -> None:
        """Stop until the operator mends something, trying one message a minute."""
        self.stopped_because = reason
        self._pause(now, PROBE_AFTER)

    def passed(self) -> None:
        """Note a call that the provider answered."""
        self.failures = 0
        self.doubts = 0
        if self.stopped_because:
            self.stopped_because = None
            self.paused_until = 0.0

    @property
    def _lacks_work(self) -> bool:
        return self.wanted and not self.claiming and self.open_calls + len(self.claimed) < self.most_calls

    def _claim_from(self) -> float:
        """Return when so little work is left that more should be claimed."""
        left = sum(message.segments for message in self.claimed) / self.sender.rate
        return max(self.paused_until, self.pace.next_start + left - _LEAD)

    def _pause(self, now: float, seconds: float) -> None:
        self.paused_until = max(self.paused_until, now + seconds)
