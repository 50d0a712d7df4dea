"""The simulated carrier as a phone's owner meets it, over its HTTP door (see `gateway.simulator`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import aiohttp
from aiohttp import web

from gateway.providers.simulator import Settings
from gateway.web.keys import ENGINE, HTTP, Engine

_HAND_OVER = aiohttp.ClientTimeout(total=30)
_LOOK = aiohttp.ClientTimeout(total=2)
_NETWORK_TEXT = "net-"
"""How the ids of texts begin that the network itself wrote."""


@dataclass(frozen=True, slots=True)
class NetworkText:
    """What the network texted to a phone in our number's name, because of a text of the phone."""

    id: str
    because: str
    """The carrier's id of the text that the phone had written."""
    body: str
    segments: int


async def hand_over(app: web.Application, phone: str, sender: str, body: str) -> bool:
    """Let a phone text one of our numbers; tell whether the gateway acknowledged it."""
    asked = {"to": sender, "text": body}
    try:
        async with app[HTTP].post(
            f"{_url(app[ENGINE], phone)}/texts", json=asked, headers=_headers(app), timeout=_HAND_OVER
        ) as response:
            return response.status == 200 and bool((await response.json())["acknowledged"])
    except (aiohttp.ClientError, TimeoutError):
        return False


async def network_texts(app: web.Application, phone: str, sender: str) -> list[NetworkText]:
    """Return what the network wrote to a phone by itself: no ledger of ours knows of it."""
    try:
        async with app[HTTP].get(_url(app[ENGINE], phone), headers=_headers(app), timeout=_LOOK) as response:
            screen = await response.json() if response.status == 200 else {}
    except (aiohttp.ClientError, TimeoutError):
        return []
    texted = [text for text in screen.get("texted", ()) if text["to"] == sender]
    return [
        NetworkText(text["id"], _cause(texted, text["at"]), text["text"], text["parts"])
        for text in screen.get("received", ())
        if text["from"] == sender and text["id"].startswith(_NETWORK_TEXT)
    ]


def _cause(texted: Sequence[dict[str, Any]], at: int) -> str:
    """Return the id of the last text that the phone wrote before a moment."""
    before = [text["id"] for text in texted if text["at"] <= at]
    return str(before[-1]) if before else ""


def _url(engine: Engine, phone: str) -> str:
    base_url = engine.carrier.base_url if engine.carrier else ""
    return f"{base_url}/phones/{quote(phone, safe='')}"


def _headers(app: web.Application) -> dict[str, str]:
    for table in app[ENGINE].settings.providers.values():
        if isinstance(table, Settings) and table.base_url is None:
            return {"Authorization": f"Bearer {table.token.get_secret_value()}"}
    return {}
