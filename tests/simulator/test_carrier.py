"""The simulated carrier, against a real receiver of webhooks."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from typing import TYPE_CHECKING

import aiohttp
import pytest

from gateway.clock import SystemClock
from gateway.simulator.carrier import Carrier
from gateway.simulator.faults import MAGIC, Fate, Faults, Span
from gateway.simulator.messages import NotConnected
from tests.simulator.world import OURS, PHONE, SECRET, TOKEN, carrier_running, world

if TYPE_CHECKING:
    from tests.simulator.world import World

NUMBERS = {fate: number for number, fate in MAGIC.items()}


async def test_text_of_the_gateway_arrives_and_is_reported() -> None:
    """A message is answered with id and segments, lies on the phone, and has its two receipts."""
    async with world() as w:
        status, answer = await w.send(text="a" * 161)
        await w.carrier.settle()
        assert (status, answer["segments"]) == (202, 2)
        [text] = w.carrier.phone(PHONE)
        assert (text.text, text.sender, text.parts, text.id) == ("a" * 161, OURS, 2, answer["id"])
        assert w.receiver.statuses() == ["sent", "delivered"]
        hook = w.receiver.hooks[0]
        assert hook.path == "/hooks/demo/receipt?project=clinic&message=m1"
        assert (hook.form["id"], hook.form["reference"]) == (answer["id"], "m1")


async def test_webhook_is_signed_over_time_address_and_body() -> None:
    """The signature can be recomputed from the secret, the full URL with query, and the exact bytes."""
    async with world() as w:
        await w.send()
        await w.carrier.settle()
        hook = w.receiver.hooks[0]
        moment = str(int(w.clock.now().timestamp()))
        signed = f"{moment}.{w.receiver.url}{hook.path}.".encode() + hook.body
        expected = hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
        assert hook.signature == f"t={moment},v1={expected}"


async def test_text_of_a_phone_reaches_the_gateway() -> None:
    """A phone's text is posted with id, numbers and text, and its acknowledgement is told."""
    async with world() as w:
        delivery = await w.carrier.text(PHONE, OURS, "Bonjour, ça va? 👍")
        assert (delivery.acknowledged, delivery.status, delivery.attempts) == (True, 200, 1)
        form = w.receiver.hooks[0].form
        assert (form["id"], form["from"], form["to"]) == (delivery.id, PHONE, OURS)
        assert form["text"] == "Bonjour, ça va? 👍"


async def test_refused_webhook_comes_again_unchanged() -> None:
    """Without a 2xx the same bytes, id and signature come again, until the schedule ends."""
    async with world(Faults(retries=(5.0, 60.0))) as w:
        w.receiver.answers = [500, 404]
        async with asyncio.TaskGroup() as group:
            texting = group.create_task(w.carrier.text(PHONE, OURS, "INFO", id="in-7"))
            await w.clock.sleep(0)
            await w.pass_time(66)
        assert texting.result().acknowledged
        assert texting.result().attempts == 3
        assert len({(hook.body, hook.signature) for hook in w.receiver.hooks}) == 1
        assert {hook.form["id"] for hook in w.receiver.hooks} == {"in-7"}


async def test_carrier_gives_up() -> None:
    """When the schedule has ended, the text is lost, and its sender is told so."""
    async with world(Faults(retries=())) as w:
        w.receiver.answers = [503]
        delivery = await w.carrier.text(PHONE, OURS, "INFO")
        assert (delivery.acknowledged, delivery.status, delivery.attempts) == (False, 503, 1)


async def test_gateway_that_does_not_answer_is_left() -> None:
    """A webhook waits for its answer no longer than told."""
    async with world(Faults(retries=(), webhook_timeout=0.05)) as w:
        w.receiver.hold = asyncio.Event()
        delivery = await w.carrier.text(PHONE, OURS, "INFO")
        w.receiver.hold.set()
        assert (delivery.acknowledged, delivery.status) == (False, None)


async def test_inbound_can_come_twice() -> None:
    """A doubled inbound has the same id and signature."""
    async with world(Faults(inbound_doubled=1.0)) as w:
        await w.carrier.text(PHONE, OURS, "STOP")
        first, second = w.receiver.hooks
        assert first == second


