"""The way in: each text exactly once, whole, in order, and no text spoils another."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gateway.domain.message import Part, Status
from gateway.simulator.faults import Faults
from gateway.traffic.intake import Taken
from tests.traffic.house import House, house, shared
from tests.traffic.world import LONG, PHONE, SHORT, World, number_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.traffic.conftest import OpenWorld

OTHER = number_of(1)
RAISING = """
from gateway.domain.flow import END, Flow, State, on

class Boom(Flow):
    keywords = {"en": ("BOOM",)}
    states = (State("start"), State("half"))
    transitions = (
        on("keyword", "start", "half", do="begin"),
        on("text", "half", END, do="fail"),
    )

    def begin(self):
        self.data["seen"] = []
        self.reply("answer/hours")
        if "today" in self.event.text:
            self.remember("colour", "red")
            self.open_thread()
            raise RuntimeError("the operator's mistake")

    def fail(self):
        self.data["seen"].append(self.event.text)
        self.remember("colour", "red")
        self.emit("colour.chosen")
        raise RuntimeError("the operator's mistake")
"""


@pytest.fixture
async def inside(tmp_path: Path, database_environ: dict[str, str]) -> AsyncIterator[House]:
    """Give a gateway on each engine."""
    async with house(tmp_path, environ=database_environ) as opened:
        yield opened


async def test_a_repetition_is_acknowledged_and_changes_nothing(inside: House) -> None:
    """A provider repeats a webhook whose answer it did not hear, at once or days later."""
    first = inside.inbound("INFO Do you open on Sunday?")
    assert await inside.hear(first) is Taken.ANSWERED
    for wait in (0, 5, 3 * 86_400):
        inside.clock.step(wait)
        assert await inside.hear(first) is Taken.REPEATED
    assert await inside.inbounds() == ["INFO Do you open on Sunday?"]
    assert await inside.said() == ["info/received"]


async def test_doubles_in_one_batch_are_one_text(inside: House) -> None:
    """The first of two equal ids in one transaction counts, and both callers hear that it is kept."""
    text = inside.inbound("HELP")
    assert await inside.hear_all(text, text, inside.inbound("CONTACT"), text) == [
        Taken.ANSWERED,
        Taken.REPEATED,
        Taken.ANSWERED,
        Taken.REPEATED,
    ]
    assert await inside.said() == ["help/help", "contact/notice"]


async def test_doubles_in_two_batches_at_once_are_one_text(inside: House) -> None:
    """However the webhooks of one text fall into batches, its effect happens once."""
    texts = [inside.inbound("HELP", phone=number_of(i)) for i in range(20)]
    waves = [asyncio.gather(*(inside.hear(text) for text in texts)) for _ in range(5)]
    taken = [each for wave in await asyncio.gather(*waves) for each in wave]
    assert taken.count(Taken.ANSWERED) == 20
    assert taken.count(Taken.REPEATED) == 80
    for i in range(20):
        assert await inside.said(number_of(i)) == ["help/help"]


async def test_a_double_after_a_restart_is_known(tmp_path: Path, database_environ: dict[str, str]) -> None:
    """What was acknowledged before the process ended is not taken again by the next one."""
    async with house(tmp_path, environ=database_environ) as before:
        text = before.inbound("HELP")
        assert await before.hear(text) is Taken.ANSWERED
    async with house(tmp_path, environ=database_environ, clock=before.clock) as after:
        assert await after.hear(text) is Taken.REPEATED
        assert await after.said() == ["help/help"]


async def test_a_text_without_an_id_is_known_by_what_it_says_for_a_short_while(inside: House) -> None:
    """The same words within four seconds are a repetition, whatever the clock shows; later they count."""
    unnamed = partial(inside.inbound, "yes", ref="")
    assert await inside.hear(unnamed()) is Taken.ANSWERED
    for _ in range(7):
        inside.clock.step(0.5)
        assert await inside.hear(unnamed()) is Taken.REPEATED
    assert await inside.hear_all(unnamed(phone=OTHER), unnamed(phone=OTHER)) == [
        Taken.ANSWERED,
        Taken.REPEATED,
    ]
    inside.clock.step(0.5)
    assert await inside.hear(unnamed()) is Taken.ANSWERED
    assert await inside.inbounds() == ["yes", "yes"]
    assert [m.provider_ref for m in await inside.all() if m.status is Status.RECEIVED] == [None, None]


async def test_parts_make_one_text_in_whatever_order_they_come(inside: House) -> None:
    """Three parts, the last first and one of them twice, in three transactions: one text, answered once."""
    parts = [
        inside.inbound(body, part=Part("7", number, 3))
        for number, body in enumerate(("INFO Do you ", "open on ", "Sunday?"), 1)
    ]
    assert await inside.hear(parts[2]) is Taken.PART
    assert await inside.hear_all(parts[0], parts[0], parts[2]) == [Taken.PART, Taken.REPEATED, Taken.REPEATED]
    assert await inside.inbounds() == []
    assert await inside.hear(parts[1]) is Taken.ANSWERED
    assert await inside.hear(parts[1]) is Taken.REPEATED
    assert await inside.inbounds() == ["INFO Do you open on Sunday?"]
    assert await inside.said() == ["info/received"]


async def test_a_text_in_parts_stands_where_its_last_part_came(inside: House) -> None:
    """Another text of the same contact between the parts keeps its own place, and nothing is mixed."""
    first, last = (inside.inbound(b, part=Part("7", n, 2)) for n, b in ((1, "one "), (2, "two")))
    taken = await inside.hear_all(first, "CONTACT", last, "HELP")
    assert taken == [Taken.PART, Taken.ANSWERED, Taken.ANSWERED, Taken.ANSWERED]
    assert await inside.inbounds() == ["CONTACT", "one two", "HELP"]


async def test_texts_in_parts_of_equal_reference_are_not_mixed(inside: House) -> None:
    """References are one octet: another contact, another sender or another length is another text."""
    await inside.hear_all(
        inside.inbound("mine ", part=Part("7", 1, 2)),
        inside.inbound("theirs ", part=Part("7", 1, 2), phone=OTHER),
        inside.inbound("longer ", part=Part("7", 1, 3)),
        inside.inbound("elsewhere ", part=Part("7", 1, 2), to=SHORT),
    )
    await inside.hear(inside.inbound("text", part=Part("7", 2, 2)))
    assert await inside.inbounds() == ["mine text"]
    assert await inside.inbounds(OTHER) == []


async def test_two_texts_of_one_reference_are_both_kept(inside: House) -> None:
    """One phone, one octet, one transaction: each text is whole, and none of their parts is lost."""
    await inside.hear_all(
        *(inside.inbound(body, part=Part("7", n, 2)) for n, body in ((1, "Is it "), (2, "open?"))),
        *(inside.inbound(body, part=Part("7", n, 2)) for n, body in ((2, "closed?"), (1, "Is it "))),
    )
    assert await inside.inbounds() == ["Is it open?", "Is it closed?"]
    await inside.later(121)
    assert len(await inside.inbounds()) == 2


@pytest.mark.parametrize("together", [True, False])
async def test_a_reference_that_comes_again_gives_up_what_waited_under_it(
    inside: House, together: bool
) -> None:
    """A STOP whose other part was lost is heard as soon as another text has its reference, and not mixed."""
    texts = [
        inside.inbound(body, part=Part("7", n, 2))
        for n, body in ((1, "STOP"), (1, "Do you "), (2, "open?"), (2, "tomorrow"))
    ]
    if together:
        await inside.hear_all(*texts)
    else:
        for text in texts:
            await inside.hear(text)
    assert await inside.inbounds() == ["STOP", "Do you open?"]
    assert await inside.is_stopped()
    await inside.later(121)
    assert await inside.inbounds() == ["STOP", "Do you open?", "tomorrow"]


async def test_parts_that_two_processes_took_at_once_are_joined(
    tmp_path: Path, postgres_database: str
) -> None:
    """Neither saw the other's part; the next look of either finds the whole, once, and at once."""
    environ = {"GATEWAY_DATABASE__URL": postgres_database}
    async with (
        house(tmp_path / "a", environ=environ) as one,
        house(tmp_path / "b", environ=environ) as two,
    ):
        phones = [number_of(i) for i in range(10)]
        for phone in phones:
            first, last = (one.inbound(b, phone=phone, part=Part("7", n, 2)) for n, b in ((1, "a"), (2, "b")))
            await asyncio.gather(one.hear(first), two.hear(last))
        await asyncio.gather(one.later(1), two.later(1))
        assert [await one.inbounds(phone) for phone in phones] == [["ab"]] * 10


