"""Twilio as a provider: the common contract, then its tables, its odd webhooks and its questions."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr, ValidationError

from gateway.check import check
from gateway.clock import SteppedClock, from_ms
from gateway.domain.message import Failure, Inbound, MessageId, Number, Outbound, Receipt, Status
from gateway.domain.outcome import Accepted, Misconfigured, OptedOut, Outcome, Refused, RetryLater, Uncertain
from gateway.providers._twilio_answers import read_answer
from gateway.providers._twilio_codes import FAILURES, LATER, MISCONFIGURED, STATUSES
from gateway.providers.base import Events, Malformed, Provider, Unverified, WebRequest
from gateway.providers.twilio import PROVIDER, Settings, TwilioProvider
from gateway.settings import load_settings
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

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

PAYLOADS = Path(__file__).parent.parent / "payloads/twilio"
GUIDE = (Path(__file__).parent.parent.parent / "gateway/web/guide/twilio.md").read_text()
ACCOUNT = "AC0123456789abcdef0123456789abcdef"
SERVICE = "MG0123456789abcdef0123456789abcdef"
NEW, OLD = "new token", "old token"
SHARED, SHARED_ID = "shared secret", "webhooks_sharedkey_1"
IN, OUT = f"{PUBLIC}/inbound", f"{PUBLIC}/receipt"
SID = "SM00000000000000000000000000000002"
QUERY = urlencode({"project": "clinic", "message": OUTBOUND.id})


def payload(name: str) -> bytes:
    """Return a body as Twilio sends it."""
    return (PAYLOADS / name).read_bytes()


def settings(**changes: Any) -> Settings:
    """Return settings with two tokens, the second one about to go."""
    given = {"account_sid": ACCOUNT, "auth_token": (SecretStr(NEW), SecretStr(OLD)), **changes}
    return Settings.model_validate(given)


def twilio(
    http: aiohttp.ClientSession | None = None, *, at: datetime = NOW, **changes: Any
) -> TwilioProvider:
    """Return the provider; without a session it can only read webhooks."""
    session: Any = http
    return PROVIDER(NAME, settings(**changes), session, OUT, SteppedClock(at))


def signature(url: str, body: bytes, key: str = OLD, digest: str = "sha1") -> str:
    """Sign a form as Twilio does, by code of the test's own."""
    pairs = set(parse_qsl(body.decode(errors="replace"), keep_blank_values=True, errors="replace"))
    text = url + "".join(f"{name}{value}" for name, value in sorted(pairs))
    return base64.b64encode(hmac.new(key.encode(), text.encode(), digest).digest()).decode()


def form(body: bytes, url: str = IN, key: str = OLD, **headers: str) -> WebRequest:
    """Return a signed form."""
    kind = "application/x-www-form-urlencoded"
    return WebRequest(
        "POST", url, {"content-type": kind, "x-twilio-signature": signature(url, body, key), **headers}, body
    )


def read(request: WebRequest) -> Inbound | Receipt:
    """Return the one event of a request that must be proven."""
    provider = twilio()
    assert provider.verify(request, NOW) is None
    events = provider.parse(request, NOW)
    assert not isinstance(events, Malformed), events
    [event] = events
    return event


def receipt(status: str, code: str = "") -> Receipt:
    """Return what a receipt with that status and code means."""
    fields = {"MessageSid": SID, "MessageStatus": status} | ({"ErrorCode": code} if code else {})
    event = read(form(urlencode(fields).encode(), f"{OUT}?{QUERY}"))
    assert isinstance(event, Receipt)
    return event


