"""Message texts: found, rendered for people, and checked before anybody is written to."""

from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.content import sandbox, shipped_folder
from gateway.content.texts import OUTPUT_LIMIT, Rendered, Texts
from gateway.domain.flow import Locale
from gateway.domain.segments import Encoding, measure
from gateway.errors import TemplateError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An operator's folder of templates with one text in both languages and one in English only."""
    _write(tmp_path, "visit/ask.en", "{{ brand }}: See you on {{ day|weekday }}?\n")
    _write(tmp_path, "visit/ask.fr", "{{ brand }}: Rendez-vous {{ day|weekday }}?\n")
    _write(tmp_path, "parking.en", "Behind the house.\r\n\r\n")
    return tmp_path


def _write(folder: Path, name: str, text: str) -> None:
    file = folder / "sms" / f"{name}.txt"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode())


def _source(source: str, **variables: object) -> str:
    return Texts([]).render_source(source, "en", variables)


def _refusal(source: str, **variables: object) -> str:
    with pytest.raises(TemplateError) as caught:
        Texts([]).render_source(source, "en", variables)
    return str(caught.value)


VALUES = {"brand": "Clinic", "day": datetime(2026, 11, 24, 9, tzinfo=ZoneInfo("America/Toronto"))}


def test_a_contact_is_answered_in_their_language(folder: Path) -> None:
    """The same template speaks both languages, values included."""
    texts = Texts([folder])
    assert texts.render("visit/ask", "en", VALUES) == Rendered(
        "Clinic: See you on Tuesday?", "en", "visit/ask"
    )
    assert texts.render("visit/ask", "fr", VALUES) == Rendered(
        "Clinic: Rendez-vous mardi?", "fr", "visit/ask"
    )


def test_a_missing_translation_falls_back_and_says_so(folder: Path) -> None:
    """The project's language steps in where it is given; otherwise the missing translation is an error."""
    texts = Texts([folder])
    assert texts.render("parking", "fr", {}, fallback="en") == Rendered("Behind the house.", "en", "parking")
    with pytest.raises(
        TemplateError, match=r"parking\.fr\.txt: there is no translation of this text into 'fr'"
    ):
        texts.render("parking", "fr", {})


def test_the_operators_text_comes_before_the_shipped_one(folder: Path) -> None:
    """File by file: an own English text leaves the shipped French one in place."""
    _write(folder, "info/ask.en", "Go on, ask.")
    texts = Texts([folder, shipped_folder("templates")])
    assert texts.render("info/ask", "en", {}).text == "Go on, ask."
    assert "Posez votre question" in texts.render("info/ask", "fr", VALUES).text
    assert {"visit/ask", "parking", "stop/confirmed"} <= set(texts.names)


@pytest.mark.parametrize(
    "name", ["../sms/parking", "/etc/passwd", "visit/../parking", "parking.en", "", "Parking"]
)
def test_a_name_cannot_leave_the_folder(folder: Path, name: str) -> None:
    """A template name from a configuration or a form reaches templates only."""
    with pytest.raises(TemplateError, match="there is no such text"):
        Texts([folder]).render(name, "en", {})


def test_a_mistyped_name_is_put_right(folder: Path) -> None:
    """The error names the text that was probably meant."""
    with pytest.raises(TemplateError, match="did you mean 'visit/ask'"):
        Texts([folder]).render("visit/aks", "en", {})


def test_a_missing_value_is_named(folder: Path) -> None:
    """Nothing is sent with a hole in it: file, value and the nearest given one are told."""
    with pytest.raises(TemplateError) as caught:
        Texts([folder]).render("visit/ask", "en", {"brnad": "Clinic", "day": VALUES["day"]})
    problem = caught.value.problem
    assert (Path(problem.file).name, problem.key, problem.suggestion) == ("ask.en.txt", "brand", "brnad")
    assert "has no attribute 'fax'" in _refusal("{{ legal.fax }}", legal={"phone": "1"})


def test_nothing_known_is_nothing_written() -> None:
    """A value that is known to be absent leaves no word `None` in a text."""
    assert _source("Help: {{ phone }}{{ phone|phone }}.", phone=None) == "Help: ."


