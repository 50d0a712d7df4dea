"""The gate: the table of purposes walked cell by cell, and what no history of STOP and START can do."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.consent import (
    Basis,
    ConsentEvent,
    ConsentStatus,
    Scope,
    Source,
    Suppression,
    suppression_after,
)
from gateway.domain.gate import (
    Allowed,
    Budget,
    Ground,
    Held,
    Policy,
    Reason,
    Suppressed,
)
from gateway.domain.message import Purpose
from tests.domain.gating import (
    NIGHT,
    NOON,
    STOP_AT,
    SUBSCRIBED,
    decide,
    outcome,
    request,
    suppression,
)

REPLIES = tuple(ground for ground in Ground if ground not in {Ground.API, Ground.OPERATOR, Ground.CAMPAIGN})
ANSWERS = frozenset({Ground.OPT_IN_CONFIRMATION, Ground.HELP, Ground.CONTACT, Ground.INFO, Ground.THREAD})
USUAL = {
    Purpose.ALERT: (Ground.API, Ground.OPERATOR),
    Purpose.REPLY: REPLIES,
    Purpose.TRANSACTIONAL: (Ground.API, Ground.DIALOGUE),
    Purpose.REMINDER: (Ground.API, Ground.DIALOGUE),
    Purpose.MARKETING: (Ground.CAMPAIGN, Ground.API),
}


CONSENTS = {
    "none": {},
    "subscribed": {"*": SUBSCRIBED},
    "expired": {"*": replace(SUBSCRIBED, expires_at=STOP_AT)},
    "unsubscribed": {"*": replace(SUBSCRIBED, status=ConsentStatus.UNSUBSCRIBED)},
    "transactional": {"*": replace(SUBSCRIBED, basis=Basis.TRANSACTIONAL)},
}
ASKED = {
    "before": STOP_AT - timedelta(minutes=1),
    "at the stop": STOP_AT,
    "since": STOP_AT + timedelta(minutes=1),
}


class Cell(NamedTuple):
    """One combination of facts."""

    purpose: Purpose
    ground: Ground
    stop: Scope | None
    asked: str
    consent: str
    night: bool
    budget: Budget
    capped: bool


REFUSED = {
    "none": "suppressed no_consent",
    "expired": "suppressed consent_expired",
    "unsubscribed": "suppressed opted_out",
    "transactional": "suppressed no_consent",
}


def _expected(cell: Cell) -> str:
    """The table of the design, written a second time and otherwise than in the gate."""
    if cell.stop is Scope.ALL:
        passes = cell.ground in ANSWERS and cell.asked == "since"
        if cell.ground is Ground.OPT_OUT_CONFIRMATION:
            passes = cell.asked == "at the stop"
        return "allowed" if passes and cell.purpose is Purpose.REPLY else "suppressed opted_out"
    if cell.purpose is Purpose.MARKETING:
        return _expected_of_marketing(cell)
    held = cell.purpose is Purpose.REMINDER and cell.night
    return "held quiet_hours" if held else "allowed"


def _expected_of_marketing(cell: Cell) -> str:
    if cell.stop is Scope.MARKETING:
        return "suppressed opted_out"
    if cell.consent in REFUSED:
        return REFUSED[cell.consent]
    if cell.budget is Budget.SPENT:
        return "held budget_spent"
    if cell.capped:
        return "held frequency_cap"
    return "held quiet_hours" if cell.night else "allowed"


@pytest.mark.parametrize("purpose", Purpose)
def test_every_cell_of_the_table(purpose: Purpose) -> None:
    """Purpose × ground × STOP × moment asked × consent × night × budget × cap answer as the design says."""
    axes = itertools.product(
        USUAL[purpose], (None, *Scope), ASKED, CONSENTS, (False, True), Budget, (False, True)
    )
    for values in axes:
        cell = Cell(purpose, *values)
        decision = decide(
            request(purpose, cell.ground, ASKED[cell.asked]),
            NIGHT if cell.night else NOON,
            Policy(per_day=2, budget=cell.budget),
            suppression=suppression(cell.stop) if cell.stop else None,
            consents=CONSENTS[cell.consent],
            marketing_today=2 if cell.capped else 1,
        )
        assert outcome(decision) == _expected(cell), cell


@pytest.mark.parametrize(
    "ground", [Ground.KEYWORD, Ground.DIALOGUE, Ground.FALLBACK, Ground.SUGGESTION, Ground.CLARIFICATION]
)
def test_chatter_after_stop_is_refused(ground: Ground) -> None:
    """Even when the contact wrote after STOP, only HELP, CONTACT and INFO are answered."""
    decision = decide(request(Purpose.REPLY, ground), suppression=suppression())
    assert outcome(decision) == "suppressed opted_out"


def test_doubt_and_money_wait_for_a_person() -> None:
    """An unclear opt-out or a spent budget has no hour at which it ends."""
    doubt = decide(request(Purpose.MARKETING), marketing_held=True)
    money = decide(request(Purpose.MARKETING), policy=Policy(budget=Budget.SPENT))
    assert isinstance(doubt, Held)
    assert isinstance(money, Held)
    assert (doubt.until, doubt.reason) == (None, Reason.AMBIGUOUS_OPT_OUT)
    assert (money.until, money.reason) == (None, Reason.BUDGET_SPENT)
    assert outcome(decide(request(Purpose.REMINDER), marketing_held=True)) == "allowed"


def test_a_spent_budget_only_warns_a_transaction() -> None:
    """The trail says it, the text goes."""
    decision = decide(request(Purpose.TRANSACTIONAL), policy=Policy(budget=Budget.SPENT))
    assert isinstance(decision, Allowed)
    assert "budget:spent" in decision.why


def test_the_confirmation_of_the_first_stop_survives_a_second() -> None:
    """STOP, STOP in haste: the one confirmation still goes."""
    stop = replace(suppression(at=STOP_AT + timedelta(seconds=3)), confirmed_at=STOP_AT)
    first = request(Purpose.REPLY, Ground.OPT_OUT_CONFIRMATION, STOP_AT)
    assert outcome(decide(first, suppression=stop)) == "allowed"


def test_moments_are_compared_as_rows_keep_them() -> None:
    """A moment that lost its microseconds in a row is still the moment of the STOP."""
    written = request(Purpose.REPLY, Ground.OPT_OUT_CONFIRMATION, STOP_AT + timedelta(microseconds=400))
    assert outcome(decide(written, suppression=suppression())) == "allowed"


def test_the_trail_names_every_rule_and_no_number() -> None:
    """`why` is what the console shows, and it may be logged."""
    allowed = decide(request(Purpose.MARKETING, Ground.CAMPAIGN))
    assert [line.partition(":")[0] for line in allowed.why] == [
        "confirmation",
        "suppression",
        "consent",
        "expiry",
        "number",
        "country",
        "sender",
        "length",
        "opt_out_doubt",
        "budget",
        "cap",
        "hours",
    ]
    refused = decide(request(Purpose.MARKETING, Ground.CAMPAIGN), suppression=suppression())
    assert isinstance(refused, Suppressed)
    assert refused.why[-1] == "suppression:stopped all"
    assert "5550123" not in " ".join((*allowed.why, *refused.why))


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(ConsentStatus),
        st.sampled_from(Source),
        st.booleans(),
        st.sampled_from(("*", "news")),
    ),
    max_size=12,
)


@given(EVENTS, st.integers(0, 12), st.sampled_from([p for p in Purpose if p is not Purpose.REPLY]), st.data())
def test_nothing_leaves_between_stop_and_start(
    history: list[tuple[ConsentStatus, Source, bool, str]],
    position: int,
    purpose: Purpose,
    data: st.DataObject,
) -> None:
    """No history of events lets a text out after the contact's STOP and before START or newer evidence."""
    stop = (ConsentStatus.UNSUBSCRIBED, Source.KEYWORD, True, "*")
    told = [*history[:position], stop, *history[position:]]
    standing: Suppression | None = None
    stopped = False
    for minute, (status, source, proven, topic) in enumerate(told):
        event = ConsentEvent(
            project="clinic", number_hash="hash", status=status, source=source, topic=topic,
            at=STOP_AT + timedelta(minutes=minute),
            evidence="in-1" if proven else None, wording="I agree" if proven else "",
        )  # fmt: skip
        standing = suppression_after(standing, event, Scope.ALL)
        if topic == "*" and status is ConsentStatus.UNSUBSCRIBED and source.own:
            stopped = True
        elif (
            topic == "*"
            and status is ConsentStatus.SUBSCRIBED
            and (proven or source in {Source.KEYWORD, Source.PROVIDER})
        ):
            stopped = False
        ground = data.draw(st.sampled_from(list(Ground)))
        decision = decide(request(purpose, ground), suppression=standing)
        assert isinstance(decision, Suppressed) == stopped
        assert not stopped or not isinstance(decision, Allowed)


@given(st.sampled_from(REPLIES), st.integers(-3_600_000, 3_600_000))
def test_a_reply_made_before_the_stop_never_passes(ground: Ground, offset_ms: int) -> None:
    """At hand-over only the STOP's own confirmation may carry its moment or an earlier one."""
    asked_at = STOP_AT + timedelta(milliseconds=offset_ms)
    decision = decide(request(Purpose.REPLY, ground, asked_at), suppression=suppression())
    if offset_ms <= 0 and isinstance(decision, Allowed):
        assert (ground, offset_ms) == (Ground.OPT_OUT_CONFIRMATION, 0)
