"""STOP and START: what they end and restore, who confirms them, and what never lifts them."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gateway.clock import to_ms
from gateway.domain.gate import Ground
from gateway.domain.message import Purpose, Status
from gateway.errors import InvalidRequest
from tests.traffic.house import House, house, shared
from tests.traffic.world import LONG, SHORT, TOLL_FREE, number_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

HOUR, DAY = 3600, 86_400
OTHER = number_of(1)
PREFERENCES = """
from gateway.domain.flow import END, Flow, State, on

class Preferences(Flow):
    keywords = {"en": ("PREFS",), "fr": ("CHOIX",)}
    states = (State("start"), State("asking"))
    transitions = (
        on("keyword", "start", "asking", do="ask"),
        on("choice", "asking", END, do="leave", when="wants_out"),
        on("choice", "asking", END, do="stay"),
    )

    def wants_out(self):
        return self.event.choice == "out"

    def ask(self):
        self.reply("answer/hours")
        self.expect(out=["2"], stay=["1", "yes", "oui"])

    def leave(self):
        self.opt_out()
        self.reply("stop/confirmed")
        self.reply("answer/hours")

    def stay(self):
        self.opt_in()
        self.reply("answer/hours")
"""


@pytest.fixture
async def inside(tmp_path: Path, database_environ: dict[str, str]) -> AsyncIterator[House]:
    """Give a gateway on each engine."""
    async with house(tmp_path, environ=database_environ) as opened:
        yield opened


async def test_one_transaction_ends_all_that_waits_or_runs(inside: House) -> None:
    """Suppression, ledger, queued, held, scheduled and retrying texts, dialogue and thread: at once."""
    night = partial(inside.say, "at night", purpose=Purpose.REMINDER)
    await inside.hear("INFO Do you open on Sunday?")
    await inside.say("queued")
    tomorrow = to_ms(inside.clock.now()) + DAY * 1000
    await inside.say("scheduled", available_at=tomorrow, expires_at=2 * tomorrow)
    retrying = await inside.say("retrying")
    await inside.gateway.writer.run(
        lambda tx: tx.execute("UPDATE message SET attempts = 2 WHERE id = :id", {"id": retrying.id})
    )
    inside.clock.step(14 * HOUR)
    assert (await night()).status is Status.HELD
    assert (await inside.person()).dialogues
    batches = inside.gateway.writer.batches
    await inside.hear("Stop, please")
    assert inside.gateway.writer.batches == batches + 1

    assert await inside.is_stopped()
    (event,) = await inside.ledger()
    stop = next(m for m in await inside.all() if m.body == "Stop, please")
    assert (event.status, event.source, event.wording, event.evidence, event.locale) == (
        "unsubscribed", "keyword", "Stop, please", stop.id, "en",
    )  # fmt: skip
    assert await inside.said() == ["stop/confirmed"]
    assert await inside.kept() == [
        (text, "cancelled:opted_out")
        for text in ("info/received", "queued", "scheduled", "retrying", "at night")
    ]
    person = await inside.person()
    assert person.dialogues == {}
    thread = person.threads[LONG]
    assert (thread.state, thread.closed_reason) == ("closed", "opted_out")
    cancelled = {e.object_id for e in await inside.events("message.cancelled")}
    assert cancelled == {m.id for m in await inside.outbounds() if m.status is Status.CANCELLED}
    (told,) = await inside.events("consent.unsubscribed")
    assert told.object_id == person.address.id


async def test_texts_made_earlier_in_the_same_transaction_are_cancelled(inside: House) -> None:
    """What an earlier text of the batch caused never leaves, and history says why."""
    await inside.hear_all("HELP", "INFO", "Do you open on Sunday?", "ARRET")
    assert await inside.said() == ["stop/confirmed"]
    assert await inside.kept() == [
        (text, "cancelled:opted_out") for text in ("help/help", "info/ask", "info/received")
    ]
    person = await inside.person()
    assert (person.dialogues, person.threads[LONG].state) == ({}, "closed")


@pytest.mark.parametrize(("word", "start"), [("STOP", "Clinic: You are"), ("ARRÊT", "Clinic: Désabonnement")])
async def test_the_one_confirmation_is_in_the_language_of_the_word(
    inside: House, word: str, start: str
) -> None:
    """However often and however the word is repeated, one text goes out; every STOP is in the ledger."""
    await inside.hear_all(word, word)
    await inside.hear(word)
    inside.clock.step(30 * HOUR)
    await inside.hear(word)
    (confirmation,) = await inside.outbounds()
    assert confirmation.status is Status.QUEUED
    assert confirmation.body.startswith(start)
    assert (confirmation.ground, confirmation.purpose) == ("opt_out_confirmation", "reply")
    assert [e.status for e in await inside.ledger()] == ["unsubscribed"] * 4


async def test_a_canadian_short_code_answers_again_after_a_day(inside: House) -> None:
    """At most once in a day since the last answer, also for someone who texts STOP every few hours."""
    answered = []
    for _ in range(8):
        before = len(await inside.outbounds())
        await inside.hear("STOP", to=SHORT)
        answered.append(len(await inside.outbounds()) - before)
        inside.clock.step(8 * HOUR)
    assert answered == [1, 0, 0, 1, 0, 0, 1, 0]


async def test_scope_marketing_leaves_the_rest_alone(tmp_path: Path) -> None:
    """Where the operator says so, STOP ends marketing; a reminder, the dialogue and the thread go on."""
    async with house(tmp_path, config=_marketing_only) as inside:
        await inside.hear("INFO Do you open on Sunday?")
        await inside.say("reminder", purpose=Purpose.REMINDER)
        await inside.say("offer", purpose=Purpose.MARKETING)
        await inside.hear("STOP")
        assert await inside.said() == ["info/received", "reminder", "stop/confirmed"]
        assert (await inside.thread()).state == "waiting"
        assert (await inside.say("later", purpose=Purpose.TRANSACTIONAL)).status is Status.QUEUED
        refused = await inside.say("offer", purpose=Purpose.MARKETING)
        assert (refused.status, refused.reason) == (Status.SUPPRESSED, "opted_out")


@pytest.mark.parametrize(
    ("word", "promise", "rest"),
    [("STOP", "no more marketing messages", "reminders"), ("ARRET", "plus de publicité", "rappels")],
)
async def test_a_narrow_stop_promises_no_more_than_it_keeps(
    tmp_path: Path, word: str, promise: str, rest: str
) -> None:
    """Where reminders go on, the confirmation says so, in one segment; after a wider STOP it says all."""
    async with house(tmp_path / "narrow", config=_marketing_only) as inside:
        await inside.hear(word)
        (confirmation,) = await inside.outbounds()
        assert promise in confirmation.body
        assert rest in confirmation.body
        assert confirmation.segments == 1
    async with house(tmp_path / "wide") as inside:
        await inside.hear(word)
        (confirmation,) = await inside.outbounds()
        assert promise not in confirmation.body


def _marketing_only(text: str) -> str:
    return text.replace('scope = "all"', 'scope = "marketing"')


async def test_on_a_shared_number_every_project_is_stopped(
    tmp_path: Path, database_environ: dict[str, str]
) -> None:
    """Also one of other scope, with its own dialogue, thread and texts; START restores both."""
    async with house(
        tmp_path, environ=database_environ, config=lambda text: shared(_marketing_only(text))
    ) as inside:
        await inside.say("from the shop", project="shop", sender=SHORT)
        await inside.hear("INFO Is it in stock?", to=SHORT)
        inside.clock.step(1)
        await inside.say("from the clinic", sender=SHORT)
        await inside.say(
            "from the shop, later", project="shop", sender=SHORT, available_at=2**42, expires_at=2**43
        )
        await inside.say("from the clinic again", sender=SHORT)
        inside.clock.step(1)
        await inside.gateway.writer.run(
            lambda tx: tx.execute("UPDATE address SET last_outbound_at = 1 WHERE project_id = 'shop'")
        )
        await inside.hear("STOP", to=SHORT)
        assert await inside.said() == ["from the clinic", "from the clinic again", "stop/confirmed"]
        assert await inside.is_stopped(project="clinic")
        assert await inside.is_stopped(project="shop")
        shop = await inside.person(project="shop")
        assert shop.dialogues == {}
        assert shop.threads[SHORT].closed_reason == "opted_out"
        assert shop.suppression is not None
        assert shop.suppression.scope == "all"
        (mine,), (theirs,) = await inside.ledger(project="clinic"), await inside.ledger(project="shop")
        assert mine.evidence == theirs.evidence
        cancelled = {e.project for e in await inside.events("message.cancelled")}
        assert cancelled == {"shop"}
        await inside.hear("START", to=SHORT)
        assert not await inside.is_stopped(project="clinic")
        assert not await inside.is_stopped(project="shop")
        assert (await inside.said())[-1] == "start/confirmed"


async def test_a_project_that_does_not_know_the_number_is_stopped_all_the_same(tmp_path: Path) -> None:
    """The standing order is known by the number's hash; no contact is made up for it."""
    async with house(tmp_path, config=shared) as inside:
        await inside.hear_all("STOP", "STOP", to=SHORT)
        assert await inside.is_stopped(project="shop")
        assert await inside.rows("SELECT 1 FROM address WHERE project_id = 'shop'") == []
        refused = await inside.say(project="shop", sender=SHORT)
        assert (refused.status, refused.reason) == (Status.SUPPRESSED, "opted_out")
        await inside.hear("START", to=SHORT)
        assert not await inside.is_stopped(project="shop")