class TwilioSample(Sample):
    """The wire as Twilio documents it."""

    window = None

    def provider(self, http: aiohttp.ClientSession, base_url: str, wait: float) -> Provider:
        return twilio(http, base_url=base_url, timeout=wait)

    def sign(self, request: WebRequest, at: datetime) -> WebRequest:
        return replace(request, headers={"x-twilio-signature": signature(request.url, request.body)})

    def inbound(self, text: bytes = b"STOP") -> tuple[WebRequest, Inbound | None]:
        body = payload("inbound.form").replace(b"Body=STOP", b"Body=" + text)
        meaning = Inbound(NAME, "SM00000000000000000000000000000001", OURS, THEIRS, "STOP", NOW)
        return WebRequest("POST", IN, {}, body), meaning

    def receipt(self, status: str | None = None) -> tuple[WebRequest, Receipt | None]:
        body = payload("receipt.form").replace(b"undelivered", (status or "undelivered").encode())
        meaning = Receipt(
            provider=NAME,
            provider_ref=SID,
            status=Status.UNDELIVERED,
            raw_status="undelivered",
            at=datetime(2026, 11, 22, 14, 59, tzinfo=UTC),
            project="clinic",
            message_id=OUTBOUND.id,
            raw_code="30007",
            reason=Failure.CARRIER_FILTERED,
        )
        return WebRequest("POST", f"{OUT}?{QUERY}", {}, body), meaning

    def accepted(self) -> tuple[Answer, Accepted]:
        return Answer(201, payload("accepted.json")), Accepted(SID, 1)

    def check_call(self, call: Call) -> None:
        assert (call.method, call.path) == ("POST", f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json")
        assert (
            call.headers["authorization"] == "Basic " + base64.b64encode(f"{ACCOUNT}:{NEW}".encode()).decode()
        )
        asked = call.form
        path, named = named_in(asked.pop("StatusCallback"))
        assert (path, named) == ("/hooks/demo/receipt", {"project": "clinic", "message": OUTBOUND.id})
        assert asked == {"From": OURS, "To": THEIRS, "Body": OUTBOUND.body}

    def refusals(self) -> list[tuple[Answer, Outcome]]:
        return [
            (Answer(400, payload("opted_out.json")), OptedOut()),
            (refused(400, 21211), Refused(Failure.INVALID_DESTINATION)),
            (refused(400, 21617), Refused(Failure.CONTENT_REJECTED)),
            (refused(403, 21408), Refused(Failure.GEO_BLOCKED)),
            (refused(401, 20003), Misconfigured(Failure.AUTH)),
            (refused(400, 21606), Misconfigured(Failure.SENDER_INVALID)),
            (refused(404, 20404), Misconfigured(Failure.CONFIG)),
        ]


def refused(status: int, code: int) -> Answer:
    """Return an error as Twilio words it."""
    return Answer(status, json.dumps({"code": code, "message": "no", "status": status}).encode())


class TestTwilio(ProviderContract):
    """Twilio keeps the contract."""

    sample = TwilioSample()


# The tables of providers.md, written again.
STATUS_TABLE = {
    "accepted": Status.ACCEPTED,
    "scheduled": Status.ACCEPTED,
    "queued": Status.ACCEPTED,
    "sending": Status.SENT,
    "sent": Status.SENT,
    "delivered": Status.DELIVERED,
    "read": Status.DELIVERED,
    "undelivered": Status.UNDELIVERED,
    "failed": Status.REJECTED,
    "canceled": Status.CANCELLED,
    "partially_delivered": Status.UNDELIVERED,
    "receiving": None,
    "received": None,
    "DELIVERED": None,
    "": None,
}
CODE_TABLE = {
    "21211 21217 30005": Failure.INVALID_DESTINATION,
    "21614 21635 30006": Failure.NOT_MOBILE,
    "21612": Failure.UNREACHABLE_PERMANENT,
    "21408": Failure.GEO_BLOCKED,
    "21610": Failure.OPTED_OUT,
    "21606 21703": Failure.SENDER_INVALID,
    "21608 30002": Failure.CONFIG,
    "21611 30001": Failure.QUEUE_FULL,
    "21617": Failure.CONTENT_REJECTED,
    "30003": Failure.UNREACHABLE_TEMPORARY,
    "30004": Failure.BLOCKED_BY_RECIPIENT,
    "30007": Failure.CARRIER_FILTERED,
    "30008 39999": Failure.UNKNOWN,
    "30022 63038 14107 20429": Failure.RATE_LIMITED,
    "30032 30034": Failure.SENDER_UNREGISTERED,
    "30036": Failure.EXPIRED,
    "30410": Failure.NETWORK_ERROR,
    "20003": Failure.AUTH,
}
EACH_CODE = [(code, reason) for codes, reason in CODE_TABLE.items() for code in codes.split()]


@pytest.mark.parametrize(("raw", "status"), STATUS_TABLE.items())
def test_every_status(raw: str, status: Status | None) -> None:
    """Each status of Twilio's has its place; one of an inbound, or none of Twilio's, is kept raw."""
    found = receipt(raw)
    assert (found.status, found.raw_status) == (status, raw)
    assert bool(found.reason) == (raw in {"undelivered", "failed", "partially_delivered"})


@pytest.mark.parametrize(("code", "reason"), EACH_CODE)
def test_every_code_in_a_receipt(code: str, reason: Failure) -> None:
    """Each code is a reason of ours, kept raw beside it; running out of time is a status of its own."""
    found = receipt("failed", code)
    assert (found.reason, found.raw_code) == (reason, code)
    assert found.status is (Status.EXPIRED if reason is Failure.EXPIRED else Status.REJECTED)
    assert receipt("delivered", code).reason is None


@pytest.mark.parametrize(("code", "reason"), EACH_CODE)
def test_every_code_at_send(code: str, reason: Failure) -> None:
    """What may pass later is asked again, an opt-out is one, the operator's fault stops; else it is final."""
    outcome = read_answer(400, {}, refused(400, int(code)).body)
    if reason in {Failure.RATE_LIMITED, Failure.QUEUE_FULL}:
        assert isinstance(outcome, RetryLater)
        assert (outcome.reason, outcome.throttled, outcome.code) == (reason, True, code)
    elif code == "21610":
        assert outcome == OptedOut("21610", "no")
    elif code in {"20003", "21606", "21703", "30002"}:
        assert outcome == Misconfigured(reason, code, "no")
    else:
        assert outcome == Refused(reason, code if reason else "", "no")


def test_tables_fit_each_other() -> None:
    """A code that has a treatment has a reason, and only one treatment."""
    assert set(LATER) | MISCONFIGURED <= set(FAILURES)
    assert not set(LATER) & MISCONFIGURED
    assert {raw for raw, status in STATUS_TABLE.items() if status} == set(STATUSES)


@pytest.mark.parametrize(
    ("answer", "meaning"),
    [
        (Answer(503, b'{"code": 20429}', {"Retry-After": "9"}), ("RetryLater", 9)),
        (Answer(429, b'{"code": 63038}'), ("RetryLater", 900.0)),
        (Answer(429, b"<html>", {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}), ("RetryLater", None)),
        (Answer(500, b'{"code": 20500}'), ("Uncertain", None)),
        (Answer(500, b'{"code": 21610}'), ("Uncertain", None)),
        (Answer(408), ("Uncertain", None)),
        (Answer(302, b"", {"Location": "/elsewhere"}), ("Misconfigured", None)),
        (Answer(404, b"<html>"), ("Misconfigured", None)),
        (Answer(422, b"{}"), ("Refused", None)),
    ],
)
async def test_odd_answers(answer: Answer, meaning: tuple[str, float | None]) -> None:
    """A server error is uncertain unless Twilio says it is only too busy; a redirect is never followed."""
    outcome = read_answer(answer.status, answer.headers, answer.body)
    assert (type(outcome).__name__, getattr(outcome, "after", None)) == meaning


def test_segments_unknown_through_a_service() -> None:
    """A Messaging Service names no segments at first: 0 means not known."""
    assert read_answer(201, {}, b'{"sid": "SM1", "num_segments": "0"}') == Accepted("SM1", None)


@pytest.mark.parametrize(
    ("expires_in", "validity"),
    [(None, None), (600.9, "600"), (-5.0, "1"), (35_999.0, "35999"), (36_000.0, None), (90_000.0, None)],
)
def test_validity(expires_in: float | None, validity: str | None) -> None:
    """What is worth sending for less than Twilio's ten hours says so."""
    expires = None if expires_in is None else NOW + timedelta(seconds=expires_in)
    assert twilio().form(replace(OUTBOUND, expires_at=expires), NOW).get("ValidityPeriod") == validity


def test_a_service_keeps_the_sender() -> None:
    """Through a Messaging Service the text still leaves from the conversation's own number."""
    asked = twilio(messaging_service_sid=SERVICE).form(OUTBOUND, NOW)
    assert (asked["MessagingServiceSid"], asked["From"]) == (SERVICE, OURS)


def test_optout_answered_is_told() -> None:
    """What Twilio answered itself is passed on, so that nobody is answered twice."""
    event = read(form(payload("inbound_optout.form")))
    assert isinstance(event, Inbound)
    assert (event.body, event.optout_answered) == ("STOP", "STOP")


def test_media_are_noted() -> None:
    """A picture without words is a text without words, with the places of its pictures."""
    event = read(form(payload("inbound_media.form")))
    assert isinstance(event, Inbound)
    assert event.body == ""
    assert [url.rpartition("/")[2] for url in event.media] == ["ME1", "ME2"]


@pytest.mark.parametrize("count", ["-1", "²", "99999999999999", "3"])
def test_media_that_are_not_there(count: str) -> None:
    """A wrong count of pictures neither raises nor invents one."""
    fields = urlencode({"MessageSid": SID, "From": THEIRS, "To": OURS, "NumMedia": count})
    event = read(form(fields.encode()))
    assert isinstance(event, Inbound)
    assert event.media == ()


def test_receipt_without_time_says_the_same_when_played_again() -> None:
    """Only the last status has a time; before it the time of our id stands in, never the clock's."""
    request = form(payload("receipt_sent.form"), f"{OUT}?{QUERY}")
    read_later = twilio().parse(request, NOW + timedelta(days=3))
    assert read_later == [read(request)]
    assert receipt("sent").at == from_ms(int(OUTBOUND.id.replace("-", "")[:12], 16))


@pytest.mark.parametrize("done", ["2611221459", "9999999999", "soon", "²²²²²²²²²²", "-1"])
def test_receipt_with_odd_time(done: str) -> None:
    """A time that cannot be does not cost the receipt."""
    fields = {"MessageSid": SID, "MessageStatus": "delivered", "RawDlrDoneDate": done}
    event = read(form(urlencode(fields).encode(), OUT))
    assert isinstance(event, Receipt)
    assert (event.status, event.message_id, event.project) == (Status.DELIVERED, None, None)


@pytest.mark.parametrize(
    ("url", "body", "why"),
    [
        (IN, "receipt.form", "status callback"),
        (OUT, "inbound.form", "MessageStatus"),
        (PUBLIC, "inbound.form", "neither inbound nor receipt"),
    ],
)
def test_crossed_wires_are_named(url: str, body: str, why: str) -> None:
    """A webhook entered in the wrong box is refused in words that lead to it."""
    found = twilio().parse(form(payload(body), url), NOW)
    assert isinstance(found, Malformed)
    assert why in found.reason


def test_tokens_rotate() -> None:
    """Each of several tokens proves a webhook; one that is gone does not."""
    for key, proven in ((NEW, True), (OLD, True), ("gone", False)):
        assert (twilio().verify(form(payload("inbound.form"), key=key), NOW) is None) == proven


def with_shared(request: WebRequest, says: str, key: str = SHARED, digest: str = "sha256") -> WebRequest:
    """Return the request as a Webhook Setting with a shared key signs it."""
    made = signature(request.url, request.body, key, digest)
    headers = {"x-twilio-signature": made, "x-twilio-webhooks-signature-settings": says}
    return replace(request, headers={**request.headers, **headers})


@pytest.mark.parametrize(
    ("says", "key", "digest", "proven"),
    [
        (f"key={SHARED_ID},algorithm=HMAC_SHA256", SHARED, "sha256", True),
        (f"algorithm=hmac_sha256, key={SHARED_ID}", SHARED, "sha256", True),
        (f"key={SHARED_ID},algorithm=HMAC_SHA256", OLD, "sha256", False),
        (f"key={SHARED_ID},algorithm=HMAC_SHA1", SHARED, "sha1", False),
        (f"key={SHARED_ID}", SHARED, "sha1", False),
        ("key=other,algorithm=HMAC_SHA256", SHARED, "sha256", False),
        ("algorithm=HMAC_SHA256", OLD, "sha256", False),
        ("algorithm=HMAC_SHA1", OLD, "sha1", False),
        ("key=,algorithm=HMAC_MD5", SHARED, "md5", False),
        ("\ufffd\x00é", SHARED, "sha256", False),
    ],
)
def test_shared_keys(says: str, key: str, digest: str, proven: bool) -> None:
    """The key that the header names must have signed, with SHA-256: no header lowers that."""
    provider = twilio(shared_keys={SHARED_ID: SHARED})
    request = with_shared(form(payload("inbound.form")), says, key, digest)
    assert (provider.verify(request, NOW) is None) == proven


def test_shared_keys_alone() -> None:
    """Where no token is configured, a webhook without the shared key's header is not believed."""
    provider = twilio(auth_token=(), api_key_sid="SK1", api_key_secret="s", shared_keys={SHARED_ID: SHARED})
    good = with_shared(form(payload("inbound.form")), f"key={SHARED_ID},algorithm=HMAC_SHA256")
    assert provider.verify(good, NOW) is None
    assert isinstance(provider.verify(form(payload("inbound.form"), key=SHARED), NOW), Unverified)


def as_json(body: bytes, named: bytes | None, url: str = IN) -> WebRequest:
    """Return a JSON webhook: the URL alone is signed, and names a body."""
    url += "" if named is None else f"?bodySHA256={hashlib.sha256(named).hexdigest()}"
    headers = {"content-type": "application/json; charset=utf-8", "x-twilio-signature": signature(url, b"")}
    return WebRequest("POST", url, headers, body)


def test_json() -> None:
    """A JSON webhook is proven by the hash in its URL and read as a form would be."""
    fields = dict(parse_qsl(payload("inbound.form").decode(), keep_blank_values=True))
    body = json.dumps({**fields, "NumMedia": 0, "Channel": {"name": "sms"}}).encode()
    assert read(as_json(body, body)) == TwilioSample().inbound()[1]
    assert isinstance(twilio().verify(as_json(body, None), NOW), Unverified)
    assert isinstance(twilio().verify(as_json(body, body + b" "), NOW), Unverified)


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b"[" * 100_000, b'"text"', b"{}"])
def test_json_that_is_none(body: bytes) -> None:
    """JSON that holds no message is malformed, and does not raise."""
    assert twilio().verify(as_json(body, body), NOW) is None
    assert isinstance(twilio().parse(as_json(body, body), NOW), Malformed)


