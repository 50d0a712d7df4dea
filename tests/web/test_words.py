"""What people read on pages: in both languages, and for everything that the machine can say."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from jinja2 import Environment

from gateway.content import shipped_folder
from gateway.content.texts import LOCALES
from gateway.domain.decision import Reason
from gateway.domain.flow import Locale
from gateway.domain.message import Failure, Status
from gateway.domain.reserved import Intent
from gateway.domain.sender import SenderKind
from gateway.web.console.conversation import TICKS, Tick
from gateway.web.languages import CATALOGUES, negotiate
from gateway.web.pages import Pages

JINJA = {"trimmed": "true", "newstyle_gettext": "true", "trim_blocks": "true", "lstrip_blocks": "true"}


def _sentences() -> Iterator[str | tuple[str, ...]]:
    for room in ("console", "public"):
        folder = shipped_folder("templates") / room
        methods, options = [("**.html", "jinja2.ext:babel_extract")], {"**.html": JINJA}
        for _, _, message, _, _ in extract_from_dir(folder, methods, options):
            yield message


@pytest.mark.parametrize("locale", LOCALES)
def test_every_sentence_is_in_the_catalogue(locale: Locale) -> None:
    """Each sentence of each page stands in the catalogue; in French each has its translation."""
    with (CATALOGUES / locale / "LC_MESSAGES" / "messages.po").open("rb") as file:
        catalogue = read_po(file, locale)
    known = {message.id: message for message in catalogue if message.id}
    wanted = set(_sentences())
    assert wanted == set(known)
    assert not [m.id for m in catalogue if m.fuzzy and m.id]
    if locale == "fr":
        assert not [m.id for m in known.values() if not m.string or not all(m.string)]


WORDS = [
    *(("kind", kind) for kind in SenderKind),
    *(("intent", intent) for intent in Intent),
    *(("tick", tick) for tick in Tick),
    *(("reason", reason) for reason in (*Reason, *Failure, "loop_guard")),
    *(("check", check) for check in ("database", "migrations", "supervisor", "lanes", "zones")),
]


@pytest.mark.parametrize(("macro", "code"), WORDS, ids=str)
def test_everything_the_machine_says_has_words(macro: str, code: str) -> None:
    """No status, reason, kind or intent is shown as a code: each is said in words, in both languages."""
    assert _say(macro, code, "en")
    assert _say(macro, code, "fr") not in {"", code, code.replace("_", " ")}


def _say(macro: str, code: str, locale: Locale) -> str:
    pages = Pages()
    environment: Environment = pages._environments[locale]  # noqa: SLF001 - a macro is no page
    module = environment.get_template("console/_words.html").module
    return str(getattr(module, macro)(str(code))).strip()


def test_every_status_has_its_tick() -> None:
    """A status without a sign on the page would break it."""
    assert set(TICKS) == set(Status)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", "en"),
        ("fr", "fr"),
        ("fr-CA,en;q=0.5", "fr"),
        ("en;q=0.3, fr;q=0.7", "fr"),
        ("de, fr;q=0", "en"),
        ("nonsense;q=x", "en"),
        ("*", "en"),
    ],
)
def test_the_language_that_a_browser_prefers(header: str, expected: str) -> None:
    """Accept-Language decides by its qualities; what is not offered falls back to the first."""
    assert negotiate(header, ("en", "fr")) == expected
