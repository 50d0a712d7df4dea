"""The order in which a text is read: each check before the next one, on a whole gateway."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.domain.message import Status
from tests.traffic.house import House, house
from tests.traffic.world import LONG, number_of

HOUR, DAY = 3600, 86_400
OTHER = number_of(1)
BOOKING = """
from datetime import timedelta
from gateway.domain.flow import END, Flow, State, on

class Booking(Flow):
    keywords = {"en": ("BOOKING",), "fr": ("RENDEZVOUS",)}
    states = (State("start"), State("asking", timeout=timedelta(hours=2), keywords="__KEYWORDS__"))
    transitions = (
        on("keyword", "start", "asking", do="ask"),
        on("choice", "asking", END, do="tell"),
        on("text", "asking", "asking", do="ask"),
        on("timeout", "asking", END),
    )

    def ask(self):
        self.expect(yes=["C", "yes", "oui"], no=["R", "non"])
        self.reply("info/ask")

    def tell(self):
        self.emit("booking.answered", answer=self.event.choice)
        self.reply("info/received")
"""


def booking(keywords: str = "block") -> dict[str, str]:
    """Return the files of an operator whose flow asks and waits."""
    return {"booking": BOOKING.replace("__KEYWORDS__", keywords)}


async def test_a_reaction_that_quotes_us_is_never_a_keyword(tmp_path: Path) -> None:
    """Whatever language the phone speaks, quoting us asks nothing; a STOP of one's own in quotes is one."""
    async with house(tmp_path) as inside:
        await inside.say("Your visit is at nine. Reply STOP to unsubscribe.")
        await inside.hear('Tykkäsi viestistä "Your visit is at nine. Reply STOP to unsubscribe."')
        await inside.hear("Liked “Your visit is at nine. Reply STOP to unsubscribe.”")
        assert not await inside.is_stopped()
        assert await inside.said() == ["Your visit is at nine. Reply STOP to unsubscribe."]
        texts = [m for m in await inside.all() if m.status is Status.RECEIVED]
        assert [e.object_id for e in await inside.events("message.reaction")] == [t.id for t in texts]
        assert (await inside.person()).threads == {}
        await inside.hear('I said "STOP"')
        assert await inside.is_stopped()


async def test_a_reaction_in_a_thread_is_shown_there_and_wakes_nobody(tmp_path: Path) -> None:
    """The agent sees that the answer was liked; the thread stays answered."""
    async with house(tmp_path) as inside:
        await inside.hear("INFO Do you open on Sunday?")
        await inside.gateway.desk.reply((await inside.thread()).id, "Yes, we open at nine.", author="ann")
        await inside.hear('Liked "Yes, we open at nine."')
        thread = await inside.thread()
        assert thread.state == "answered"
        assert (await inside.all())[-1].thread_id == thread.id


@pytest.mark.parametrize(
    "before", [[], ["INFO"], ["INFO Open on Sunday?"], ["BOOKING"], ["what"], ["STOP", "INFO"]]
)
async def test_stop_wins_in_every_state(tmp_path: Path, before: list[str]) -> None:
    """No dialogue, no thread and no expected answer keeps a STOP in plain words from being one."""
    async with house(tmp_path, flows=booking()) as inside:
        for text in before:
            await inside.hear(text)
        await inside.hear("please stop texting me")
        assert await inside.is_stopped()
        person = await inside.person()
        assert person.dialogues == {}
        assert {t.state for t in person.threads.values()} <= {"closed"}
        assert (await inside.said()).count("stop/confirmed") == 1


@pytest.mark.parametrize(("word", "answer"), [("HELP", "help/help"), ("CONTACT", "contact/notice")])
async def test_help_and_contact_answer_and_end_nothing(tmp_path: Path, word: str, answer: str) -> None:
    """In a thread and in a dialogue alike, which then go on where they were."""
    async with house(tmp_path, flows=booking()) as inside:
        await inside.hear("INFO Do you open on Sunday?")
        before = await inside.thread()
        await inside.hear(word)
        assert await inside.thread() == before
        await inside.hear("BOOKING", phone=OTHER)
        asked = (await inside.person(OTHER)).dialogues[LONG]
        await inside.hear(word, phone=OTHER)
        assert (await inside.person(OTHER)).dialogues[LONG] == asked
        assert (await inside.said())[-1] == (await inside.said(OTHER))[-1] == answer


