"""After STOP, from any state and whatever happens next, only what the law allows reaches the carrier.

The first test walks every flow through the real engine into every state it can reach, and stops there.
The second lets chance decide what follows. Both look at what the carrier was handed, not at what was meant.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.clock import from_ms
from gateway.domain.gate import Ground
from gateway.domain.message import Purpose, Status
from gateway.errors import InvalidRequest
from gateway.player.stillness import Stillness
from gateway.simulator.faults import Faults
from gateway.store import messages
from gateway.store.messages import Message
from tests.traffic.house import House, house
from tests.traffic.test_conversation import BOOKING
from tests.traffic.test_optout import PREFERENCES
from tests.traffic.world import LONG, PROJECT, number_of

FLOWS = {"booking": BOOKING.replace("__KEYWORDS__", "block"), "preferences": PREFERENCES}
RESERVED = ("stop", "start", "help", "contact")
STARTS = {
    "info": ("INFO", "INFO Do you open on Sunday?"),
    "answer": ("HOURS",),
    "booking": ("BOOKING",),
    "preferences": ("PREFS",),
}
CONFIRMATION = "stop/confirmed"
ASKED = {"HELP": "help/help", "AIDE": "help/help", "CONTACT": "contact/notice"}
QUESTIONS = frozenset({"INFO", "INFO Do you open on Sunday?"})
TEXTS = (
    "STOP", *ASKED, *sorted(QUESTIONS), "hello", "Do you open on Sunday?", "HOURS", "HORAIRES", "BOOKING",
    "PREFS", "YES", "OUI", "C", "1", "2", "cancel stop", "Merci!", 'Liked "Reply STOP to unsubscribe"',
)  # fmt: skip


class Walk:
    """One phone on its way through the flows, and what the carrier was handed for it."""

    phones = iter(range(1_000_000))

    def __init__(self, inside: House, stillness: Stillness) -> None:
        self.inside = inside
        self.stillness = stillness
        self.phone = number_of(next(self.phones))
        carrier = inside.gateway.carrier
        assert carrier is not None
        self.sent = carrier.carrier.sent

    async def text(self, body: str) -> None:
        """Write a text."""
        await self.inside.hear(body, phone=self.phone)
        await self.stillness.reach()

    async def choice(self) -> None:
        """Give the first of the expected answers, or nothing when none is expected."""
        dialogue = (await self.inside.person(self.phone)).dialogues.get(LONG)
        for words in dialogue.data.get("expected", {}).values() if dialogue else ():
            await self.text(words[0])
            return

    async def timeout(self) -> None:
        """Let time pass until the dialogue's patience is over."""
        dialogue = (await self._person_or_none()).get(LONG)
        if dialogue and dialogue.due_at:
            await self.wait_until(dialogue.due_at)

    async def wait_until(self, moment: int) -> None:
        await self.stillness.pass_until(self.inside.clock, from_ms(moment) + timedelta(seconds=1))

    async def wait(self, span: timedelta) -> None:
        """Let time pass."""
        await self.stillness.pass_until(self.inside.clock, self.inside.clock.now() + span)

    async def answered(self) -> None:
        """Answer as an agent, if there is a thread and it may be answered."""
        await self._at_desk(
            lambda thread: self.inside.gateway.desk.reply(thread, "We open at nine.", author="ann")
        )

    async def closed(self) -> None:
        """Close the thread as an agent."""
        await self._at_desk(lambda thread: self.inside.gateway.desk.close(thread, author="ann"))

    async def operator(
        self, purpose: Purpose = Purpose.TRANSACTIONAL, ground: Ground = Ground.OPERATOR
    ) -> None:
        """Send something of our own."""
        await self.inside.say("From us.", phone=self.phone, purpose=purpose, ground=ground)
        await self.stillness.reach()

    async def state(self) -> tuple[str, str] | None:
        """Return the flow and state of the running dialogue."""
        dialogue = (await self._person_or_none()).get(LONG)
        return (dialogue.flow, dialogue.state) if dialogue else None

    def handed(self) -> list[str]:
        """Return our ids of what the carrier took for this phone."""
        return [sent.order.reference for sent in self.sent if sent.order.to == self.phone]

    async def handed_since(self, count: int) -> list[Message]:
        """Return what the carrier took after the first `count`."""
        ids = [(PROJECT, reference) for reference in self.handed()[count:]]
        async with self.inside.gateway.database.reading() as tx:
            found = await messages.find_many(tx, ids)
        return [found[key] for key in ids]

    async def _at_desk(self, act: Callable[[str], Awaitable[object]]) -> None:
        rows = await self.inside.rows(
            "SELECT id FROM thread WHERE number = :phone ORDER BY id DESC LIMIT 1", phone=self.phone
        )
        for row in rows:
            with suppress(InvalidRequest):
                await act(row["id"])
        await self.stillness.reach()

    async def _person_or_none(self) -> dict[str, Any]:
        rows = await self.inside.rows("SELECT 1 FROM address WHERE number = :phone", phone=self.phone)
        return dict((await self.inside.person(self.phone)).dialogues) if rows else {}


