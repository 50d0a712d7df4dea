"""Consent: events add up, a contact's own STOP outranks what others say, implied consent runs out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gateway.domain.casl import Relation, implied_until
from gateway.domain.consent import (
    Basis,
    Consent,
    ConsentEvent,
    ConsentStatus,
    Scope,
    Source,
    Suppression,
    lifts,
    suppression_after,
    suppression_hash,
)
from gateway.domain.ledger import consent_for, fold, restorable

START = datetime(2026, 11, 23, 10, tzinfo=UTC)
SUBSCRIBED, UNSUBSCRIBED = ConsentStatus.SUBSCRIBED, ConsentStatus.UNSUBSCRIBED


def _event(day: float, status: ConsentStatus, source: Source, **given: Any) -> ConsentEvent:
    return ConsentEvent(
        project="clinic",
        number_hash="h",
        status=status,
        source=source,
        at=START + timedelta(days=day),
        **given,
    )


def _stop(day: float, **given: Any) -> ConsentEvent:
    return _event(day, UNSUBSCRIBED, Source.KEYWORD, wording="STOP", evidence="in-1", **given)


def _restart(day: float, **given: Any) -> ConsentEvent:
    restored: dict[str, Any] = {"wording": "START", "evidence": "in-2", "basis": Basis.RESTORED}
    return _event(day, SUBSCRIBED, Source.KEYWORD, **restored, **given)


def _status(events: list[ConsentEvent], topic: str = "*") -> ConsentStatus | None:
    found = consent_for(fold(events), topic)
    return found.status if found else None


def test_nothing_recorded_is_no_consent() -> None:
    """Silence is not consent."""
    assert fold([]) == {}
    assert consent_for({}, "news") is None


@pytest.mark.parametrize("source", [Source.IMPORT, Source.API, Source.STAFF])
def test_nobody_lifts_a_contacts_own_stop(source: Source) -> None:
    """A later import, call or agent without evidence changes nothing, on any topic."""
    events = [_event(0, SUBSCRIBED, Source.IMPORT), _stop(1), _event(2, SUBSCRIBED, source)]
    assert _status(events) is UNSUBSCRIBED
    assert _status([*events, _event(3, SUBSCRIBED, source, topic="news")], "news") is UNSUBSCRIBED


@pytest.mark.parametrize("source", [Source.IMPORT, Source.API, Source.STAFF, Source.FORM])
def test_newer_evidence_lifts_it(source: Source) -> None:
    """A signed form with its wording, dated after the STOP, is the contact's word."""
    proof: dict[str, Any] = {"wording": "I agree to receive texts", "evidence": "form-17.pdf"}
    assert _status([_stop(1), _event(2, SUBSCRIBED, source, **proof)]) is SUBSCRIBED
    assert _status([_stop(1), _event(0.5, SUBSCRIBED, source, **proof)]) is UNSUBSCRIBED
    assert _status([_stop(1), _event(1, SUBSCRIBED, source, **proof)]) is UNSUBSCRIBED
    assert _status([_stop(1), _event(2, SUBSCRIBED, source, wording="I agree")]) is UNSUBSCRIBED


def test_start_undoes_stop() -> None:
    """The contact's own START needs nothing else, even within the same moment."""
    before = _event(0, SUBSCRIBED, Source.FORM)
    assert _status([before, _stop(1), _restart(2)]) is SUBSCRIBED
    assert _status([before, _stop(1), _restart(1)]) is SUBSCRIBED
    assert _status([before, _restart(1), _stop(1)]) is UNSUBSCRIBED


def test_start_gives_no_consent_that_nobody_gave() -> None:
    """Who had not agreed to anything before the STOP has agreed to nothing after the START."""
    assert fold([_restart(1)]) == {}
    assert fold([_stop(0), _stop(1), _restart(2)]) == {}
    purchase = _event(0, SUBSCRIBED, Source.API, basis=Basis.TRANSACTIONAL)
    assert fold([purchase, _stop(1), _restart(2)])["*"].basis is Basis.TRANSACTIONAL
    assert _status([_stop(0), _restart(1), _event(2, SUBSCRIBED, Source.KEYWORD)]) is SUBSCRIBED


def test_start_finds_nothing_to_restore_twice() -> None:
    """Also where a topic was left by a form, which START does not bring back."""
    left = _event(0, UNSUBSCRIBED, Source.FORM, topic="offers")
    assert not restorable([left])
    assert restorable([left, _stop(1)])
    assert not restorable([left, _stop(1), _restart(2)])


