"""Twilio as a provider: texts and receipts as signed webhooks, sends by its REST API of 2010-04-01.

    inbound   MessageSid=SM…&From=%2B1514…&To=%2B1514…&Body=STOP&NumMedia=0&OptOutType=STOP
    receipt   ?project=…&message=0198…   MessageSid=SM…&MessageStatus=undelivered&ErrorCode=30007
    send      POST {base_url}/2010-04-01/Accounts/{AC}/Messages.json  To, From, Body, StatusCallback
              201 {"sid": "SM…", "num_segments": "1"}  ·  400 {"code": 21610, "message": …}

A webhook is signed with the account's token (HMAC-SHA1) or with a shared key (HMAC-SHA256) over the public
URL and the sorted fields. Neither tells a time, so a capture can be played again; it changes nothing: an
inbound is known by its MessageSid, and a receipt by what it says (see `_moment`).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, Literal, Self
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import UUID

import aiohttp
from pydantic import BeforeValidator, Field, SecretStr, model_validator
from yarl import URL

from gateway.clock import Clock, SystemClock, from_ms
from gateway.domain.message import Failure, Inbound, MessageId, Number, Outbound, Receipt, Status
from gateway.domain.outcome import Outcome, RetryLater, Uncertain
from gateway.providers._twilio_answers import accepted, is_same, read_answer, read_json, records, whole
from gateway.providers._twilio_codes import EXPIRED, FAILURES, STATUSES
from gateway.providers._twilio_online import account_findings, number_findings
from gateway.providers._twilio_signature import fields_of, is_json, is_signed, names_its_body
from gateway.providers.base import Capabilities, Malformed, ProviderSettings, Unverified, WebResponse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gateway.providers.base import Events, WebRequest

_LONGEST_VALIDITY: Final = 36_000
_PAGES: Final = 5
_PAGE_SIZE: Final = 100
_MOST_MEDIA: Final = 10
_TWIML: Final = WebResponse(body=b"<Response/>", content_type="text/xml")
_FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str | SecretStr) else value


class Settings(ProviderSettings):
    """`[providers.x]` with kind = "twilio"."""

    kind: Literal["twilio"] = "twilio"
    account_sid: str = Field(pattern=r"^AC[0-9A-Za-z]+$")
    auth_token: Annotated[tuple[SecretStr, ...], BeforeValidator(_as_list)] = ()
    """The account's token, or several while it is being changed: the first sends, all verify."""
    api_key_sid: str | None = Field(None, pattern=r"^SK[0-9A-Za-z]+$")
    """Sends with this key instead of the token."""
    api_key_secret: SecretStr | None = None
    shared_keys: dict[str, SecretStr] = Field(default_factory=dict)
    """Keys of Twilio's webhook settings, id to secret; they sign with HMAC-SHA256."""
    messaging_service_sid: str | None = Field(None, pattern=r"^MG[0-9A-Za-z]+$")
    """The service whose rules apply to what is sent; its pool must hold every sender."""
    base_url: str = Field("https://api.twilio.com", pattern=r"^https?://[^/]")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.api_key_sid is None) != (self.api_key_secret is None):
            raise ValueError("api_key_sid and api_key_secret go together")
        if not self.auth_token and self.api_key_sid is None:
            raise ValueError("needs auth_token, or api_key_sid and api_key_secret, to send")
        if not self.auth_token and not self.shared_keys:
            raise ValueError("needs auth_token or shared_keys, to know a webhook of Twilio's")
        if not all(secret.get_secret_value() for secret in (*self.auth_token, *self.shared_keys.values())):
            raise ValueError("a token or key is empty")
        return self

    @property
    def credentials(self) -> tuple[str, str]:
        """Name and password of a call."""
        if self.api_key_sid is not None and self.api_key_secret is not None:
            return self.api_key_sid, self.api_key_secret.get_secret_value()
        return self.account_sid, self.auth_token[0].get_secret_value()