Step = Callable[[Walk], Awaitable[None]]


def _text(body: str) -> Step:
    async def write(walk: Walk) -> None:
        await walk.text(body)

    write.__name__ = body
    return write


EVENTS: dict[str, Step] = {
    "text": _text("Do you open on Sunday?"),
    "choice": Walk.choice,
    "timeout": Walk.timeout,
    "answered": Walk.answered,
    "closed": Walk.closed,
    "unexpected": _text("la la la"),
    "keyword": _text("INFO"),
}
PATHS: dict[tuple[str, str], tuple[Step, ...]] = {}
"""A way into each state that the walk has reached."""


@contextmanager
def running(folder: Path) -> Iterator[tuple[asyncio.Runner, Callable[[], Walk]]]:
    """Run a gateway with its carrier in a loop of its own, for one walk after the other."""

    def fast(text: str) -> str:
        head, found, tail = text.partition('[senders."+15145550100"]')
        return f"{head}{found}\nrate = 1000{tail}"

    with asyncio.Runner() as runner:
        opening = house(folder, config=fast, flows=FLOWS, faults=Faults(retries=()))
        inside = runner.run(opening.__aenter__())
        carrier = inside.gateway.carrier
        assert carrier is not None
        stillness = Stillness(inside.gateway, carrier.carrier, inside.clock)
        try:
            yield runner, lambda: Walk(inside, stillness)
        finally:
            runner.run(opening.__aexit__(None, None, None))


async def _reach(walk: Walk, path: tuple[Step, ...]) -> tuple[str, str] | None:
    for step in path:
        await step(walk)
    return await walk.state()


def _explore(runner: asyncio.Runner, new_walk: Callable[[], Walk]) -> dict[tuple[str, str], tuple[Step, ...]]:
    """Find a way into every state, breadth first, by letting every kind of event happen in each."""
    if PATHS:
        return PATHS
    waiting: list[tuple[Step, ...]] = [(_text(word),) for words in STARTS.values() for word in words]
    while waiting:
        path = waiting.pop(0)
        reached = runner.run(_reach(new_walk(), path))
        if reached is not None and reached not in PATHS:
            PATHS[reached] = path
            waiting += [(*path, event) for event in EVENTS.values()]
    return PATHS


async def _stop(walk: Walk) -> None:
    """STOP, and hold what must be true at once."""
    before = len(walk.handed())
    await walk.text("Stop")
    assert await walk.inside.is_stopped(walk.phone)
    person = await walk.inside.person(walk.phone)
    assert person.dialogues == {}
    assert {thread.state for thread in person.threads.values()} <= {"closed"}
    assert [m.template for m in await walk.handed_since(before)] == [CONFIRMATION]
    rows = await walk.inside.rows("SELECT status FROM message WHERE number = :phone", phone=walk.phone)
    assert not {row["status"] for row in rows} & {Status.QUEUED, Status.HELD, Status.SENDING}