async def test_where_the_network_confirms_we_record_and_stay_silent(inside: House) -> None:
    """On a toll-free number nothing of ours answers STOP, HELP while stopped, or START."""
    await inside.hear("STOP", to=TOLL_FREE)
    assert await inside.is_stopped()
    await inside.hear("HELP", to=TOLL_FREE)
    await inside.hear("START", to=TOLL_FREE)
    assert not await inside.is_stopped()
    assert await inside.said() == []
    assert await inside.kept() == [("help/help", "suppressed:blocked_by_network")]
    assert [e.source for e in await inside.ledger()] == ["keyword", "keyword"]


async def test_what_the_network_does_not_hear_is_ours_to_answer(inside: House) -> None:
    """It hears its exact words: a STOP in other words is confirmed, HELP, INFO and START are answered."""
    await inside.hear("please stop texting me", to=TOLL_FREE)
    assert await inside.is_stopped()
    assert await inside.said() == ["stop/confirmed"]
    await inside.hear("HELP", to=TOLL_FREE)
    await inside.hear("INFO Do you open on Sunday?", to=TOLL_FREE)
    assert (await inside.thread(to=TOLL_FREE)).state == "waiting"
    await inside.hear("START", to=TOLL_FREE)
    assert await inside.said() == ["stop/confirmed", "help/help", "info/received", "start/confirmed"]
    assert await inside.kept() == []
    await inside.hear("Désabonnez-moi", to=TOLL_FREE, phone=OTHER)
    assert await inside.said(OTHER) == ["stop/confirmed"]


