"""Chromium for tests: the system's own, driven by Playwright, which must never download one."""

from __future__ import annotations

import contextlib
import shutil
from typing import TYPE_CHECKING

from playwright.async_api import async_playwright

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",  # containers often have a small /dev/shm
    "--disable-sync",
)


class BrowserMissing(Exception):
    """No Chromium is on PATH; the text says what to do."""


def find_chromium() -> str:
    """Return the path of the system's Chromium; raises BrowserMissing."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    raise BrowserMissing("Chromium is not installed: make browser")


@contextlib.asynccontextmanager
async def launched(executable: str) -> AsyncIterator[Browser]:
    """Start the browser (half a second), yield it and close it with all its pages."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=executable,
            args=FLAGS,
            chromium_sandbox=False,  # it refuses to run as root
        )
        try:
            yield browser
        finally:
            await browser.close()
