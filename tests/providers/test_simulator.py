"""The simulator as a provider: the common contract, then its own ways, against the real carrier."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import aiohttp
import pytest
from pydantic import SecretStr, ValidationError

from gateway.clock import from_ms, to_ms
from gateway.domain.message import Failure, Inbound, MessageId, Number, Part, Receipt, Status
from gateway.domain.outcome import Accepted, Misconfigured, OptedOut, Outcome, Refused, Uncertain
from gateway.providers.base import Malformed, Provider, Unverified, WebRequest
from gateway.providers.simulator import CODES, PROVIDER, STATUSES, Settings, SimulatorProvider
from gateway.simulator.faults import MAGIC, REFUSALS, Fate, reports
from tests.providers.contract import (
    NAME,
    NOW,
    OURS,
    OUTBOUND,
    PUBLIC,
    THEIRS,
    Answer,
    Call,
    ProviderContract,
    Sample,
    named_in,
)
from tests.simulator.world import SECRET, TOKEN, world

if TYPE_CHECKING:
    from datetime import datetime

    from tests.simulator.world import World

NUMBERS = {fate: Number(number) for number, fate in MAGIC.items()}
NEW, OLD = "new secret", "old secret"


def simulator(http: aiohttp.ClientSession, base_url: str, wait: float = 5.0, *keys: str) -> SimulatorProvider:
    """Return the provider; it trusts webhooks signed with these keys."""
    secrets = tuple(SecretStr(key) for key in keys or (SECRET,))
    settings = Settings(base_url=base_url, token=SecretStr(TOKEN), secrets=secrets, timeout=wait)
    return PROVIDER(NAME, settings, http, f"{PUBLIC}/receipt")


def signed(request: WebRequest, at: datetime, key: str = OLD) -> WebRequest:
    """Sign as the carrier does, by code of the test's own."""
    moment = str(int(at.timestamp()))
    over = f"{moment}.{request.url}.".encode() + request.body
    value = hmac.new(key.encode(), over, hashlib.sha256).hexdigest()
    return replace(request, headers={"x-carrier-signature": f"t={moment},v1={value}"})


class SimulatorSample(Sample):
    """The wire as `gateway/simulator/__init__.py` describes it."""

    def provider(self, http: aiohttp.ClientSession, base_url: str, wait: float) -> Provider:
        return simulator(http, base_url, wait, NEW, OLD)

    def sign(self, request: WebRequest, at: datetime) -> WebRequest:
        return signed(request, at)

    def inbound(self, text: bytes = b"STOP") -> tuple[WebRequest, Inbound | None]:
        fields = urlencode({"id": "in-1", "from": THEIRS, "to": OURS, "received_at": to_ms(NOW) - 1500})
        request = WebRequest("POST", f"{PUBLIC}/inbound", {}, fields.encode() + b"&text=" + text)
        meaning = Inbound(NAME, "in-1", OURS, THEIRS, "STOP", NOW - timedelta(milliseconds=1500))
        return request, meaning

    def receipt(self, status: str | None = None) -> tuple[WebRequest, Receipt | None]:
        fields = {
            "id": "out-1",
            "reference": OUTBOUND.id,
            "status": status or "undelivered",
            "code": "filtered",
            "at": to_ms(NOW) - 2000,
            "part": 2,
            "parts": 3,
        }
        query = urlencode({"project": "clinic", "message": OUTBOUND.id})
        request = WebRequest("POST", f"{PUBLIC}/receipt?{query}", {}, urlencode(fields).encode())
        meaning = Receipt(
            provider=NAME,
            provider_ref="out-1",
            status=Status.UNDELIVERED,
            raw_status="undelivered",
            at=NOW - timedelta(seconds=2),
            project="clinic",
            message_id=OUTBOUND.id,
            raw_code="filtered",
            reason=Failure.CARRIER_FILTERED,
            part=2,
            parts=3,
        )
        return request, meaning

    def accepted(self) -> tuple[Answer, Accepted]:
        return Answer(202, b'{"id": "out-1", "segments": 2}'), Accepted("out-1", 2)

    def check_call(self, call: Call) -> None:
        assert (call.method, call.path) == ("POST", "/messages")
        assert call.headers["authorization"] == f"Bearer {TOKEN}"
        asked = dict(call.json)
        path, named = named_in(asked.pop("receipt_url"))
        assert (path, named) == ("/hooks/demo/receipt", {"project": "clinic", "message": OUTBOUND.id})
        assert asked == {"from": OURS, "to": THEIRS, "text": OUTBOUND.body, "reference": OUTBOUND.id}

    def refusals(self) -> list[tuple[Answer, Outcome]]:
        def said(status: int, code: str) -> Answer:
            return Answer(status, json.dumps({"code": code, "message": "no"}).encode())

        return [
            (said(400, "opted_out"), OptedOut()),
            (said(400, "invalid_number"), Refused(Failure.INVALID_DESTINATION)),
            (said(400, "sender_unknown"), Refused(Failure.SENDER_INVALID)),
            (said(422, "never heard of"), Refused(Failure.UNKNOWN)),
            (Answer(400, b"[]"), Refused(Failure.UNKNOWN)),
            (Answer(404, b"<html>"), Misconfigured(Failure.CONFIG)),
            (Answer(301, b"", {"Location": "/elsewhere"}), Misconfigured(Failure.CONFIG)),
        ]