def test_one_kind_of_webhook_cannot_pass_for_another() -> None:
    """A capture stripped of its fields, or given another content type or method, tells nothing."""
    good = form(payload("inbound.form"))
    text_kind = {**good.headers, "content-type": "application/json"}
    assert isinstance(twilio().verify(replace(good, headers=text_kind), NOW), Unverified)
    assert isinstance(twilio().verify(replace(good, method="GET"), NOW), Unverified)
    body = json.dumps({"MessageSid": SID, "From": THEIRS, "To": OURS}).encode()
    empty = replace(as_json(body, body), body=b"")
    assert isinstance(twilio().verify(empty, NOW), Unverified)
    bare = replace(empty, headers={"x-twilio-signature": empty.headers["x-twilio-signature"]})
    assert isinstance(twilio().parse(bare, NOW), Malformed)
    assert isinstance(twilio().parse(replace(bare, method="GET"), NOW), Malformed)


@pytest.mark.parametrize(
    ("url", "body", "expected"),
    [
        (IN, "inbound.form", TwilioSample().inbound()[1]),
        (f"{OUT}?{QUERY}", "receipt.form", TwilioSample().receipt()[1]),
    ],
)
def test_get(url: str, body: str, expected: Inbound | Receipt) -> None:
    """By GET the fields stand in the signed URL."""
    whole = f"{url}{'&' if '?' in url else '?'}{payload(body).decode()}"
    request = WebRequest("GET", whole, {"x-twilio-signature": signature(whole, b"")})
    assert read(request) == expected
    assert isinstance(twilio().verify(replace(request, url=whole.replace("SM", "XM")), NOW), Unverified)


