"""What became of one call to a provider. Providers return these; a lane decides by a `match`."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.domain.message import Failure


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider took the message and named it."""

    provider_ref: str
    segments: int | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """Final: the provider will not send it."""

    reason: Failure
    code: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class RetryLater:
    """Surely not sent; may be tried again after `after` seconds (None: our own back-off).

    A throttled call consumed no attempt.
    """

    reason: Failure
    after: float | None = None
    throttled: bool = False
    code: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Uncertain:
    """May be sent: the call was made and its outcome is not known."""

    detail: str = ""


@dataclass(frozen=True, slots=True)
class Misconfigured:
    """Nothing will pass until the operator mends something: the lane stops."""

    reason: Failure
    code: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class OptedOut:
    """The provider refuses because the recipient opted out there; a consent event for us."""

    code: str = ""
    detail: str = ""


Outcome = Accepted | Refused | RetryLater | Uncertain | Misconfigured | OptedOut
