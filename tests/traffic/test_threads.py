"""Threads: a question, people who answer it, and its end."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gateway.domain.message import Purpose, Status
from gateway.errors import InvalidRequest, NotFound
from tests.traffic.house import House, house
from tests.traffic.world import LONG, number_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

HOUR, DAY = 3600, 86_400
OTHER = number_of(1)


@pytest.fixture
async def inside(tmp_path: Path, database_environ: dict[str, str]) -> AsyncIterator[House]:
    """Give a gateway on each engine."""
    async with house(tmp_path, environ=database_environ) as opened:
        yield opened


async def test_a_question_waits_is_answered_is_followed_up_and_closes(inside: House) -> None:
    """Waiting, answered, one follow-up after a day, closed after another, forgotten after three more."""
    await inside.hear("INFO Do you open on Sunday?")
    thread = await inside.thread()
    assert (thread.state, thread.origin) == ("waiting", "info")
    await inside.later(DAY)
    (overdue,) = await inside.events("thread.overdue")
    assert (overdue.object_id, overdue.data) == (thread.id, {"days": 1})
    answer = await inside.gateway.desk.reply(thread.id, "Yes.", author="ann")
    assert (answer.thread_id, answer.author, answer.purpose) == (thread.id, "ann", Purpose.REPLY)
    assert (await inside.thread()).state == "answered"
    await inside.later(DAY)
    nudge = (await inside.outbounds())[-1]
    assert (nudge.template, nudge.purpose, nudge.thread_id) == ("info/nudge", Purpose.REMINDER, thread.id)
    assert (await inside.thread()).state == "answered"
    await inside.later(DAY)
    closed = await inside.thread()
    assert (closed.state, closed.closed_reason) == ("closed", "timeout")
    await inside.later(3 * DAY)
    assert (await inside.person()).dialogues == {}
    assert [m.template for m in await inside.outbounds()] == ["info/received", None, "info/nudge"]


async def test_a_closed_thread_is_taken_up_again_within_its_window(inside: House) -> None:
    """A text within three days reopens it for the same agent, is told, and can be answered."""
    await inside.hear("INFO Do you open on Sunday?")
    thread = await inside.thread()
    await inside.gateway.desk.reply(thread.id, "Yes.", author="ann")
    await inside.gateway.desk.close(thread.id, author="ann")
    inside.clock.step(2 * DAY)
    await inside.hear("And on Monday?")
    again = await inside.thread()
    assert (again.id, again.state, again.assignee, again.closed_at) == (thread.id, "assigned", "ann", None)
    assert [e.object_id for e in await inside.events("thread.reopened")] == [thread.id]
    await inside.gateway.desk.reply(thread.id, "Too.", author="bob")
    assert (await inside.thread()).assignee == "bob"


async def test_after_its_window_a_text_begins_anew(inside: House) -> None:
    """INFO within the window and any text after it belong to a new thread."""
    await inside.hear("INFO Do you open on Sunday?")
    first = await inside.thread()
    await inside.gateway.desk.close(first.id, author="ann")
    inside.clock.step(DAY)
    await inside.hear("INFO Is parking free?")
    second = await inside.thread()
    assert second.id != first.id
    await inside.gateway.desk.close(second.id, author="ann")
    await inside.later(3 * DAY)
    await inside.hear("hello again")
    third = await inside.thread()
    assert third.id not in {first.id, second.id}
    assert third.state == "unsolicited"


async def test_an_answer_to_an_old_thread_never_slips_into_the_new_one(inside: House) -> None:
    """Replying to the closed thread is refused in words; closing it again changes nothing."""
    await inside.hear("INFO Do you open on Sunday?")
    first = await inside.thread()
    await inside.gateway.desk.close(first.id, author="ann")
    await inside.hear("INFO Is parking free?")
    with pytest.raises(InvalidRequest, match="closed"):
        await inside.gateway.desk.reply(first.id, "Yes.", author="ann")
    assert (await inside.gateway.desk.close(first.id, author="bob")).id == first.id
    assert (await inside.thread()).state == "waiting"


async def test_an_answer_to_an_unexpected_text_makes_it_a_conversation_that_ends(inside: House) -> None:
    """Once a person answers, the bot is silent, the follow-up comes and the thread closes in time."""
    await inside.hear("la la la")
    thread = await inside.thread()
    await inside.gateway.desk.reply(thread.id, "How can we help?", author="ann")
    assert (await inside.thread()).state == "answered"
    await inside.hear("HOURS")
    assert (await inside.thread()).state == "assigned"
    assert "answer/hours" not in await inside.said()
    await inside.gateway.desk.reply(thread.id, "From nine.", author="ann")
    await inside.later(DAY)
    await inside.later(DAY)
    assert (await inside.thread()).closed_reason == "timeout"


async def test_an_answer_while_the_bot_waits_for_the_question_ends_in_time_too(inside: House) -> None:
    """INFO alone beside an unexpected text: the agent's answer takes the conversation over."""
    await inside.hear("la la la")
    await inside.hear("INFO")
    thread = await inside.thread()
    await inside.gateway.desk.reply(thread.id, "How can we help?", author="ann")
    await inside.later(DAY)
    await inside.later(DAY)
    assert (await inside.thread()).closed_reason == "timeout"