def test_start_restores_only_what_was_stopped() -> None:
    """A topic left by a form stays left after STOP and START; one that was open comes back with its terms."""
    left = _event(1, UNSUBSCRIBED, Source.FORM, topic="offers")
    kept = _event(0, SUBSCRIBED, Source.IMPORT, topic="news", expires_at=START + timedelta(days=400))
    events = [kept, _event(0, SUBSCRIBED, Source.IMPORT, topic="offers"), left, _stop(2)]
    assert {_status(events, topic) for topic in ("*", "news", "offers", "other")} == {UNSUBSCRIBED}
    after = fold([*events, _restart(3)])
    assert after["news"].status is SUBSCRIBED
    assert after["news"].expires_at == START + timedelta(days=400)
    assert after["offers"].status is UNSUBSCRIBED


def test_an_import_between_stop_and_start_leaves_no_trace() -> None:
    """An ignored import does not make a topic that START would then miss."""
    events = [
        _event(0, SUBSCRIBED, Source.FORM),
        _stop(1),
        _event(2, SUBSCRIBED, Source.IMPORT, topic="news"),
        _restart(3),
    ]
    assert _status(events, "news") is SUBSCRIBED


def test_staff_undo_what_staff_did() -> None:
    """A mistake of the desk is no STOP of the contact."""
    events = [_event(0, UNSUBSCRIBED, Source.STAFF), _event(1, SUBSCRIBED, Source.STAFF)]
    assert _status(events) is SUBSCRIBED


def test_a_staff_refusal_on_top_of_a_stop_does_not_weaken_it() -> None:
    """STOP, then unsubscribed by staff, then subscribed by import: still stopped."""
    events = [_stop(0), _event(1, UNSUBSCRIBED, Source.STAFF), _event(2, SUBSCRIBED, Source.IMPORT)]
    assert _status(events) is UNSUBSCRIBED


def test_express_consent_outlives_a_later_purchase() -> None:
    """An implied consent that expires does not shorten an express one; a newer purchase prolongs an older."""
    purchase: dict[str, Any] = {"basis": Basis.IMPLIED}
    first = _event(1, SUBSCRIBED, Source.API, expires_at=START + timedelta(days=100), **purchase)
    second = _event(50, SUBSCRIBED, Source.API, expires_at=START + timedelta(days=150), **purchase)
    assert fold([first, second])["*"].expires_at == START + timedelta(days=150)
    express = fold([_event(0, SUBSCRIBED, Source.FORM), first])["*"]
    assert (express.basis, express.expires_at) == (Basis.EXPRESS, None)


def test_a_service_relation_replaces_no_consent() -> None:
    """A transactional basis neither weakens nor makes a marketing consent."""
    service = _event(1, SUBSCRIBED, Source.API, basis=Basis.TRANSACTIONAL)
    assert fold([_event(0, SUBSCRIBED, Source.FORM), service])["*"].basis is Basis.EXPRESS
    assert fold([service, _event(2, SUBSCRIBED, Source.FORM)])["*"].basis is Basis.EXPRESS


def test_the_last_moment_of_a_consent_is_exclusive() -> None:
    """Expired at the moment itself."""
    consent = Consent(SUBSCRIBED, START, expires_at=START)
    assert consent.expired(START)
    assert not consent.expired(START - timedelta(milliseconds=1))
    assert not Consent(SUBSCRIBED, START).expired(START + timedelta(days=9999))


@pytest.mark.parametrize(
    ("relation", "at", "until"),
    [
        (Relation.PURCHASE, "2024-11-23", "2026-11-23"),
        (Relation.PURCHASE, "2024-02-29", "2026-02-28"),
        (Relation.INQUIRY, "2026-08-31", "2027-02-28"),
        (Relation.INQUIRY, "2026-12-01", "2027-06-01"),
    ],
)
def test_implied_consent_counts_calendar_months(relation: Relation, at: str, until: str) -> None:
    """24 months from a purchase, 6 from an inquiry, at most the month's last day."""
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert implied_until(relation, moment) == datetime.fromisoformat(until).replace(tzinfo=UTC)


sources = st.sampled_from(Source)
events = st.builds(
    _event,
    st.integers(0, 30),
    st.sampled_from(ConsentStatus),
    sources,
    topic=st.sampled_from(["*", "news"]),
    evidence=st.sampled_from([None, "proof"]),
    wording=st.sampled_from(["", "I agree"]),
)


