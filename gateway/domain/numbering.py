"""What the numbering plan says of an E.164 number: its country, and whether a text can reach it."""

from __future__ import annotations

import re
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType

OVERSEAS = {
    **dict.fromkeys(("GP", "MQ", "GF", "RE", "YT", "BL", "MF", "PM", "NC", "PF", "WF"), "FR"),
    **dict.fromkeys(("PR", "VI", "GU", "AS", "MP"), "US"),
}
"""Territory → the country whose rules and senders serve it."""

_E164 = re.compile(r"\+[1-9]\d{6,14}")


def is_e164(number: str) -> bool:
    """Tell whether the text is an international number such as +15145550100."""
    return _E164.fullmatch(number) is not None


@lru_cache(maxsize=16_384)
def _read(number: str) -> PhoneNumber | None:
    if not is_e164(number):
        return None
    try:
        return phonenumbers.parse(number, None)
    except NumberParseException:
        return None


def national(number: str, region: str) -> str:
    """Return the number as people of `region` write it; others and short codes stay recognisable."""
    parsed = _read(number)
    if parsed is None:
        return number
    if phonenumbers.country_code_for_region(region) != parsed.country_code:
        return phonenumbers.format_number(parsed, PhoneNumberFormat.INTERNATIONAL)
    if parsed.country_code != 1:
        return phonenumbers.format_number(parsed, PhoneNumberFormat.NATIONAL)
    digits = number[2:]
    lead = "1-" if is_toll_free(number) else ""
    return f"{lead}{digits[:3]}-{digits[3:6]}-{digits[6:]}"


def is_toll_free(number: str) -> bool:
    """Tell whether the called party pays; such a number belongs to no place."""
    parsed = _read(number)
    return parsed is not None and phonenumbers.number_type(parsed) == PhoneNumberType.TOLL_FREE


def region_of(number: str) -> str | None:
    """Return the ISO 3166 country of a number (of +1 by area code), None when it cannot be told."""
    nanp = number.startswith("+1") and len(number) == 12
    return _region_of(f"{number[:5]}5550100" if nanp else number)


@lru_cache(maxsize=16_384)
def _region_of(number: str) -> str | None:
    parsed = _read(number)
    if parsed is None or is_toll_free(number):
        return None
    region: str | None = phonenumbers.region_code_for_number(parsed)
    if region is None and parsed.country_code is not None and parsed.country_code != 1:
        region = phonenumbers.region_code_for_country_code(parsed.country_code)
    return None if region in {None, "ZZ", "001"} else region


def country_of(number: str) -> str | None:
    """Return the country whose rules apply: as `region_of`, but Réunion is FR and Puerto Rico US."""
    region = region_of(number)
    return OVERSEAS.get(region, region) if region else None


def in_countries(number: str, countries: tuple[str, ...]) -> bool:
    """Tell whether a number belongs to one of the countries; an area code not known yet gets the benefit."""
    country = country_of(number)
    if country is not None:
        return country in countries
    parsed = _read(number)
    codes = {phonenumbers.country_code_for_region(name) for name in countries}
    return parsed is not None and parsed.country_code in codes


_UNSENDABLE = {
    PhoneNumberType.PREMIUM_RATE: "premium_rate",
    PhoneNumberType.SHARED_COST: "shared_cost",
    PhoneNumberType.PAGER: "pager",
    PhoneNumberType.VOICEMAIL: "voicemail",
    PhoneNumberType.UAN: "company_number",
    PhoneNumberType.TOLL_FREE: "toll_free",
    PhoneNumberType.FIXED_LINE: "not_mobile",
}


@lru_cache(maxsize=16_384)
def sendable(number: str) -> str | None:
    """Return None when a text may be tried, else why not.

    Reasons: `not_a_phone`, `unknown_country`, `premium_rate`, `shared_cost`, `pager`, `voicemail`,
    `company_number`, `toll_free`, `not_mobile`. In +1 landline and mobile cannot be told apart.
    """
    if not is_e164(number):
        return "not_a_phone"
    parsed = _read(number)
    if parsed is None:
        return "unknown_country"
    kind = phonenumbers.number_type(parsed)
    if parsed.country_code == 1 and kind == PhoneNumberType.FIXED_LINE:
        return None
    return _UNSENDABLE.get(kind)