def test_spaces_of_every_kind_become_plain_ones() -> None:
    """No invisible space makes a text cost double; line breaks stay, and those at the end go."""
    assert _source("a\u00a0b\u202fc\u2009d\te\u3000f\r\ng\n\n") == "a b c d e f\ng"


@given(st.text())
def test_a_value_is_never_read_as_a_template(value: str) -> None:
    """What a contact wrote is shown, not run: braces in it stay braces."""
    shown = _source("<{{ value }}>", value="{{ 7 }}" + value.replace("\n", " ").replace("\r", " "))
    assert shown.startswith("<{{ 7 }}")


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("{{ brand.upper() }}", "line 1: holds a call; use a filter"),
        ("a\n{{ range(9) }}", "line 2: holds a call; use a filter"),
        ("{{ 'a' * 999999999 }}", "holds a multiplication"),
        ("{{ 9 ** 9 ** 9 }}", "holds a power"),
        ("{% set a = 'a' %}{% set a = a ~ a %}", "holds an assignment"),
        ("{% include 'stop/confirmed' %}", "holds another template"),
        ("{% macro a() %}{{ a() }}{% endmacro %}", "holds 'macro'"),
        (
            "{% for a in b %}{% for c in a %}{% for d in c %}{% endfor %}{% endfor %}{% endfor %}",
            "loops inside loops",
        ),
        ("{% for a in b recursive %}{% endfor %}", "loops inside loops"),
        ("{{ brand|center(999999999) }}", "No filter named 'center'"),
        ("{% if open %}", "Unexpected end of template"),
        ("{{ brand", "unexpected"),
        ("x" * (sandbox.SOURCE_LIMIT + 1), f"is longer than {sandbox.SOURCE_LIMIT} characters"),
        ("{% for a in many %}{{ many }}{% endfor %}", f"gives more than {OUTPUT_LIMIT} characters"),
        ("{{ brand.__class__.__mro__ }}", "is unsafe"),
        ("{{ brand|date }}", "cannot be rendered"),
    ],
)
def test_a_costly_or_broken_template_is_refused(source: str, reason: str) -> None:
    """A text written by staff can neither fill the memory nor reach the program, and the refusal says why."""
    assert reason in _refusal(source, brand="Clinic", open=True, many=["x" * 20] * 90, b=[])


def test_conditions_loops_and_filters_are_there() -> None:
    """What message texts need is allowed."""
    source = (
        "{% for day in days if day %}{{ loop.index }}. {{ day|upper }}"
        "{% if not loop.last %}, {% endif %}{% endfor %}"
    )
    assert _source(source, days=["mon", "", "tue"]) == "1. MON, 2. TUE"
    assert _source("{{ legal.name }}", legal=SimpleNamespace(name="Clinic Inc.")) == "Clinic Inc."


def test_the_values_of_a_template_are_known(folder: Path) -> None:
    """A form can ask for exactly what a text needs, in whichever language it needs it."""
    _write(folder, "visit/ask.fr", "{{ brand }}{% if late %}{{ fee }}{% endif %}")
    assert Texts([folder]).variables_of("visit/ask") == {"brand", "day", "late", "fee"}
    with pytest.raises(TemplateError, match="there is no such text"):
        Texts([folder]).variables_of("nothing")


def test_check_tells_everything_at_once(folder: Path) -> None:
    """Missing translation or value, a second segment and a costly character are found before sending."""
    _write(folder, "bad/long.en", "{{ brand }}" * 40)
    _write(folder, "bad/long.fr", "{{ brand }}{% if late %} Fenêtre…{% endif %}")
    texts = Texts([folder])
    assert texts.check(["visit/ask"], VALUES) == []
    assert texts.check(["parking"], {}, locales=["en"]) == []
    told = [
        str(problem).rpartition("/")[2]
        for problem in texts.check(["parking", "bad/long"], VALUES | {"late": False})
    ]
    assert told == [
        "parking.fr.txt: there is no translation of this text into 'fr'",
        "long.en.txt: takes 2 segments (240 units, GSM-7)",
        "long.fr.txt: 'ê' (U+00EA) is outside GSM-7 and makes the text cost more (did you mean 'e'?)",
        "long.fr.txt: '…' (U+2026) is outside GSM-7 and makes the text cost more (did you mean '...'?)",
    ]
    (missing,) = texts.check(["visit/ask"], {"brand": "Clinic"}, locales=["en"])
    assert (missing.key, missing.reason) == ("day", "the text needs this value, which is not given")
    (untaken, *_) = texts.check(["bad/long"], {"brand": ""}, locales=["fr"])
    assert untaken.key == "late"