@given(st.lists(events, unique_by=lambda event: event.at), st.randoms())
def test_the_order_of_recording_does_not_matter(history: list[ConsentEvent], random: Any) -> None:
    """Events of different moments give the same picture in any order."""
    shuffled = list(history)
    random.shuffle(shuffled)
    assert fold(shuffled) == fold(history)


@given(st.lists(events))
def test_stop_and_start_leave_every_consent_as_it_was(history: list[ConsentEvent]) -> None:
    """Whatever was recorded before, of whom had not stopped: the two words take and give nothing."""
    before = fold(history)
    everything = before.get("*")
    assume(everything is None or not everything.own_stop)
    assert fold([*history, _stop(31), _restart(32)]) == before


@given(st.lists(events))
def test_only_the_contact_or_evidence_reopens(history: list[ConsentEvent]) -> None:
    """After a final STOP, whatever else is recorded without evidence leaves every topic closed."""
    stop = _stop(31)
    later = [
        _event(32 + day, SUBSCRIBED, source, topic=topic)
        for day, (source, topic) in enumerate(
            [(Source.IMPORT, "*"), (Source.API, "news"), (Source.STAFF, "new")]
        )
    ]
    found = fold([*history, stop, *later])
    assert {consent.status for consent in found.values()} == {UNSUBSCRIBED}


def test_a_stop_suppresses_and_start_lifts() -> None:
    """The suppression carries hash, moment, scope and proof, and goes with START."""
    stopped = suppression_after(None, _stop(0), Scope.ALL)
    assert stopped == Suppression("h", Scope.ALL, START, "stop", Source.KEYWORD, "in-1", START)
    assert suppression_after(stopped, _restart(1), Scope.ALL) is None
    assert suppression_after(None, _restart(1), Scope.ALL) is None


def test_a_second_stop_moves_the_moment_and_not_the_confirmation() -> None:
    """Answers asked before the second STOP are closed too; the confirmation stays the first one's."""
    first = suppression_after(None, _stop(0), Scope.ALL)
    second = suppression_after(first, _stop(1), Scope.ALL)
    assert second is not None
    assert (second.at, second.confirmed_at) == (START + timedelta(days=1), START)


def test_a_texted_stop_after_a_form_is_confirmed() -> None:
    """Leaving by a form is not confirmed by text, so a STOP after it still is."""
    form = suppression_after(None, _event(0, UNSUBSCRIBED, Source.FORM), Scope.ALL)
    texted = suppression_after(form, _stop(1), Scope.ALL)
    assert texted is not None
    assert texted.confirmed_at == texted.at


def test_a_suppression_only_widens() -> None:
    """STOP under a narrower setting does not reopen what a wider one closed."""
    everything = suppression_after(None, _stop(0), Scope.ALL)
    again = suppression_after(everything, _stop(1), Scope.MARKETING)
    assert again is not None
    assert again.scope is Scope.ALL
    narrow = suppression_after(None, _stop(0), Scope.MARKETING)
    assert narrow is not None
    assert narrow.scope is Scope.MARKETING


def test_an_import_neither_makes_nor_lifts_a_suppression() -> None:
    """Without evidence only the contact moves it; a topic alone never does."""
    stopped = suppression_after(None, _stop(0), Scope.ALL)
    assert suppression_after(stopped, _event(1, SUBSCRIBED, Source.IMPORT), Scope.ALL) is stopped
    assert suppression_after(stopped, _restart(1, topic="news"), Scope.ALL) is stopped
    assert suppression_after(None, _event(0, UNSUBSCRIBED, Source.IMPORT), Scope.ALL) is None
    assert not lifts(_stop(1), START)


def test_a_late_report_of_an_older_stop_changes_nothing() -> None:
    """A provider's list that arrives late does not move the moment back."""
    stopped = suppression_after(None, _stop(2), Scope.ALL)
    assert suppression_after(stopped, _event(1, UNSUBSCRIBED, Source.PROVIDER), Scope.ALL) is stopped


def test_the_hash_of_a_number_needs_the_key() -> None:
    """Same key, same hash; another key, another; and the number is not in it."""
    one = suppression_hash("+15145550123", b"k1")
    assert one == suppression_hash("+15145550123", b"k1")
    assert one != suppression_hash("+15145550123", b"k2")
    assert len(one) == 64
    assert "5550123" not in one