async def test_a_word_that_the_network_hears_later_blocks(inside: House) -> None:
    """After a STOP in our words one in its own: from then on the network answers and refuses."""
    await inside.hear("please stop texting me", to=TOLL_FREE)
    await inside.hear(" arret ", to=TOLL_FREE)
    await inside.hear("HELP", to=TOLL_FREE)
    assert ("help/help", "suppressed:blocked_by_network") in await inside.kept()
    await inside.hear("Unstop", to=TOLL_FREE)
    assert not await inside.is_stopped()
    assert "start/confirmed" not in await inside.said()


@pytest.mark.parametrize(
    "word", ["STOP", "stopall", "Unsubscribe", "CANCEL", "end", "QUIT", "REVOKE", "optout"]
)
async def test_what_the_provider_hears_is_the_providers(tmp_path: Path, word: str) -> None:
    """Its list of single words is confirmed by it; what it does not hear is confirmed by us, once."""
    async with house(tmp_path, config=_heard_by_provider) as inside:
        await inside.hear(word)
        assert await inside.is_stopped()
        assert await inside.outbounds() == []
        await inside.hear(f"{word} please", phone=OTHER)
        await inside.hear("ARRET", phone=OTHER)
        assert await inside.said(OTHER) == ["stop/confirmed"]


