"""Time-outs of dialogues: each fires once, for the state that set it, whatever else happens."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gateway.clock import to_ms
from gateway.domain.message import Part, Purpose
from gateway.store import dialogues
from tests.traffic.house import House, house
from tests.traffic.world import LONG, number_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

HOUR, DAY = 3600, 86_400
OTHER = number_of(1)
WAITING = """
from datetime import timedelta
from gateway.domain.flow import END, Flow, State, on

class Patient(Flow):
    keywords = {"en": ("PATIENT",)}
    states = (State("start"), State("asking", timeout=timedelta(hours=1)))
    transitions = (
        on("keyword", "start", "asking"),
        on("text", "asking", "asking"),
        on("timeout", "asking", END, do="late", when="answers"),
    )

    def answers(self):
        return __ANSWERS__

    def late(self):
        __DO__
"""


def patient(do: str | None = None) -> dict[str, str]:
    """Return a flow whose state times out: without an answer, or with what it then does."""
    return {"patient": WAITING.replace("__ANSWERS__", str(bool(do))).replace("__DO__", do or "pass")}


@pytest.fixture
async def inside(tmp_path: Path, database_environ: dict[str, str]) -> AsyncIterator[House]:
    """Give a gateway on each engine, with a flow that waits an hour."""
    flows = patient("self.reply('info/ask')")
    async with house(tmp_path, environ=database_environ, flows=flows) as opened:
        yield opened


async def test_a_time_out_fires_once_and_not_before(inside: House) -> None:
    """Looked at again and again, also by two at once, it answers a single time."""
    await inside.hear("PATIENT")
    assert await inside.gateway.timers.next_due() == to_ms(inside.clock.now()) + HOUR * 1000
    await inside.later(HOUR - 1)
    assert await inside.said() == []
    inside.clock.step(1)
    await asyncio.gather(inside.gateway.timers.fire_due(), inside.gateway.timers.fire_due())
    await inside.later(DAY)
    assert await inside.said() == ["info/ask"]
    assert await inside.gateway.timers.next_due() is None


async def test_a_text_gives_the_state_its_time_anew(inside: House) -> None:
    """The time counts from the last step."""
    await inside.hear("PATIENT")
    await inside.later(HOUR - 1)
    await inside.hear("still thinking")
    await inside.later(HOUR - 1)
    assert await inside.said() == []
    await inside.later(1)
    assert await inside.said() == ["info/ask"]


async def test_a_time_out_that_a_text_overtook_is_void(inside: House) -> None:
    """The text commits first, and the time-out that was already under way does nothing."""
    await inside.hear("PATIENT")
    inside.clock.step(HOUR)
    async with inside.gateway.database.reading() as tx:
        (seen,) = await dialogues.due(tx, now=to_ms(inside.clock.now()), limit=10)
    await inside.hear("still thinking")
    await inside.gateway.writer.run(partial(inside.gateway.timers._fire, item=seen))  # noqa: SLF001
    assert await inside.said() == []
    assert (await inside.person()).dialogues[LONG].state == "asking"
    await inside.hear("STOP")
    await inside.gateway.writer.run(partial(inside.gateway.timers._fire, item=seen))  # noqa: SLF001
    assert await inside.said() == ["stop/confirmed"]


async def test_a_state_without_an_answer_to_its_time_out_ends(tmp_path: Path) -> None:
    """Nothing waits for ever: the dialogue is over, by name, and the next text is a new one."""
    async with house(tmp_path, flows=patient()) as inside:
        await inside.hear("PATIENT")
        dialogue = (await inside.person()).dialogues[LONG]
        await inside.later(HOUR)
        (ended,) = await inside.events("dialogue.ended")
        assert (ended.object_id, ended.data) == (dialogue.id, {"flow": "patient", "reason": "timed_out"})
        assert (await inside.person()).dialogues == {}


async def test_a_time_out_that_raises_is_shown_to_a_person_and_stops_nobody(tmp_path: Path) -> None:
    """The dialogue ends, the event names the address, and the time-outs of others fire."""
    async with house(tmp_path, flows=patient("self.reply(['no', 'name'])")) as inside:
        await inside.hear("PATIENT")
        inside.clock.step(1)
        await inside.hear("INFO Open on Sunday?", phone=OTHER)
        await inside.later(DAY)
        person = await inside.person()
        assert person.dialogues == {}
        assert person.threads[LONG].flag == "flow_error"
        (failed,) = await inside.events("flow.failed")
        assert failed.object_id == person.address.id
        assert len(await inside.events("thread.overdue")) == 1
        assert await inside.said() == []


async def test_a_restart_in_the_middle_goes_on(tmp_path: Path, database_environ: dict[str, str]) -> None:
    """What fell due while nobody was there fires when somebody is."""
    flows = patient("self.reply('info/ask')")
    async with house(tmp_path, environ=database_environ, flows=flows) as before:
        await before.hear("PATIENT")
    before.clock.step(2 * HOUR)
    async with house(tmp_path, environ=database_environ, flows=flows, clock=before.clock) as after:
        await after.gateway.timers.fire_due()
        assert await after.said() == ["info/ask"]


async def test_a_follow_up_at_night_waits_for_the_morning(inside: House) -> None:
    """A time-out may ask only in decent hours; the text is held with its reason."""
    inside.clock.step(12 * HOUR)
    await inside.hear("INFO Open on Sunday?")
    await inside.gateway.desk.reply((await inside.thread()).id, "Yes.", author="ann")
    await inside.later(DAY)
    nudge = (await inside.outbounds())[-1]
    assert (nudge.template, nudge.purpose, nudge.status, nudge.reason) == (
        "info/nudge", Purpose.REMINDER, "held", "quiet_hours",
    )  # fmt: skip


async def test_a_follow_up_that_the_contact_overtook_is_not_sent(inside: House) -> None:
    """Who writes during the night is not asked in the morning whether anything else is needed."""
    inside.clock.step(12 * HOUR)
    await inside.hear("INFO Open on Sunday?")
    await inside.gateway.desk.reply((await inside.thread()).id, "Yes.", author="ann")
    await inside.later(DAY)
    await inside.say("Your visit is tomorrow.", purpose=Purpose.REMINDER)
    await inside.hear("And on Monday?")
    assert await inside.kept() == [
        ("info/nudge", "cancelled:overtaken"),
        ("Your visit is tomorrow.", "held:quiet_hours"),
    ]
    assert (await inside.thread()).state == "assigned"


@asynccontextmanager
async def at_work(inside: House) -> AsyncIterator[Callable[[float], Awaitable[None]]]:
    """Let the timers run by themselves; what is given steps the clock and waits for the end of their look."""

    async def step(seconds: float) -> None:
        inside.clock.step(seconds)
        async with asyncio.timeout(10):
            while inside.clock.next_wake is None:
                await inside.rows("SELECT 1")

    async with asyncio.TaskGroup() as group:
        work = group.create_task(inside.gateway.timers.run())
        await step(0)
        yield step
        work.cancel()


async def test_the_timers_do_all_their_work_by_themselves(inside: House) -> None:
    """Time alone joins what came of a text, fires time-outs, and forgets."""
    async with at_work(inside) as step:
        await inside.hear(inside.inbound("PATIENT", part=Part("7", 1, 2)))
        await step(119)
        assert await inside.inbounds() == []
        await step(2)
        assert await inside.inbounds() == ["PATIENT"]
        await step(HOUR)
        assert await inside.said() == ["info/ask"]
        await step(15 * DAY)
        assert await inside.rows("SELECT * FROM inbound_seen") == []


async def test_a_look_that_fails_stops_neither_the_others_nor_the_next(inside: House) -> None:
    """A row that nobody can read is no GatewayError, and still texts are joined; mended, it fires."""

    async def damage(data: str) -> None:
        await inside.gateway.writer.run(
            lambda tx: tx.execute("UPDATE dialogue SET data = :data", {"data": data})
        )

    await inside.hear("PATIENT")
    await inside.hear(inside.inbound("Hello", part=Part("7", 1, 2), phone=OTHER))
    await damage("{")
    async with at_work(inside) as step:
        await step(HOUR)
        assert await inside.inbounds(OTHER) == ["Hello"]
        await damage("{}")
        await step(1)
        assert await inside.said() == ["info/ask"]


async def test_ids_are_forgotten_when_no_provider_repeats_them_any_more(inside: House) -> None:
    """The memory of what was taken does not grow for ever, and is kept for a fortnight."""
    text = inside.inbound("HELP")
    await inside.hear(text)
    inside.clock.step(13 * DAY)
    await inside.gateway.timers.forget_old()
    assert await inside.hear(text) == "repeated"
    inside.clock.step(2 * DAY)
    await inside.gateway.timers.forget_old()
    assert await inside.rows("SELECT * FROM inbound_seen") == []
