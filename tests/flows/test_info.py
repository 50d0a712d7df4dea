"""INFO as the flow decides it: who speaks, who is silent, and when a question is over."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.flow import (
    END,
    AddToThread,
    CloseThread,
    Emit,
    Event,
    EventKind,
    Facts,
    OpenThread,
    Reply,
)
from gateway.domain.message import Purpose
from tests.flows.shipped import flow_named, step

ASK, RECEIVED = Reply("info/ask"), Reply("info/received")
NUDGE = Reply("info/nudge", purpose=Purpose.REMINDER)
QUESTION = Event(EventKind.KEYWORD, "Do you open on Sunday?", "INFO")
ALONE = Event(EventKind.KEYWORD, " ", "INFO")
TEXT = Event(EventKind.TEXT, "Do you open on Sunday?")
DAY = timedelta(hours=24)
OPEN = ("waiting", "answered", "nudged")


def test_the_word_alone_asks_for_the_question() -> None:
    """INFO, then the question: people take over, and the contact knows that it arrived."""
    asked = step("info", ALONE)
    assert (asked.state, asked.effects, asked.timeout) == ("asking", (ASK,), DAY)
    received = step("info", TEXT, state="asking")
    assert (received.state, received.effects, received.timeout) == ("waiting", (OpenThread(), RECEIVED), DAY)


@pytest.mark.parametrize("state", [None, "asking", "closed"])
def test_a_question_beside_the_word_is_received_at_once(state: str | None) -> None:
    """From the beginning, instead of the question asked for, or after an old thread."""
    received = step("info", QUESTION, state=state)
    assert (received.state, received.effects) == ("waiting", (OpenThread(), RECEIVED))


@pytest.mark.parametrize("state", OPEN)
def test_the_bot_is_silent_while_people_talk(state: str) -> None:
    """Whatever the contact writes joins the thread and waits for a person, without an automatic word."""
    for event in (TEXT, QUESTION):
        went_on = step("info", event, state=state)
        assert (went_on.state, went_on.effects) == ("waiting", (AddToThread(),))


@pytest.mark.parametrize("state", ["answered", "nudged"])
def test_the_word_alone_invites_another_question_into_the_same_thread(state: str) -> None:
    """After an answer INFO asks again, and the thread stays open for what comes."""
    asked = step("info", ALONE, state=state)
    assert (asked.state, asked.effects) == ("answered", (ASK,))


def test_a_question_nobody_asks_is_over_after_a_day() -> None:
    """The dialogue ends in silence."""
    over = step("info", EventKind.TIMEOUT, state="asking")
    assert (over.state, over.effects, over.timeout) == (END, (), None)


def test_a_question_that_nobody_answers_is_told_every_day() -> None:
    """The operator's systems hear of it with the days it waits; a further text starts the count anew."""
    data: Any = step("info", QUESTION).data
    for days in (1, 2, 3):
        late = step("info", EventKind.TIMEOUT, state="waiting", data=data)
        assert (late.state, late.effects, late.timeout) == (
            "waiting",
            (Emit("thread.overdue", {"days": days}),),
            DAY,
        )
        data = late.data
    data = step("info", TEXT, state="waiting", data=data).data
    late = step("info", EventKind.TIMEOUT, state="waiting", data=data)
    assert late.effects == (Emit("thread.overdue", {"days": 1}),)


def test_after_the_answer_the_contact_is_asked_once_and_then_left_in_peace() -> None:
    """A day after the answer one follow-up, a day later the thread closes, three days later all is over."""
    assert step("info", EventKind.ANSWERED, state="waiting").timeout == DAY
    nudged = step("info", EventKind.TIMEOUT, state="answered")
    assert (nudged.state, nudged.effects, nudged.timeout) == ("nudged", (NUDGE,), DAY)
    closed = step("info", EventKind.TIMEOUT, state="nudged")
    assert (closed.state, closed.effects, closed.timeout) == ("closed", (CloseThread("timeout"),), 3 * DAY)
    assert step("info", EventKind.TIMEOUT, state="closed").state == END


def test_someone_who_stopped_gets_the_answer_but_no_follow_up() -> None:
    """INFO after STOP permits the answer in that thread and nothing more."""
    stopped = Facts("en", stopped=True)
    assert step("info", QUESTION, stopped).effects == (OpenThread(), RECEIVED)
    nudged = step("info", EventKind.TIMEOUT, stopped, state="answered")
    assert (nudged.state, nudged.effects) == ("nudged", ())


@pytest.mark.parametrize("state", OPEN)
def test_staff_can_close_a_thread_at_any_time(state: str) -> None:
    """Closing says nothing to the contact, who may still take the thread up again."""
    closed = step("info", EventKind.CLOSED, state=state)
    assert (closed.state, closed.effects, closed.timeout) == ("closed", (), 3 * DAY)
    reopened = step("info", TEXT, state="closed")
    assert (reopened.state, reopened.effects) == ("waiting", (AddToThread(),))


def test_staff_can_write_in_a_closed_thread() -> None:
    """The thread is open again and waits for the contact."""
    assert step("info", EventKind.ANSWERED, state="closed").state == "answered"


def test_other_keywords_take_over_only_where_nobody_waits_for_a_person() -> None:
    """A keyword replaces a question not yet asked or long closed, never a running talk."""
    info = flow_named("info")
    assert {state.name for state in info.states if state.keywords == "replace"} == {"asking", "closed"}


_THREAD_AFTER: dict[type, tuple[set[str], str]] = {
    OpenThread: ({"none", "closed"}, "open"),
    AddToThread: ({"open", "closed"}, "open"),
    CloseThread: ({"open"}, "closed"),
}
_THREAD_BY_STAFF = {EventKind.ANSWERED: "open", EventKind.CLOSED: "closed"}


@given(st.lists(st.sampled_from([ALONE, QUESTION, TEXT, *map(Event, EventKind)]), max_size=30))
def test_no_order_of_events_confuses_a_thread(events: list[Event]) -> None:
    """A thread is opened once, before anything joins or closes it, and is open exactly while people talk."""
    state: str | None = None
    data: dict[str, Any] = {}
    thread = "none"
    for event in events:
        taken = step("info", event, state=state, data=data)
        state, data = taken.state, dict(taken.data)
        for effect in taken.effects:
            allowed, after = _THREAD_AFTER.get(type(effect), ({thread}, thread))
            assert thread in allowed
            thread = after
        thread = _THREAD_BY_STAFF.get(event.kind, thread) if taken.handled else thread
        assert (thread == "open") == (state in OPEN)
        if taken.ended:
            state, data, thread = None, {}, "none"
