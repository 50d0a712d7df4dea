"""What every provider must do. Its test subclasses `ProviderContract` and supplies a `Sample`.

    class TestSimulator(ProviderContract):
        sample = SimulatorSample()

A sample speaks the provider's wire: webhooks as the provider would post them, answers as it would give them.
The suite knows no field name; it bends these samples and looks at what the gateway is told.
"""

from __future__ import annotations

import asyncio
import json
import socket
from abc import ABC, abstractmethod
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from gateway.domain.message import Failure, Inbound, MessageId, Number, Outbound, Receipt
from gateway.domain.outcome import Accepted, Misconfigured, OptedOut, Outcome, Refused, RetryLater, Uncertain
from gateway.providers.base import Events, Malformed, Provider, Unverified, WebRequest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
NAME = "demo"
PUBLIC = "https://gw.example/hooks/demo"
NOWHERE = "http://127.0.0.1:9"
OURS, THEIRS = Number("+15145550100"), Number("+15145550123")
OUTBOUND = Outbound(
    id=MessageId("01989d2e-7c3a-7c4e-9b1a-3f2a5d6e7f80"),
    project="clinic",
    sender=OURS,
    recipient=THEIRS,
    body="Café at 9? Reply Y & N = 50% 👍",
    parts=("Café at 9? Reply Y & N = 50% 👍",),
    encoding="UCS-2",
    attempt=1,
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the provider's server says to a send."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Call:
    """What the provider's server was asked."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Sample(ABC):
    """One provider's wire, as its documents and captures show it."""

    signs: ClassVar[bool] = True
    """Webhooks prove where they come from."""
    window: ClassVar[float | None] = 300.0
    """Seconds that a webhook's time may be off; None where the provider's signature bears no time."""
    charset: ClassVar[bytes | None] = b"\xff\xfe"
    """Bytes that make a body unreadable when put in place of its text; None where any bytes are text."""

    @abstractmethod
    def provider(self, http: aiohttp.ClientSession, base_url: str, wait: float) -> Provider:
        """Return the provider, called `NAME`, with `wait` seconds of time-out."""

    @abstractmethod
    def sign(self, request: WebRequest, at: datetime) -> WebRequest:
        """Return the request as the provider would sign it at that moment."""

    @abstractmethod
    def inbound(self, text: bytes = b"STOP") -> tuple[WebRequest, Inbound | None]:
        """Return an unsigned webhook from THEIRS to OURS with that (already encoded) text, and what it means.

        The meaning is only asked for with the text that is the default.
        """

    @abstractmethod
    def receipt(self, status: str | None = None) -> tuple[WebRequest, Receipt | None]:
        """Return an unsigned receipt for OUTBOUND: the golden one, or one with that raw status."""

    @abstractmethod
    def accepted(self) -> tuple[Answer, Accepted]:
        """Return the golden answer to a send, and what it means."""

    @abstractmethod
    def check_call(self, call: Call) -> None:
        """Assert that the call asks for exactly OUTBOUND."""

    @abstractmethod
    def refusals(self) -> list[tuple[Answer, Outcome]]:
        """Return answers that refuse, and what each means; an opt-out among them where it is told at send."""

    def throttled(self) -> Answer:
        return Answer(429, b"{}", {"Retry-After": "7"})


class ProviderContract:
    """The suite."""

    sample: ClassVar[Sample]

    async def test_golden_inbound(self) -> None:
        """A signed inbound is proven and means what it should, to the last field."""
        request, meaning = self.sample.inbound()
        assert await self._read(request) == [meaning]

    async def test_golden_receipt(self) -> None:
        """A signed receipt is proven and means what it should, to the last field."""
        request, meaning = self.sample.receipt()
        assert await self._read(request) == [meaning]

    async def test_unknown_status_is_kept_raw(self) -> None:
        """A status that no document names changes nothing, is kept as it came, and is acknowledged."""
        request, _ = self.sample.receipt("teleported")
        async with self._provider() as provider:
            events = provider.parse(self.sample.sign(request, NOW), NOW)
            assert not isinstance(events, Malformed)
            [receipt] = events
            assert isinstance(receipt, Receipt)
            assert (receipt.status, receipt.raw_status) == (None, "teleported")
            assert 200 <= provider.answer(events).status < 300

    async def test_answer_acknowledges(self) -> None:
        """The answer to what was taken is a 2xx; without events as well."""
        request, _ = self.sample.inbound()
        async with self._provider() as provider:
            events = provider.parse(self.sample.sign(request, NOW), NOW)
            assert not isinstance(events, Malformed)
            assert 200 <= provider.answer(events).status < 300
            assert 200 <= provider.answer([]).status < 300

    async def test_duplicate_is_the_same(self) -> None:
        """A repeated webhook, later in the window, is proven again and names the same message."""
        signed = self.sample.sign(self.sample.inbound()[0], NOW)
        async with self._provider() as provider:
            if not provider.capabilities.names_inbound:
                return
            later = NOW + timedelta(seconds=200)
            assert provider.verify(signed, later) is None
            refs = {_only(provider.parse(signed, moment)).provider_ref for moment in (NOW, later)}
            assert len(refs) == 1
            assert refs != {""}

    async def test_bad_signature(self) -> None:
        """A changed body, a changed address, and no signature at all are not believed, and never raise."""
        if not self.sample.signs:
            return
        request, _ = self.sample.inbound()
        signed = self.sample.sign(request, NOW)
        forged = [
            request,
            replace(signed, body=signed.body.replace(b"STOP", b"STAY")),
            replace(signed, headers={name: value[:-3] + "000" for name, value in signed.headers.items()}),
            replace(signed, headers=dict.fromkeys(signed.headers, "�\x00é")),
            replace(signed, headers=dict.fromkeys(signed.headers, "")),
        ]
        async with self._provider() as provider:
            for attempt in forged:
                assert isinstance(provider.verify(attempt, NOW), Unverified)

    async def test_stale(self) -> None:
        """A capture that is older than the window is refused, and so is one from the future."""
        if self.sample.window is None:
            return
        signed = self.sample.sign(self.sample.inbound()[0], NOW)
        async with self._provider() as provider:
            for sign in (1, -1):
                edge = timedelta(seconds=sign * (self.sample.window - 1))
                assert provider.verify(signed, NOW + edge) is None
                beyond = timedelta(seconds=sign * (self.sample.window + 2))
                assert isinstance(provider.verify(signed, NOW + beyond), Unverified)

    async def test_truncated(self) -> None:
        """A webhook cut anywhere is malformed or means something; it never raises."""
        async with self._provider() as provider:
            for whole in (self.sample.inbound()[0], self.sample.receipt()[0]):
                for length in range(len(whole.body)):
                    cut = self.sample.sign(replace(whole, body=whole.body[:length]), NOW)
                    provider.parse(cut, NOW)
                if whole.body:
                    empty = self.sample.sign(replace(whole, body=b""), NOW)
                    assert isinstance(provider.parse(empty, NOW), Malformed)

    async def test_huge(self) -> None:
        """A text of a million characters is read without raising."""
        request, _ = self.sample.inbound(b"x" * 1_000_000)
        events = await self._read(request)
        assert isinstance(events, Malformed) or len(_only(events).body) == 1_000_000

    async def test_wrong_charset(self) -> None:
        """Bytes that are not in the promised charset are malformed, and do not raise."""
        if self.sample.charset is None:
            return
        request, _ = self.sample.inbound()
        broken = replace(request, body=request.body.replace(b"STOP", self.sample.charset))
        assert isinstance(await self._read(broken), Malformed)

    async def test_golden_send(self) -> None:
        """A send asks for exactly the message, its receipt address names it; the answer is understood."""
        answer, meaning = self.sample.accepted()
        outcome, [call] = await self._send(answer)
        self.sample.check_call(call)
        assert outcome == meaning

    async def test_refusals(self) -> None:
        """Each way to refuse has its treatment: final, opted out, or for the operator."""
        for answer, meaning in self.sample.refusals():
            outcome, calls = await self._send(answer)
            assert len(calls) == 1
            assert type(outcome) is type(meaning)
            if isinstance(outcome, Refused | Misconfigured) and isinstance(meaning, Refused | Misconfigured):
                assert outcome.reason == meaning.reason
            if isinstance(outcome, OptedOut):
                assert outcome.code

    async def test_throttled(self) -> None:
        """A 429 was surely not sent and says when to come again; it is no attempt of the message."""
        outcome, _ = await self._send(self.sample.throttled())
        assert isinstance(outcome, RetryLater)
        assert (outcome.reason, outcome.throttled, outcome.after) == (Failure.RATE_LIMITED, True, 7.0)

    @pytest.mark.parametrize("status", [500, 502, 503, 504])
    async def test_server_error_is_uncertain(self, status: int) -> None:
        """A server error may hide a message that was taken; it is asked once only."""
        outcome, calls = await self._send(Answer(status, b"<html>"))
        assert isinstance(outcome, Uncertain)
        assert len(calls) == 1

    @pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b"\xff", b"[" * 5000])
    async def test_answer_not_understood_is_uncertain(self, body: bytes) -> None:
        """A success that names no message may be one."""
        golden, _ = self.sample.accepted()
        outcome, _ = await self._send(replace(golden, body=body))
        assert isinstance(outcome, Uncertain)

    @pytest.mark.parametrize("status", [401, 403])
    async def test_wrong_credentials_stop_the_lane(self, status: int) -> None:
        """What only the operator can mend is told as such."""
        outcome, _ = await self._send(Answer(status, b"{}"))
        assert isinstance(outcome, Misconfigured)
        assert outcome.reason is Failure.AUTH

    async def test_timeout_is_uncertain(self) -> None:
        """No answer in time: the message may be on its way."""
        outcome, calls = await self._send(None, wait=0.05)
        assert isinstance(outcome, Uncertain)
        assert len(calls) == 1

    async def test_cut_connection_is_uncertain(self) -> None:
        """A connection lost after the request, before the answer, proves nothing."""
        outcome, calls = await self._send(Answer(-1))
        assert isinstance(outcome, Uncertain)
        assert len(calls) == 1

    async def test_connection_refused_may_be_retried(self) -> None:
        """Where nobody listens nothing was sent."""
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            base_url = f"http://127.0.0.1:{unused.getsockname()[1]}"
            async with self._provider(base_url) as provider:
                outcome = await provider.send(OUTBOUND)
        assert isinstance(outcome, RetryLater)
        assert (outcome.reason, outcome.throttled) == (Failure.NETWORK_ERROR, False)

    @asynccontextmanager
    async def _provider(self, base_url: str = NOWHERE, wait: float = 5.0) -> AsyncIterator[Provider]:
        async with aiohttp.ClientSession() as http:
            yield self.sample.provider(http, base_url, wait)

    async def _read(self, request: WebRequest) -> Events | Malformed:
        signed = self.sample.sign(request, NOW)
        async with self._provider() as provider:
            assert provider.verify(signed, NOW) is None
            return provider.parse(signed, NOW)

    async def _send(self, answer: Answer | None, wait: float = 5.0) -> tuple[Outcome, list[Call]]:
        """Send OUTBOUND to a server that gives this answer, none (None), or hangs up (status -1)."""
        calls: list[Call] = []
        gone = asyncio.Event()

        async def take(request: web.Request) -> web.Response:
            headers = {name.lower(): value for name, value in request.headers.items()}
            body = await request.read()
            calls.append(Call(request.method, request.path, dict(request.query), headers, body))
            if answer is None:
                await gone.wait()
            if answer is None or answer.status == -1:
                assert request.transport is not None
                request.transport.close()
                return web.Response()
            return web.Response(status=answer.status, body=answer.body, headers=answer.headers)

        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", take)
        async with TestServer(app) as server:
            base_url = str(server.make_url("")).rstrip("/")
            async with self._provider(base_url, wait) as provider:
                outcome = await provider.send(OUTBOUND)
            gone.set()
        return outcome, calls


def named_in(receipt_url: str) -> tuple[str, dict[str, str]]:
    """Return path and query of a receipt address."""
    address = urlsplit(receipt_url)
    return address.path, dict(parse_qsl(address.query))


def _only(events: Events | Malformed) -> Inbound:
    assert not isinstance(events, Malformed)
    [event] = events
    assert isinstance(event, Inbound)
    return event
