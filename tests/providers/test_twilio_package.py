"""Twilio's own package as the judge: of signatures in both directions, and of the form of a send."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import example, given, settings
from hypothesis import strategies as st
from multidict import MultiDict
from twilio.http.async_http_client import AsyncTwilioHttpClient  # type: ignore[import-untyped]
from twilio.request_validator import (  # type: ignore[import-untyped]
    SIGNATURE_HEADER,
    SIGNATURE_SETTINGS_HEADER,
    RequestValidator,
    get_signature_algorithm,
)
from twilio.rest import Client  # type: ignore[import-untyped]

from gateway.clock import SteppedClock
from gateway.domain.outcome import Accepted
from gateway.providers.base import WebRequest
from gateway.providers.twilio import PROVIDER, Settings
from tests.providers.contract import NAME, NOW, OURS, OUTBOUND, PUBLIC, THEIRS, Call
from tests.providers.test_twilio import (
    ACCOUNT,
    OLD,
    OUT,
    QUERY,
    SERVICE,
    SHARED,
    SHARED_ID,
    payload,
    twilio,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from gateway.providers.base import Unverified

Pairs = list[tuple[str, str]]

# What separates, escapes or sorts oddly stands often beside anything at all.
TEXTS = st.text(
    st.sampled_from("&=+%;# \n\0aA\u00e9\u0301\U0001f44d") | st.characters(exclude_categories=["Cs"]),
    max_size=8,
)
NAMES = st.sampled_from(["Body", "From", "body", "Bod", "yBody", "MediaUrl0", ""]) | TEXTS
PAIRS = st.lists(st.tuples(NAMES, TEXTS), max_size=8)
URLS = st.sampled_from(
    [
        f"{PUBLIC}/inbound",
        f"{OUT}?{QUERY}",
        "https://gw.example:443/hooks/demo/inbound?a=%20b&c=",
        "https://gw.example:8443/hooks/demo/inbound",
        "http://gw.example/hooks/demo/inbound",
        "http://gw.example:80/hooks/demo/inbound",
    ]
)
ALGORITHMS = st.sampled_from(["HMAC_SHA1", "HMAC_SHA256"])
SETTINGS_NAME, SIGNATURE_NAME = SIGNATURE_SETTINGS_HEADER.lower(), SIGNATURE_HEADER.lower()


def _twice(pairs: Pairs) -> Pairs:
    return pairs + pairs[:1]


def _turned(pairs: Pairs) -> Pairs:
    return pairs[::-1]


def _fewer(pairs: Pairs) -> Pairs:
    return pairs[1:]


def _more(pairs: Pairs) -> Pairs:
    return [*pairs, ("Added", "")]


def _moved(pairs: Pairs) -> Pairs:
    """Move the border between name and value."""
    return [(name + value[:1], value[1:]) for name, value in pairs]


def _altered(pairs: Pairs) -> Pairs:
    return [(name, value + "!") for name, value in pairs]


CHANGES = st.sampled_from([list, _twice, _turned, _fewer, _more, _moved, _altered])


def official(pairs: Pairs) -> MultiDict[str]:
    """Return the fields as a web framework gives them to the package."""
    return MultiDict(pairs)


def headers(signature: str, algorithm: str) -> dict[str, str]:
    """Return what Twilio sends beside the form."""
    found = {"content-type": "application/x-www-form-urlencoded", SIGNATURE_NAME: signature}
    if algorithm == "HMAC_SHA256":
        found[SETTINGS_NAME] = f"key={SHARED_ID},algorithm={algorithm}"
    return found


PROVEN_BY = twilio(shared_keys={SHARED_ID: SHARED})


def ours(request: WebRequest) -> Unverified | None:
    """Return our verdict."""
    return PROVEN_BY.verify(request, NOW)


def key(algorithm: str) -> str:
    """Return the secret that signs by this algorithm."""
    return SHARED if algorithm == "HMAC_SHA256" else OLD


@pytest.mark.slow
@settings(max_examples=1000)
@given(url=URLS, pairs=PAIRS, algorithm=ALGORITHMS)
@example(
    url=f"{PUBLIC}/inbound", pairs=[("Body", "&=+%"), ("Body", ""), ("Body", "&=+%")], algorithm="HMAC_SHA1"
)
def test_what_the_package_signs_we_believe(url: str, pairs: Pairs, algorithm: str) -> None:
    """Every form that Twilio's package signs is proven here: any characters, doubles, empty values."""
    made = RequestValidator(key(algorithm)).compute_signature(url, official(pairs), algorithm)
    request = WebRequest("POST", url, headers(made, algorithm), urlencode(pairs).encode())
    assert ours(request) is None


@pytest.mark.slow
@settings(max_examples=1500)
@given(
    signed_url=URLS,
    url=URLS,
    same_url=st.booleans(),
    pairs=PAIRS,
    change=CHANGES,
    algorithm=ALGORITHMS,
    announced=ALGORITHMS,
    secret=st.sampled_from([OLD, SHARED, "wrong"]),
)
def test_our_verdict_is_the_package_s(
    signed_url: str,
    url: str,
    same_url: bool,
    pairs: Pairs,
    change: Callable[[Pairs], Pairs],
    algorithm: str,
    announced: str,
    secret: str,
) -> None:
    """Of changed fields, addresses, algorithms and keys we believe exactly what Twilio's package believes."""
    url = signed_url if same_url else url
    made = RequestValidator(secret).compute_signature(signed_url, official(pairs), algorithm)
    sent = change(pairs)
    request = WebRequest("POST", url, headers(made, announced), urlencode(sent).encode())
    said = get_signature_algorithm(request.headers.get(SETTINGS_NAME))
    fields = official(parse_qsl(request.body.decode(), keep_blank_values=True))
    theirs = RequestValidator(key(announced)).validate(url, fields, made, said)
    assert (ours(request) is None) == theirs