def test_a_text_that_is_no_text_is_told(folder: Path) -> None:
    """A file in another character set is named instead of being sent garbled."""
    (folder / "sms/parking.fr.txt").write_bytes("Derrière la maison".encode("latin-1"))
    with pytest.raises(TemplateError, match=r"parking\.fr\.txt: cannot be read"):
        Texts([folder]).render("parking", "fr", {})


def _shipped_values(**changes: object) -> dict[str, object]:
    legal = {
        "name": "Clinic Inc.",
        "address": "100 rue Sherbrooke, Montreal QC H2X 1A1",
        "registration": "NEQ 1140000000",
        "phone": "1-800-555-0199",
        "email": "hello@clinic.example",
    }
    wednesday = datetime(2026, 11, 25, 9, tzinfo=ZoneInfo("America/Toronto"))
    return {
        "brand": "Clinic",
        "scope": "all",
        "help_phone": "1-800-555-0199",
        "legal": legal,
        "notice_url": "http://127.0.0.1:8080/p/clinic",
        "monthly_messages": 8,
        "open_now": False,
        "opens_at": wednesday,
        "project": "clinic",
        "sender": "+15145550100",
        "word": "INFORMATION",
    } | changes


@pytest.mark.parametrize(
    "changes", [{}, {"open_now": True}, {"opens_at": None}, {"help_phone": "", "monthly_messages": None}]
)
def test_every_shipped_text_fits_one_plain_segment(changes: dict[str, object]) -> None:
    """In both languages, open and closed: one GSM-7 segment each."""
    texts = Texts([shipped_folder("templates")])
    assert texts.check(texts.names, _shipped_values(**changes)) == []


def test_every_shipped_text_needs_only_what_every_text_gets() -> None:
    """Operators can rely on the same values everywhere; a suggestion has its word besides."""
    texts = Texts([shipped_folder("templates")])
    assert {name for name in texts.names if texts.variables_of(name) - _shipped_values().keys()} == set()
    assert {name for name in texts.names if "word" in texts.variables_of(name)} == {"engine/suggestion"}


@pytest.mark.parametrize("name", ["stop/confirmed", "start/confirmed", "help/help"])
@pytest.mark.parametrize("locale", ["en", "fr"])
def test_legal_answers_fit_a_canadian_short_code(name: str, locale: Locale) -> None:
    """Older short-code rules allow 136 characters."""
    text = Texts([shipped_folder("templates")]).render(name, locale, _shipped_values()).text
    measured = measure(text)
    assert (measured.encoding, measured.units <= 136) == (Encoding.GSM7, True)


def test_the_way_out_is_named_in_the_language_of_the_text() -> None:
    """Help and resubscription tell the number to call, how often we write, and how to stop."""
    texts = Texts([shipped_folder("templates")])
    words: dict[Locale, str] = {"en": "STOP", "fr": "ARRET"}
    for locale, word in words.items():
        for name in ("help/help", "start/confirmed"):
            text = texts.render(name, locale, _shipped_values()).text
            assert word in text
            assert " 8 ms" in text
        assert "1-800-555-0199" in texts.render("help/help", locale, _shipped_values()).text


def test_the_notice_tells_who_sends() -> None:
    """CONTACT gives name, address, registration, telephone, e-mail and the page of the notice."""
    text = Texts([shipped_folder("templates")]).render("contact/notice", "fr", _shipped_values()).text
    legal = _shipped_values()["legal"]
    assert isinstance(legal, dict)
    assert [value for value in [*legal.values(), "http://127.0.0.1:8080/p/clinic"] if value not in text] == []