@pytest.mark.parametrize(
    ("ours", "theirs", "proven"),
    [
        ("https://gw.example/hooks/tw/inbound", "https://gw.example:443/hooks/tw/inbound", True),
        ("https://gw.example:443/hooks/tw/inbound", "https://gw.example/hooks/tw/inbound", True),
        ("http://gw.example/hooks/tw/inbound", "http://gw.example:80/hooks/tw/inbound", True),
        ("https://gw.example/hooks/tw/inbound", "http://gw.example/hooks/tw/inbound", False),
        ("https://gw.example/hooks/tw/inbound", "https://gw.example/hooks/tw/inbound/", False),
        ("https://gw.example/hooks/tw/inbound", "https://gw.example/hooks/tw/inbound?a=1", False),
        ("https://[::1/inbound", "https://[::1/inbound", True),
        ("https://gw.example:x/inbound", "https://gw.example/inbound", False),
    ],
)
def test_the_public_url_is_signed(ours: str, theirs: str, proven: bool) -> None:
    """The usual port may be named or not; anything else of the address must be as Twilio called it."""
    body = payload("inbound.form")
    request = WebRequest("POST", ours, {"x-twilio-signature": signature(theirs, body)}, body)
    assert (twilio().verify(request, NOW) is None) == proven


def test_answers() -> None:
    """A text is answered by TwiML that says nothing, a receipt by nothing at all."""
    provider = twilio()
    told = provider.answer([read(form(payload("inbound.form")))])
    assert (told.status, told.body, told.content_type) == (200, b"<Response/>", "text/xml")
    told = provider.answer([receipt("sent")])
    assert (told.status, told.body) == (204, b"")