async def test_a_flow_that_opts_out_is_confirmed_by_us_where_the_network_cannot_know(tmp_path: Path) -> None:
    """A choice in a dialogue is no word of the network's."""
    async with house(tmp_path, flows={"preferences": PREFERENCES}) as inside:
        await inside.hear("PREFS", to=TOLL_FREE)
        await inside.hear("2", to=TOLL_FREE)
        assert await inside.is_stopped()
        assert (await inside.said())[-1] == "stop/confirmed"


def _heard_by_provider(text: str) -> str:
    head, found, tail = text.partition('[senders."+15145550100"]')
    return f'{head}{found}\noptout_handled_by = "provider"{tail}'


async def test_what_the_provider_says_it_answered_is_recorded_only(inside: House) -> None:
    """STOP, START and HELP that it answered get no second answer; the trail says who did."""
    await inside.hear("STOP", answered="STOP")
    assert await inside.is_stopped()
    (event,) = await inside.ledger()
    assert event.source == "provider"
    await inside.hear("START", answered="START")
    assert not await inside.is_stopped()
    await inside.hear("HELP", answered="HELP")
    assert await inside.said() == []
    assert await inside.kept() == [("help/help", "suppressed:answered_by_provider")]
    await inside.hear("HELP", phone=OTHER)
    assert await inside.said(OTHER) == ["help/help"]


async def test_a_question_whose_keyword_the_provider_answered_still_reaches_people(inside: House) -> None:
    """INFO is a HELP word to some providers: we add no words, and the thread opens as ever."""
    await inside.hear("INFO Do you open on Sunday?", answered="HELP")
    assert await inside.said() == []
    assert (await inside.thread()).state == "waiting"
    await inside.hear("INFO", answered="HELP", phone=OTHER)
    await inside.hear("Do you open on Monday?", phone=OTHER)
    assert await inside.said(OTHER) == ["info/received"]
    assert (await inside.thread(OTHER)).state == "waiting"


async def test_a_stop_that_only_the_provider_saw_is_a_stop(inside: House) -> None:
    """Some take whatever begins with a stop word for one, and block: the ledger must agree with them."""
    await inside.hear("Stop by at five?", answered="STOP")
    assert await inside.is_stopped()
    assert await inside.said() == []
    await inside.hear("YES", answered="START")
    assert await inside.is_stopped()


async def test_start_restores_what_was_stopped_and_confirms_once(inside: House) -> None:
    """The proof is the text itself; a second START, or one of a stranger, changes nothing and says so."""
    await inside.hear("STOP")
    await inside.hear("START")
    restored = (await inside.ledger())[-1]
    assert (restored.status, restored.wording, restored.source) == ("subscribed", "START", "keyword")
    await inside.hear("START")
    assert len(await inside.ledger()) == 2
    assert await inside.said() == ["stop/confirmed", "start/confirmed", "start/already"]
    await inside.hear("START", phone=OTHER)
    assert await inside.ledger(OTHER) == []
    assert await inside.said(OTHER) == ["start/already"]
    assert (await inside.say("hello")).status is Status.QUEUED