@pytest.mark.slow
@settings(max_examples=300)
@given(body=st.text(max_size=50), other=st.text(max_size=3), algorithm=ALGORITHMS)
def test_json_verdict_is_the_package_s(body: str, other: str, algorithm: str) -> None:
    """Of a JSON body, changed or not, we believe what the package believes."""
    raw = body.encode(errors="replace")
    url = f"{PUBLIC}/inbound?bodySHA256={hashlib.sha256(raw).hexdigest()}"
    made = RequestValidator(key(algorithm)).compute_signature(url, {}, algorithm)
    sent = raw + other.encode(errors="replace")
    found = {**headers(made, algorithm), "content-type": "application/json"}
    theirs = RequestValidator(key(algorithm)).validate(url, sent.decode(), made, algorithm)
    assert (ours(WebRequest("POST", url, found, sent)) is None) == theirs


@pytest.mark.slow
@settings(max_examples=500)
@given(body=st.text(st.sampled_from("&=+%;a0Fé"), max_size=30))
def test_any_body_is_read_as_frameworks_read_it(body: str) -> None:
    """Even a form that nobody would write holds the fields that Python's own reader finds in it."""
    fields = official(parse_qsl(body, keep_blank_values=True, errors="replace"))
    made = RequestValidator(OLD).compute_signature(OUT, fields)
    assert ours(WebRequest("POST", OUT, headers(made, "HMAC_SHA1"), body.encode())) is None


def test_the_package_lets_an_absent_hash_pass_and_we_do_not() -> None:
    """Where the URL names no body the package believes any: the one place where we are stricter."""
    url = f"{PUBLIC}/inbound"
    made = RequestValidator(OLD).compute_signature(url, {})
    found = {**headers(made, "HMAC_SHA1"), "content-type": "application/json"}
    assert ours(WebRequest("POST", url, found, b'{"MessageSid": "forged"}')) is not None


async def asked_of(call: Callable[[str], Coroutine[object, object, object]]) -> Call:
    """Return the one request that this call makes of a Twilio-shaped server."""
    calls: list[Call] = []

    async def take(request: web.Request) -> web.Response:
        named = {name.lower(): value for name, value in request.headers.items()}
        calls.append(Call(request.method, request.path, dict(request.query), named, await request.read()))
        if request.method == "GET":
            return web.json_response({"messages": [], "next_page_uri": None})
        return web.Response(status=201, body=payload("accepted.json"), content_type="application/json")

    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", take)
    async with TestServer(app) as server:
        await call(str(server.make_url("")).rstrip("/"))
    return calls[0]


async def theirs_sends(base_url: str) -> None:
    """Send OUTBOUND by Twilio's client."""
    http = AsyncTwilioHttpClient()
    try:
        client = Client("SK1", "secret", account_sid=ACCOUNT, http_client=http)
        client.api.base_url = base_url
        await client.messages.create_async(
            to=THEIRS,
            from_=OURS,
            body=OUTBOUND.body,
            messaging_service_sid=SERVICE,
            validity_period=90,
            status_callback=f"{OUT}?{QUERY}",
        )
    finally:
        await http.close()


async def theirs_lists(base_url: str) -> None:
    """List messages by Twilio's client."""
    http = AsyncTwilioHttpClient()
    try:
        client = Client("SK1", "secret", account_sid=ACCOUNT, http_client=http)
        client.api.base_url = base_url
        await client.messages.list_async(to=THEIRS, from_=OURS, date_sent_after=NOW.date(), page_size=100)
    finally:
        await http.close()


def our_settings(base_url: str) -> Settings:
    """Return what the calls of Twilio's client above are given."""
    return Settings.model_validate(
        {
            "account_sid": ACCOUNT,
            "auth_token": OLD,
            "api_key_sid": "SK1",
            "api_key_secret": "secret",
            "messaging_service_sid": SERVICE,
            "base_url": base_url,
        }
    )


async def ours_sends(base_url: str) -> None:
    """Send OUTBOUND by our provider."""
    async with aiohttp.ClientSession() as http:
        provider = PROVIDER(NAME, our_settings(base_url), http, OUT, SteppedClock(NOW))
        outcome = await provider.send(replace(OUTBOUND, expires_at=NOW + timedelta(seconds=90)))
        assert isinstance(outcome, Accepted)


async def ours_looks_up(base_url: str) -> None:
    """Look OUTBOUND up by our provider."""
    async with aiohttp.ClientSession() as http:
        provider = PROVIDER(NAME, our_settings(base_url), http, OUT, SteppedClock(NOW))
        assert await provider.look_up(OUTBOUND, NOW) is None


@pytest.mark.filterwarnings("ignore:.*encode_basic_auth:DeprecationWarning")  # in Twilio's client
async def test_we_send_what_the_client_sends() -> None:
    """Our request for a text is Twilio's client's: path, credentials and every field."""
    theirs, own = await asked_of(theirs_sends), await asked_of(ours_sends)
    assert (own.method, own.path, own.form) == (theirs.method, theirs.path, theirs.form)
    for name in ("authorization", "content-type"):
        assert own.headers[name] == theirs.headers[name]
    assert own.headers["authorization"] == "Basic " + base64.b64encode(b"SK1:secret").decode()


@pytest.mark.filterwarnings("ignore:.*encode_basic_auth:DeprecationWarning")  # in Twilio's client
async def test_we_ask_what_the_client_asks() -> None:
    """Our look-up is the list that Twilio's client asks for."""
    theirs, own = await asked_of(theirs_lists), await asked_of(ours_looks_up)
    assert (own.method, own.path, own.query) == (theirs.method, theirs.path, theirs.query)
