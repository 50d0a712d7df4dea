"""What a contact can look up: who writes, and a card to keep."""

from __future__ import annotations

import pytest
import vobject
from yarl import URL

from tests.web.house import PAGE, House


@pytest.mark.parametrize(
    ("language", "stop", "lang"),
    [
        ("fr-CA,fr;q=0.9,en;q=0.8", "Répondez ARRET", "fr"),
        ("en", "Reply STOP", "en"),
        ("de", "Reply STOP", "en"),
    ],
)
async def test_the_notice_is_in_the_readers_language(
    at_home: House, language: str, stop: str, lang: str
) -> None:
    """The legal notice names the company and says how to stop, in French or English as the browser asks."""
    headers = {**PAGE, "Accept-Language": language}
    async with at_home.http.get(f"{at_home.url}/p/clinic", headers=headers) as response:
        text = await response.text()
        assert response.headers["Content-Language"] == lang
    legal = at_home.gateway.settings.projects["clinic"].legal
    for said in (
        stop,
        f'<html lang="{lang}">',
        legal.name,
        legal.address,
        legal.email,
        "514-555-0100",
        "51234",
    ):
        assert said in text


async def test_the_reader_may_choose_the_language(at_home: House) -> None:
    """A link on the notice overrules the browser."""
    async with at_home.http.get(f"{at_home.url}/p/clinic?lang=fr", headers=PAGE) as response:
        assert "Mentions légales" in await response.text()


async def test_the_card_can_be_kept(at_home: House) -> None:
    """contact.vcf is a vCard with our numbers, for a phone to save."""
    async with at_home.http.get(f"{at_home.url}/p/clinic/contact.vcf") as response:
        assert response.content_type == "text/vcard"
        assert response.headers["Content-Disposition"].startswith("attachment")
        card = vobject.readOne(await response.text())
    assert card.fn.value == "Clinic"
    assert "+15145550100" in {line.value for line in card.tel_list}


async def test_an_unknown_project_is_a_page_that_says_so(at_home: House) -> None:
    """A person gets a page, a program a problem document, both 404."""
    async with at_home.http.get(f"{at_home.url}/p/nobody", headers=PAGE) as response:
        assert (response.status, response.content_type) == (404, "text/html")
        assert "There is no such page" in await response.text()
    async with at_home.http.get(f"{at_home.url}/p/nobody") as response:
        assert (response.status, response.content_type) == (404, "application/problem+json")
        assert (await response.json())["status"] == 404


async def test_an_error_bears_the_id_that_the_caller_gave(at_home: House) -> None:
    """A sane X-Request-ID comes back, an insane one is replaced, and a wrong method is 405 with Allow."""
    given = {"X-Request-ID": "check-1234"}
    async with at_home.http.post(f"{at_home.url}/p/clinic", headers=given) as response:
        assert (response.status, response.headers["X-Request-ID"]) == (405, "check-1234")
        assert "GET" in response.headers["Allow"]
    async with at_home.http.get(f"{at_home.url}/p/clinic", headers={"X-Request-ID": "<b>"}) as response:
        assert response.headers["X-Request-ID"] != "<b>"


async def test_static_files_are_named_by_their_content(at_home: House) -> None:
    """What a page links may be cached for a year; a name outside the folder is not served."""
    async with at_home.http.get(f"{at_home.url}/p/clinic", headers=PAGE) as response:
        text = await response.text()
    link = text.partition('href="/static/app.css?')[2].partition('"')[0]
    async with at_home.http.get(f"{at_home.url}/static/app.css?{link}") as response:
        assert response.content_type == "text/css"
        assert "immutable" in response.headers["Cache-Control"]
    for name in ("nothing.css", "%2e%2e%2fserver.py", "..%2f..%2fserver.py"):
        url = URL(f"{at_home.url}/static/{name}", encoded=True)
        async with at_home.http.get(url) as response:
            assert response.status == 404