async def test_two_agents_at_once_both_answer_in_order(inside: House) -> None:
    """Both texts go out, in the order of writing, and the thread belongs to the last; one close counts."""
    await inside.hear("INFO Do you open on Sunday?")
    thread = await inside.thread()
    desk = inside.gateway.desk
    await asyncio.gather(
        desk.reply(thread.id, "Yes.", author="ann"), desk.reply(thread.id, "From nine.", author="bob")
    )
    assert await inside.said() == ["info/received", "Yes.", "From nine."]
    now = await inside.thread()
    assert (now.state, now.assignee) == ("answered", "bob")
    await asyncio.gather(desk.close(thread.id, author="ann"), desk.close(thread.id, author="bob"))
    assert len(await inside.events("thread.closed")) == 1


async def test_an_answer_and_a_stop_at_once_end_in_one_order(inside: House) -> None:
    """Whichever commits first: after the STOP no answer waits to be sent."""
    for index in range(10):
        phone = number_of(index)
        await inside.hear("INFO Do you open on Sunday?", phone=phone)
        thread = await inside.thread(phone)
        await asyncio.gather(
            inside.gateway.desk.reply(thread.id, "Yes.", author="ann"),
            inside.hear("STOP", phone=phone),
            return_exceptions=True,
        )
        assert await inside.said(phone) == ["stop/confirmed"]
        assert (await inside.thread(phone)).state == "closed"


async def test_what_cannot_be_answered_is_refused_in_words(inside: House) -> None:
    """No thread, no words, too many words: an error that says so, and nothing is written."""
    await inside.hear("INFO Do you open on Sunday?")
    thread = await inside.thread()
    with pytest.raises(NotFound):
        await inside.gateway.desk.reply("no-such-thread", "Yes.", author="ann")
    with pytest.raises(InvalidRequest, match="words"):
        await inside.gateway.desk.reply(thread.id, "  ", author="ann")
    with pytest.raises(InvalidRequest) as refused:
        await inside.gateway.desk.reply(thread.id, "x" * 5000, author="ann")
    assert refused.value.code == "too_long"
    assert (await inside.thread()) == thread
    assert await inside.said() == ["info/received"]


async def test_an_answer_may_hold_anything(inside: House) -> None:
    """What no database keeps is replaced, as in a text that comes in."""
    await inside.hear("INFO Do you open on Sunday?")
    answer = await inside.gateway.desk.reply((await inside.thread()).id, "Yes\0 \ud83d.", author="ann")
    assert "\0" not in answer.body
    assert answer.status is Status.QUEUED


async def test_a_thread_of_a_number_no_longer_configured_says_so(tmp_path: Path) -> None:
    """The operator removed the number: the thread can still be read, and answering it is refused in words."""
    async with house(tmp_path) as before:
        await before.hear("INFO Do you open on Sunday?", to="51234")
        thread = await before.thread(to="51234")

    def without(text: str) -> str:
        head, _, tail = text.partition('[senders."51234"]')
        return head + tail[tail.index("[projects.clinic]") :]

    async with house(tmp_path, config=without, clock=before.clock) as after:
        with pytest.raises(InvalidRequest, match="no longer configured"):
            await after.gateway.desk.reply(thread.id, "Yes.", author="ann")
        await after.later(DAY)
        (ended,) = await after.events("dialogue.ended")
        assert ended.data == {"flow": "info", "reason": "sender_gone"}


async def test_a_flow_that_fails_in_an_answered_thread_makes_it_wait_again(tmp_path: Path) -> None:
    """The operator's own info flow raises on the contact's text: the agent sees the text as waiting."""
    shipped = (Path(__file__).parent.parent.parent / "flows" / "info.py").read_text()
    broken = shipped.replace('self.data["days"] = 0\n        self.add_to_thread()', 'raise RuntimeError("x")')
    assert broken != shipped
    async with house(tmp_path, flows={"info": broken}) as inside:
        await inside.hear("INFO Do you open on Sunday?")
        thread = await inside.thread()
        await inside.gateway.desk.reply(thread.id, "Yes.", author="ann")
        await inside.hear("And on Monday?")
        now = await inside.thread()
        assert (now.id, now.state, now.flag) == (thread.id, "assigned", "flow_error")
        assert (await inside.all())[-1].thread_id == thread.id
        assert now.sender == LONG
