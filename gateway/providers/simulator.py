"""The simulated carrier as a provider, over a real HTTP wire.

The wire is documented in `gateway/simulator/__init__.py`; this file alone knows it on the gateway's side.

    POST {base_url}/messages  {"from": …, "to": …, "text": …, "reference": our id, "receipt_url": …}
        202 {"id": "out-…", "segments": 1}  ·  400 {"code": "opted_out", "message": …}
    receipt  id=out-…&reference=0198…&status=delivered&code=&at=1790000000000&part=1&parts=1
"""

from __future__ import annotations

import hashlib
import hmac
import json
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, Self
from urllib.parse import parse_qsl, urlencode, urlsplit

import aiohttp
from pydantic import Field, SecretStr, model_validator

from gateway.clock import from_ms
from gateway.domain.message import Failure, Inbound, MessageId, Number, Outbound, Part, Receipt, Status
from gateway.domain.outcome import Accepted, Misconfigured, OptedOut, Outcome, Refused, RetryLater, Uncertain
from gateway.providers.base import Capabilities, Malformed, ProviderSettings, Unverified, WebResponse

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from gateway.providers.base import Events, WebRequest

STATUSES: Final[Mapping[str, tuple[Status, Failure | None]]] = {
    "sent": (Status.SENT, None),
    "delivered": (Status.DELIVERED, None),
    "undelivered": (Status.UNDELIVERED, Failure.UNKNOWN),
    "rejected": (Status.REJECTED, Failure.UNKNOWN),
    "expired": (Status.EXPIRED, Failure.EXPIRED),
    "unknown": (Status.UNKNOWN, None),
}
"""The status, and the reason where the code beside it says nothing."""

CODES: Final[Mapping[str, Failure]] = {
    "absent": Failure.UNREACHABLE_TEMPORARY,
    "filtered": Failure.CARRIER_FILTERED,
    "geo_blocked": Failure.GEO_BLOCKED,
    "invalid_number": Failure.INVALID_DESTINATION,
    "not_mobile": Failure.NOT_MOBILE,
    "opted_out": Failure.OPTED_OUT,
    "sender_unknown": Failure.SENDER_INVALID,
    "too_long": Failure.CONTENT_REJECTED,
    "unreachable": Failure.UNREACHABLE_PERMANENT,
}

_WINDOW: Final = 300
"""Seconds that a signature's time may lie in the past or in the future."""