async def test_start_gives_no_consent_that_nobody_gave(tmp_path: Path) -> None:
    """After STOP and START the contact may be sent what it had agreed to, and no offer that it had not."""
    async with house(tmp_path, config=shared) as inside:
        await inside.hear("STOP", to=SHORT)
        await inside.hear("START", to=SHORT)
        for project in ("clinic", "shop"):
            offer = await inside.say("offer", purpose=Purpose.MARKETING, sender=SHORT, project=project)
            assert (offer.status, offer.reason) == (Status.SUPPRESSED, "no_consent")
            notice = await inside.say("notice", sender=SHORT, project=project)
            assert notice.status is Status.QUEUED
        await inside.hear("hello", to=SHORT, phone=OTHER)
        await inside.subscribe(OTHER)
        agreed = (await inside.say("offer", purpose=Purpose.MARKETING, sender=SHORT, phone=OTHER)).status
        assert agreed is not Status.SUPPRESSED
        await inside.hear("STOP", to=SHORT, phone=OTHER)
        await inside.hear("START", to=SHORT, phone=OTHER)
        again = await inside.say("offer", purpose=Purpose.MARKETING, sender=SHORT, phone=OTHER)
        assert again.status is agreed


async def test_a_second_stop_keeps_what_a_project_of_strangers_knows_of_the_first(
    tmp_path: Path, database_environ: dict[str, str]
) -> None:
    """Also when the first came long before: its confirmation is not dated anew."""
    async with house(tmp_path, environ=database_environ, config=shared) as inside:
        await inside.hear("STOP", to=SHORT)
        (first,) = await inside.rows("SELECT * FROM suppression WHERE project_id = 'shop'")
        inside.clock.step(HOUR)
        await inside.hear("STOP", to=SHORT)
        (second,) = await inside.rows("SELECT * FROM suppression WHERE project_id = 'shop'")
        assert second["at"] > first["at"]
        assert second["confirmed_at"] == first["confirmed_at"] is not None


@pytest.mark.parametrize("word", ["YES", "OUI", "yes please", "Y", "ok", "INFO", "HELP", "hello", "PREFS"])
async def test_nothing_but_start_lifts_a_stop(tmp_path: Path, word: str) -> None:
    """Not YES, not a question, not an operator's flow that asks whether to stay."""
    async with house(tmp_path, flows={"preferences": PREFERENCES}) as inside:
        await inside.hear("PREFS")
        await inside.hear("STOP")
        await inside.hear(word)
        await inside.hear("yes")
        assert await inside.is_stopped()
        assert [e.status for e in await inside.ledger()] == ["unsubscribed"]
        refused = await inside.say("hello")
        assert (refused.status, refused.reason) == (Status.SUPPRESSED, "opted_out")


async def test_no_send_of_ours_lifts_or_passes_a_stop(inside: House) -> None:
    """Whatever the purpose and the ground an operator's text is given, it is recorded as suppressed."""
    await inside.hear("STOP")
    inside.clock.step(60)
    for purpose in Purpose:
        for ground in (Ground.OPERATOR, Ground.API, Ground.CAMPAIGN, Ground.KEYWORD, Ground.DIALOGUE):
            message = await inside.say("hello", purpose=purpose, ground=ground)
            assert message.status is Status.SUPPRESSED, (purpose, ground)
    assert await inside.is_stopped()
    assert await inside.said() == ["stop/confirmed"]


async def test_an_operators_flow_may_ask_whether_to_stop(tmp_path: Path) -> None:
    """Its opt-out is a STOP in every respect, confirmed by its first reply; its opt-in is recorded."""
    async with house(tmp_path, flows={"preferences": PREFERENCES}) as inside:
        await inside.hear("PREFS")
        await inside.say("waiting")
        await inside.hear("2")
        assert await inside.is_stopped()
        assert await inside.said() == ["stop/confirmed"]
        assert (await inside.person()).dialogues == {}
        await inside.hear("PREFS", phone=OTHER)
        inside.clock.step(61)
        await inside.hear("oui", phone=OTHER)
        (event,) = await inside.ledger(OTHER)
        assert (event.status, event.wording) == ("subscribed", "oui")
        assert await inside.said(OTHER) == ["answer/hours", "answer/hours"]


