"""Telephone numbers: what people type becomes E.164, once; what arrives is never refused.

`parse` is strict and for what people and backends give us; `accept` is for the `From` of an inbound
and keeps whatever it cannot read. Only the metadata of `phonenumbers` is used: its geocoder and
carrier modules cost seconds and 200 MB. What the plan says of a number is in `numbering`, offered here
too.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, ValidationResult

from gateway.domain.message import Number
from gateway.domain.numbering import OVERSEAS as OVERSEAS
from gateway.domain.numbering import country_of as country_of
from gateway.domain.numbering import in_countries as in_countries
from gateway.domain.numbering import is_e164 as is_e164
from gateway.domain.numbering import is_toll_free as is_toll_free
from gateway.domain.numbering import national as national
from gateway.domain.numbering import region_of as region_of
from gateway.domain.numbering import sendable as sendable
from gateway.errors import InvalidRequest

_FRENCH_OVERSEAS_PLANS = ("RE", "YT", "GP", "GF", "MQ")
_SHORT_CODE = re.compile(r"\d{3,8}")
_SHORT_CODE_OF_OURS = re.compile(r"\d{5,6}")
_ALPHANUMERIC = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 &._+-]{1,11}")
_HIDDEN = frozenset({"anonymous", "private", "restricted", "unavailable", "unknown", "withheld"})
_NANP_IMPOSSIBLE = re.compile(r"\+1(?:[01]|\d{3}[01])")


class AddressKind(StrEnum):
    """What stands behind a number; only a phone is ever answered automatically."""

    PHONE = "phone"
    SHORT_CODE = "short_code"
    ALPHANUMERIC = "alphanumeric"
    OTHER = "other"


class InvalidNumber(InvalidRequest):
    """The text is no telephone number that can be texted.

    Codes: `empty`, `not_a_number`, `unknown_country`, `too_short`, `too_long`, `no_area_code`,
    `has_extension`, `no_such_number`.
    """


_PARSE_CODES = {
    NumberParseException.INVALID_COUNTRY_CODE: "unknown_country",
    NumberParseException.NOT_A_NUMBER: "not_a_number",
    NumberParseException.TOO_SHORT_AFTER_IDD: "too_short",
    NumberParseException.TOO_SHORT_NSN: "too_short",
    NumberParseException.TOO_LONG: "too_long",
}
_LENGTH_CODES = {
    ValidationResult.INVALID_COUNTRY_CODE: "unknown_country",
    ValidationResult.TOO_SHORT: "too_short",
    ValidationResult.TOO_LONG: "too_long",
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "no_area_code",
    ValidationResult.INVALID_LENGTH: "no_such_number",
}
_DETAILS = {
    "empty": "the number is empty",
    "not_a_number": "this is not a telephone number",
    "unknown_country": "no country has this prefix",
    "too_short": "the number is too short",
    "too_long": "the number is too long",
    "no_area_code": "the area code is missing",
    "has_extension": "a text cannot reach an extension",
    "no_such_number": "the numbering plan has no such number",
}


def _refuse(code: str) -> InvalidNumber:
    return InvalidNumber(code, _DETAILS[code])


@lru_cache(maxsize=16_384)
def parse(raw: str, *, region: str) -> Number:
    """Return the E.164 form of what someone typed in `region` (ISO 3166 country of the project).

    Raises `InvalidNumber`. New +1 area codes pass even when the metadata does not know them yet.
    """
    text = raw.strip()
    if not text:
        raise _refuse("empty")
    if text.startswith("00"):
        text = "+" + text[2:]
    try:
        parsed = phonenumbers.parse(text, region)
    except NumberParseException as error:
        raise _refuse(_PARSE_CODES.get(error.error_type, "not_a_number")) from None
    if parsed.extension:
        raise _refuse("has_extension")
    possible = phonenumbers.is_possible_number_with_reason(parsed)
    if possible != ValidationResult.IS_POSSIBLE:
        raise _refuse(_LENGTH_CODES.get(possible, "no_such_number"))
    if not _exists(parsed):
        return _overseas(text, region)
    return _format(parsed)


def _exists(parsed: PhoneNumber) -> bool:
    """Tell whether the plan can have it; of +1 only the shape is asked: area codes are still added."""
    if parsed.country_code == 1:
        return not _NANP_IMPOSSIBLE.match(_format(parsed))
    return phonenumbers.is_valid_number(parsed)


def _overseas(text: str, region: str) -> Number:
    """Read 0692 12 34 56 typed in France as the +262 number that France dials that way."""
    if region == "FR" and text.startswith("0"):
        for territory in _FRENCH_OVERSEAS_PLANS:
            parsed = phonenumbers.parse(text, territory)
            if phonenumbers.is_valid_number(parsed):
                return _format(parsed)
    raise _refuse("no_such_number")


def _format(parsed: PhoneNumber) -> Number:
    return Number(phonenumbers.format_number(parsed, PhoneNumberFormat.E164))


def parse_sender(raw: str, region: str) -> Number:
    """Return one of our own numbers: E.164, a short code of 5 or 6 digits, or a sender name."""
    text = raw.strip()
    if _SHORT_CODE_OF_OURS.fullmatch(text):
        return Number(text)
    if text and kind_of(Number(text)) is AddressKind.ALPHANUMERIC:
        return Number(text)
    return parse(text, region=region)


@lru_cache(maxsize=16_384)
def accept(raw: str) -> Number:
    """Return the address of an inbound `From`: E.164 when it can be read so, else the trimmed text.

    Never raises: a text that arrived is kept, whoever sent it. Providers drop the plus or write 00.
    """
    text = raw.strip()
    compact = re.sub(r"[\s().\-\u00a0]", "", text)
    if compact.startswith("00"):
        compact = "+" + compact[2:]
    if re.fullmatch(r"\+?\d{7,15}", compact) is None or _SHORT_CODE.fullmatch(compact):
        return Number(text or "anonymous")
    for candidate, region in _readings(compact):
        try:
            return parse(candidate, region=region)
        except InvalidNumber:
            continue
    return Number(compact if is_e164(compact) else text)


def _readings(compact: str) -> list[tuple[str, str]]:
    """Return the ways to read bare digits, the likeliest first: 5145550100 is Montreal, not Peru."""
    if compact.startswith("+"):
        return [(compact, "ZZ")]
    if compact.startswith("0"):
        return [(compact, "FR")]
    if len(compact) == 10:
        return [(compact, "CA"), ("+" + compact, "ZZ")]
    return [("+" + compact, "ZZ")]


def kind_of(number: str) -> AddressKind:
    """Return what the address is, by its shape; the loop guard answers only `PHONE`."""
    if is_e164(number):
        return AddressKind.PHONE
    if _SHORT_CODE.fullmatch(number):
        return AddressKind.SHORT_CODE
    if number.lower() not in _HIDDEN and _ALPHANUMERIC.fullmatch(number):
        return AddressKind.ALPHANUMERIC
    return AddressKind.OTHER


def mask(number: str) -> str:
    """Return the form that a log may show: +15***23."""
    if is_e164(number):
        return f"{number[:3]}***{number[-2:]}"
    return f"{number[:1]}***"