class Settings(ProviderSettings):
    """`[providers.x]` with kind = "simulator"; without base_url the carrier runs in the same process."""

    kind: Literal["simulator"] = "simulator"
    base_url: str | None = Field(None, pattern=r"^https?://[^/]")
    token: SecretStr = Field(default_factory=lambda: SecretStr(token_urlsafe(24)))
    """What we show to the carrier."""
    secrets: tuple[SecretStr, ...] = Field(
        default_factory=lambda: (SecretStr(token_urlsafe(24)),), min_length=1
    )
    """What webhooks are signed with; several while they are being changed."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.base_url is not None and not {"token", "secrets"} <= self.model_fields_set:
            raise ValueError("a simulator with a base_url needs its token and secrets")
        return self


class SimulatorProvider:
    """One account at the simulated carrier."""

    Settings: ClassVar[type[ProviderSettings]] = Settings
    capabilities: ClassVar[Capabilities] = Capabilities(look_up=True, hold=8.0)

    def __init__(
        self, name: str, settings: ProviderSettings, http: aiohttp.ClientSession, receipt_url: str
    ) -> None:
        if not isinstance(settings, Settings) or settings.base_url is None:
            raise TypeError("a simulator provider needs its own settings, with the carrier's address")
        self.name = name
        self._messages = f"{settings.base_url.rstrip('/')}/messages"
        self._keys = tuple(secret.get_secret_value().encode() for secret in settings.secrets)
        self._headers = {"Authorization": f"Bearer {settings.token.get_secret_value()}"}
        # Half of the time for the connection: when that fails, surely nothing was sent.
        self._limits = aiohttp.ClientTimeout(total=settings.timeout, connect=settings.timeout / 2)
        self._http = http
        self._receipt_url = receipt_url

    def verify(self, request: WebRequest, now: datetime) -> Unverified | None:
        """Check the signature and its age."""
        header = request.headers.get("x-carrier-signature", "")
        moment, _, given = header.removeprefix("t=").partition(",v1=")
        if not given or (second := _number(moment)) is None:
            return Unverified("no signature")
        if abs(now.timestamp() - second) > _WINDOW:
            return Unverified("the signature is too old or too new")
        # A hostile request may hold what UTF-8 cannot.
        signed = f"{moment}.{request.url}.".encode(errors="replace") + request.body
        for key in self._keys:
            expected = hmac.new(key, signed, hashlib.sha256).hexdigest().encode()
            if hmac.compare_digest(expected, given.encode(errors="replace")):
                return None
        return Unverified("wrong signature")

    def parse(self, request: WebRequest, now: datetime) -> Events | Malformed:
        """Read an inbound text or a receipt; the end of the URL's path says which."""
        address = urlsplit(request.url)
        try:
            form = dict(request.form())
            if address.path.endswith("/inbound"):
                return [self._inbound(form, now)]
            if address.path.endswith("/receipt"):
                return [self._receipt(form, dict(parse_qsl(address.query)), now)]
        except KeyError as missing:
            return Malformed(f"the field {missing} is missing")
        except ValueError:
            return Malformed("not a form in UTF-8")
        return Malformed("neither inbound nor receipt")

    def answer(self, events: Events) -> WebResponse:
        """Acknowledge: any 2xx does."""
        return WebResponse()

    async def send(self, outbound: Outbound) -> Outcome:
        """Hand one message over. Only what surely was not sent is `RetryLater`."""
        query = urlencode({"project": outbound.project, "message": outbound.id})
        body = {
            "from": outbound.sender,
            "to": outbound.recipient,
            "text": outbound.body,
            "reference": outbound.id,
            "receipt_url": f"{self._receipt_url}?{query}",
        }
        try:
            async with self._http.post(
                self._messages, json=body, headers=self._headers, timeout=self._limits, allow_redirects=False
            ) as response:
                return read_answer(response.status, response.headers, await response.read())
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            return RetryLater(Failure.NETWORK_ERROR, detail=type(error).__name__)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return Uncertain(type(error).__name__)

    async def look_up(self, outbound: Outbound, since: datetime) -> Outcome | None:
        """Ask by our reference; a question without an answer leaves the outcome uncertain."""
        try:
            url = f"{self._messages}?{urlencode({'reference': outbound.id})}"
            async with self._http.get(url, headers=self._headers, timeout=self._limits) as response:
                return read_known(response.status, await response.read(), since)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return Uncertain(type(error).__name__)

    def _inbound(self, form: Mapping[str, str], now: datetime) -> Inbound:
        return Inbound(
            provider=self.name,
            provider_ref=form["id"],
            sender=Number(form["to"]),
            number=Number(form["from"]),
            body=form["text"],
            received_at=_moment(form.get("received_at", ""), now),
            part=_part(form),
        )

    def _receipt(self, form: Mapping[str, str], query: Mapping[str, str], now: datetime) -> Receipt:
        code = form.get("code", "")
        status, reason = STATUSES.get(form["status"], (None, None))
        message = query.get("message") or form.get("reference")
        return Receipt(
            provider=self.name,
            provider_ref=form["id"],
            status=status,
            raw_status=form["status"],
            at=_moment(form.get("at", ""), now),
            project=query.get("project"),
            message_id=MessageId(message) if message else None,
            raw_code=code,
            reason=CODES.get(code, reason),
            part=_number(form.get("part", "")) or 1,
            parts=_number(form.get("parts", "")) or 1,
        )


PROVIDER = SimulatorProvider


def read_answer(status: int, headers: Mapping[str, str], body: bytes) -> Outcome:
    """Return what an answer to a send means."""
    said = _json(body)
    code, detail = str(said.get("code", "")), str(said.get("message", ""))
    if 200 <= status < 300:
        return _accepted(said)
    if status == 429:
        after = _number(headers.get("Retry-After", ""))
        return RetryLater(Failure.RATE_LIMITED, after, throttled=True, code=code, detail=detail)
    if status >= 500 or status == 408:
        return Uncertain(f"answered {status}")
    if status in {401, 403}:
        return Misconfigured(Failure.AUTH, code, detail)
    if code == "opted_out":
        return OptedOut(code, detail)
    if status in {400, 422}:
        return Refused(CODES.get(code, Failure.UNKNOWN), code, detail)
    return Misconfigured(Failure.CONFIG, code, f"answered {status}; is base_url right?")


def read_known(status: int, body: bytes, since: datetime) -> Outcome | None:
    """Return what an answer to a look-up means; its times are compared by the second."""
    known = _json(body).get("messages")
    if status != 200 or not isinstance(known, list):
        return Uncertain(f"look-up answered {status}")
    earliest = int(since.timestamp()) * 1000
    for found in known:
        if isinstance(found, dict) and isinstance(found.get("at"), int) and found["at"] >= earliest:
            return _accepted(found)
    return None


def _accepted(said: Mapping[str, Any]) -> Outcome:
    provider_ref, segments = said.get("id"), said.get("segments")
    if not isinstance(provider_ref, str) or not provider_ref:
        return Uncertain("taken, as it seems, but the answer bears no id")
    return Accepted(provider_ref, segments if isinstance(segments, int) else None)


def _json(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 13 else None


def _moment(text: str, now: datetime) -> datetime:
    """Return the moment of integer UTC milliseconds; `now` where there is none."""
    return now if (milliseconds := _number(text)) is None else from_ms(milliseconds)


def _part(form: Mapping[str, str]) -> Part | None:
    """Return the place of a part; a place that cannot be makes it a text of its own."""
    number, total = _number(form.get("concat_part", "")), _number(form.get("concat_total", ""))
    reference = form.get("concat_ref", "")
    if not reference or not number or not total or not number <= total <= 255 or total == 1:
        return None
    return Part(reference, number, total)
