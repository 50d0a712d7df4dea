"""Our numbers: the usual values of each kind, and what is odd about a configured one."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from gateway.domain.sender import NUMBER_TYPES, OptOutHandler, SenderKind, build_sender, guess_kind
from gateway.errors import InvalidRequest


def _build(number: str, **given: Any) -> Any:
    return build_sender(number, provider="demo", projects=("clinic",), **given)


@pytest.mark.parametrize(
    ("number", "country", "kind", "rate", "optout"),
    [
        ("+15145550100", None, SenderKind.LONG_CODE, 1, OptOutHandler.APP),
        ("+18005550199", "CA", SenderKind.TOLL_FREE, 3, OptOutHandler.NETWORK),
        ("12345", "CA", SenderKind.SHORT_CODE, 100, OptOutHandler.APP),
        ("+12125550100", None, SenderKind.LONG_CODE, 1, OptOutHandler.APP),
        ("36111", "FR", SenderKind.SHORT_CODE, 10, OptOutHandler.APP),
        ("CLINIQUE", "FR", SenderKind.ALPHANUMERIC, 10, OptOutHandler.APP),
        ("+33937123456", None, SenderKind.LONG_CODE, 0.5, OptOutHandler.APP),
    ],
)
def test_a_number_alone_gets_the_usual_values(
    number: str, country: str | None, kind: SenderKind, rate: float, optout: OptOutHandler
) -> None:
    """Kind, rate and who answers STOP follow from number and country."""
    sender, warnings = _build(number, country=country)
    assert (sender.kind, sender.rate, sender.optout_handled_by) == (kind, rate, optout)
    assert warnings == ()


def test_what_is_configured_wins() -> None:
    """Rate, voice, price and the owner of STOP can be said."""
    sender, _ = _build(
        "+15145550100",
        rate=0.5,
        voice=True,
        optout_handled_by=OptOutHandler.PROVIDER,
        price=Decimal("0.0075"),
        currency="USD",
    )
    assert (sender.rate, sender.voice, sender.currency) == (0.5, True, "USD")
    assert sender.optout_handled_by is OptOutHandler.PROVIDER
    assert sender.price == Decimal("0.0075")


def test_currency_follows_the_country() -> None:
    """A French number is paid in euros unless said otherwise."""
    assert _build("36111", country="FR")[0].currency == "EUR"
    assert _build("+12125550100")[0].currency == "USD"


@pytest.mark.parametrize(("rate", "code"), [(50, "rate_beyond_usual"), (0.01, "rate_below_usual")])
def test_a_rate_beyond_the_usual_warns(rate: float, code: str) -> None:
    """A Canadian long code at 50 segments a second is queued by the carrier, so the operator is told."""
    _, warnings = _build("+15145550100", rate=rate)
    assert [warning.code for warning in warnings] == [code]
    assert "0.1 to 1" in warnings[0].detail


def test_a_sender_on_a_personal_number_warns() -> None:
    """French 06 and 07 are for people."""
    _, warnings = _build("+33612345678")
    assert [warning.code for warning in warnings] == ["mobile_reserved"]


@pytest.mark.parametrize("name", ["AB", "TWELVELETTER", "12345678", "Clinîque", "a/b/c"])
def test_a_bad_sender_name_is_refused(name: str) -> None:
    """3 to 11 plain characters, with a letter."""
    with pytest.raises(InvalidRequest):
        _build(name, country="FR", kind=SenderKind.ALPHANUMERIC)


@pytest.mark.parametrize(
    ("number", "given", "code"),
    [
        ("+18005550199", {}, "sender_country"),
        ("12345", {}, "sender_country"),
        ("+15145550100", {"rate": 0}, "sender_rate"),
        ("CLINIQUE", {"country": "FR", "two_way": True}, "sender_one_way"),
    ],
)
def test_a_sender_that_cannot_be_is_refused(number: str, given: dict[str, Any], code: str) -> None:
    """What would fail later fails at the start, with a code."""
    with pytest.raises(InvalidRequest) as refused:
        _build(number, **given)
    assert refused.value.code == code


def test_nobody_answers_a_name() -> None:
    """A conversation needs a number."""
    assert not _build("CLINIQUE", country="FR")[0].can_converse
    assert _build("+15145550100")[0].can_converse


def test_french_short_codes_by_their_prefix() -> None:
    """36xxx may advertise and 38xxx may not; both stop at ten segments."""
    marketing, notices = _build("36111", country="FR")[0], _build("38111", country="FR")[0]
    assert (marketing.marketing, notices.marketing) == (True, False)
    assert marketing.max_segments == notices.max_segments == 10


def test_a_number_of_several_projects_is_shared() -> None:
    """A STOP on it covers them all."""
    sender, _ = build_sender("12345", country="CA", provider="demo", projects=("a", "b"))
    assert sender.shared


def test_every_usual_rate_lies_in_its_usual_range() -> None:
    """The table does not warn about itself."""
    assert all(usual.slowest <= usual.rate <= usual.fastest for usual in NUMBER_TYPES.values())


def test_kinds_by_shape() -> None:
    """The kind is guessed from the number alone."""
    assert guess_kind("+18885550199") is SenderKind.TOLL_FREE
    assert guess_kind("+33937123456") is SenderKind.LONG_CODE
    assert guess_kind("36111") is SenderKind.SHORT_CODE
    assert guess_kind("CLINIQUE") is SenderKind.ALPHANUMERIC