@pytest.mark.parametrize(
    ("flows", "texts"),
    [
        ({"stop": "this is not Python"}, {}),
        ({"stop": "from gateway.domain.flow import Flow"}, {}),
        ({"stop": "from gateway.domain.flow import Flow, State, on, END\n"
          "class Stop(Flow):\n    transitions = (on('keyword', 'start', END, do='go'),)\n"
          "    def go(self):\n        raise RuntimeError('broken')\n"}, {}),
        ({}, {"stop/confirmed.en": "{{ no_such_value }}"}),
        ({}, {"stop/confirmed.en": "{% broken"}),
    ],
    ids=["no-python", "no-flow", "raises", "text-lacks-a-value", "text-is-broken"],
)  # fmt: skip
async def test_a_broken_flow_or_text_does_not_stop_a_stop(
    tmp_path: Path, flows: dict[str, str], texts: dict[str, str]
) -> None:
    """The shipped flow, and the shipped text, answer in place of the operator's broken ones."""
    async with house(tmp_path, flows=flows, texts=texts) as inside:
        await inside.say("waiting")
        await inside.hear("STOP")
        assert await inside.is_stopped()
        assert await inside.said() == ["stop/confirmed"]
        assert (await inside.outbounds())[-1].body.startswith("Clinic: You are unsubscribed")


async def test_a_reserved_word_of_the_operator_may_tell_others(tmp_path: Path) -> None:
    """An operator's own stop flow may emit and remember; what it does to the thread is not its affair."""
    source = (
        "from gateway.domain.flow import Flow, State, on, END\n"
        "class Stop(Flow):\n    transitions = (on('keyword', 'start', END, do='go'),)\n"
        "    def go(self):\n        self.emit('crm.left')\n        self.remember('left', 'yes')\n"
        "        self.reply('help/help')\n"
    )
    async with house(tmp_path, flows={"stop": source}) as inside:
        await inside.hear("STOP")
        (text,) = [m for m in await inside.all() if m.status is Status.RECEIVED]
        (told,) = await inside.events("crm.left")
        assert told.object_id == text.id
        person = await inside.person()
        assert person.contact is not None
        assert person.contact.fields == {"left": "yes"}
        assert await inside.said() == ["help/help"]


RELUCTANT = """
from gateway.domain.flow import END, Flow, State, on

class Reserved(Flow):
    states = (State("start"),)
    transitions = (on("keyword", "start", END, do="tell", when="likes"),)

    def likes(self):
        return False

    def tell(self):
        self.reply("help/help")
"""


async def test_a_flow_without_an_answer_to_its_own_word_does_not_silence_it(tmp_path: Path) -> None:
    """The shipped flow answers in its place, and the operator is told."""
    async with house(tmp_path, flows={"stop": RELUCTANT, "help": RELUCTANT}) as inside:
        await inside.hear("HELP")
        await inside.hear("STOP", phone=OTHER)
        assert await inside.said() == ["help/help"]
        assert await inside.said(OTHER) == ["stop/confirmed"]
        assert [e.data["flow"] for e in await inside.events("flow.failed")] == ["help", "stop"]


async def test_time_closes_no_thread_that_may_hold_an_opt_out(inside: House) -> None:
    """Nobody may have read it: it waits on, marketing with it, until a person closes the thread."""
    await inside.hear("INFO Do you open on Sunday?")
    await inside.subscribe()
    await inside.hear("cancel stop")
    thread = await inside.thread()
    await inside.gateway.desk.reply(thread.id, "Yes.", author="ann")
    held = await inside.say("offer", purpose=Purpose.MARKETING)
    for _ in range(8):
        await inside.later(DAY + 1)
    thread = await inside.thread()
    assert (thread.state, thread.flag) == ("assigned", "opt_out_unclear")
    await inside.gateway.desk.close(thread.id, author="ann")
    assert (await inside.thread()).state == "closed"
    assert (await inside.person()).address.marketing_held_at is None
    released = next(m for m in await inside.outbounds() if m.id == held.id)
    assert released.status is Status.QUEUED


