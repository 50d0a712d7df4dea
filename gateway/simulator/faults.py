"""What can become of a text in the simulated network, and the numbers that make it so."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping


class Fate(StrEnum):
    """What becomes of one message of the gateway."""

    DELIVERED = "delivered"
    INVALID = "invalid"
    UNREACHABLE = "unreachable"
    GEO_BLOCKED = "geo_blocked"
    OPTED_OUT = "opted_out"
    NOT_MOBILE = "not_mobile"
    FILTERED = "filtered"
    """Taken; the receipt says that a filter stopped it."""
    UNDELIVERED = "undelivered"
    EXPIRED = "expired"
    SILENT = "silent"
    """On the phone, but no receipt ever says so."""
    LOST = "lost"
    """Taken, and never heard of again."""
    HANG = "hang"
    """Taken and delivered, but the call is not answered in any useful time."""
    SWALLOWED = "swallowed"
    """Not answered either, and not taken."""
    BROKEN = "broken"
    """Answered 500, and not taken."""
    BROKEN_AFTER = "broken_after"
    """Answered 500, though taken and delivered."""
    THROTTLED = "throttled"
    """Answered 429 twice, then delivered."""
    EARLY = "early"
    """All receipts come before the answer."""
    DOUBLED = "doubled"
    """Each receipt comes twice."""
    REORDERED = "reordered"
    """`delivered` comes before `sent`."""
    REVIVED = "revived"
    """Reported expired, then delivered after all."""
    STRANGE = "strange"
    """The receipt bears a status that no document names."""
    SLOW = "slow"
    """Answered and delivered late."""


MAGIC: Final[Mapping[str, Fate]] = MappingProxyType(
    {
        # The first five say what they say among Twilio's test numbers.
        "+15005550001": Fate.INVALID,
        "+15005550002": Fate.UNREACHABLE,
        "+15005550003": Fate.GEO_BLOCKED,
        "+15005550004": Fate.OPTED_OUT,
        "+15005550009": Fate.NOT_MOBILE,
        "+15005550010": Fate.FILTERED,
        "+15005550011": Fate.UNDELIVERED,
        "+15005550012": Fate.EXPIRED,
        "+15005550013": Fate.SILENT,
        "+15005550014": Fate.LOST,
        "+15005550015": Fate.HANG,
        "+15005550016": Fate.SWALLOWED,
        "+15005550017": Fate.BROKEN,
        "+15005550018": Fate.BROKEN_AFTER,
        "+15005550019": Fate.THROTTLED,
        "+15005550020": Fate.EARLY,
        "+15005550021": Fate.DOUBLED,
        "+15005550022": Fate.REORDERED,
        "+15005550023": Fate.REVIVED,
        "+15005550024": Fate.STRANGE,
        "+15005550025": Fate.SLOW,
    }
)
"""Recipients whose fate is certain, whatever the shares of `Faults` say."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer other than 202."""

    status: int
    code: str
    message: str


REFUSALS: Final[Mapping[Fate, Refusal]] = MappingProxyType(
    {
        Fate.INVALID: Refusal(400, "invalid_number", "to is not a telephone number"),
        Fate.UNREACHABLE: Refusal(400, "unreachable", "no route to this number"),
        Fate.GEO_BLOCKED: Refusal(400, "geo_blocked", "this country is not enabled"),
        Fate.OPTED_OUT: Refusal(400, "opted_out", "the recipient opted out of this sender"),
        Fate.NOT_MOBILE: Refusal(400, "not_mobile", "to cannot receive texts"),
        Fate.SWALLOWED: Refusal(500, "broken", "internal error"),
        Fate.BROKEN: Refusal(500, "broken", "internal error"),
        Fate.BROKEN_AFTER: Refusal(500, "broken", "internal error"),
    }
)

NOT_TAKEN: Final = frozenset(REFUSALS) - {Fate.BROKEN_AFTER}
NOT_ARRIVING: Final = frozenset({Fate.FILTERED, Fate.UNDELIVERED, Fate.EXPIRED, Fate.LOST})


@dataclass(frozen=True, slots=True)
class Report:
    """What one receipt says."""

    status: str
    code: str = ""


_SENT, _DELIVERED = Report("sent"), Report("delivered")
_REPORTS: Final[Mapping[Fate, tuple[Report, ...]]] = MappingProxyType(
    {
        Fate.FILTERED: (_SENT, Report("undelivered", "filtered")),
        Fate.UNDELIVERED: (_SENT, Report("undelivered", "absent")),
        Fate.EXPIRED: (_SENT, Report("expired")),
        Fate.SILENT: (),
        Fate.LOST: (),
        Fate.REORDERED: (_DELIVERED, _SENT),
        Fate.REVIVED: (_SENT, Report("expired"), _DELIVERED),
        Fate.STRANGE: (_SENT, Report("teleported", "42")),
    }
)


def reports(fate: Fate) -> tuple[Report, ...]:
    """Return what the receipts of a message with that fate say, in the order of coming."""
    return _REPORTS.get(fate, (_SENT, _DELIVERED))


@dataclass(frozen=True, slots=True)
class Span:
    """A time drawn evenly between two bounds, in seconds."""

    low: float = 0.0
    high: float = 0.0

    def draw(self, rng: random.Random) -> float:
        return rng.uniform(self.low, self.high) if self.high > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Faults:
    """How the network behaves; without arguments instant and perfect. Times in seconds, shares 0 to 1."""

    shares: Mapping[Fate, float] = field(default_factory=dict)
    """How many messages meet which fate; the rest is delivered."""
    answer: Span = Span()
    """From a call to its answer."""
    transit: Span = Span()
    """From the answer to the phone. Texts to one phone keep their order."""
    receipt: Span = Span()
    """Before each receipt."""
    receipt_per_part: bool = False
    """Each segment of a long text gets receipts of its own."""
    inbound_split: bool = False
    """A long inbound text comes in parts."""
    inbound_shuffled: bool = False
    """These parts come in any order."""
    inbound_doubled: float = 0.0
    """Share of inbound webhooks that come once more though acknowledged."""
    retries: tuple[float, ...] = (1.0, 5.0, 20.0, 60.0)
    """Pauses before what was not acknowledged comes again; in sum below the 300 s that a signature lives."""
    webhook_timeout: float = 10.0
    """Real seconds, whatever the clock: how long a webhook waits for its answer."""
    retry_after: int = 1
    """What a 429 asks for."""
    hang: float = 300.0
    slow: float = 5.0

    def fate(self, recipient: str, rng: random.Random) -> Fate:
        """Return what becomes of the next message to that number."""
        if recipient in MAGIC:
            return MAGIC[recipient]
        drawn = rng.random() if self.shares else 1.0
        for fate, share in self.shares.items():
            drawn -= share
            if drawn < 0:
                return fate
        return Fate.DELIVERED
