"""The carrier's HTTP side; the wire is described in the package's docstring."""

from __future__ import annotations

import hmac
import json
from typing import TYPE_CHECKING, Any

from aiohttp import web
from yarl import URL

from gateway.clock import to_ms
from gateway.simulator.faults import Refusal
from gateway.simulator.messages import NotConnected, Order, Sent

if TYPE_CHECKING:
    from gateway.simulator.carrier import Carrier
    from gateway.simulator.phones import Received, Texted

_MALFORMED = Refusal(400, "malformed", "the body is not the JSON that was asked for")
_UNAUTHORIZED = Refusal(401, "unauthorized", "the bearer token is wrong")


class Doors:
    """One handler for each path. All of them want the token: a web page must not text through localhost."""

    def __init__(self, carrier: Carrier) -> None:
        self._carrier = carrier
        self._expected = f"Bearer {carrier.token}".encode()

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/messages", self.send)
        app.router.add_get("/messages", self.look_up)
        app.router.add_post("/phones/{number}/texts", self.text)
        app.router.add_get("/phones/{number}", self.phone)
        return app

    async def send(self, request: web.Request) -> web.Response:
        if not self._allowed(request):
            return _refuse(_UNAUTHORIZED)
        if (order := _order(await _read(request))) is None:
            return _refuse(_MALFORMED)
        answer = await self._carrier.work.run(self._carrier.submit(order))
        if isinstance(answer, Sent):
            return web.json_response({"id": answer.id, "segments": answer.segments}, status=202)
        after = {"Retry-After": str(self._carrier.faults.retry_after)} if answer.status == 429 else {}
        return _refuse(answer, after)

    async def look_up(self, request: web.Request) -> web.Response:
        if not self._allowed(request):
            return _refuse(_UNAUTHORIZED)
        found = self._carrier.known(request.query.get("reference", ""))
        rows = [
            {"id": sent.id, "to": sent.order.to, "segments": sent.segments, "at": to_ms(sent.at)}
            for sent in found
        ]
        return web.json_response({"messages": rows})

    async def text(self, request: web.Request) -> web.Response:
        if not self._allowed(request):
            return _refuse(_UNAUTHORIZED)
        asked = await _read(request)
        to, body = asked.get("to"), asked.get("text")
        if not isinstance(to, str) or not isinstance(body, str):
            return _refuse(_MALFORMED)
        try:
            delivery = await self._carrier.text(request.match_info["number"], to, body)
        except NotConnected:
            return _refuse(Refusal(404, "not_connected", "nobody has connected that number"))
        return web.json_response(
            {
                "id": delivery.id,
                "acknowledged": delivery.acknowledged,
                "status": delivery.status,
                "attempts": delivery.attempts,
            }
        )

    async def phone(self, request: web.Request) -> web.Response:
        if not self._allowed(request):
            return _refuse(_UNAUTHORIZED)
        number = request.match_info["number"]
        return web.json_response(
            {
                "number": number,
                "received": [_received(text) for text in self._carrier.phone(number)],
                "texted": [_texted(text) for text in self._carrier.texted(number)],
            }
        )

    def _allowed(self, request: web.Request) -> bool:
        given = request.headers.get("Authorization", "").encode("utf-8", "surrogateescape")
        return hmac.compare_digest(given, self._expected)


async def _read(request: web.Request) -> dict[str, Any]:
    """Return the JSON object of the body; an empty one when it is anything else."""
    try:
        asked = json.loads(await request.read())
    except ValueError:
        return {}
    return asked if isinstance(asked, dict) else {}


def _order(asked: dict[str, Any]) -> Order | None:
    fields = [asked.get(name, "") for name in ("from", "to", "text", "reference", "receipt_url")]
    if not all(isinstance(value, str) for value in fields) or not all(fields[:3]):
        return None
    order = Order(*fields)
    return order if not order.receipt_url or _is_url(order.receipt_url) else None


def _is_url(text: str) -> bool:
    try:
        url = URL(text, encoded=True)
        complete = bool(url.host and url.port)  # read here: a bad port shows only now
    except ValueError:
        return False
    return text.isascii() and text.startswith(("http://", "https://")) and complete


def _refuse(refusal: Refusal, headers: dict[str, str] | None = None) -> web.Response:
    body = {"code": refusal.code, "message": refusal.message}
    return web.json_response(body, status=refusal.status, headers=headers)


def _received(text: Received) -> dict[str, Any]:
    return {
        "id": text.id,
        "from": text.sender,
        "text": text.text,
        "parts": text.parts,
        "at": to_ms(text.at),
    }


def _texted(text: Texted) -> dict[str, Any]:
    return {"id": text.id, "to": text.to, "text": text.text, "at": to_ms(text.at)}
