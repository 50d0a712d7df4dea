"""The one door out: whatever wrote a text, its row says what it is, what it costs and why it may go."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gateway.clock import to_ms
from gateway.domain.gate import Ground
from gateway.domain.message import Purpose, Status
from gateway.domain.segments import measure
from tests.traffic.house import House, house
from tests.traffic.world import LONG, SHORT, number_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from gateway.store.messages import Message

HOUR, DAY = 3600, 86_400


@pytest.fixture
async def inside(tmp_path: Path, database_environ: dict[str, str]) -> AsyncIterator[House]:
    """Give a gateway on each engine."""
    async with house(tmp_path, environ=database_environ) as opened:
        yield opened


async def test_every_outbound_explains_itself(inside: House) -> None:
    """Keyword, agent, time, operator; whatever became of it: encoding, segments, price, purpose, why."""
    await inside.hear_all("HELP", "CONTACT", "AIDE", "la la la", "INFO Open on Sunday?")
    await inside.gateway.desk.reply(
        (await inside.thread()).id, "Yes \N{SMILING FACE WITH SUNGLASSES}", author="ann"
    )
    await inside.later(DAY)
    inside.clock.step(10 * HOUR)
    for purpose in Purpose:
        await inside.say("x" * 170, purpose=purpose)
    await inside.say("y" * 2000)
    await inside.hear("STOP")
    await inside.say("after")
    written = await inside.outbounds()
    assert {m.status for m in written} == {"queued", "suppressed", "cancelled"}
    for message in written:
        _explains_itself(message)
    agent = next(m for m in written if m.author)
    assert (agent.encoding, agent.segments, agent.ground) == ("UCS-2", 1, "thread")


def _explains_itself(message: Message) -> None:
    size = measure(message.body)
    assert (message.encoding, message.units, message.segments) == (size.encoding, size.units, size.segments)
    assert message.price is not None
    assert Decimal(message.price) == Decimal("0.0075") * message.segments
    assert message.currency == "CAD"
    assert message.purpose in set(Purpose)
    assert Ground(message.ground or "")
    assert len(message.why) > 1, message
    assert message.locale in {"en", "fr"}
    assert message.expires_at is not None
    assert message.asked_at is not None
    assert (message.status == Status.QUEUED) is (message.reason is None)


async def test_a_text_that_is_held_says_until_when(inside: House) -> None:
    """A reminder at night waits for the opening, and is due exactly then."""
    inside.clock.step(14 * HOUR)
    held = await inside.say("reminder", purpose=Purpose.REMINDER)
    assert (held.status, held.reason) == (Status.HELD, "quiet_hours")
    assert held.available_at is not None
    assert held.available_at > to_ms(inside.clock.now())
    assert "quiet" not in held.why[0]
    assert held.why[-1].startswith("hours:")


async def test_plain_characters_are_preferred(inside: House) -> None:
    """A typographic quote would make the text cost double: it goes out as its plain sister."""
    message = await inside.say(
        "It\N{RIGHT SINGLE QUOTATION MARK}s at nine\N{HORIZONTAL ELLIPSIS}" + "x" * 100
    )
    assert message.encoding == "GSM-7"
    assert message.segments == 1


async def test_a_text_keeps_to_the_number_of_the_conversation(inside: House) -> None:
    """The answer leaves from the number that was texted, and the address remembers it."""
    await inside.hear("HELP", to=SHORT)
    await inside.hear("CONTACT", to=LONG)
    assert [m.sender for m in await inside.outbounds()] == [SHORT, LONG]
    assert (await inside.person()).address.sender == LONG


async def test_an_answer_may_leave_at_once(inside: House) -> None:
    """Texts of one moment are told apart, and yet none of their answers waits for a later one."""
    await inside.hear_all("HELP", "CONTACT", "HOURS", "AIDE")
    now = to_ms(inside.clock.now())
    assert [m.available_at for m in await inside.outbounds()] == [now] * 4
    ids = [m.id for m in await inside.outbounds()]
    assert ids == sorted(ids)


async def test_the_answer_names_what_it_answers(inside: House) -> None:
    """From the answer to the text, the thread, the dialogue and the template that made it."""
    await inside.hear("INFO")
    await inside.hear("Open on Sunday?")
    asked, received = await inside.outbounds()
    texts = [m for m in await inside.all() if m.status is Status.RECEIVED]
    (dialogue,) = (await inside.person()).dialogues.values()
    thread = await inside.thread()
    assert (asked.in_reply_to, asked.dialogue_id, asked.thread_id) == (texts[0].id, dialogue.id, None)
    assert (received.in_reply_to, received.dialogue_id, received.thread_id) == (
        texts[1].id, dialogue.id, thread.id,
    )  # fmt: skip
    assert [asked.template, received.template] == ["info/ask", "info/received"]
    assert asked.why[0] == received.why[0] == "flow:info"


async def test_a_sender_without_a_price_says_nothing_about_it(tmp_path: Path) -> None:
    """An unknown price is no price, never zero."""

    def without(text: str) -> str:
        return text.replace("price = 0.0075  # of one segment\n", "")

    async with house(tmp_path, config=without) as inside:
        message = await inside.say()
        assert (message.price, message.currency) == (None, None)


async def test_a_country_that_is_not_allowed_is_refused_with_its_reason(inside: House) -> None:
    """The operator's list of countries holds for whatever writes."""
    message = await inside.say(phone="+33612345678")
    assert (message.status, message.reason) == (Status.SUPPRESSED, "country_not_allowed")
    assert (await inside.say(phone=number_of(7))).status is Status.QUEUED


HANDED_OVER = "UPDATE message SET status = 'delivered', attempts = 1 WHERE id = :id"
ATTEMPTED = """
INSERT INTO attempt (project_id, message_id, number, provider, epoch, started_at)
VALUES (:project, :id, 1, 'demo', 1, :now)
"""


async def test_marketing_keeps_to_the_cap(inside: House) -> None:
    """The demo allows one marketing text a day: the second waits for the next, or is not worth it then."""
    await inside.subscribe()
    first = await inside.say("Sale", purpose=Purpose.MARKETING)
    assert first.status is Status.QUEUED
    async with inside.gateway.database.writing() as tx:
        await tx.execute(HANDED_OVER, {"id": first.id})
        await tx.execute(
            ATTEMPTED, {"project": first.project, "id": first.id, "now": to_ms(inside.clock.now())}
        )
    soon = await inside.say("Sale again", purpose=Purpose.MARKETING)
    assert (soon.status, soon.reason) == (Status.SUPPRESSED, "expired")
    in_three_days = to_ms(inside.clock.now()) + 72 * HOUR * 1000
    second = await inside.say("Sale again", purpose=Purpose.MARKETING, expires_at=in_three_days)
    assert (second.status, second.reason) == (Status.HELD, "frequency_cap")
    assert second.available_at is not None
    # Monday 10:00 plus a day is open: not Tuesday's opening, when the first text would still count.
    assert second.available_at == to_ms(inside.clock.now()) + 24 * HOUR * 1000
    assert (await inside.say("reminder", purpose=Purpose.REMINDER)).status is Status.QUEUED
    inside.clock.step(25 * HOUR)
    assert (await inside.say("Sale", purpose=Purpose.MARKETING)).status is Status.QUEUED