@pytest.mark.parametrize(
    "wrong",
    [
        {"account_sid": "SK1"},
        {"auth_token": ()},
        {"auth_token": ""},
        {"auth_token": (), "api_key_sid": "SK1", "api_key_secret": "s"},
        {"api_key_sid": "SK1"},
        {"api_key_secret": "s"},
        {"shared_keys": {"k": ""}},
        {"messaging_service_sid": "AC1"},
        {"base_url": "api.twilio.com"},
        {"autotoken": "x"},
    ],
)
def test_settings_that_cannot_work(wrong: dict[str, Any]) -> None:
    """What could neither send nor prove a webhook is refused at the start."""
    with pytest.raises(ValidationError):
        settings(**wrong)


def test_secrets_are_not_shown() -> None:
    """No secret stands in what a log or a traceback would show; one token may be written as a text."""
    given = settings(
        auth_token="t0ken", shared_keys={"k": "s3cret"}, api_key_sid="SK1", api_key_secret="s3cret"
    )
    assert not re.search("t0ken|s3cret", repr(given))
    assert given.credentials == ("SK1", "s3cret")
    assert settings(auth_token="t0ken").credentials == (ACCOUNT, "t0ken")


def test_the_guide_names_every_setting_and_common_code() -> None:
    """The page explains each key of the table, and each code that stops a lane or is asked again."""
    own = set(Settings.model_fields)
    assert [key for key in own if f"`{key}`" not in GUIDE] == []
    assert [code for code in {*MISCONFIGURED, *LATER, "21610", "30007"} if code not in GUIDE] == []