async def test_a_broken_flow_does_not_hide_a_doubtful_opt_out(tmp_path: Path) -> None:
    """The flag stays what a person has to see; closing any thread of the contact lets marketing go on."""
    broken = PREFERENCES.replace('self.reply("answer/hours")', 'raise ValueError("boom")', 1)
    async with house(tmp_path, flows={"preferences": broken}) as inside:
        await inside.hear("cancel stop")
        await inside.hear("PREFS")
        assert len(await inside.events("flow.failed")) == 1
        thread = await inside.thread()
        assert thread.flag == "opt_out_unclear"
        await inside.gateway.desk.close(thread.id, author="ann")
        assert (await inside.person()).address.marketing_held_at is None
        await inside.hear("cancel stop")
        await inside.hear("INFO Open?", to=SHORT)
        await inside.gateway.desk.close((await inside.thread(to=SHORT)).id, author="ann")
        assert (await inside.person()).address.marketing_held_at is None


async def test_a_doubtful_text_holds_marketing_until_a_person_has_read_it(inside: House) -> None:
    """It is flagged, asked back at most once a day, and closing the flagged thread lets marketing go on."""
    await inside.hear("cancel stop")
    assert await inside.said() == ["stop/clarify"]
    thread = await inside.thread()
    assert (thread.state, thread.flag) == ("unsolicited", "opt_out_unclear")
    await inside.hear("START")
    await inside.hear("cancel stop")
    assert await inside.said() == ["stop/clarify", "start/already"]
    offer = await inside.say("offer", purpose=Purpose.MARKETING)
    assert offer.reason == "no_consent"
    await inside.hear("cancel stop", phone=OTHER)
    await inside.subscribe(OTHER)
    held = await inside.say("offer", purpose=Purpose.MARKETING, phone=OTHER)
    assert (held.status, held.reason) == (Status.HELD, "ambiguous_opt_out")
    await inside.gateway.desk.close((await inside.thread(OTHER)).id, author="ann")
    released = next(m for m in await inside.outbounds(OTHER) if m.id == held.id)
    assert (released.status, released.reason) == (Status.QUEUED, None)
    inside.clock.step(25 * HOUR)
    await inside.hear("cancel stop")
    assert (await inside.said())[-1] == "stop/clarify"


async def test_after_a_stop_people_answer_what_info_asked_since(inside: House) -> None:
    """A thread of before is closed, an unexpected text permits no answer, INFO does until the next STOP."""
    desk = inside.gateway.desk
    await inside.hear("INFO Do you open on Sunday?")
    await inside.hear("STOP")
    with pytest.raises(InvalidRequest) as refused:
        await desk.reply((await inside.thread()).id, "Yes.", author="ann")
    assert refused.value.code == "thread_closed"
    await inside.hear("do you hear me")
    with pytest.raises(InvalidRequest) as refused:
        await desk.reply((await inside.thread()).id, "Yes.", author="ann")
    assert refused.value.code == "opted_out"
    await inside.hear("INFO Do you open on Monday?")
    thread = await inside.thread()
    assert thread.origin == "info"
    await desk.reply(thread.id, "Yes, at nine.", author="ann")
    assert (await inside.said())[-1] == "Yes, at nine."
    await inside.hear("STOP")
    with pytest.raises(InvalidRequest) as refused:
        await desk.reply(thread.id, "And on Tuesday.", author="ann")
    assert refused.value.code == "thread_closed"
    assert await inside.said() == ["stop/confirmed"]
    cancelled = [text for text, reason in await inside.kept() if reason == "cancelled:opted_out"]
    assert cancelled[-2:] == ["info/received", "Yes, at nine."]