async def test_the_bot_is_silent_while_people_talk(tmp_path: Path) -> None:
    """Keywords, near misses and nonsense join the open thread; the next word after it is read again."""
    async with house(tmp_path, flows=booking()) as inside:
        await inside.hear("INFO Do you open on Sunday?")
        for text in ("HOURS", "BOOKING", "HUORS", "blah"):
            await inside.hear(text)
        assert await inside.said() == ["info/received"]
        thread = await inside.thread()
        assert {m.thread_id for m in await inside.all()} == {thread.id}
        await inside.gateway.desk.close(thread.id, author="ann")
        await inside.hear("HOURS")
        assert (await inside.said())[-1] == "answer/hours"


async def test_info_in_a_thread_already_answered_invites_the_next_question(tmp_path: Path) -> None:
    """The word alone is asked back and wakes nobody; the question that follows waits in the same thread."""
    async with house(tmp_path) as inside:
        await inside.hear("INFO Do you open on Sunday?")
        thread = await inside.thread()
        await inside.gateway.desk.reply(thread.id, "Yes.", author="ann")
        await inside.hear("INFO")
        assert (await inside.said())[-1] == "info/ask"
        assert (await inside.thread()).state == "answered"
        await inside.hear("And on Monday?")
        now = await inside.thread()
        assert (now.id, now.state) == (thread.id, "assigned")
        assert {m.thread_id for m in await inside.all()} == {thread.id}


async def test_an_answer_to_our_question_is_taken_by_its_dialogue(tmp_path: Path) -> None:
    """The expected words are choices, in any case and with accents; YES is no START and NO is no STOP."""
    async with house(tmp_path, flows=booking()) as inside:
        await inside.hear("BOOKING")
        await inside.hear("Oui")
        (told,) = await inside.events("booking.answered")
        assert told.data == {"answer": "yes"}
        await inside.hear("BOOKING", phone=OTHER)
        await inside.hear("NON", phone=OTHER)
        assert (await inside.events("booking.answered"))[-1].data == {"answer": "no"}
        assert await inside.ledger() == await inside.ledger(OTHER) == []


@pytest.mark.parametrize(
    ("rule", "answers"), [("block", ["info/ask"]), ("replace", ["info/ask", "answer/hours"])]
)
async def test_a_keyword_in_a_dialogue_follows_the_rule_of_its_state(
    tmp_path: Path, rule: str, answers: list[str]
) -> None:
    """`block` reads it as an answer; `replace` ends the dialogue by name and begins the new one."""
    async with house(tmp_path, flows=booking(rule)) as inside:
        await inside.hear("BOOKING")
        inside.clock.step(90)
        await inside.hear("HOURS")
        assert [t for t in await inside.said() if t][: len(answers)] == answers
        running = (await inside.person()).dialogues
        ended = [e.data for e in await inside.events("dialogue.ended")]
        assert bool(running) is (rule == "block")
        assert ended == ([] if rule == "block" else [{"flow": "booking", "reason": "replaced"}])


async def test_a_near_miss_is_asked_back(tmp_path: Path) -> None:
    """The word is suggested as the operator writes it, and no person is bothered."""
    async with house(tmp_path) as inside:
        await inside.hear("HORAIRES")
        (asked,) = await inside.outbounds()
        assert (asked.template, asked.ground) == ("engine/suggestion", "suggestion")
        assert "HORAIRE" in asked.body
        assert (await inside.person()).threads == {}


async def test_what_nobody_understands_waits_for_a_person_and_is_answered_once_a_day(tmp_path: Path) -> None:
    """Further texts join the same thread in silence; it does not silence the bot, and is no open question."""
    async with house(tmp_path) as inside:
        for _ in range(3):
            await inside.hear("la la la")
            inside.clock.step(11 * HOUR)
        assert await inside.said() == ["engine/fallback"]
        thread = await inside.thread()
        assert (thread.state, thread.origin) == ("unsolicited", "unsolicited")
        await inside.hear("HOURS")
        assert await inside.said() == ["engine/fallback", "answer/hours"]
        await inside.hear("la la la")
        assert (await inside.said()).count("engine/fallback") == 2
        assert (await inside.thread()).id == thread.id


async def test_a_question_takes_what_was_said_before_into_its_thread(tmp_path: Path) -> None:
    """An unexpected text and then INFO: one thread, now waiting, and stored as a question."""
    async with house(tmp_path) as inside:
        await inside.hear("la la la")
        kept = await inside.thread()
        await inside.hear("INFO What is it?")
        thread = await inside.thread()
        assert (thread.id, thread.state, thread.origin) == (kept.id, "waiting", "info")


async def test_a_doubtful_text_in_a_thread_is_flagged_for_the_person_there(tmp_path: Path) -> None:
    """Marketing is held, the thread says why it needs a look, and the bot does not interfere."""
    async with house(tmp_path) as inside:
        await inside.hear("INFO Do you open on Sunday?")
        await inside.hear("cancel stop")
        thread = await inside.thread()
        assert (thread.state, thread.flag) == ("waiting", "opt_out_unclear")
        assert (await inside.person()).address.marketing_held_at is not None
        assert await inside.said() == ["info/received"]