async def test_what_came_with_a_part_stays_with_the_text(inside: House) -> None:
    """An emoji cut in two is whole again, pictures are told, and the provider's own STOP counts."""
    first = inside.inbound("Ha \ud83d", part=Part("7", 1, 2), media=("https://example.com/1.jpg",))
    assert await inside.hear(first) is Taken.PART
    await inside.hear(inside.inbound("\ude00 no\0", part=Part("7", 2, 2), answered="STOP"))
    assert await inside.inbounds() == ["Ha \N{GRINNING FACE} no\ufffd"]
    assert [e.data for e in await inside.events("message.media")] == [{"urls": ["https://example.com/1.jpg"]}]
    assert await inside.is_stopped()


async def test_parts_without_an_id_may_hold_half_an_emoji(inside: House) -> None:
    """A text is named after what it says, whatever that is."""
    for n, body in ((1, "\ud83d"), (2, "\ude00")):
        await inside.hear(inside.inbound(body, part=Part("7", n, 2), ref=""))
    assert await inside.inbounds() == ["\N{GRINNING FACE}"]


@pytest.mark.parametrize("written", ["15145550123", "0015145550123", "+1 (514) 555-0123", "5145550123"])
async def test_a_number_is_one_person_however_the_provider_writes_it(inside: House, written: str) -> None:
    """A STOP silences the number that we text, and finds our sender without its plus."""
    assert await inside.hear("STOP", phone=written, to=LONG.removeprefix("+")) is Taken.ANSWERED
    assert await inside.inbounds("+15145550123") == ["STOP"]
    refused = await inside.say("Your table is ready.", phone="+15145550123")
    assert (refused.status, refused.reason) == ("suppressed", "opted_out")