async def test_long_inbound_can_come_in_parts() -> None:
    """Parts have ids of their own, one reference, and together are the text."""
    text = "".join(f"{number:03d} " for number in range(100))
    async with world(Faults(inbound_split=True, inbound_shuffled=True)) as w:
        await w.carrier.text(PHONE, OURS, text)
        forms = [hook.form for hook in w.receiver.hooks]
        assert len({form["id"] for form in forms}) == len(forms) == 3
        assert {(form["concat_ref"], form["concat_total"]) for form in forms} == {
            (forms[0]["concat_ref"], "3")
        }
        assert [form["concat_part"] for form in forms] != ["1", "2", "3"]
        ordered = sorted(forms, key=lambda form: int(form["concat_part"]))
        assert "".join(form["text"] for form in ordered) == text


async def test_number_without_a_webhook_is_told() -> None:
    """A text to a number that nobody connected is an error, not a silence."""
    async with world() as w:
        with pytest.raises(NotConnected):
            await w.carrier.text(PHONE, "+15145559999", "Hi")


@pytest.mark.parametrize(
    ("fate", "status", "code"),
    [
        (Fate.INVALID, 400, "invalid_number"),
        (Fate.UNREACHABLE, 400, "unreachable"),
        (Fate.GEO_BLOCKED, 400, "geo_blocked"),
        (Fate.OPTED_OUT, 400, "opted_out"),
        (Fate.NOT_MOBILE, 400, "not_mobile"),
        (Fate.BROKEN, 500, "broken"),
    ],
)
async def test_magic_number_is_refused(fate: Fate, status: int, code: str) -> None:
    """These recipients are refused at once: nothing is taken, arrives, or is reported."""
    async with world() as w:
        got, answer = await w.send(NUMBERS[fate])
        await w.carrier.settle()
        assert (got, answer["code"]) == (status, code)
        assert w.carrier.sent == []
        assert w.carrier.phone(NUMBERS[fate]) == []
        assert w.receiver.hooks == []


@pytest.mark.parametrize(
    ("fate", "arrives", "statuses"),
    [
        (Fate.FILTERED, 0, ["sent", "undelivered"]),
        (Fate.UNDELIVERED, 0, ["sent", "undelivered"]),
        (Fate.EXPIRED, 0, ["sent", "expired"]),
        (Fate.SILENT, 1, []),
        (Fate.LOST, 0, []),
        (Fate.EARLY, 1, ["sent", "delivered"]),
        (Fate.DOUBLED, 1, ["sent", "sent", "delivered", "delivered"]),
        (Fate.REORDERED, 1, ["delivered", "sent"]),
        (Fate.REVIVED, 1, ["sent", "expired", "delivered"]),
        (Fate.STRANGE, 1, ["sent", "teleported"]),
    ],
)
async def test_magic_number_is_taken(fate: Fate, arrives: int, statuses: list[str]) -> None:
    """These recipients are answered 202; what arrives and what is reported differs."""
    async with world() as w:
        got, _ = await w.send(NUMBERS[fate])
        await w.carrier.settle()
        assert got == 202
        assert len(w.carrier.phone(NUMBERS[fate])) == arrives
        assert w.receiver.statuses() == statuses


async def test_early_receipts_come_before_the_answer() -> None:
    """While the receipts of an early message are not acknowledged, its call is not answered."""
    async with world() as w:
        w.receiver.hold = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            sending = group.create_task(w.send(NUMBERS[Fate.EARLY]))
            while not w.receiver.hooks:
                await w.clock.sleep(0)
            assert not sending.done()
            w.receiver.hold.set()
        assert sending.result()[0] == 202


async def test_throttled_twice_then_good() -> None:
    """The third call with one reference passes; each 429 says when to come again."""
    async with world(Faults(retry_after=7)) as w:
        statuses = [(await w.send(NUMBERS[Fate.THROTTLED]))[0] for _ in range(3)]
        assert statuses == [429, 429, 202]
        assert len(w.carrier.sent) == 1