class TwilioProvider:
    """One account at Twilio."""

    Settings: ClassVar[type[ProviderSettings]] = Settings
    # Twilio hangs up after 15 seconds, and comes again only where the webhook's address asks for it.
    capabilities: ClassVar[Capabilities] = Capabilities(look_up=True, hold=12.0, retries_inbound=False)

    def __init__(
        self,
        name: str,
        settings: ProviderSettings,
        http: aiohttp.ClientSession,
        receipt_url: str,
        clock: Clock | None = None,
    ) -> None:
        if not isinstance(settings, Settings):
            raise TypeError("a Twilio provider needs its own settings")
        self.name = name
        self._base = settings.base_url.rstrip("/")
        self._account = f"/2010-04-01/Accounts/{settings.account_sid}"
        self._service = settings.messaging_service_sid
        self._tokens = tuple(secret.get_secret_value().encode() for secret in settings.auth_token)
        self._shared = {key: (s.get_secret_value().encode(),) for key, s in settings.shared_keys.items()}
        self._headers = {"Authorization": aiohttp.encode_basic_auth(*settings.credentials)}
        # Half of the time for the connection: when that fails, surely nothing was sent.
        self._limits = aiohttp.ClientTimeout(total=settings.timeout, connect=settings.timeout / 2)
        self._http = http
        self._receipt_url = receipt_url
        self._clock = clock or SystemClock()

    def verify(self, request: WebRequest, now: datetime) -> Unverified | None:
        """Check the signature with each key that may have made it. Twilio tells no time to check."""
        given = request.headers.get("x-twilio-signature", "")
        if not given:
            return Unverified("no signature")
        keys, digest = self._keys(request.headers.get("x-twilio-webhooks-signature-settings", ""))
        if not keys:
            return Unverified("signed with a key that is not configured")
        if is_json(request) and not names_its_body(request):
            return Unverified("bodySHA256 is missing or is not of this body")
        if is_signed(request, given, keys, digest):
            return None
        return Unverified("wrong signature; is public_url exactly what Twilio calls?")

    def parse(self, request: WebRequest, now: datetime) -> Events | Malformed:
        """Read an inbound text or a receipt; the end of the URL's path says which."""
        address = urlsplit(request.url)
        try:
            fields = fields_of(request)
            if address.path.endswith("/inbound"):
                if "MessageStatus" in fields:
                    return Malformed("a status callback at the address of inbound texts")
                return [self._inbound(fields, now)]
            if address.path.endswith("/receipt"):
                return [self._receipt(fields, dict(parse_qsl(address.query)), now)]
        except KeyError as missing:
            return Malformed(f"the field {missing} is missing")
        except (ValueError, RecursionError):
            return Malformed("neither a form nor JSON in UTF-8")
        return Malformed("neither inbound nor receipt")

    def answer(self, events: Events) -> WebResponse:
        """Acknowledge; a text is answered by TwiML that sends nothing."""
        return _TWIML if any(isinstance(event, Inbound) for event in events) else WebResponse(204)

    async def send(self, outbound: Outbound) -> Outcome:
        """Hand one message over. Only what surely was not sent is `RetryLater`."""
        form = urlencode(self.form(outbound, self._clock.now()), errors="replace")
        url, headers = f"{self._base}{self._account}/Messages.json", self._headers | _FORM
        try:
            async with self._http.post(
                url, data=form.encode(), headers=headers, timeout=self._limits, allow_redirects=False
            ) as response:
                return read_answer(response.status, response.headers, await response.read())
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            return RetryLater(Failure.NETWORK_ERROR, detail=type(error).__name__)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return Uncertain(type(error).__name__)

    def form(self, outbound: Outbound, now: datetime) -> dict[str, str]:
        """Return the fields of a send; the receipt's address names the message."""
        query = urlencode({"project": outbound.project, "message": outbound.id})
        form = {
            "To": outbound.recipient,
            "From": outbound.sender,
            "Body": outbound.body,
            "StatusCallback": f"{self._receipt_url}?{query}",
        }
        if self._service is not None:
            form["MessagingServiceSid"] = self._service
        if outbound.expires_at is not None:
            seconds = int((outbound.expires_at - now).total_seconds())
            if seconds < _LONGEST_VALIDITY:
                form["ValidityPeriod"] = str(max(1, seconds))
        return form

    async def look_up(self, outbound: Outbound, since: datetime) -> Outcome | None:
        """Look for the same text to the same number since that moment; Twilio knows no reference of ours.

        A text that still waits at Twilio has no date of sending yet, so the newest are read without it too.
        """
        who = {"To": outbound.recipient, "From": outbound.sender, "PageSize": str(_PAGE_SIZE)}
        sent_since = {"DateSent>": f"{since.astimezone(UTC):%Y-%m-%d}T00:00:00Z"}
        for query, pages in ((who | sent_since, _PAGES), (who, 1)):
            path: object = f"{self._account}/Messages.json?{urlencode(query)}"
            while pages and isinstance(path, str) and path.startswith("/"):
                status, said = await self._get(path)
                if status != 200:
                    return Uncertain(f"look-up answered {status}")
                for known in records(said, "messages"):
                    if is_same(known, outbound, since):
                        return accepted(known)
                path, pages = said.get("next_page_uri"), pages - 1
        return None

    async def check_online(self, numbers: Iterable[str]) -> list[str]:
        """Return what the account says of its credentials and of these senders; sends nothing.

        Each finding begins with `good:`, `warning:` or `problem:`.
        """
        status, said = await self._get(f"{self._account}.json")
        findings = list(account_findings(status, said))
        if status != 200:
            return findings
        inbound_url = f"{self._receipt_url.removesuffix('receipt')}inbound"
        for number in numbers:
            if number.startswith("+"):
                path, query = "IncomingPhoneNumbers.json", {"PhoneNumber": number}
            elif number.isdigit():
                path, query = "SMS/ShortCodes.json", {"ShortCode": number}
            else:
                findings.append(f"good: {number} is a name; nobody can answer it, so it has no webhook")
                continue
            status, said = await self._get(f"{self._account}/{path}?{urlencode(query)}")
            owned = [*records(said, "incoming_phone_numbers"), *records(said, "short_codes")]
            service = self._service is not None
            findings += number_findings(number, status, owned, inbound_url, service=service)
        return findings

    async def _get(self, path: str) -> tuple[int, dict[str, Any]]:
        """Return status and JSON of a question; status 0 where there is no answer."""
        try:
            url = URL(self._base + path, encoded=True)
            async with self._http.get(
                url, headers=self._headers, timeout=self._limits, allow_redirects=False
            ) as response:
                return response.status, read_json(await response.read())
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return 0, {"message": type(error).__name__}

    def _keys(self, settings: str) -> tuple[tuple[bytes, ...], str]:
        """Return the secrets that may have signed, and how.

        A shared key signs with SHA-256 only: a header alone cannot lower that, nor choose another secret.
        """
        if not settings:
            return self._tokens, "sha1"
        said = dict(part.strip().split("=", 1) for part in settings.split(",") if "=" in part)
        if said.get("algorithm", "").upper() != "HMAC_SHA256":
            return (), ""
        return self._shared.get(said.get("key", ""), ()), "sha256"

    def _inbound(self, fields: Mapping[str, str], now: datetime) -> Inbound:
        media = range(min(whole(fields.get("NumMedia", "")) or 0, _MOST_MEDIA))
        return Inbound(
            provider=self.name,
            provider_ref=fields["MessageSid"],
            sender=Number(fields["To"]),
            number=Number(fields["From"]),
            body=fields.get("Body", ""),
            received_at=now,
            optout_answered=fields.get("OptOutType") or None,
            media=tuple(url for i in media if (url := fields.get(f"MediaUrl{i}"))),
        )

    def _receipt(self, fields: Mapping[str, str], query: Mapping[str, str], now: datetime) -> Receipt:
        raw, code = fields["MessageStatus"], fields.get("ErrorCode", "")
        status, reason = STATUSES.get(raw, (None, None))
        if status is not None and reason is not None:
            reason = FAILURES.get(code, reason)
            status = Status.EXPIRED if code == EXPIRED else status
        message_id = query.get("message")
        return Receipt(
            provider=self.name,
            provider_ref=fields["MessageSid"],
            status=status,
            raw_status=raw,
            at=_moment(fields.get("RawDlrDoneDate", ""), message_id, now),
            project=query.get("project"),
            message_id=MessageId(message_id) if message_id else None,
            raw_code=code,
            reason=reason,
        )


PROVIDER = TwilioProvider


def _moment(done: str, message_id: str | None, now: datetime) -> datetime:
    """Return when it happened, never by our own clock, so that a receipt played again says the same.

    Twilio passes the carrier's YYMMDDhhmm on, without a zone (read as UTC), and only for the last status.
    For the others the moment stands in at which our message was made, as its id (UUIDv7) tells it.
    """
    try:
        if done:
            return datetime.strptime(done, "%y%m%d%H%M").replace(tzinfo=UTC)
        return from_ms(UUID(message_id or "").int >> 80)
    except (ValueError, OverflowError):
        return now