async def test_another_dialogue_is_told_but_not_heard_while_people_talk(tmp_path: Path) -> None:
    """The answer that a reminder waits for counts, the agent sees it, and the bot's words are not sent."""
    async with house(tmp_path, flows=booking()) as inside:
        await inside.hear("BOOKING")
        await inside.hear("la la", to="51234")
        thread = await _open_thread_by_agent(inside)
        await inside.hear("C")
        assert [e.data for e in await inside.events("booking.answered")] == [{"answer": "yes"}]
        assert await inside.kept() == [("info/received", "suppressed:thread_open")]
        assert (await inside.thread()).id == thread


async def _open_thread_by_agent(inside: House) -> str:
    """Leave an unexpected text beside the dialogue and answer it as an agent."""
    person = await inside.person()
    dialogue = person.dialogues.pop(LONG)
    await inside.gateway.writer.run(
        lambda tx: tx.execute("UPDATE dialogue SET ended_reason = 'x' WHERE id = :id", {"id": dialogue.id})
    )
    await inside.hear("is somebody there")
    thread = (await inside.thread()).id
    await inside.gateway.writer.run(
        lambda tx: tx.execute("UPDATE dialogue SET ended_reason = NULL WHERE id = :id", {"id": dialogue.id})
    )
    await inside.gateway.desk.reply(thread, "Yes.", author="ann")
    return thread


async def test_the_language_is_that_of_the_word_then_the_contact_then_the_project(
    tmp_path: Path,
) -> None:
    """A keyword answers in its language, which is learned; a word of both languages follows that."""
    async with house(tmp_path, flows=booking("replace")) as inside:
        await inside.hear("CONTACT")
        await inside.hear("AIDE")
        inside.clock.step(61)
        await inside.hear("CONTACT")
        assert [m.locale for m in await inside.outbounds()] == ["en", "fr", "fr"]
        assert (await inside.outbounds())[1].body.startswith("Clinic: Aide")
        contact = (await inside.person()).contact
        assert contact is not None
        assert contact.locale == "fr"
        await inside.hear("RENDEZVOUS", phone=OTHER)
        await inside.hear("CONTACT", phone=OTHER)
        assert [m.locale for m in await inside.outbounds(OTHER)] == ["fr", "fr"]


async def test_a_state_that_an_upgrade_removed_is_ended_by_name(tmp_path: Path) -> None:
    """The text is then read as a new one, also inside a thread and when the time is up."""
    async with house(tmp_path, flows=booking()) as before:
        for phone in (number_of(0), number_of(1), number_of(2)):
            await before.hear("BOOKING", phone=phone)
    renamed = {"booking": BOOKING.replace("__KEYWORDS__", "block").replace("asking", "wondering")}
    async with house(tmp_path, flows=renamed, clock=before.clock) as after:
        await after.hear("HOURS", phone=number_of(0))
        assert (await after.said(number_of(0)))[-1] == "answer/hours"
        (ended,) = await after.events("dialogue.ended")
        assert ended.data == {"flow": "booking", "reason": "state_gone"}
        await after.later(3 * HOUR)
        assert [e.data["reason"] for e in await after.events("dialogue.ended")] == ["state_gone"] * 3
        assert await after.events("flow.failed") == []


async def test_a_keyword_whose_flow_has_no_answer_is_not_swallowed(tmp_path: Path) -> None:
    """The operator bound a word to a flow that cannot begin with it: a person sees the text."""
    source = (
        "from gateway.domain.flow import END, Flow, State, on\n"
        "class Silent(Flow):\n    keywords = {'en': ('SILENT',)}\n"
        "    states = (State('start'),)\n    transitions = (on('posted', 'start', END),)\n"
    )
    async with house(tmp_path, flows={"silent": source}) as inside:
        await inside.hear("SILENT")
        assert (await inside.thread()).state == "unsolicited"


async def test_a_template_of_the_engine_that_fails_leaves_the_text_to_a_person(tmp_path: Path) -> None:
    """A broken fallback text spoils nothing: the text is kept, and the operator is told which one."""
    async with house(tmp_path, texts={"engine/fallback.en": "{{ nothing }}"}) as inside:
        await inside.hear_all(inside.inbound("zzz qqq"), inside.inbound("HELP", phone=OTHER))
        assert await inside.said(OTHER) == ["help/help"]
        assert (await inside.thread()).flag == "flow_error"
        (failed,) = await inside.events("flow.failed")
        assert "nothing" in failed.data["error"]