async def test_broken_after_taking_is_found_by_reference() -> None:
    """A 500 may hide a message that was taken: it arrives, and the look-up knows it."""
    async with world() as w:
        assert (await w.send(NUMBERS[Fate.BROKEN_AFTER], reference="m5"))[0] == 500
        await w.carrier.settle()
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with w.http.get(f"{w.base_url}/messages?reference=m5", headers=headers) as response:
            [known] = (await response.json())["messages"]
        assert known["id"] == w.carrier.phone(NUMBERS[Fate.BROKEN_AFTER])[0].id


@pytest.mark.parametrize(("fate", "taken"), [(Fate.HANG, 1), (Fate.SWALLOWED, 0)])
async def test_hanging_call_ends_with_the_carrier(fate: Fate, taken: int) -> None:
    """A call that hangs was taken or not, cannot be told from outside, and does not keep `stop` waiting."""
    async with asyncio.TaskGroup() as group:
        async with world() as w:
            sending = group.create_task(_ignore_disconnect(w, NUMBERS[fate]))
            while w.clock.next_wake is None:
                await w.clock.sleep(0)
            await w.carrier.settle()
            assert len(w.carrier.sent) == taken
            assert len(w.receiver.statuses()) == 2 * taken
            assert not sending.done()
        await sending


async def _ignore_disconnect(w: World, number: str) -> None:
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await w.send(number)


async def test_delays_follow_the_clock_and_keep_the_order_of_a_phone() -> None:
    """Texts to one phone arrive in the order of sending, when the clock says, not before."""
    async with world(Faults(transit=Span(1.0, 30.0))) as w:
        for number in range(20):
            await w.send(text=str(number), reference=f"m{number}")
        await w.carrier.settle()
        assert w.carrier.phone(PHONE) == []
        await w.pass_time(31)
        assert [text.text for text in w.carrier.phone(PHONE)] == [str(number) for number in range(20)]
        assert w.carrier.phone(PHONE)[0].at > w.carrier.sent[0].at


async def test_shares_are_drawn_from_the_seed() -> None:
    """Without magic numbers faults strike in the share that was asked for, the same in each run."""
    outcomes = []
    for _ in range(2):
        async with world(Faults(shares={Fate.BROKEN: 0.3})) as w:
            outcomes.append([(await w.send(reference=f"m{number}"))[0] for number in range(60)])
    assert outcomes[0] == outcomes[1]
    assert 8 <= outcomes[0].count(500) <= 28


async def test_each_part_can_have_its_receipts() -> None:
    """With receipts per part a text of two segments is reported twice, part by part."""
    async with world(Faults(receipt_per_part=True)) as w:
        await w.send(text="a" * 161)
        await w.carrier.settle()
        told = [(hook.form["status"], hook.form["part"], hook.form["parts"]) for hook in w.receiver.hooks]
        assert told == [
            ("sent", "1", "2"),
            ("sent", "2", "2"),
            ("delivered", "1", "2"),
            ("delivered", "2", "2"),
        ]


async def test_network_owns_the_optout_of_toll_free_numbers() -> None:
    """STOP is answered by the network itself, blocks sends, is forwarded; UNSTOP lifts it, YES does not."""
    async with world(network_optout=True) as w:
        await w.carrier.text(PHONE, OURS, " stop ")
        assert w.carrier.phone(PHONE)[-1].text.startswith("NETWORK MSG:")
        assert (await w.send())[1]["code"] == "opted_out"
        await w.carrier.text(PHONE, OURS, "STOP")
        await w.carrier.text(PHONE, OURS, "YES")
        assert (await w.send())[1]["code"] == "opted_out"
        await w.carrier.text(PHONE, OURS, "Unstop")
        assert (await w.send())[0] == 202
        await w.carrier.settle()
        assert [text.text[:11] for text in w.carrier.phone(PHONE)] == ["NETWORK MSG", "NETWORK MSG", "Hi"]
        inbound = [hook.form["text"] for hook in w.receiver.hooks if "text" in hook.form]
        assert inbound == [" stop ", "STOP", "YES", "Unstop"]