async def test_a_part_that_never_comes_is_given_up(inside: House) -> None:
    """Two minutes after the last part came here, what came is taken as the whole, once."""
    late = inside.inbound("INFO Do you ", part=Part("7", 1, 3))
    inside.clock.step(3600)  # The provider had kept it for an hour.
    assert await inside.hear(late) is Taken.PART
    await inside.later(100)
    assert await inside.inbounds() == []
    await inside.hear(inside.inbound("Sunday?", part=Part("7", 3, 3)))
    await inside.later(100)
    assert await inside.inbounds() == []
    for _ in range(2):
        await inside.later(21)
        assert await inside.inbounds() == ["INFO Do you Sunday?"]
    assert await inside.said() == ["info/received"]


async def test_what_no_database_keeps_is_replaced(inside: House) -> None:
    """NUL, lone surrogates and a hundred kilobytes are taken beside others, which are answered as ever."""
    taken = await inside.hear_all(
        inside.inbound("HELP", phone=number_of(0)),
        inside.inbound("a\0b", phone=number_of(1)),
        inside.inbound("c\ud83dd", phone=number_of(2)),
        inside.inbound("\ud83d\ude00", phone=number_of(3)),
        inside.inbound("x" * 100_000, phone=number_of(4)),
        inside.inbound("odd id", phone=number_of(5), ref="r\0\udc00"),
        inside.inbound("odd sender", phone="+1\0\udc00"),
        inside.inbound("", phone=number_of(7)),
        inside.inbound("CONTACT", phone=number_of(8)),
    )
    assert taken == [Taken.ANSWERED] * 9
    assert inside.gateway.writer.replays == 0
    assert await inside.inbounds(number_of(1)) == ["a\ufffdb"]
    assert await inside.inbounds(number_of(2)) == ["c\ufffdd"]
    assert await inside.inbounds(number_of(3)) == ["\N{GRINNING FACE}"]
    assert await inside.inbounds(number_of(4)) == ["x" * 100_000]
    assert await inside.said(number_of(0)) == ["help/help"]
    assert await inside.said(number_of(8)) == ["contact/notice"]


