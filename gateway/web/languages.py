"""The languages of pages: what a browser asks for, and the gettext catalogues that say it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from aiohttp import web
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from gateway.content.texts import LOCALES
from gateway.domain.flow import Locale

CATALOGUES = Path(__file__).parent / "locale"


def catalogue(locale: Locale) -> Translations:
    """Return the catalogue of a language, read from its .po file; there is no build step."""
    with (CATALOGUES / locale / "LC_MESSAGES" / "messages.po").open("rb") as file:
        read = read_po(file, locale)
    compiled = BytesIO()
    write_mo(compiled, read)
    compiled.seek(0)
    return Translations(compiled)


def locale_of(request: web.Request, offered: Sequence[Locale] = LOCALES) -> Locale:
    """Return the best offered language: what the URL says (`?lang=fr`), else what the browser asks."""
    asked = request.query.get("lang", "")
    for locale in offered:
        if locale == asked:
            return locale
    return negotiate(request.headers.get("Accept-Language", ""), tuple(offered))


@lru_cache(maxsize=512)
def negotiate(header: str, offered: tuple[Locale, ...]) -> Locale:
    """Return the offered language that Accept-Language prefers (RFC 9110, 12.5.4), else the first."""
    wanted: list[tuple[float, int, str]] = []
    for place, piece in enumerate(header.split(",")):
        tag, _, parameter = piece.strip().partition(";")
        language = tag.strip().partition("-")[0].lower()
        quality = _quality(parameter.strip())
        if quality > 0:
            wanted.append((-quality, place, language))
    for _, _, language in sorted(wanted):
        for locale in offered:
            if locale == language:
                return locale
    return offered[0]


def _quality(parameter: str) -> float:
    if not parameter.startswith("q="):
        return 1.0
    try:
        return float(parameter[2:])
    except ValueError:
        return 0.0