@pytest.mark.parametrize("path", ["/messages?reference=m1", f"/phones/{PHONE}"])
async def test_doors_want_the_token(path: str) -> None:
    """Without the bearer token nothing is told and nothing is sent."""
    async with world() as w:
        async with w.http.get(w.base_url + path) as response:
            assert response.status == 401
        async with w.http.post(f"{w.base_url}/messages", json={}, headers={"Authorization": "Bearer x"}) as r:
            assert r.status == 401


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"from": 1, "to": "x", "text": "y"}',
        b'{"from": "+15145550100", "to": "x", "text": "y", "receipt_url": "nowhere"}',
        b'{"from": "+15145550100", "to": "x", "text": "y", "receipt_url": "http://x:bad/"}',
        b'{"from": "+15145550100", "to": "x", "text": "y", "receipt_url": "http://x/\\ud800"}',
        b"\xff",
    ],
)
async def test_malformed_order_is_refused(body: bytes) -> None:
    """What is not an order is answered 400 and not taken."""
    async with world() as w:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with w.http.post(f"{w.base_url}/messages", data=body, headers=headers) as response:
            assert response.status == 400
        assert w.carrier.sent == []


async def test_phone_is_held_over_http() -> None:
    """A phone can text and be read by HTTP: the answer tells how it went, both directions are listed."""
    async with world() as w:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        url = f"{w.base_url}/phones/{PHONE}"
        async with w.http.post(
            f"{url}/texts", json={"to": OURS, "text": "INFO"}, headers=headers
        ) as response:
            told = await response.json()
        assert (told["acknowledged"], told["status"], told["attempts"]) == (True, 200, 1)
        await w.send(text="Yes?")
        await w.carrier.settle()
        async with w.http.get(url, headers=headers) as response:
            phone = await response.json()
        assert [text["text"] for text in phone["texted"]] == ["INFO"]
        assert [(text["from"], text["text"], text["parts"]) for text in phone["received"]] == [
            (OURS, "Yes?", 1)
        ]
        body = {"to": "+15145559999", "text": "INFO"}
        async with w.http.post(f"{url}/texts", json=body, headers=headers) as response:
            assert response.status == 404


async def test_sender_must_be_connected() -> None:
    """A message from a number that is not on the account is refused."""
    async with carrier_running(SystemClock()) as (carrier, base_url):
        assert base_url.startswith("http://127.0.0.1:")
        assert carrier.phone(PHONE) == []
    async with world() as w:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        body = {"from": "+15145559999", "to": PHONE, "text": "Hi"}
        async with w.http.post(f"{w.base_url}/messages", json=body, headers=headers) as response:
            assert (response.status, (await response.json())["code"]) == (400, "sender_unknown")


async def test_receipt_to_nobody_is_given_up() -> None:
    """A receipt address where nobody listens costs its receipts, and nothing else."""
    async with world(Faults(retries=(1.0,))) as w:
        body = {"from": OURS, "to": PHONE, "text": "Hi", "receipt_url": "http://127.0.0.1:9/receipt"}
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with w.http.post(f"{w.base_url}/messages", json=body, headers=headers) as response:
            assert response.status == 202
        await w.pass_time(10)
        assert (await w.send())[0] == 202
        await w.carrier.settle()
        assert w.receiver.statuses() == ["sent", "delivered"]


async def test_carrier_that_never_started_can_be_stopped() -> None:
    """A port in use is an error to see, not a program that hangs while it cleans up."""
    async with world() as w:
        other = Carrier(w.clock, secret=SECRET, token=TOKEN)
        with pytest.raises(OSError, match="in use"):
            await other.start(lambda work: work.close(), port=int(w.base_url.rpartition(":")[2]))
        await other.stop()


async def test_stop_ends_what_still_waits() -> None:
    """Receipts that wait on the clock are dropped when the carrier stops; nothing leaks."""
    async with world(Faults(receipt=Span(60.0, 60.0))) as w:
        await w.send()
        await w.carrier.settle()
        assert len(w.carrier.phone(PHONE)) == 1
    assert w.receiver.hooks == []