def test_the_guide_s_configuration_starts(tmp_path: Path) -> None:
    """The file that the guide shows, word for word, is taken without complaint."""
    [written] = re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL)
    (tmp_path / "config.toml").write_text(written)
    report = check(load_settings(tmp_path / "config.toml", {"TWILIO_AUTH_TOKEN": NEW}))
    assert report.problems == ()
    assert report.warnings == ()


def listed(**changes: object) -> dict[str, object]:
    """Return OUTBOUND as Twilio lists it."""
    return {**json.loads(payload("accepted.json")), **changes}


class Directory:
    """Twilio's list of messages, and its resources, as the provider asks for them."""

    def __init__(self) -> None:
        self.pages: list[list[Mapping[str, object]]] = []
        self.undated: list[Mapping[str, object]] = []
        self.resources: dict[str, tuple[int, object]] = {}
        self.asked: list[dict[str, str]] = []

    async def answer(self, request: web.Request) -> web.Response:
        """Give a page of the list, or the resource of that path."""
        place = request.path.removeprefix(f"/2010-04-01/Accounts/{ACCOUNT}")
        if place != "/Messages.json":
            status, said = self.resources.get(place, (404, {"code": 20404}))
            return web.json_response(said, status=status)
        self.asked.append(dict(request.query))
        if not self.pages:
            return web.Response(status=500)
        if "DateSent>" not in request.query:
            return web.json_response({"messages": self.undated, "next_page_uri": None})
        page = int(request.query.get("Page", 0))
        more = f"{request.path}?{urlencode({**request.query, 'Page': page + 1})}"
        last = page + 1 >= len(self.pages)
        return web.json_response({"messages": self.pages[page], "next_page_uri": None if last else more})


