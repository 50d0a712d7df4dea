"""A whole gateway on a free port, with its simulated carrier, for the length of a test."""

from __future__ import annotations

import asyncio
import re
import shutil
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp

from gateway.app import Gateway, open_gateway, simulated
from gateway.settings import Settings, load_settings
from gateway.simulator.faults import Faults
from gateway.simulator.webhooks import sign
from gateway.store import messages
from gateway.store.messages import Message
from gateway.web.server import serving
from gateway.web.session import COOKIE
from gateway.web.signin import new_signin_link

ROOT = Path(__file__).parent.parent.parent
OURS = "+15145550100"
TOLL_FREE = "+18335550100"
PHONE = "+15145550123"
PAGE = {"Accept": "text/html"}


def settings_at(folder: Path, sock: socket.socket, environ: Mapping[str, str] = {}) -> Settings:
    """Return the shipped configuration, copied into a folder and reached on that socket."""
    shutil.copy(ROOT / "config.toml", folder / "config.toml")
    settings = load_settings(folder / "config.toml", environ)
    url = f"http://127.0.0.1:{sock.getsockname()[1]}"
    server = {"public_url": url, "shutdown_grace": timedelta(seconds=0.5)}
    return replace(settings, server=settings.server.model_copy(update=server))


def free_socket() -> socket.socket:
    """Bind a free port of this machine."""
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    return sock


@dataclass(frozen=True, slots=True)
class House:
    """A running gateway, its address, and a client that keeps no cookies."""

    gateway: Gateway
    url: str
    http: aiohttp.ClientSession
    folder: Path

    @property
    def carrier_secret(self) -> str:
        found = simulated(self.gateway.settings)
        assert found
        return found[1].secrets[0].get_secret_value()

    def signed(self, url: str, body: bytes, *, age: int = 0) -> dict[str, str]:
        """Return the headers that the carrier would send."""
        moment = int(self.gateway.clock.now().timestamp()) - age
        return {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Carrier-Signature": sign(self.carrier_secret, url, body, moment),
        }

    async def hook(self, fields: Mapping[str, str], *, kind: str = "inbound", query: str = "") -> int:
        """Send a signed webhook; return the status of the answer."""
        url, body = f"{self.url}/hooks/demo/{kind}{query}", urlencode(fields).encode()
        async with self.http.post(url, data=body, headers=self.signed(url, body)) as response:
            return response.status

    async def text(self, body: str, *, to: str = OURS, phone: str = PHONE) -> bool:
        """Let a simulated phone text one of our numbers; tell whether it was acknowledged."""
        assert self.gateway.carrier
        return (await self.gateway.carrier.carrier.text(phone, to, body)).acknowledged

    async def ledger(self, phone: str = PHONE) -> list[Message]:
        """Return what was said with a phone, the oldest first."""
        async with self.gateway.database.reading() as tx:
            return await messages.of_number(tx, phone)

    async def settled(self, phone: str = PHONE) -> Sequence[Message]:
        """Return the ledger once nothing of it is under way any more."""
        async with asyncio.timeout(20):
            while not (found := await self.ledger(phone)) or not all(m.status.final for m in found):
                await self.gateway.clock.sleep(0.02)
        return found

    @property
    def listeners(self) -> int:
        """How many open pages the gateway keeps events for."""
        return len(self.gateway.feed._subscribers)  # noqa: SLF001 - nothing else shows what was left behind

    def counted(self, sample: str, **labels: str) -> float:
        """Return the value of a line of /metrics."""
        inside = ",".join(f'{name}="{value}"' for name, value in labels.items())
        for line in self.gateway.metrics.render().decode().splitlines():
            if line.startswith(f"{sample}{{{inside}}} "):
                return float(line.rpartition(" ")[2])
        return 0.0


@asynccontextmanager
async def house(folder: Path, **changes: Any) -> AsyncIterator[House]:
    """Run a gateway on a copy of the shipped configuration; `changes` are of its `[server]` table."""
    with free_socket() as sock:
        settings = settings_at(folder, sock)
        settings = replace(settings, server=settings.server.model_copy(update=changes))
        async with (
            open_gateway(settings, faults=Faults()) as gateway,
            serving(gateway, sock=sock) as url,
            aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http,
        ):
            yield House(gateway, url, http, folder)


@dataclass(frozen=True, slots=True)
class Visitor:
    """A browser: it keeps cookies, asks for pages, and follows no redirect by itself."""

    http: aiohttp.ClientSession

    @property
    def cookie(self) -> str:
        """The session's token."""
        return next(cookie.value for cookie in self.http.cookie_jar if cookie.key == COOKIE)

    async def page(self, path: str, **headers: str) -> str:
        """Return a page that must be there."""
        async with self.http.get(path, headers={**PAGE, **headers}) as response:
            assert response.status == 200, (path, response.status)
            return await response.text()

    async def status(self, path: str) -> int:
        """Return the status of a page."""
        async with self.http.get(path, headers=PAGE, allow_redirects=False) as response:
            return response.status

    async def post(
        self, path: str, *, headers: Mapping[str, str] = {}, **fields: str
    ) -> tuple[int, str | None]:
        """Send a form; return the status and where it leads."""
        given = {**PAGE, **headers}
        async with self.http.post(path, data=fields, headers=given, allow_redirects=False) as response:
            return response.status, response.headers.get("Location")

    async def csrf(self) -> str:
        """Return the token that the forms of this session carry."""
        found = re.search(r'name="csrf" value="([^"]+)"', await self.page("/handset"))
        assert found
        return found[1]


@asynccontextmanager
async def visiting(at_home: House) -> AsyncIterator[Visitor]:
    """Give a browser that is not signed in."""
    jar = aiohttp.CookieJar(unsafe=True)  # cookies of an IP address too
    async with aiohttp.ClientSession(base_url=at_home.url, cookie_jar=jar) as http:
        yield Visitor(http)


@asynccontextmanager
async def signed_in(at_home: House) -> AsyncIterator[Visitor]:
    """Give a browser of the operator."""
    link = await new_signin_link(at_home.gateway)
    async with visiting(at_home) as visitor:
        assert await visitor.post("/signin", token=link.partition("token=")[2]) == (303, "/")
        yield visitor
