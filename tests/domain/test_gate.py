"""The gate: the table of purposes walked cell by cell, and what no history of STOP and START can do."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.consent import (
    Basis,
    Consent,
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
    Decision,
    Ground,
    Held,
    Policy,
    Reason,
    Request,
    Standing,
    Suppressed,
    may_send,
)
from gateway.domain.hours import parse_hours
from gateway.domain.message import Number, Purpose
from gateway.domain.sender import OptOutHandler, Sender, SenderKind, build_sender
from gateway.domain.zones import use_packaged_zones

use_packaged_zones()

TORONTO = ZoneInfo("America/Toronto")
NOON = datetime(2026, 11, 24, 12, tzinfo=TORONTO)
NIGHT = datetime(2026, 11, 24, 23, tzinfo=TORONTO)
MORNING = datetime(2026, 11, 25, 9, tzinfo=TORONTO)
STOP_AT = NOON - timedelta(days=1)
LONG_CODE = build_sender("+15145550100", provider="demo", projects=("clinic",))[0]
SUBSCRIBED = Consent(ConsentStatus.SUBSCRIBED, STOP_AT - timedelta(days=1))
MONTREAL = Standing(Number("+15145550123"), consents={"*": SUBSCRIBED}, zones=("America/Toronto",))
REPLIES = tuple(ground for ground in Ground if ground not in {Ground.API, Ground.OPERATOR, Ground.CAMPAIGN})
ANSWERS = frozenset({Ground.OPT_IN_CONFIRMATION, Ground.HELP, Ground.CONTACT, Ground.INFO, Ground.THREAD})
USUAL = {
    Purpose.ALERT: (Ground.API, Ground.OPERATOR),
    Purpose.REPLY: REPLIES,
    Purpose.TRANSACTIONAL: (Ground.API, Ground.DIALOGUE),
    Purpose.REMINDER: (Ground.API, Ground.DIALOGUE),
    Purpose.MARKETING: (Ground.CAMPAIGN, Ground.API),
}


def _suppression(
    scope: Scope = Scope.ALL, at: datetime = STOP_AT, source: Source = Source.KEYWORD
) -> Suppression:
    return Suppression("hash", scope, at, "stop", source)


def _request(
    purpose: Purpose, ground: Ground = Ground.API, asked_at: datetime = NOON, **given: Any
) -> Request:
    given.setdefault("sender", LONG_CODE)
    return Request(purpose, ground, asked_at=asked_at, **given)


def _decide(
    request: Request, now: datetime = NOON, policy: Policy | None = None, **standing: Any
) -> Decision:
    return may_send(request, replace(MONTREAL, **standing), policy or Policy(), now)


def _outcome(decision: Decision) -> str:
    """One word for a cell: allowed, or held/suppressed with its reason."""
    if isinstance(decision, Allowed):
        return "allowed"
    return f"{type(decision).__name__.lower()} {decision.reason}"


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
        decision = _decide(
            _request(purpose, cell.ground, ASKED[cell.asked]),
            NIGHT if cell.night else NOON,
            Policy(per_day=2, budget=cell.budget),
            suppression=_suppression(cell.stop) if cell.stop else None,
            consents=CONSENTS[cell.consent],
            marketing_today=2 if cell.capped else 1,
        )
        assert _outcome(decision) == _expected(cell), cell


@pytest.mark.parametrize(
    "ground", [Ground.KEYWORD, Ground.DIALOGUE, Ground.FALLBACK, Ground.SUGGESTION, Ground.CLARIFICATION]
)
def test_chatter_after_stop_is_refused(ground: Ground) -> None:
    """Even when the contact wrote after STOP, only HELP, CONTACT and INFO are answered."""
    decision = _decide(_request(Purpose.REPLY, ground), suppression=_suppression())
    assert _outcome(decision) == "suppressed opted_out"


def test_a_hold_ends_at_the_opening() -> None:
    """Eleven at night leads to nine in the morning of the contact."""
    decision = _decide(_request(Purpose.MARKETING, Ground.CAMPAIGN), NIGHT)
    assert isinstance(decision, Held)
    assert decision.until == MORNING


def test_a_hold_beyond_the_expiry_is_an_expiry() -> None:
    """A reminder for an appointment at eight is of no use at nine."""
    expires_at = MORNING - timedelta(hours=1)
    assert _outcome(_decide(_request(Purpose.REMINDER, expires_at=expires_at), NIGHT)) == "suppressed expired"
    assert _outcome(_decide(_request(Purpose.REMINDER, expires_at=MORNING), NIGHT)) == "suppressed expired"
    later = MORNING + timedelta(hours=1)
    assert _outcome(_decide(_request(Purpose.REMINDER, expires_at=later), NIGHT)) == "held quiet_hours"


def test_what_has_expired_goes_nowhere() -> None:
    """Expiry is exclusive, for urgent texts too."""
    assert _outcome(_decide(_request(Purpose.ALERT, expires_at=NOON))) == "suppressed expired"


def test_a_full_day_waits_for_the_next() -> None:
    """At the cap a campaign text waits for tomorrow's opening, in the contact's zone."""
    decision = _decide(_request(Purpose.MARKETING), policy=Policy(per_day=1), marketing_today=1)
    assert isinstance(decision, Held)
    assert (decision.until, decision.reason) == (MORNING, Reason.FREQUENCY_CAP)
    weekly = _decide(_request(Purpose.MARKETING), policy=Policy(per_week=3), marketing_week=3)
    assert _outcome(weekly) == "held frequency_cap"


def test_doubt_and_money_wait_for_a_person() -> None:
    """An unclear opt-out or a spent budget has no hour at which it ends."""
    doubt = _decide(_request(Purpose.MARKETING), marketing_held=True)
    money = _decide(_request(Purpose.MARKETING), policy=Policy(budget=Budget.SPENT))
    assert isinstance(doubt, Held)
    assert isinstance(money, Held)
    assert (doubt.until, doubt.reason) == (None, Reason.AMBIGUOUS_OPT_OUT)
    assert (money.until, money.reason) == (None, Reason.BUDGET_SPENT)
    assert _outcome(_decide(_request(Purpose.REMINDER), marketing_held=True)) == "allowed"


def test_a_spent_budget_only_warns_a_transaction() -> None:
    """The trail says it, the text goes."""
    decision = _decide(_request(Purpose.TRANSACTIONAL), policy=Policy(budget=Budget.SPENT))
    assert isinstance(decision, Allowed)
    assert "budget:spent" in decision.why


@pytest.mark.parametrize("handler", [OptOutHandler.PROVIDER, OptOutHandler.NETWORK])
def test_where_the_carrier_answers_we_are_silent(handler: OptOutHandler) -> None:
    """Neither the confirmation nor HELP after a STOP that the carrier saw; a STOP by form it did not see."""
    sender = replace(LONG_CODE, optout_handled_by=handler)
    confirmation = _request(Purpose.REPLY, Ground.OPT_OUT_CONFIRMATION, STOP_AT, sender=sender)
    assert _outcome(_decide(confirmation, suppression=_suppression())) == "suppressed confirmation_not_ours"
    asked = _request(Purpose.REPLY, Ground.HELP, sender=sender)
    assert _outcome(_decide(asked, suppression=_suppression())) == "suppressed blocked_by_network"
    assert _outcome(_decide(asked, suppression=_suppression(source=Source.FORM))) == "allowed"
    assert _outcome(_decide(asked)) == "allowed"


def test_the_confirmation_of_the_first_stop_survives_a_second() -> None:
    """STOP, STOP in haste: the one confirmation still goes."""
    stop = replace(_suppression(at=STOP_AT + timedelta(seconds=3)), confirmed_at=STOP_AT)
    first = _request(Purpose.REPLY, Ground.OPT_OUT_CONFIRMATION, STOP_AT)
    assert _outcome(_decide(first, suppression=stop)) == "allowed"


def test_moments_are_compared_as_rows_keep_them() -> None:
    """A moment that lost its microseconds in a row is still the moment of the STOP."""
    written = _request(Purpose.REPLY, Ground.OPT_OUT_CONFIRMATION, STOP_AT + timedelta(microseconds=400))
    assert _outcome(_decide(written, suppression=_suppression())) == "allowed"


def test_a_name_cannot_converse() -> None:
    """A sender that hears nothing gives no replies and asks no questions; a plain notice passes."""
    name = build_sender("CLINIQUE", country="FR", provider="demo", projects=("clinic",))[0]
    for request in (
        _request(Purpose.REPLY, Ground.THREAD, sender=name),
        _request(Purpose.REMINDER, sender=name, expects_answer=True),
    ):
        assert _outcome(_decide(request)) == "suppressed sender_one_way"
    assert _outcome(_decide(_request(Purpose.REMINDER, sender=name))) == "allowed"


def test_a_code_for_notices_carries_no_marketing() -> None:
    """French 38xxx."""
    notices = build_sender("38111", country="FR", provider="demo", projects=("clinic",))[0]
    assert (
        _outcome(_decide(_request(Purpose.MARKETING, sender=notices)))
        == "suppressed sender_not_for_marketing"
    )
    assert _outcome(_decide(_request(Purpose.ALERT, sender=notices))) == "allowed"


def test_a_text_that_is_too_long_is_refused() -> None:
    """The smaller limit of project and sender counts."""
    code = build_sender("36111", country="FR", provider="demo", projects=("clinic",))[0]
    assert _outcome(_decide(_request(Purpose.ALERT, segments=11))) == "suppressed too_long"
    assert (
        _outcome(_decide(_request(Purpose.ALERT, segments=11), policy=Policy(max_segments=None))) == "allowed"
    )
    long = _request(Purpose.ALERT, segments=11, sender=code)
    assert _outcome(_decide(long, policy=Policy(max_segments=20))) == "suppressed too_long"


@pytest.mark.parametrize(
    ("number", "purpose", "outcome"),
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
def test_numbers_that_must_not_be_texted(number: str, purpose: Purpose, outcome: str) -> None:
    """Premium lines, machines and foreign countries cost money; who wrote to us proves reachable."""
    policy = Policy(countries=("CA", "FR", "US"))
    assert _outcome(_decide(_request(purpose, Ground.HELP), policy=policy, number=number)) == outcome


def _campaign(now: datetime, policy: Policy | None = None, **standing: Any) -> Decision:
    return _decide(_request(Purpose.MARKETING, Ground.CAMPAIGN), now, policy, **standing)


def test_florida_counts_only_from_the_contacts_region() -> None:
    """At 08:30 a Floridian by record is open, a Florida area code alone is not; and three a day are enough."""
    early = datetime(2026, 11, 24, 8, 30, tzinfo=ZoneInfo("America/New_York"))
    miami: dict[str, Any] = {"number": "+13055550123", "zones": ("America/New_York",)}
    assert _outcome(_campaign(early, region="US-FL", **miami)) == "allowed"
    assert _outcome(_campaign(early, **miami)) == "held quiet_hours"
    assert _outcome(_campaign(early, region="US-FL", marketing_today=3, **miami)) == "held frequency_cap"


def test_every_zone_of_a_contact_must_be_open() -> None:
    """Newfoundland and Halifax end the evening by the eastern clock; South Dakota starts by the western."""
    rock: dict[str, Any] = {"number": "+17095550123", "zones": ("America/St_Johns", "America/Halifax")}
    evening = datetime(2026, 11, 24, 21, 15, tzinfo=ZoneInfo("America/Halifax"))
    assert _outcome(_campaign(evening, **rock)) == "held quiet_hours"
    dakota: dict[str, Any] = {"number": "+16055550123", "zones": ("America/Chicago", "America/Denver")}
    morning = datetime(2026, 11, 24, 9, 30, tzinfo=ZoneInfo("America/Chicago"))
    decision = _campaign(morning, **dakota)
    assert isinstance(decision, Held)
    assert decision.until == datetime(2026, 11, 24, 9, tzinfo=ZoneInfo("America/Denver"))


def test_reunion_follows_the_french_rule() -> None:
    """+262 may be Mayotte or Réunion: both must be open, and Sunday is closed."""
    island: dict[str, Any] = {"number": "+262692123456", "zones": ("Indian/Mayotte", "Indian/Reunion")}
    sunday = datetime(2026, 11, 22, 12, tzinfo=ZoneInfo("Indian/Reunion"))
    decision = _campaign(sunday, **island)
    assert isinstance(decision, Held)
    assert decision.until == datetime(2026, 11, 23, 8, tzinfo=ZoneInfo("Indian/Mayotte"))


@pytest.mark.parametrize("purpose", [Purpose.REMINDER, Purpose.MARKETING])
def test_france_on_14_july(purpose: Purpose) -> None:
    """The national day is closed; the morning after is open."""
    decision = _decide(
        _request(purpose),
        datetime(2026, 7, 14, 12, tzinfo=ZoneInfo("Europe/Paris")),
        number="+33612345678",
        zones=("Europe/Paris",),
    )
    assert isinstance(decision, Held)
    assert decision.until == datetime(2026, 7, 15, 8, tzinfo=ZoneInfo("Europe/Paris"))


def test_no_common_opening_suppresses() -> None:
    """Zones that share no hour would hold a text for ever."""
    policy = Policy(hours={Purpose.MARKETING: parse_hours("daily 09:00-11:00")})
    for extra in ({}, {"marketing_today": 9}):
        decision = _campaign(
            NOON, replace(policy, per_day=5), zones=("America/Toronto", "Europe/Paris"), **extra
        )
        assert _outcome(decision) == "suppressed no_common_opening"


def test_without_zones_the_projects_counts() -> None:
    """A standing without zones is not open at every hour."""
    assert _outcome(_campaign(NIGHT, Policy(zone="America/Toronto"), zones=())) == "held quiet_hours"
    assert _outcome(_campaign(NOON, Policy(zone="America/Toronto"), zones=())) == "allowed"


def test_the_project_may_set_its_own_hours() -> None:
    """A reminder service that may write till midnight does."""
    policy = Policy(hours={Purpose.REMINDER: parse_hours("daily 00:00-24:00")})
    assert _outcome(_decide(_request(Purpose.REMINDER), NIGHT, policy)) == "allowed"
    assert _outcome(_decide(_request(Purpose.MARKETING), NIGHT, policy)) == "held quiet_hours"


def test_the_trail_names_every_rule_and_no_number() -> None:
    """`why` is what the console shows, and it may be logged."""
    allowed = _campaign(NOON)
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
    refused = _campaign(NOON, suppression=_suppression())
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
    suppression: Suppression | None = None
    stopped = False
    for minute, (status, source, proven, topic) in enumerate(told):
        event = ConsentEvent(
            project="clinic", number_hash="hash", status=status, source=source, topic=topic,
            at=STOP_AT + timedelta(minutes=minute),
            evidence="in-1" if proven else None, wording="I agree" if proven else "",
        )  # fmt: skip
        suppression = suppression_after(suppression, event, Scope.ALL)
        if topic == "*" and status is ConsentStatus.UNSUBSCRIBED and source.own:
            stopped = True
        elif (
            topic == "*"
            and status is ConsentStatus.SUBSCRIBED
            and (proven or source in {Source.KEYWORD, Source.PROVIDER})
        ):
            stopped = False
        ground = data.draw(st.sampled_from(list(Ground)))
        decision = _decide(_request(purpose, ground), suppression=suppression)
        assert isinstance(decision, Suppressed) == stopped
        assert not stopped or not isinstance(decision, Allowed)


@given(st.sampled_from(REPLIES), st.integers(-3_600_000, 3_600_000))
def test_a_reply_made_before_the_stop_never_passes(ground: Ground, offset_ms: int) -> None:
    """At hand-over only the STOP's own confirmation may carry its moment or an earlier one."""
    asked_at = STOP_AT + timedelta(milliseconds=offset_ms)
    decision = _decide(_request(Purpose.REPLY, ground, asked_at), suppression=_suppression())
    if offset_ms <= 0 and isinstance(decision, Allowed):
        assert (ground, offset_ms) == (Ground.OPT_OUT_CONFIRMATION, 0)