@pytest.fixture
async def at_twilio() -> AsyncIterator[tuple[Directory, TwilioProvider]]:
    """Give what Twilio knows, and a provider that asks it."""
    directory = Directory()
    app = web.Application()
    app.router.add_get("/{tail:.*}", directory.answer)
    async with TestServer(app) as server, aiohttp.ClientSession() as http:
        yield directory, twilio(http, base_url=str(server.make_url("")).rstrip("/"))


AtTwilio = tuple[Directory, TwilioProvider]


async def test_look_up_finds_the_same_text(at_twilio: AtTwilio) -> None:
    """The same text from the same number to the same number, since the call, on whatever page."""
    directory, provider = at_twilio
    directory.pages = [[listed(body="another", sid="SM1")], [listed()]]
    assert await provider.look_up(OUTBOUND, NOW) == Accepted(SID, 1)
    first = directory.asked[0]
    assert (first["To"], first["From"], first["DateSent>"]) == (THEIRS, OURS, "2026-11-22T00:00:00Z")


@pytest.mark.parametrize(
    "other",
    [
        {"body": OUTBOUND.body + "!"},
        {"from": "+15145550199"},
        {"to": "+15145550199"},
        {"direction": "inbound"},
        {"date_created": "Sun, 22 Nov 2026 14:59:59 +0000"},
        {"date_created": "yesterday"},
        {"date_created": None},
    ],
)
async def test_look_up_takes_no_other_for_it(at_twilio: AtTwilio, other: dict[str, object]) -> None:
    """A text that differs in one thing, or is older than the call, is another one."""
    directory, provider = at_twilio
    directory.pages, directory.undated = [[listed(**other)]], [listed(**other)]
    assert await provider.look_up(OUTBOUND, NOW) is None


async def test_look_up_finds_what_still_waits_there(at_twilio: AtTwilio) -> None:
    """A text in Twilio's queue has no date of sending: it is looked for without one as well."""
    directory, provider = at_twilio
    directory.pages, directory.undated = [[]], [listed(num_segments="0")]
    assert await provider.look_up(OUTBOUND, NOW) == Accepted(SID, None)


async def test_look_up_has_an_end(at_twilio: AtTwilio) -> None:
    """However long the list, only so many pages are read; without an answer nothing is decided."""
    directory, provider = at_twilio
    assert isinstance(await provider.look_up(OUTBOUND, NOW), Uncertain)
    directory.asked.clear()
    directory.pages = [[listed(body=f"{n}")] for n in range(50)]
    await provider.look_up(OUTBOUND, NOW)
    assert len(directory.asked) <= 6


async def test_look_up_where_nobody_answers() -> None:
    """When Twilio cannot be asked the outcome stays open."""
    async with aiohttp.ClientSession() as http:
        provider = twilio(http, base_url="http://127.0.0.1:9")
        assert isinstance(await provider.look_up(OUTBOUND, NOW), Uncertain)
        assert "cannot be reached" in (await provider.check_online([OURS]))[0]


def online(directory: Directory, account: Mapping[str, object] = {}, **number: object) -> None:
    """Let the account own OURS, its record changed in these fields."""
    record = json.loads(payload("number.json"))["incoming_phone_numbers"][0]
    directory.resources = {
        ".json": (200, {**json.loads(payload("account.json")), **account}),
        "/IncomingPhoneNumbers.json": (200, {"incoming_phone_numbers": [{**record, **number}]}),
    }


async def test_check_online_all_good(at_twilio: AtTwilio) -> None:
    """An account in order is told as such, number by number."""
    directory, provider = at_twilio
    online(directory)
    found = await provider.check_online([OURS, "Clinic"])
    assert len(found) == 3
    assert all(finding.startswith("good: ") for finding in found)


