"""The carrier's calls to the gateway: signed forms, repeated until they are acknowledged."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote_plus

import aiohttp
from yarl import URL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gateway.clock import Clock
    from gateway.simulator.faults import Faults
    from gateway.simulator.workload import Workload

_CONNECTIONS = 64


@dataclass(frozen=True, slots=True)
class Delivery:
    """How the hand-over of one text, or one receipt, to the gateway went."""

    id: str
    status: int | None
    """The gateway's last answer; None when there was none."""
    attempts: int

    @property
    def acknowledged(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def sign(secret: str, url: str, body: bytes, moment: int) -> str:
    """Return the signature header for that body, sent to that URL at that unix second."""
    signed = b"%d.%s.%s" % (moment, url.encode(), body)
    return f"t={moment},v1={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}"


def _encode(fields: Mapping[str, str | int]) -> bytes:
    # Half the time of urlencode, which quotes the names too.
    pairs = (f"{name}={quote_plus(str(value), errors='replace')}" for name, value in fields.items())
    return "&".join(pairs).encode()


class Webhooks:
    """A keep-alive client. Make it inside the running loop and close it there."""

    def __init__(self, clock: Clock, secret: str, work: Workload) -> None:
        self._clock = clock
        self._secret = secret
        self._work = work
        self._http = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=_CONNECTIONS),
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=("Accept", "Accept-Encoding", "User-Agent"),
        )

    async def close(self) -> None:
        await self._http.close()

    async def deliver(
        self, url: str, fields: Mapping[str, str | int], faults: Faults, *, copies: int = 1
    ) -> Delivery:
        """Post the form until it is acknowledged or the schedule ends, then the further copies once each."""
        body = _encode(fields)
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Carrier-Signature": sign(self._secret, url, body, int(self._clock.now().timestamp())),
        }
        post = partial(self._post, URL(url, encoded=True), body, headers, faults.webhook_timeout)
        delivery = Delivery(str(fields["id"]), await post(), 1)
        for wait in faults.retries:
            if delivery.acknowledged:
                break
            await self._work.pause(wait)
            delivery = Delivery(delivery.id, await post(), delivery.attempts + 1)
        for _ in range(1, copies):
            await post()
        return delivery

    async def _post(self, url: URL, body: bytes, headers: Mapping[str, str], wait: float) -> int | None:
        timeout = aiohttp.ClientTimeout(total=wait)
        try:
            async with self._http.post(
                url, data=body, headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                return response.status
        except (aiohttp.ClientError, TimeoutError, OSError):
            return None