def test_a_second_gate_agrees_with_the_first() -> None:
    """Asked again at the end of the hold, the same text passes."""
    request = _request(Purpose.MARKETING, Ground.CAMPAIGN)
    first = _decide(request, NIGHT)
    assert isinstance(first, Held)
    assert first.until is not None
    assert _outcome(_decide(request, first.until)) == "allowed"


def test_clocks_that_change_keep_the_morning() -> None:
    """Over the night of 1 November in Toronto the hold still ends at nine... of Sunday's ten o'clock rule."""
    saturday_night = datetime(2026, 10, 31, 23, tzinfo=TORONTO)
    decision = _campaign(saturday_night)
    assert isinstance(decision, Held)
    assert decision.until == datetime(2026, 11, 1, 15, tzinfo=UTC)
    paris = _campaign(
        datetime(2026, 3, 28, 20, tzinfo=ZoneInfo("Europe/Paris")),
        number="+33612345678",
        zones=("Europe/Paris",),
    )
    assert isinstance(paris, Held)
    assert paris.until == datetime(2026, 3, 30, 6, tzinfo=UTC)


def test_kinds_that_converse() -> None:
    """A short code answers its contacts like a long one."""
    code: Sender = build_sender("12345", country="CA", provider="demo", projects=("clinic",))[0]
    assert code.kind is SenderKind.SHORT_CODE
    assert _outcome(_decide(_request(Purpose.REPLY, Ground.HELP, sender=code))) == "allowed"
