"""Two machines never answer each other for ever."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.domain.loopguard import withhold_reason
from gateway.domain.message import Status
from gateway.domain.phone import accept
from gateway.player.stillness import Stillness
from gateway.simulator.faults import Faults
from tests.traffic.house import house
from tests.traffic.world import PHONE, TOLL_FREE, number_of


@pytest.mark.parametrize("number", ["51235", "MyBank", TOLL_FREE, "anonymous", ""])
async def test_no_machine_is_answered(tmp_path: Path, number: str) -> None:
    """A short code, a name, our own number, nobody: the text is kept, the answer recorded and not sent."""
    async with house(tmp_path) as inside:
        for word in ("HELP", "la la la", "STOP", "START"):
            await inside.hear(word, phone=number)
        known = accept(number)
        assert await inside.said(known) == []
        assert await inside.inbounds(known) == ["HELP", "la la la", "STOP", "START"]
        reasons = {reason for _, reason in await inside.kept(known)}
        assert reasons <= {
            "suppressed:not_sendable",
            "suppressed:loop_guard",
            "suppressed:country_not_allowed",
        }
        assert reasons


async def test_the_same_answer_comes_at_most_once_a_minute(tmp_path: Path) -> None:
    """The second is recorded as withheld; another answer, another contact and another minute are free."""
    async with house(tmp_path) as inside:
        await inside.hear_all("HELP", "HELP", "CONTACT")
        inside.clock.step(59)
        await inside.hear("HELP")
        await inside.hear("HELP", phone=number_of(1))
        inside.clock.step(1)
        await inside.hear("HELP")
        assert await inside.said() == ["help/help", "contact/notice", "help/help"]
        assert await inside.kept() == [("help/help", "suppressed:loop_guard")] * 2
        assert await inside.said(number_of(1)) == ["help/help"]
        withheld = [m for m in await inside.outbounds() if m.status is Status.SUPPRESSED]
        assert withheld[0].why[-1] == "loop_guard:same_answer_within_a_minute"


async def test_the_same_answer_comes_at_most_ten_times_an_hour(tmp_path: Path) -> None:
    """A machine that asks every two minutes hears ten answers, and the next hour again."""
    async with house(tmp_path) as inside:
        for _ in range(25):
            await inside.hear("HELP")
            inside.clock.step(120)
        assert await inside.said() == ["help/help"] * 10
        inside.clock.step(3600)
        await inside.hear("HELP")
        assert len(await inside.said()) == 11


async def test_an_answer_that_was_cancelled_does_not_count(tmp_path: Path) -> None:
    """STOP took the first answer back; HELP after it is answered."""
    async with house(tmp_path) as inside:
        await inside.hear_all("HELP", "STOP", "HELP")
        assert await inside.said() == ["stop/confirmed", "help/help"]


async def test_two_machines_that_stop_and_start_each_other_fall_silent(tmp_path: Path) -> None:
    """A confirmation may come again at once, and at most ten times an hour; what was heard stays counted."""
    async with house(tmp_path, faults=Faults(retries=())) as inside:
        carrier = inside.gateway.carrier
        assert carrier is not None
        stillness = Stillness(inside.gateway, carrier.carrier, inside.clock)
        for word in ("STOP", "START") * 20:
            await inside.hear(word)
            await stillness.reach()
            await stillness.pass_until(inside.clock, inside.clock.now() + timedelta(seconds=5))
        heard = Counter(sent.order.text for sent in carrier.carrier.sent)
        assert sorted(heard.values()) == [10, 10]
        last = (await inside.outbounds())[-1]
        assert (last.reason, last.why[-1]) == ("loop_guard", "loop_guard:same_answer_ten_times_an_hour")
        assert not await inside.is_stopped()


async def test_people_may_repeat_themselves(tmp_path: Path) -> None:
    """The guard is for machines: an agent's answers and an operator's texts are not counted."""
    async with house(tmp_path) as inside:
        await inside.hear("INFO Open on Sunday?")
        thread = (await inside.thread()).id
        for _ in range(12):
            await inside.gateway.desk.reply(thread, "Yes.", author="ann")
        assert await inside.said() == ["info/received", *["Yes."] * 12]


def test_the_reason_names_what_was_met() -> None:
    """Our own number before its shape, the minute before the hour."""
    own = frozenset({TOLL_FREE})
    minute, seconds = timedelta(minutes=1), timedelta(seconds=1)
    assert withhold_reason(TOLL_FREE, own, "a", []) == "own_number"
    assert withhold_reason("51235", own, "a", []) == "not_a_phone"
    assert withhold_reason(PHONE, own, "a", [("a", minute - seconds)]) == "same_answer_within_a_minute"
    assert withhold_reason(PHONE, own, "a", [("a", minute)] * 10) == "same_answer_ten_times_an_hour"
    assert withhold_reason(PHONE, own, "a", [("a", minute)] * 9 + [("b", minute)] * 5) is None
    assert withhold_reason(PHONE, own, "a", [("a", 60 * minute)] * 20) is None
