"""The contract of flows: a step is a pure function of state, event, facts and time."""

from datetime import UTC, datetime, timedelta

import pytest

from gateway.domain.flow import (
    END,
    Emit,
    Event,
    EventKind,
    Expect,
    Facts,
    Flow,
    Remember,
    Reply,
    State,
    Step,
    on,
    take_step,
)
from gateway.domain.message import Purpose

NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)
FACTS = Facts("en")


class Visit(Flow):
    """Asks for a day, keeps it, and gives up after an hour."""

    states = (State("start"), State("day", timeout=timedelta(hours=1), keywords="replace"))
    transitions = (
        on("keyword", "start", "day", do="ask"),
        on("text", "day", END, do="keep", when="readable"),
        on("text", "day", "day", do="again"),
        on("timeout", "day", END),
        on("posted", ("start", "day"), END, do="fail"),
    )

    def ask(self) -> None:
        self.data["asked"] = 1
        self.reply("visit/ask", purpose=Purpose.REMINDER, brand="Clinic")
        self.expect(yes=("yes", "oui"), no=("no",))

    def readable(self) -> bool:
        return self.event.text.isalpha()

    def keep(self) -> None:
        self.remember("day", self.event.text)
        self.emit("visit.asked", at=self.now.isoformat())

    def again(self) -> None:
        self.data["asked"] += 1
        self.reply("visit/again")

    def fail(self) -> None:
        self.reply("visit/failed")
        raise LookupError("no such visit")


def _step(state: str | None, kind: EventKind, text: str = "", **data: object) -> Step:
    return take_step(Visit, state, Event(kind, text), FACTS, NOW, data)


def test_a_new_dialogue_begins_in_the_first_state() -> None:
    """Without a state the flow starts, and what it does comes back in order."""
    step = _step(None, EventKind.KEYWORD)
    assert (step.handled, step.state, step.ended) == (True, "day", False)
    assert step.effects == (
        Reply("visit/ask", {"brand": "Clinic"}, Purpose.REMINDER),
        Expect({"yes": ("yes", "oui"), "no": ("no",)}),
    )


def test_the_state_reached_says_how_long_it_lasts() -> None:
    """The caller learns from the step when to wake the dialogue; a dialogue that is over never wakes."""
    assert _step(None, EventKind.KEYWORD).timeout == timedelta(hours=1)
    assert _step("day", EventKind.TIMEOUT).timeout is None


def test_a_guard_chooses_between_transitions() -> None:
    """The first transition whose condition holds is taken, and only its method runs."""
    kept = _step("day", EventKind.TEXT, "Friday", asked=1)
    assert kept.ended
    assert kept.effects == (Remember("day", "Friday"), Emit("visit.asked", {"at": NOW.isoformat()}))
    again = _step("day", EventKind.TEXT, "??", asked=1)
    assert (again.state, again.effects) == ("day", (Reply("visit/again"),))


def test_what_a_dialogue_remembers_is_not_changed_in_place() -> None:
    """A step that is thrown away leaves the data of the dialogue as it was."""
    before = {"asked": 1}
    step = take_step(Visit, "day", Event(EventKind.TEXT, "??"), FACTS, NOW, before)
    assert before == {"asked": 1}
    assert step.data == {"asked": 2}


@pytest.mark.parametrize(
    ("state", "kind"), [("start", EventKind.TEXT), ("day", EventKind.CLOSED), (END, EventKind.TEXT)]
)
def test_an_event_that_the_state_does_not_know_changes_nothing(state: str, kind: EventKind) -> None:
    """The caller is told, so that it can try something else with the text."""
    step = _step(state, kind)
    assert (step.handled, step.state, step.effects) == (False, state, ())


def test_what_a_flow_raises_leaves_no_effect() -> None:
    """An error of the operator's code reaches the caller instead of half of a step."""
    with pytest.raises(LookupError, match="no such visit"):
        _step("day", EventKind.POSTED)
    assert _step("day", EventKind.TIMEOUT).effects == ()


def test_a_state_that_an_upgrade_removed_is_not_found() -> None:
    """The caller can ask before it steps, and end such a dialogue."""
    assert Visit.find_state("month") is None
    assert Visit.find_state("day") == State("day", timedelta(hours=1), "replace")