async def test_a_flow_that_raises_leaves_the_text_to_a_person_and_nothing_else(tmp_path: Path) -> None:
    """Its effects and its dialogue are discarded, the operator is told, its neighbours are answered."""
    async with house(tmp_path, flows={"boom": RAISING}) as inside:
        taken = await inside.hear_all(
            inside.inbound("HELP", phone=OTHER),
            inside.inbound("BOOM today"),
            inside.inbound("CONTACT", phone=OTHER),
        )
        assert taken == [Taken.ANSWERED] * 3
        assert inside.gateway.writer.replays == 0
        assert await inside.said(OTHER) == ["help/help", "contact/notice"]
        person = await inside.person()
        assert person.dialogues == {}
        assert person.contact is not None
        assert person.contact.fields == {}
        assert await inside.outbounds() == []
        thread = person.threads[LONG]
        assert (thread.state, thread.origin, thread.flag) == ("unsolicited", "flow_error", "flow_error")
        (kept,) = await inside.all()
        assert kept.thread_id == thread.id
        (failed,) = await inside.events("flow.failed")
        assert (failed.object_id, failed.data) == (kept.id, {"flow": "boom", "error": "RuntimeError"})
        assert b'gateway_flow_errors_total{flow="boom"} 1.0' in inside.gateway.metrics.render()


async def test_a_step_that_raises_leaves_the_dialogue_where_it_was(tmp_path: Path) -> None:
    """Not even what the flow changed in its own memory before it raised is seen by the next text."""
    async with house(tmp_path, flows={"boom": RAISING}) as inside:
        await inside.hear("BOOM")
        before = (await inside.person()).dialogues[LONG]
        await inside.hear_all("first", "second")
        assert (await inside.person()).dialogues[LONG] == before
        assert before.data == {"seen": []}
        assert len(await inside.events("flow.failed")) == 2
        assert await inside.events("colour.chosen") == []


@pytest.mark.parametrize(
    "mistake",
    [
        "self.reply('no/such')",
        "self.remember('colour', object())",
        "self.emit('colour.chosen', what=object())",
        "self.data['what'] = object()",
        "self.expect(yes=[object()])",
        "raise SystemExit(3)",
    ],
)
async def test_no_mistake_of_a_flow_spoils_the_batch(tmp_path: Path, mistake: str) -> None:
    """A missing text, values that no row can keep, an exit: neighbours are answered, the text is kept."""
    source = RAISING.replace('raise RuntimeError("the operator\'s mistake")', mistake, 1)
    assert source != RAISING
    async with house(tmp_path, flows={"boom": source}) as inside:
        taken = await inside.hear_all(
            inside.inbound("HELP", phone=OTHER),
            inside.inbound("BOOM today"),
            inside.inbound("CONTACT", phone=OTHER),
        )
        assert taken == [Taken.ANSWERED] * 3
        assert inside.gateway.writer.replays == 0
        assert await inside.said(OTHER) == ["help/help", "contact/notice"]
        assert await inside.outbounds() == []
        assert (await inside.thread()).flag == "flow_error"
        assert (await inside.person()).dialogues == {}


async def test_texts_of_one_contact_are_decided_in_order(inside: House) -> None:
    """HELP, STOP, START, INFO and a question in one transaction end as if they had come one by one."""
    words = ["HELP", "STOP", "START", "INFO", "Do you open on Sunday?"]
    await inside.hear_all(*words)
    for word in words:
        inside.clock.step(1)
        await inside.hear(word, phone=OTHER)
    for phone in (PHONE, OTHER):
        assert await inside.inbounds(phone) == words
        assert [e.status for e in await inside.ledger(phone)] == ["unsubscribed", "subscribed"]
        assert not await inside.is_stopped(phone)
        assert (await inside.thread(phone)).state == "waiting"
        assert await inside.said(phone) == ["stop/confirmed", "start/confirmed", "info/ask", "info/received"]
        assert await inside.kept(phone) == [("help/help", "cancelled:opted_out")]


