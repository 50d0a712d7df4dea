"""Every URL says who may call it, and keeps to it."""

from __future__ import annotations

import re

import pytest

from gateway.web.permission import May
from gateway.web.routes import Route, routes
from tests.web.house import PAGE, House, signed_in

NOBODY = {
    May.ANYONE: {200, 403, 404},  # 403: a sign-in form without a link; 404: the example's names
    May.PROVIDER: {403, 404},
    May.OPERATIONS: {200},  # from this machine
    May.CONSOLE: {303, 401},
}


def _path(route: Route) -> str:
    return re.sub(r"\{\w+\}", "demo", route.path)


def _served(at_home: House) -> list[Route]:
    return list(routes(at_home.gateway))


async def test_the_table_is_all_there_is(at_home: House) -> None:
    """No URL is served that the table does not name, and none is named twice."""
    table = [(route.method, route.path) for route in _served(at_home)]
    assert len(table) == len(set(table))
    assert all(isinstance(route.may, May) for route in _served(at_home))


async def test_nobody_gets_behind_a_door(at_home: House) -> None:
    """A stranger gets from each URL only what its permission allows."""
    for route in _served(at_home):
        async with at_home.http.request(
            route.method, at_home.url + _path(route), headers=PAGE, allow_redirects=False
        ) as response:
            allowed = NOBODY[route.may] | ({200} if route.method == "HEAD" else set())
            assert response.status in allowed, (route, response.status)


async def test_the_operator_gets_in(at_home: House) -> None:
    """The signed-in operator gets every page, and every form is refused without its token."""
    async with signed_in(at_home) as visitor:
        for route in _served(at_home):
            if route.may is not May.CONSOLE or route.path.endswith("/stream"):
                continue
            if route.method == "GET":
                assert await visitor.status(_path(route)) in {200, 303}, route
            else:
                assert (await visitor.post(_path(route)))[0] == 403, route


@pytest.mark.parametrize("path", ["/handset", "/p/clinic", "/signin", "/nowhere", "/health/live"])
async def test_every_answer_bears_the_safety_headers(at_home: House, path: str) -> None:
    """Pages, answers to programs and errors alike forbid foreign scripts, frames and guessed types."""
    async with at_home.http.get(at_home.url + path, headers=PAGE, allow_redirects=False) as response:
        policy = response.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'self';")
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["X-Request-ID"]


async def test_without_a_simulated_carrier_there_are_no_phones(at_home: House) -> None:
    """A gateway on a real provider has no handset page at all."""
    real = type("Real", (), {"carrier": None})()
    assert not [route for route in routes(real) if route.path.startswith("/handset")]
