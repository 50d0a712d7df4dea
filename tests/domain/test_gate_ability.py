"""The gate and what sender and number are able to do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.domain.gate import (
    Ground,
    Policy,
)
from gateway.domain.message import Purpose
from gateway.domain.sender import OptOutHandler, Sender, SenderKind, build_sender
from tests.domain.gating import (
    LONG_CODE,
    STOP_AT,
    decide,
    outcome,
    request,
    suppression,
)


@pytest.mark.parametrize("handler", [OptOutHandler.PROVIDER, OptOutHandler.NETWORK])
def test_where_the_carrier_answers_we_are_silent(handler: OptOutHandler) -> None:
    """Neither the confirmation nor HELP after a STOP that the carrier heard; what it did not hear is ours."""
    sender = replace(LONG_CODE, optout_handled_by=handler)
    confirmation = request(Purpose.REPLY, Ground.OPT_OUT_CONFIRMATION, STOP_AT, sender=sender)
    heard, own = suppression(carrier_blocks=True), suppression()
    assert outcome(decide(confirmation, suppression=heard)) == "suppressed confirmation_not_ours"
    assert outcome(decide(confirmation, suppression=own)) == "allowed"
    asked = request(Purpose.REPLY, Ground.HELP, sender=sender)
    assert outcome(decide(asked, suppression=heard)) == "suppressed blocked_by_network"
    assert outcome(decide(asked, suppression=own)) == "allowed"
    assert outcome(decide(asked)) == "allowed"


def test_a_name_cannot_converse() -> None:
    """A sender that hears nothing gives no replies and asks no questions; a plain notice passes."""
    name = build_sender("CLINIQUE", country="FR", provider="demo", projects=("clinic",))[0]
    for asked in (
        request(Purpose.REPLY, Ground.THREAD, sender=name),
        request(Purpose.REMINDER, sender=name, expects_answer=True),
    ):
        assert outcome(decide(asked)) == "suppressed sender_one_way"
    assert outcome(decide(request(Purpose.REMINDER, sender=name))) == "allowed"


def test_a_code_for_notices_carries_no_marketing() -> None:
    """French 38xxx."""
    notices = build_sender("38111", country="FR", provider="demo", projects=("clinic",))[0]
    assert (
        outcome(decide(request(Purpose.MARKETING, sender=notices))) == "suppressed sender_not_for_marketing"
    )
    assert outcome(decide(request(Purpose.ALERT, sender=notices))) == "allowed"


def test_a_text_that_is_too_long_is_refused() -> None:
    """The smaller limit of project and sender counts."""
    code = build_sender("36111", country="FR", provider="demo", projects=("clinic",))[0]
    assert outcome(decide(request(Purpose.ALERT, segments=11))) == "suppressed too_long"
    assert outcome(decide(request(Purpose.ALERT, segments=11), policy=Policy(max_segments=None))) == "allowed"
    long = request(Purpose.ALERT, segments=11, sender=code)
    assert outcome(decide(long, policy=Policy(max_segments=20))) == "suppressed too_long"


@pytest.mark.parametrize(
    ("number", "purpose", "answer"),
    [
        ("+33891234567", Purpose.REPLY, "suppressed not_sendable"),
        ("+33142685300", Purpose.TRANSACTIONAL, "suppressed not_sendable"),
        ("+33142685300", Purpose.REPLY, "allowed"),
        ("36111", Purpose.REPLY, "suppressed not_sendable"),
        ("anonymous", Purpose.REPLY, "suppressed not_sendable"),
        ("+447700900123", Purpose.ALERT, "suppressed country_not_allowed"),
        ("+262692123456", Purpose.ALERT, "allowed"),
        ("+15555550123", Purpose.ALERT, "allowed"),
    ],
)
def test_numbers_that_must_not_be_texted(number: str, purpose: Purpose, answer: str) -> None:
    """Premium lines, machines and foreign countries cost money; who wrote to us proves reachable."""
    policy = Policy(countries=("CA", "FR", "US"))
    assert outcome(decide(request(purpose, Ground.HELP), policy=policy, number=number)) == answer


def test_kinds_that_converse() -> None:
    """A short code answers its contacts like a long one."""
    code: Sender = build_sender("12345", country="CA", provider="demo", projects=("clinic",))[0]
    assert code.kind is SenderKind.SHORT_CODE
    assert outcome(decide(request(Purpose.REPLY, Ground.HELP, sender=code))) == "allowed"
