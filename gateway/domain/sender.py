"""Our numbers: what each kind can do, how fast, and who answers a STOP on it.

The table holds the usual values per country and kind; what the configuration says wins.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from gateway.domain import phone
from gateway.errors import InvalidRequest

if TYPE_CHECKING:
    from decimal import Decimal

    from gateway.domain.message import Number


class SenderKind(StrEnum):
    """The kinds of numbers that a provider rents."""

    LONG_CODE = "long_code"
    SHORT_CODE = "short_code"
    TOLL_FREE = "toll_free"
    ALPHANUMERIC = "alphanumeric"


class OptOutHandler(StrEnum):
    """Who sends the one confirmation of a STOP, and blocks afterwards."""

    APP = "app"
    PROVIDER = "provider"
    NETWORK = "network"


@dataclass(frozen=True, slots=True)
class NumberType:
    """What is usual for a kind of number in a country; rates are segments per second."""

    rate: float
    slowest: float
    fastest: float
    two_way: bool = True
    voice: bool = False
    shared: bool = False
    optout_handled_by: OptOutHandler = OptOutHandler.APP
    max_segments: int | None = None
    marketing: bool = True


_TOLL_FREE = NumberType(3, 3, 150, voice=True, optout_handled_by=OptOutHandler.NETWORK)
_ALPHANUMERIC = NumberType(10, 0.1, 10, two_way=False, shared=True)
_FRENCH_SHORT = NumberType(10, 1, 100, shared=True, max_segments=10)

NUMBER_TYPES: dict[tuple[str, SenderKind], NumberType] = {
    ("CA", SenderKind.LONG_CODE): NumberType(1, 0.1, 1),
    ("CA", SenderKind.TOLL_FREE): _TOLL_FREE,
    ("CA", SenderKind.SHORT_CODE): NumberType(100, 10, 1000),
    ("US", SenderKind.LONG_CODE): NumberType(1, 0.25, 75, voice=True),
    ("US", SenderKind.TOLL_FREE): _TOLL_FREE,
    ("US", SenderKind.SHORT_CODE): NumberType(100, 10, 3000),
    ("FR", SenderKind.LONG_CODE): NumberType(0.5, 0.5, 10, voice=True),
    ("FR", SenderKind.SHORT_CODE): _FRENCH_SHORT,
    ("FR", SenderKind.ALPHANUMERIC): _ALPHANUMERIC,
}
# AF2M: 38xxx carries notifications only; marketing belongs on 36xxx.
_FRENCH_NOTIFICATIONS = NumberType(10, 1, 100, shared=True, max_segments=10, marketing=False)
_ELSEWHERE = {
    SenderKind.LONG_CODE: NumberType(1, 0.1, 10, voice=True),
    SenderKind.SHORT_CODE: NumberType(10, 1, 1000),
    SenderKind.TOLL_FREE: _TOLL_FREE,
    SenderKind.ALPHANUMERIC: _ALPHANUMERIC,
}
_CURRENCIES = {"CA": "CAD", "US": "USD", "FR": "EUR"}
# 3GPP TS 23.040 section 9.1.2.5: eleven characters at most; operators ask for three at least.
_SENDER_NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{3,11}")


@dataclass(frozen=True, slots=True)
class Sender:
    """One number or name of ours."""

    number: Number
    kind: SenderKind
    country: str
    provider: str
    projects: tuple[str, ...]
    rate: float
    """Segments per second."""
    two_way: bool = True
    voice: bool = False
    shared: bool = False
    optout_handled_by: OptOutHandler = OptOutHandler.APP
    price: Decimal | None = None
    """For one segment, in `currency`; None when unknown."""
    currency: str = "CAD"
    max_segments: int | None = None
    """The longest message that the kind carries, None without a limit of its own."""
    marketing: bool = True
    """False: the kind is reserved for notifications (French 38xxx)."""

    @property
    def can_converse(self) -> bool:
        """Contacts can answer, so keywords, dialogues and INFO threads work on it."""
        return self.two_way and self.kind is not SenderKind.ALPHANUMERIC


@dataclass(frozen=True, slots=True)
class SenderWarning:
    """Something unusual that does not stop the start.

    Codes: `rate_beyond_usual`, `rate_below_usual`, `mobile_reserved`.
    """

    code: str
    detail: str


def guess_kind(number: str) -> SenderKind:
    """Return the kind that the shape of a number tells."""
    if phone.is_e164(number):
        return SenderKind.TOLL_FREE if phone.is_toll_free(number) else SenderKind.LONG_CODE
    if number.isdigit():
        return SenderKind.SHORT_CODE
    return SenderKind.ALPHANUMERIC


def number_type(country: str, kind: SenderKind, number: str = "") -> NumberType:
    """Return what is usual for such a number; a country without an entry gets cautious values."""
    if country == "FR" and kind is SenderKind.SHORT_CODE and number.startswith("38"):
        return _FRENCH_NOTIFICATIONS
    return NUMBER_TYPES.get((country, kind), _ELSEWHERE[kind])


def check_name(name: str) -> str:
    """Return an alphanumeric sender name, or raise `InvalidRequest` (`sender_name`)."""
    if not _SENDER_NAME.fullmatch(name) or name != name.strip():
        rule = "a sender name has 3 to 11 letters, digits or spaces, with a letter among them"
        raise InvalidRequest("sender_name", f"{name!r}: {rule}")
    return name


def build_sender(
    number: str,
    *,
    provider: str,
    projects: tuple[str, ...],
    country: str | None = None,
    kind: SenderKind | None = None,
    rate: float | None = None,
    two_way: bool | None = None,
    voice: bool | None = None,
    shared: bool | None = None,
    optout_handled_by: OptOutHandler | None = None,
    price: Decimal | None = None,
    currency: str | None = None,
) -> tuple[Sender, tuple[SenderWarning, ...]]:
    """Return a sender with the usual values for whatever is None, and what looks unusual about it.

    `country` is needed where the number does not tell it (short codes, toll-free, names). Raises
    `InvalidRequest` with code `sender_country`, `sender_name`, `sender_rate`, `sender_one_way`, or
    that of `phone.InvalidNumber`.
    """
    known, kind, place = _identify(number, kind, country)
    usual = number_type(place, kind, known)
    sender = Sender(
        number=known,
        kind=kind,
        country=place,
        provider=provider,
        projects=projects,
        rate=usual.rate if rate is None else rate,
        two_way=usual.two_way if two_way is None else two_way,
        voice=usual.voice if voice is None else voice,
        shared=(usual.shared or len(projects) > 1) if shared is None else shared,
        optout_handled_by=optout_handled_by or usual.optout_handled_by,
        price=price,
        currency=currency or _CURRENCIES.get(place, "USD"),
        max_segments=usual.max_segments,
        marketing=usual.marketing,
    )
    return sender, _check(sender, usual)


def _identify(number: str, kind: SenderKind | None, country: str | None) -> tuple[Number, SenderKind, str]:
    known = phone.parse_sender(number, country or "ZZ")
    kind = kind or guess_kind(known)
    if kind is SenderKind.ALPHANUMERIC:
        check_name(known)
    place = country or phone.country_of(known)
    if place is None:
        raise InvalidRequest("sender_country", f"{number}: the country cannot be told from the number")
    return known, kind, place


def _check(sender: Sender, usual: NumberType) -> tuple[SenderWarning, ...]:
    if sender.rate <= 0:
        raise InvalidRequest("sender_rate", f"{sender.number}: the rate must be above 0")
    if sender.two_way and sender.kind is SenderKind.ALPHANUMERIC:
        raise InvalidRequest("sender_one_way", f"{sender.number}: nobody can answer a sender name")
    warnings = []
    if sender.rate > usual.fastest:
        warnings.append(_rate_warning("rate_beyond_usual", sender, usual))
    elif sender.rate < usual.slowest:
        warnings.append(_rate_warning("rate_below_usual", sender, usual))
    if sender.number.startswith(("+336", "+337")):
        detail = f"{sender.number}: 06 and 07 are reserved for people since 2023 (Arcep 2022-1583)"
        warnings.append(SenderWarning("mobile_reserved", detail))
    return tuple(warnings)


def _rate_warning(code: str, sender: Sender, usual: NumberType) -> SenderWarning:
    return SenderWarning(
        code,
        f"{sender.number}: {sender.rate:g} segments/s, usual for a {sender.country} {sender.kind} "
        f"are {usual.slowest:g} to {usual.fastest:g}",
    )
