"""The handset page in Chromium: live, without scripts, on a phone, for everybody."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from gateway.web.signin import new_signin_link
from tests.web.house import House

pytestmark = pytest.mark.slow

SMALL = {"width": 390, "height": 844}


@asynccontextmanager
async def _at_the_handset(at_home: House, browser: Browser, **kind: Any) -> AsyncIterator[Page]:
    """Sign in as a person does; fails when the page itself complains."""
    context = await browser.new_context(locale=kind.pop("locale", "en-CA"), **kind)
    page = await context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await page.goto(await new_signin_link(at_home.gateway))
    await page.locator("form[action='/signin'] button").click()
    await page.wait_for_url("**/handset**")
    yield page
    assert complaints == []
    await context.close()


async def test_help_is_answered_before_ones_eyes(at_home: House, browser: Browser) -> None:
    """Enter sends HELP; its answer and the tick of its delivery appear without a reload."""
    async with _at_the_handset(at_home, browser) as page:
        await expect(page.locator("#live .on")).to_be_visible()
        await page.get_by_label("Text", exact=True).fill("HELP")
        await page.keyboard.press("Enter")
        answer = page.locator("#talk .theirs")
        await expect(answer.locator(".body")).to_contain_text("1-800-555-0199")
        await expect(answer.locator(".tick")).to_contain_text("Delivered")
        await expect(page.locator("#talk .mine")).to_contain_text("Understood as HELP")
        await expect(page.locator("#text")).to_have_value("")
        await expect(page.locator(".phones [aria-current] .last")).to_contain_text("1-800-555-0199")
        assert await page.locator("#talk li").count() == 2


async def test_a_word_is_sent_by_its_button(at_home: House, browser: Browser) -> None:
    """On the toll-free number, a press on STOP shows the network's own answer at once."""
    async with _at_the_handset(at_home, browser) as page:
        await page.get_by_role("link", name="1-833-555-0100").click()
        await expect(page.locator("#live .on")).to_be_visible()
        await page.get_by_role("button", name="STOP").click()
        await expect(page.locator("#talk .network .body")).to_contain_text("NETWORK MSG")
        await expect(page.locator("#talk li").first).to_contain_text("Understood as STOP")


async def test_the_page_catches_up_after_a_break(at_home: House, browser: Browser) -> None:
    """Texts that came while the browser was offline are there once it is back, each once."""
    async with _at_the_handset(at_home, browser) as page:
        await expect(page.locator("#live .on")).to_be_visible()
        at_home.gateway.feed.close()  # ends the stream, as a restart of the server does
        await expect(page.locator("#live .wait")).to_be_visible()
        assert await at_home.text("HELP")
        await at_home.settled()
        await expect(page.locator("#talk .theirs .tick")).to_contain_text("Delivered")
        assert await page.locator("#talk li").count() == 2


async def test_without_scripts_everything_works(at_home: House, browser: Browser) -> None:
    """With JavaScript off a text goes out by the form, and a reload shows the answer and its tick."""
    async with _at_the_handset(at_home, browser, java_script_enabled=False) as page:
        await page.locator("#text").fill("HELP")
        await page.get_by_role("button", name="Send").click()
        await at_home.settled()
        await page.get_by_role("link", name="Refresh").click()
        await expect(page.locator("#talk .theirs")).to_contain_text("1-800-555-0199")
        await expect(page.locator("#talk .theirs .tick")).to_contain_text("Delivered")
        await page.get_by_role("button", name="New phone").click()
        await expect(page.locator(".phones li")).to_have_count(2)


CHECKS = """() => {
  const seen = (e) => e.checkVisibility({visibilityProperty: true});
  const all = (query) => [...document.querySelectorAll(query)];
  const named = (e) => (e.getAttribute("aria-label") || e.labels?.[0]?.textContent || e.textContent).trim();
  const ids = all("[id]").map((e) => e.id);
  const size = (e) => { const box = e.getBoundingClientRect(); return Math.min(box.width, box.height); };
  return {
    lang: document.documentElement.lang,
    h1: all("h1").length,
    title: document.title !== "",
    nameless: all("a, button, input:not([type=hidden]), textarea, summary").filter((e) => !named(e)).length,
    doubled: ids.filter((id, i) => ids.indexOf(id) !== i),
    dangling: ["aria-labelledby", "aria-describedby"]
      .flatMap((name) => all(`[${name}]`).flatMap((e) => e.getAttribute(name).split(" ")))
      .filter((id) => !document.getElementById(id)),
    small: all("a, button, input:not([type=hidden]), textarea, summary")
      .filter((e) => seen(e) && !e.matches(".skip") && size(e) < 24).map((e) => e.outerHTML.slice(0, 80)),
    imageless: all("img:not([alt])").length,
    inline: all("[style], style, script:not([src])").length,
    sideways: document.documentElement.scrollWidth > document.documentElement.clientWidth,
    levels: all("h1, h2, h3").map((e) => Number(e.tagName[1]))
      .every((n, i, before) => i === 0 || n <= before[i - 1] + 1),
  };
}"""


@pytest.mark.parametrize("kind", [{}, {"viewport": SMALL}, {"viewport": SMALL, "locale": "fr-CA"}], ids=str)
async def test_everybody_can_use_it(at_home: House, browser: Browser, kind: dict[str, Any]) -> None:
    """Names, headings, targets and width are right on a desk and on a phone, in both languages."""
    assert await at_home.text("HELP")
    await at_home.settled()
    async with _at_the_handset(at_home, browser, **kind) as page:
        found = await page.evaluate(CHECKS)
    assert found == {
        "lang": "fr" if "locale" in kind else "en",
        "h1": 1,
        "title": True,
        "nameless": 0,
        "doubled": [],
        "dangling": [],
        "small": [],
        "imageless": 0,
        "inline": 0,
        "sideways": False,
        "levels": True,
    }


CONTRAST = """() => {
  const numbers = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (e) => {
    for (; e; e = e.parentElement) {
      const [r, g, b, a = 1] = numbers(getComputedStyle(e).backgroundColor);
      if (a === 1) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const weak = [];
  for (const e of document.querySelectorAll("body *")) {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || !e.checkVisibility() || e.matches(".unseen, .unseen *, .skip")) continue;
    const [a, b] = [light(numbers(getComputedStyle(e).color)), light(ground(e))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) weak.push(`${e.className} ${e.textContent.trim().slice(0, 30)} ${ratio.toFixed(2)}`);
  }
  return weak;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_word_has_contrast(at_home: House, browser: Browser, scheme: str) -> None:
    """In light and dark, each visible word stands out from its ground by 4.5 to 1 (WCAG 1.4.3)."""
    assert await at_home.text("STOP")
    assert await at_home.text("hello")
    await at_home.settled()
    async with _at_the_handset(at_home, browser, color_scheme=scheme) as page:
        assert await page.evaluate(CONTRAST) == []


async def test_the_keyboard_alone_is_enough(at_home: House, browser: Browser) -> None:
    """From the top of the page, Tab reaches the text field, every stop shows its focus, Enter sends."""
    async with _at_the_handset(at_home, browser) as page:
        await expect(page.locator("#live .on")).to_be_visible()
        for _ in range(30):
            await page.keyboard.press("Tab")
            focus = await page.evaluate(
                "() => [document.activeElement.id, getComputedStyle(document.activeElement).outlineStyle]"
            )
            assert focus[1] == "solid"
            if focus[0] == "text":
                break
        await page.keyboard.type("HELP")
        await page.keyboard.press("Enter")
        await expect(page.locator("#talk .theirs .tick")).to_contain_text("Delivered")
