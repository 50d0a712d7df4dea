"""Numbers: everything that people type becomes E.164, and what arrives is kept."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import phone
from gateway.domain.phone import AddressKind, InvalidNumber


@pytest.mark.parametrize(
    ("raw", "region", "number"),
    [
        ("06 12 34 56 78", "FR", "+33612345678"),
        ("06.12.34.56.78", "FR", "+33612345678"),
        ("06\u00a012\u00a034\u00a056\u00a078", "FR", "+33612345678"),
        ("06-12-34-56-78", "FR", "+33612345678"),
        ("00 33 6 12 34 56 78", "FR", "+33612345678"),
        ("0033612345678", "CA", "+33612345678"),
        ("011 33 6 12 34 56 78", "CA", "+33612345678"),
        ("+33 (0)6 12 34 56 78", "CA", "+33612345678"),
        ("0692 12 34 56", "FR", "+262692123456"),
        ("0690 12 34 56", "FR", "+590690123456"),
        ("514 555-0100", "CA", "+15145550100"),
        ("(514) 555.0100", "CA", "+15145550100"),
        ("514\u00a0555\u20110100", "CA", "+15145550100"),
        ("1-800-555-0199", "CA", "+18005550199"),
        (" +1 514 555 0100 ", "FR", "+15145550100"),
        ("+15555550123", "CA", "+15555550123"),
    ],
)
def test_what_people_type_becomes_e164(raw: str, region: str, number: str) -> None:
    """National and international habits of Canada, the United States and France are read."""
    assert phone.parse(raw, region=region) == number


@pytest.mark.parametrize(
    ("raw", "region", "code"),
    [
        ("", "CA", "empty"),
        ("   ", "CA", "empty"),
        ("call me", "CA", "not_a_number"),
        ("555-0100", "CA", "no_area_code"),
        ("06 12", "FR", "too_short"),
        ("+33 6 12 34 56 78 90 12", "FR", "too_long"),
        ("+999 123 456", "CA", "unknown_country"),
        ("514 555-0100 ext. 5", "CA", "has_extension"),
        ("+1 123 456 7890", "CA", "no_such_number"),
        ("+1 514 155 0100", "CA", "no_such_number"),
        ("0000000000", "FR", "unknown_country"),
        ("36111", "FR", "too_short"),
    ],
)
def test_what_is_no_number_says_why(raw: str, region: str, code: str) -> None:
    """Each refusal has a stable code, which an import report and the API show."""
    with pytest.raises(InvalidNumber) as refused:
        phone.parse(raw, region=region)
    assert refused.value.code == code


@given(st.from_regex(r"(514|438|212|418|709)555[0-9]{4}", fullmatch=True))
def test_parsing_what_was_printed_changes_nothing(digits: str) -> None:
    """A number survives being shown to a person and typed again."""
    number = phone.parse(digits, region="CA")
    assert phone.parse(phone.national(number, "CA"), region="CA") == number
    assert phone.parse(phone.national(number, "FR"), region="FR") == number


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("+15145550123", "+15145550123"),
        ("15145550123", "+15145550123"),
        (" 15145550123", "+15145550123"),
        ("5145550123", "+15145550123"),
        ("33612345678", "+33612345678"),
        ("0033612345678", "+33612345678"),
        ("0612345678", "+33612345678"),
        ("+447700900123", "+447700900123"),
        ("+999123456789", "+999123456789"),
        ("36111", "36111"),
        ("12345", "12345"),
        (" AMAZON ", "AMAZON"),
        ("anonymous", "anonymous"),
        ("", "anonymous"),
    ],
)
def test_an_inbound_from_is_read_or_kept(raw: str, kept: str) -> None:
    """Providers drop the plus, write 00, or name a short code: nothing is refused."""
    assert phone.accept(raw) == kept


@given(st.text())
def test_no_inbound_from_is_ever_refused(raw: str) -> None:
    """Whatever stands in From, an address comes out, and accepting it again changes nothing."""
    kept = phone.accept(raw)
    assert kept
    assert phone.accept(kept) == kept


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("+15145550123", AddressKind.PHONE),
        ("36111", AddressKind.SHORT_CODE),
        ("AMAZON", AddressKind.ALPHANUMERIC),
        ("anonymous", AddressKind.OTHER),
        ("", AddressKind.OTHER),
        ("someone@example.org", AddressKind.OTHER),
    ],
)
def test_the_kind_of_an_address(number: str, kind: AddressKind) -> None:
    """Only a phone can be answered; the rest would be a machine."""
    assert phone.kind_of(number) is kind


def test_a_short_code_only_where_one_of_ours_is_asked_for() -> None:
    """36111 is a sender, and no contact."""
    assert phone.parse_sender("36111", "FR") == "36111"
    assert phone.parse_sender("514 555-0100", "CA") == "+15145550100"
    assert phone.parse_sender("CLINIQUE", "FR") == "CLINIQUE"
    with pytest.raises(InvalidNumber):
        phone.parse("361112", region="FR")


def test_a_masked_number_keeps_its_secret() -> None:
    """A log shows enough to compare, not enough to call."""
    assert phone.mask("+15145550123") == "+15***23"
    assert "AMAZON" not in phone.mask("AMAZON")
    assert phone.mask("") == "***"


@pytest.mark.parametrize(
    ("number", "region", "shown"),
    [
        ("+15145550123", "CA", "514-555-0123"),
        ("+18005550199", "CA", "1-800-555-0199"),
        ("+33612345678", "FR", "06 12 34 56 78"),
        ("+33612345678", "CA", "+33 6 12 34 56 78"),
        ("36111", "FR", "36111"),
    ],
)
def test_numbers_are_shown_as_people_dial_them(number: str, region: str, shown: str) -> None:
    """At home the national form, from abroad the international one, in plain ASCII spaces."""
    assert phone.national(number, region) == shown


@pytest.mark.parametrize(
    ("number", "region", "country"),
    [
        ("+15145550123", "CA", "CA"),
        ("+12125550123", "US", "US"),
        ("+33612345678", "FR", "FR"),
        ("+262692123456", "RE", "FR"),
        ("+17875551234", "PR", "US"),
        ("+18005550199", None, None),
        ("+15555550123", None, None),
        ("36111", None, None),
    ],
)
def test_the_country_of_a_number(number: str, region: str | None, country: str | None) -> None:
    """+1 goes by area code, territories follow their country, toll-free belongs nowhere."""
    assert phone.region_of(number) == region
    assert phone.country_of(number) == country


def test_an_area_code_not_known_yet_counts_as_any_of_its_countries() -> None:
    """New +1 area codes are not refused for a library's age."""
    assert phone.in_countries("+15555550123", ("CA",))
    assert not phone.in_countries("+15555550123", ("FR",))
    assert not phone.in_countries("+447700900123", ("CA", "FR", "US"))


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("+15145550123", None),
        ("+33612345678", None),
        ("+33142685300", "not_mobile"),
        ("+33891234567", "premium_rate"),
        ("+33801234567", "toll_free"),
        ("+19005550123", "premium_rate"),
        ("36111", "not_a_phone"),
        ("anonymous", "not_a_phone"),
    ],
)
def test_expensive_and_deaf_numbers_are_refused(number: str, reason: str | None) -> None:
    """Premium and fixed lines are no place for a text; in +1 a landline cannot be told."""
    assert phone.sendable(number) == reason


def test_the_expensive_modules_stay_out() -> None:
    """Reading numbers loads neither the geocoder nor the carrier data (200 MB)."""
    code = (
        "import sys, gateway.domain.zones, gateway.domain.gate; "
        "print([m for m in ('phonenumbers.geocoder', 'phonenumbers.carrier') if m in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