@pytest.mark.parametrize(
    ("account", "number", "finding"),
    [
        ({"status": "suspended"}, {}, "problem: the account is suspended"),
        ({"type": "Trial"}, {}, "warning: a trial account"),
        ({}, {"phone_number": "+15145550199"}, "problem: +15145550100 is not a number of this account"),
        ({}, {"capabilities": {"sms": False, "voice": True}}, "problem: +15145550100 cannot send texts"),
        ({}, {"sms_url": ""}, "problem: +15145550100 has no webhook"),
        ({}, {"sms_url": "https://u:pw@demo.twilio.com/x?t=1"}, "go to https://demo.twilio.com/x; enter"),
        ({}, {"sms_url": IN}, "warning: Twilio does not repeat"),
        ({}, {"sms_url": f"{IN}#rc=0&rp=all"}, "warning: Twilio does not repeat"),
        ({}, {"sms_url": f"{IN}#rc=3"}, "warning: Twilio repeats a text to +15145550100 only when"),
        ({}, {"sms_url": f"{IN}#rc=3&rp=4xx,5xx"}, "good: texts to +15145550100 come here"),
        ({}, {"sms_application_sid": "AP1"}, "warning: a TwiML application"),
    ],
)
async def test_check_online_says_what_is_wrong(
    at_twilio: AtTwilio, account: dict[str, object], number: dict[str, object], finding: str
) -> None:
    """Each thing that would cost texts is told, with what to enter instead."""
    directory, provider = at_twilio
    online(directory, account, **number)
    found = await provider.check_online([OURS])
    assert any(finding in line for line in found), found


async def test_check_online_wrong_credentials(at_twilio: AtTwilio) -> None:
    """Refused credentials are one finding, and nothing else is asked."""
    directory, provider = at_twilio
    directory.resources = {".json": (401, {"code": 20003})}
    [found] = await provider.check_online([OURS])
    assert found.startswith("problem: Twilio refuses the credentials")


async def test_check_online_short_code_and_service(at_twilio: AtTwilio) -> None:
    """A short code is asked for as one; a Messaging Service may lead its texts elsewhere."""
    directory, provider = at_twilio
    online(directory)
    code = {"short_code": "51234", "sms_url": f"{IN}#rc=3&rp=all"}
    directory.resources["/SMS/ShortCodes.json"] = (200, {"short_codes": [code]})
    assert (await provider.check_online(["51234"]))[1].startswith("good: texts to 51234")
    directory.resources["/SMS/ShortCodes.json"] = (500, None)
    assert "answered 500" in (await provider.check_online(["51234"]))[1]


def test_unknown_settings_type() -> None:
    """The provider is not built from another one's settings."""
    from gateway.providers.simulator import Settings as Others

    nothing: Any = None
    with pytest.raises(TypeError):
        PROVIDER(NAME, Others(), nothing, OUT)


def test_hostile_characters_do_not_raise() -> None:
    """A lone surrogate in headers or address is refused; in a text it is replaced on the way out."""
    request = replace(form(payload("inbound.form")), url=IN + "\udcff")
    assert isinstance(twilio().verify(request, NOW), Unverified)
    events: Events | Malformed = twilio().parse(request, NOW)
    assert isinstance(events, Malformed)


async def test_a_text_that_utf8_cannot_hold_is_sent_replaced() -> None:
    """A lone surrogate costs one character, not the call."""
    bodies: list[str] = []

    async def take(request: web.Request) -> web.Response:
        bodies.append(str((await request.post())["Body"]))
        return web.Response(status=201, body=payload("accepted.json"))

    app = web.Application()
    app.router.add_post("/{tail:.*}", take)
    async with TestServer(app) as server, aiohttp.ClientSession() as http:
        provider = twilio(http, base_url=str(server.make_url("")).rstrip("/"))
        message: Outbound = replace(
            OUTBOUND, id=MessageId("x"), recipient=Number("+15145550123"), body="a\ud83db"
        )
        assert isinstance(await provider.send(message), Accepted)
    assert bodies == ["a?b"]