def test_stop_ends_every_state_of_every_flow(tmp_path: Path) -> None:
    """Each state that the engine can be brought into: unsubscribed, ended, confirmed once, then silence."""
    with running(tmp_path) as (runner, new_walk):
        paths = _explore(runner, new_walk)
        walk = new_walk()
        declared = {
            (name, state.name)
            for name in walk.inside.gateway.flows.names
            if name not in RESERVED and (flow := walk.inside.gateway.flows.get(name))
            for state in flow.states[1:]
        }
        assert set(paths) == declared

        async def stopped_there(path: tuple[Step, ...]) -> None:
            walk = new_walk()
            await walk.inside.say("Tomorrow.", phone=walk.phone, available_at=2**42, expires_at=2**43)
            await _reach(walk, path)
            await _stop(walk)
            before = len(walk.handed())
            for later in (
                Walk.timeout,
                Walk.answered,
                Walk.closed,
                Walk.operator,
                _text("hello"),
                Walk.answered,
            ):
                await later(walk)
            await walk.wait(timedelta(days=6))
            assert await walk.handed_since(before) == []

        for path in paths.values():
            runner.run(stopped_there(path))


ACTIONS = st.one_of(
    st.sampled_from(TEXTS),
    st.sampled_from(["text", "choice", "timeout", "answered", "closed"]),
    st.tuples(
        st.sampled_from(sorted(Purpose)), st.sampled_from([Ground.OPERATOR, Ground.API, Ground.CAMPAIGN])
    ),
    st.sampled_from([timedelta(minutes=2), timedelta(hours=25)]),
)


async def _act(walk: Walk, action: Any) -> str | None:
    """Do what chance decided; return the text that the contact wrote."""
    if isinstance(action, timedelta):
        await walk.wait(action)
    elif isinstance(action, tuple):
        await walk.operator(*action)
    elif action in EVENTS:
        await EVENTS[action](walk)
    else:
        await walk.text(action)
        return str(action)
    return None


class Allowed:
    """What may still reach the contact, as the table of purposes says, told from what the contact asked."""

    def __init__(self) -> None:
        self.answers: Counter[str] = Counter()
        self.question = False

    def hear(self, text: str | None) -> None:
        if text == "STOP":
            self.question = False
        elif text in ASKED:
            self.answers[ASKED[text]] += 1
        elif text in QUESTIONS:
            self.question = True

    def check(self, message: Message) -> None:
        """Raise when the carrier should not have had this text."""
        if message.author is not None:
            assert self.question, f"an agent's answer, and INFO was not asked since the STOP: {message}"
        elif message.template in {"info/ask", "info/received"}:
            assert self.question, message
        else:
            assert self.answers[message.template or ""] > 0, f"nobody asked for {message}"
            self.answers[message.template or ""] -= 1


def test_whatever_happens_after_a_stop_only_answers_reach_the_contact(tmp_path: Path) -> None:
    """Texts, time, agents, operators in any order: nothing unasked goes out, nothing lifts the STOP."""
    with running(tmp_path) as (runner, new_walk):
        paths = _explore(runner, new_walk)

        async def example(path: tuple[Step, ...], actions: list[Any]) -> None:
            walk, allowed = new_walk(), Allowed()
            await _reach(walk, path)
            await _stop(walk)
            seen = len(walk.handed())
            for action in actions:
                # A word is allowed for what it asks from the moment it is written.
                allowed.hear(action if isinstance(action, str) else None)
                await _act(walk, action)
                for message in await walk.handed_since(seen):
                    allowed.check(message)
                    seen += 1
                assert await walk.inside.is_stopped(walk.phone)

        @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
        @given(st.sampled_from(sorted(paths)), st.lists(ACTIONS, max_size=8))
        def check(state: tuple[str, str], actions: list[Any]) -> None:
            runner.run(example(paths[state], actions))

        check()