class TestContract(ProviderContract):
    """The simulator keeps the contract of every provider."""

    sample = SimulatorSample()


def test_every_code_of_the_carrier_is_known() -> None:
    """Whatever the carrier can say has its meaning in the adapter, but for the status made to be strange."""
    said = {refusal.code for refusal in REFUSALS.values() if refusal.status == 400}
    told = {report for fate in Fate if fate is not Fate.STRANGE for report in reports(fate)}
    assert said | {report.code for report in told if report.code} <= set(CODES)
    assert {report.status for report in told} <= set(STATUSES)


async def test_rotated_secret() -> None:
    """While secrets change both are believed; one that was taken away is not."""
    request, _ = SimulatorSample().inbound()
    async with aiohttp.ClientSession() as http:
        both, later = simulator(http, "http://x", 1.0, NEW, OLD), simulator(http, "http://x", 1.0, NEW)
        assert both.verify(signed(request, NOW, NEW), NOW) is None
        assert both.verify(signed(request, NOW, OLD), NOW) is None
        assert isinstance(later.verify(signed(request, NOW, OLD), NOW), Unverified)


async def test_signature_holds_for_one_address() -> None:
    """A receipt cannot be turned upon another message, nor an inbound upon another route."""
    request, _ = SimulatorSample().receipt()
    good = signed(request, NOW)
    async with aiohttp.ClientSession() as http:
        provider = simulator(http, "http://x", 1.0, OLD)
        assert provider.verify(good, NOW) is None
        for url in (good.url.replace("clinic", "other"), f"{PUBLIC}/inbound", f"{PUBLIC}/receipt"):
            assert isinstance(provider.verify(replace(good, url=url), NOW), Unverified)


@pytest.mark.parametrize(
    ("fields", "part"),
    [
        ({"concat_ref": "200", "concat_part": "2", "concat_total": "3"}, Part("200", 2, 3)),
        ({"concat_ref": "200", "concat_part": "4", "concat_total": "3"}, None),
        ({"concat_ref": "200", "concat_part": "0", "concat_total": "3"}, None),
        ({"concat_ref": "200", "concat_part": "2", "concat_total": "9999"}, None),
        ({"concat_ref": "", "concat_part": "1", "concat_total": "2"}, None),
        ({"concat_part": "²", "concat_total": "2"}, None),
    ],
)
async def test_parts(fields: dict[str, str], part: Part | None) -> None:
    """A part says its place; an impossible place makes it a text of its own, never a loss."""
    request, _ = SimulatorSample().inbound()
    whole = replace(request, body=request.body + b"&" + urlencode(fields).encode())
    async with aiohttp.ClientSession() as http:
        events = simulator(http, "http://x").parse(whole, NOW)
    assert not isinstance(events, Malformed)
    [inbound] = events
    assert isinstance(inbound, Inbound)
    assert inbound.part == part


async def test_time_that_cannot_be_is_now() -> None:
    """A text with an odd time is taken all the same."""
    request, _ = SimulatorSample().inbound()
    odd = replace(request, body=request.body.replace(b"received_at=", b"received_at=-"))
    async with aiohttp.ClientSession() as http:
        events = simulator(http, "http://x").parse(odd, NOW)
    assert not isinstance(events, Malformed)
    [inbound] = events
    assert isinstance(inbound, Inbound)
    assert inbound.received_at == NOW


async def test_other_path_is_malformed() -> None:
    """A signed request to neither route means nothing."""
    request, _ = SimulatorSample().inbound()
    async with aiohttp.ClientSession() as http:
        assert isinstance(simulator(http, "http://x").parse(replace(request, url=PUBLIC), NOW), Malformed)


