"""Signing in by the one-time link, and what a page of another site cannot do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest

from gateway.app import open_gateway
from gateway.clock import SteppedClock
from gateway.simulator.faults import Faults
from gateway.web.server import serving
from gateway.web.signin import new_signin_link
from tests.web.house import PAGE, House, Visitor, free_socket, house, settings_at, signed_in, visiting

START = datetime(2026, 11, 23, 15, tzinfo=UTC)


@pytest.fixture
async def visitor(at_home: House) -> AsyncIterator[Visitor]:
    """Give a browser that has never been here."""
    async with visiting(at_home) as opened:
        yield opened


async def test_the_link_signs_in_once(at_home: House, visitor: Visitor) -> None:
    """Looking at the link does not use it up, pressing its button does, and a second press is refused."""
    link = await new_signin_link(at_home.gateway)
    for _ in range(2):
        assert "<button" in await visitor.page(link)
    token = link.partition("token=")[2]
    assert await visitor.post("/signin", token=token) == (303, "/")
    assert await visitor.status("/handset") == 200
    async with visiting(at_home) as other:
        assert (await other.post("/signin", token=token))[0] == 403
        assert await other.status("/handset") == 303


async def test_the_cookie_is_closed_to_scripts_and_to_other_sites(at_home: House, visitor: Visitor) -> None:
    """The cookie is HttpOnly and SameSite=Lax; the database knows neither it nor the link, only hashes."""
    link = await new_signin_link(at_home.gateway)
    form = {"token": link.partition("token=")[2]}
    async with visitor.http.post("/signin", data=form, headers=PAGE, allow_redirects=False) as response:
        cookie = response.cookies["gateway_session"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    assert not cookie["secure"]
    kept = b"".join(file.read_bytes() for file in at_home.folder.glob("var/*.db*"))
    assert cookie.value.encode() not in kept
    assert form["token"].encode() not in kept


async def test_a_link_is_worth_nothing_after_a_quarter_of_an_hour(tmp_path: Path) -> None:
    """A link older than 15 minutes signs nobody in."""
    clock = SteppedClock(START)
    with free_socket() as sock:
        settings = settings_at(tmp_path, sock)
        async with (
            open_gateway(settings, clock=clock, faults=Faults()) as gateway,
            serving(gateway, sock=sock) as url,
            aiohttp.ClientSession() as http,
        ):
            link = await new_signin_link(gateway)
            clock.step(timedelta(minutes=16).total_seconds())
            async with http.post(f"{url}/signin", data={"token": link.partition("token=")[2]}) as answer:
                assert answer.status == 403
            clock.step(60)


async def test_signing_out_ends_the_session(at_home: House) -> None:
    """After signing out the old cookie opens nothing any more."""
    async with signed_in(at_home) as visitor:
        stolen = visitor.cookie
        csrf = await visitor.csrf()
        assert await visitor.post("/signout", csrf=csrf) == (303, "/signin")
        assert await visitor.status("/handset") == 303
    headers = {"Cookie": f"gateway_session={stolen}", **PAGE}
    async with at_home.http.get(f"{at_home.url}/handset", headers=headers, allow_redirects=False) as answer:
        assert answer.status == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
async def test_a_form_of_another_site_is_refused(at_home: House, headers: dict[str, str]) -> None:
    """Even with the right token in it, a form that another site sent is refused."""
    async with signed_in(at_home) as visitor:
        csrf = await visitor.csrf()
        assert (await visitor.post("/handset/phones", headers=headers, csrf=csrf))[0] == 403


async def test_a_form_without_its_token_is_refused(at_home: House) -> None:
    """A form needs the token of its session: none, or a wrong one, is refused."""
    async with signed_in(at_home) as visitor:
        assert (await visitor.post("/handset/phones"))[0] == 403
        assert (await visitor.post("/handset/phones", csrf="guessed"))[0] == 403
        csrf = await visitor.csrf()
        own = {"Sec-Fetch-Site": "same-origin", "Origin": at_home.url}
        assert (await visitor.post("/handset/phones", headers=own, csrf=csrf))[0] == 303


async def test_signing_in_leads_nowhere_else(at_home: House, visitor: Visitor) -> None:
    """No parameter makes the sign-in lead to another site."""
    link = await new_signin_link(at_home.gateway)
    token = link.partition("token=")[2]
    goal = "//evil.example/"
    answer = await visitor.post(f"/signin?next={goal}&url={goal}", token=token, next=goal)
    assert answer == (303, "/")


async def test_who_is_not_signed_in_is_told_how(at_home: House, visitor: Visitor) -> None:
    """A person is led to the sign-in page, which says where the link is; a program gets 401."""
    assert await visitor.status("/") == 303
    assert "printed" in await visitor.page("/signin")
    async with at_home.http.get(f"{at_home.url}/handset") as answer:
        assert answer.status == 401
        assert answer.content_type == "application/problem+json"


async def test_behind_https_the_cookie_stays_there(tmp_path: Path) -> None:
    """With a public URL of https the cookie is Secure, and browsers are told to stay on https."""
    async with house(tmp_path, public_url="https://sms.example") as at_home:
        link = await new_signin_link(at_home.gateway)
        assert link.startswith("https://sms.example/signin?token=")
        form = {"token": link.partition("token=")[2]}
        async with at_home.http.post(
            f"{at_home.url}/signin", data=form, headers=PAGE, allow_redirects=False
        ) as response:
            assert response.cookies["gateway_session"]["secure"]
            assert "max-age" in response.headers["Strict-Transport-Security"]
