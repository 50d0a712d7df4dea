"""The handset page by plain forms, as a browser without scripts uses it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from gateway.domain.message import Status
from gateway.store import messages
from tests.web.house import OURS, PHONE, TOLL_FREE, House, Visitor, signed_in

HERE = "/handset?phone=%2B15145550123&sender=%2B15145550100"


async def _send(visitor: Visitor, text: str, line: str = HERE) -> tuple[int, str | None]:
    return await visitor.post(
        line.replace("/handset", "/handset/texts"), csrf=await visitor.csrf(), text=text
    )


def _plain(page: str) -> str:
    """Return a page without tags, every space a single one."""
    text = re.sub(r"<svg.*?</svg>|<[^>]+>", " ", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", text)


async def test_a_text_goes_out_and_its_answer_comes_back(at_home: House) -> None:
    """HELP sent by the form is acknowledged, understood, answered and delivered, all in words."""
    async with signed_in(at_home) as visitor:
        assert await _send(visitor, "HELP") == (303, HERE)
        await at_home.settled()
        page = _plain(await visitor.page(HERE))
    assert "Acknowledged" in page
    assert "Understood as HELP" in page
    assert "1-800-555-0199" in page
    assert "Delivered 1 segment, GSM-7" in page


async def test_the_page_speaks_french(at_home: House) -> None:
    """A browser that asks for French gets the same page in French."""
    async with signed_in(at_home) as visitor:
        await _send(visitor, "AIDE")
        await at_home.settled()
        page = await visitor.page(HERE, **{"Accept-Language": "fr-CA"})
    assert '<html lang="fr">' in page
    for words in ("Téléphones simulés", "Livré", "Compris comme AIDE", "sans frais", "1 segment, GSM-7"):
        assert words in _plain(page)


async def test_a_conversation_is_with_one_of_our_numbers(at_home: House) -> None:
    """What was said with one number is not shown with another; each names its kind and project."""
    async with signed_in(at_home) as visitor:
        await _send(visitor, "HELP")
        await at_home.settled()
        page = _plain(await visitor.page("/handset?phone=%2B15145550123&sender=51234"))
    assert "1-800-555-0199" not in page.partition("Conversation")[2]
    for words in ("long code · Clinic", "toll-free · Clinic", "short code · Clinic"):
        assert words in page


async def test_the_networks_own_confirmation_is_told_from_ours(at_home: House) -> None:
    """On the toll-free number the network confirms a STOP: the phone shows it, as not ours."""
    line = "/handset?phone=%2B15145550123&sender=%2B18335550100"
    async with signed_in(at_home) as visitor:
        await _send(visitor, "STOP", line)
        page = _plain(await visitor.page(line))
    assert re.search(r"STOP .* Understood as STOP .* NETWORK MSG.* From the network, not from us", page)


async def test_a_held_text_says_until_when_and_why(at_home: House) -> None:
    """A text that quiet hours hold is shown as held, with the local time it may go and the reason."""
    assert await at_home.text("HELP")
    said = await at_home.settled()
    async with at_home.gateway.database.writing() as tx:
        await tx.batch([messages.insert([_held(said[-1])])])
    async with signed_in(at_home) as visitor:
        page = _plain(await visitor.page(HERE))
    assert re.search(r"Held until .*9:00.a\.m\..* quiet hours", page)


def _held(answer: messages.Message) -> messages.Message:
    nine = 1_795_528_800_000  # 2026-11-24 09:00 in Toronto
    return replace(
        answer, id=answer.id[:-4] + "ffff", status=Status.HELD, reason="quiet_hours", available_at=nine
    )


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("555", "The number is too short."),
        ("not a number", "This is not a telephone number."),
        (OURS, "This is one of our own numbers."),
        ("555-0100", "The area code is missing."),
    ],
)
async def test_a_number_that_cannot_be_is_explained(at_home: House, number: str, words: str) -> None:
    """A number that cannot be a phone is refused in words, and what was typed is still there."""
    async with signed_in(at_home) as visitor:
        csrf, place = await visitor.csrf(), HERE.replace("/handset", "/handset/phones")
        fields = {"csrf": csrf, "number": number}
        async with visitor.http.post(place, data=fields, headers={"Accept": "text/html"}) as response:
            assert response.status == 400
            page = await response.text()
    assert words in page
    assert f'value="{number}"' in page


async def test_phones_are_added(at_home: House) -> None:
    """A new phone gets a fictional number that nobody has; a chosen number keeps its name."""
    async with signed_in(at_home) as visitor:
        csrf, place = await visitor.csrf(), "/handset/phones"
        goals = [(await visitor.post(place, csrf=csrf))[1] for _ in range(2)]
        assert goals == [f"/handset?phone=%2B1514555{n}&sender=%2B15145550100" for n in ("0124", "0125")]
        await visitor.post(place, csrf=csrf, number="(418) 555-0142", name="Alice")
        page = _plain(await visitor.page("/handset"))
    assert "Alice 418-555-0142" in page
    assert PHONE[2:5] in page


@pytest.mark.parametrize(
    ("text", "words"),
    [("  ", "Write something first."), ("x" * 1601, "at most 1,600 characters")],
    ids=["empty", "too long"],
)
async def test_a_text_that_cannot_be_sent_is_explained(at_home: House, text: str, words: str) -> None:
    """Nothing to send, or too much, is refused in words, and nothing reaches the ledger."""
    async with signed_in(at_home) as visitor:
        place = HERE.replace("/handset", "/handset/texts")
        fields = {"csrf": await visitor.csrf(), "text": text}
        async with visitor.http.post(place, data=fields, headers={"Accept": "text/html"}) as response:
            assert response.status == 400
            assert words in await response.text()
        async with visitor.http.post(place, data=fields, headers={"Accept": "application/json"}) as response:
            assert response.status == 400
            assert (await response.json())["code"] in {"empty_text", "long_text"}
    assert await at_home.ledger() == []


async def test_what_a_contact_writes_is_text_and_nothing_else(at_home: House) -> None:
    """Markup in a text is shown as it was written."""
    assert await at_home.text("<script>alert(1)</script> & <b>bold</b>", to=TOLL_FREE)
    async with signed_in(at_home) as visitor:
        page = await visitor.page("/handset?phone=%2B15145550123&sender=%2B18335550100")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;b&gt;bold" in page


async def test_an_unknown_phone_or_number_is_not_found(at_home: House) -> None:
    """A URL that names a phone or a number of ours that is not there is 404."""
    async with signed_in(at_home) as visitor:
        await visitor.page("/handset")
        assert await visitor.status("/handset?phone=%2B15145559999") == 404
        assert await visitor.status("/handset?sender=%2B15145559999") == 404