def test_settings() -> None:
    """In process it makes fresh secrets; a carrier elsewhere needs its own; an unknown key is an error."""
    one, two = Settings(), Settings()
    assert one.token.get_secret_value() != two.token.get_secret_value()
    assert one.secrets != two.secrets
    for wrong in ({"base_url": "http://x"}, {"base_url": "x", "token": "t", "secrets": ["s"]}, {"tokn": "t"}):
        with pytest.raises(ValidationError):
            Settings.model_validate({"kind": "simulator", **wrong})


async def send(w: World, fate: Fate | None = None) -> Outcome:
    """Send through the adapter to the world's carrier."""
    recipient = THEIRS if fate is None else NUMBERS[fate]
    return await simulator(w.http, w.base_url).send(replace(OUTBOUND, recipient=recipient))


async def test_both_halves_speak_one_wire() -> None:
    """What the adapter sends the carrier takes; what the carrier posts the adapter proves and reads."""
    async with world() as w:
        provider = PROVIDER(
            NAME,
            Settings(base_url=w.base_url, token=SecretStr(TOKEN), secrets=(SecretStr(SECRET),)),
            w.http,
            f"{w.receiver.url}/hooks/demo/receipt",
        )
        outcome = await provider.send(OUTBOUND)
        await w.carrier.settle()
        await w.carrier.text(THEIRS, OURS, "Ça va 👍 & toi=moi?")
        events: list[Inbound | Receipt] = []
        for hook in w.receiver.hooks:
            headers = {"x-carrier-signature": hook.signature}
            request = WebRequest("POST", w.receiver.url + hook.path, headers, hook.body)
            assert provider.verify(request, w.clock.now()) is None
            read = provider.parse(request, w.clock.now())
            assert not isinstance(read, Malformed)
            events += read
        assert isinstance(outcome, Accepted)
        assert w.carrier.phone(THEIRS)[0].text == OUTBOUND.body
        sent, delivered, inbound = events
        assert isinstance(sent, Receipt)
        assert isinstance(delivered, Receipt)
        assert isinstance(inbound, Inbound)
        assert (sent.status, delivered.status) == (Status.SENT, Status.DELIVERED)
        assert delivered.provider_ref == outcome.provider_ref
        assert (delivered.message_id, delivered.project) == (OUTBOUND.id, "clinic")
        assert (inbound.body, inbound.number, inbound.sender) == ("Ça va 👍 & toi=moi?", THEIRS, OURS)


async def test_hanging_call_is_settled_by_look_up() -> None:
    """A call without an answer is uncertain; the look-up tells what was taken from what was not."""
    async with world() as w:
        provider = simulator(w.http, w.base_url, 0.05)
        since = w.clock.now()
        for fate, found in ((Fate.HANG, True), (Fate.SWALLOWED, False)):
            message = replace(OUTBOUND, id=MessageId(fate.value), recipient=NUMBERS[fate])
            assert isinstance(await provider.send(message), Uncertain)
            outcome = await provider.look_up(message, since)
            if found:
                assert outcome == Accepted(w.carrier.sent[0].id, w.carrier.sent[0].segments)
                assert await provider.look_up(message, since + timedelta(seconds=5)) is None
            else:
                assert outcome is None


async def test_look_up_without_an_answer_stays_uncertain() -> None:
    """When the carrier cannot be asked, or answers nonsense, nothing is decided."""
    async with aiohttp.ClientSession() as http:
        assert isinstance(await simulator(http, "http://127.0.0.1:9").look_up(OUTBOUND, NOW), Uncertain)
    async with world() as w:
        wrong = Settings(base_url=w.base_url, token=SecretStr("wrong"), secrets=(SecretStr(SECRET),))
        provider = PROVIDER(NAME, wrong, w.http, "https://gw.example/hooks/demo/receipt")
        assert isinstance(await provider.look_up(OUTBOUND, from_ms(0)), Uncertain)
        assert isinstance(await provider.send(OUTBOUND), Misconfigured)


async def test_refused_by_the_network() -> None:
    """Opted out at the network, and its opposite, come through to the outcome."""
    async with world(network_optout=True) as w:
        await w.carrier.text(THEIRS, OURS, "STOP")
        assert isinstance(await send(w), OptedOut)
        await w.carrier.text(THEIRS, OURS, "START")
        assert isinstance(await send(w), Accepted)
        assert await send(w, Fate.NOT_MOBILE) == Refused(
            Failure.NOT_MOBILE, "not_mobile", "to cannot receive texts"
        )