async def test_order_holds_across_transactions_within_one_millisecond(inside: House) -> None:
    """The clock stands still, and yet what was asked after the STOP is known to come after it."""
    for word in ("STOP", "HELP", "STOP", "INFO Open on Sunday?"):
        await inside.hear(word)
    assert await inside.said() == ["stop/confirmed", "info/received"]
    moments = [m.created_at for m in await inside.all() if m.status is Status.RECEIVED]
    assert moments == sorted(set(moments))


async def test_a_text_to_a_number_not_configured_is_kept(inside: House) -> None:
    """It is acknowledged and stored, nobody is answered, and the operator is told of that very text."""
    assert await inside.hear("STOP", to="+15145559999") is Taken.UNROUTED
    (row,) = await inside.rows("SELECT * FROM message")
    assert (row["body"], row["number"], row["project_id"]) == ("STOP", PHONE, "")
    (told,) = await inside.events("inbound.unrouted")
    assert (told.object_id, told.data) == (row["id"], {"sender": "+15145559999"})


async def test_a_shared_number_is_routed_by_who_wrote_last(
    tmp_path: Path, database_environ: dict[str, str]
) -> None:
    """A stranger reaches the first project; an answer reaches the one that wrote last from there."""
    async with house(tmp_path, environ=database_environ, config=shared) as inside:
        await inside.hear("HELP", to=SHORT)
        await inside.say(project="shop", sender=SHORT)
        await inside.hear("CONTACT", to=SHORT)
        inside.clock.step(1)
        await inside.say(project="clinic", sender=SHORT)
        await inside.hear("HELP me", to=SHORT, ref="last")
        rows = await inside.rows("SELECT project_id FROM message WHERE direction = 'in' ORDER BY id")
        assert [row["project_id"] for row in rows] == ["clinic", "shop", "clinic"]


async def test_media_of_a_text_is_not_lost(inside: House) -> None:
    """The addresses of pictures are told with the text that brought them."""
    await inside.hear("look", media=("https://example.com/1.jpg",))
    (text,) = [m for m in await inside.all() if m.status is Status.RECEIVED]
    (told,) = await inside.events("message.media")
    assert (told.object_id, told.data) == (text.id, {"urls": ["https://example.com/1.jpg"]})


async def test_over_http_a_text_is_acknowledged_once_it_is_kept(here: World) -> None:
    """The provider's webhook, signed, twice: 2xx both times, one row, one answer on the phone."""
    first = await here.carrier.text(PHONE, LONG, "HELP", id="in-1")
    again = await here.carrier.text(PHONE, LONG, "HELP", id="in-1")
    assert (first.status, again.status) == (200, 200)
    await here.settle()
    assert [text.text for text in here.carrier.phone(PHONE)] == [text for _, text in here.arrived()]
    assert len(here.arrived()) == 1
    async with here.gateway.database.reading() as tx:
        assert len(await tx.fetch("SELECT 1 FROM message WHERE direction = 'in'")) == 1


async def test_over_http_parts_and_doubles_are_one_conversation(open_world: OpenWorld) -> None:
    """A carrier that cuts, shuffles and doubles: the phone hears each answer once, in order."""
    faults = Faults(inbound_split=True, inbound_shuffled=True, inbound_doubled=1.0)
    async with open_world(faults=faults, rates={LONG: 100}) as world:
        await world.text("INFO " + "Do you open on Sunday? " * 10)
        await world.text("STOP")
        await world.text("START")
        await world.pass_time(2)
        heard = [text.text.split(".")[0] for text in world.carrier.phone(PHONE)]
        assert heard[-2:] == [
            "Clinic: You are unsubscribed and will receive no more messages",
            "Clinic: You are subscribed again, up to 8 msgs/month",
        ]
        assert len(heard) <= 3
