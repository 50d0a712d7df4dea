"""Renders pages and pieces of them: one Jinja environment for each language, made at start."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from gateway.content import shipped_folder
from gateway.content.texts import LOCALES
from gateway.domain.flow import Locale
from gateway.domain.phone import national
from gateway.web import formats
from gateway.web.languages import catalogue, locale_of
from gateway.web.session import SESSION

STATIC = Path(__file__).parent / "static"


class Pages:
    """The templates that stay with the engine's version: `templates/console` and `templates/public`."""

    def __init__(self) -> None:
        folder = shipped_folder("templates")
        self._environments = {locale: _environment(folder, locale) for locale in LOCALES}

    def render(self, template: str, locale: Locale, values: Mapping[str, Any]) -> str:
        """Return a template as text, in a language."""
        return self._environments[locale].get_template(template).render(values)

    def answer(
        self,
        request: web.Request,
        template: str,
        *,
        locale: Locale | None = None,
        status: int = 200,
        **values: Any,
    ) -> web.Response:
        """Return a page as the answer to a request, in the language that its reader asks for."""
        session = request.get(SESSION)
        shown = locale or locale_of(request)
        given = {"csrf": session["csrf"] if session else "", "signed_in": session is not None, **values}
        text = self.render(template, shown, given)
        headers = {"Content-Language": shown, "Vary": "Accept-Language"}
        return web.Response(text=text, content_type="text/html", status=status, headers=headers)


PAGES = web.AppKey("pages", Pages)


def static_files() -> dict[str, str]:
    """Return the version of each static file: the beginning of its hash."""
    files = [file for file in STATIC.iterdir() if file.is_file()]
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest()[:12] for file in files}


def _environment(folder: Path, locale: Locale) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.policies["ext.i18n.trimmed"] = True
    translations = catalogue(locale)
    install: Callable[..., None] = environment.install_gettext_translations  # type: ignore[attr-defined]
    install(translations, newstyle=True)
    environment.globals |= {"locale": locale, "static": partial(_static_url, static_files())}
    environment.filters |= {
        "iso": formats.iso,
        "moment": partial(formats.moment, locale=locale),
        "national": national,
    }
    return environment


def _static_url(versions: Mapping[str, str], name: str) -> str:
    return f"/static/{name}?v={versions[name]}"
