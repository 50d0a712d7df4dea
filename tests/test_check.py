"""The offline check: the file meets the flows, the texts and the time zones."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from gateway.check import Report, check, effective
from gateway.settings import load_settings
from tests.test_settings import ROOT, SMALL, load

if TYPE_CHECKING:
    from pathlib import Path

WITH_LEGAL = (
    SMALL
    + """
help_phone = "1-800-555-0199"
[projects.clinic.legal]
address = "1 Example St, Montreal QC H2X 1Y4"
"""
)


def _template(folder: Path, name: str, text: str) -> None:
    file = folder / "templates/sms" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def _check(folder: Path, more: str = "") -> Report:
    return check(load(folder, WITH_LEGAL + more))


def test_the_shipped_content_is_good() -> None:
    """The demo, its flows and its texts in both languages have neither a problem nor a warning."""
    report = check(load_settings(ROOT / "config.toml", {}))
    assert report.problems == ()
    assert report.warnings == ()


def test_a_file_alone_is_good(tmp_path: Path) -> None:
    """An operator needs no folders: the shipped flows and texts serve."""
    report = _check(tmp_path)
    assert report.good
    assert report.warnings == ()


@pytest.mark.parametrize(
    ("keyword", "reason", "suggestion"),
    [
        ('"inof"', "there is no flow 'inof'", "info"),
        ('{ reply = "answer/hour" }', "there is no template 'answer/hour'", "answer/hours"),
    ],
)
def test_a_keyword_leads_somewhere(keyword: str, reason: str, suggestion: str, tmp_path: Path) -> None:
    """A word whose flow or template does not exist is named, with the nearest one that does."""
    (problem,) = _check(tmp_path, f"[projects.clinic.keywords]\nBOOK = {keyword}").problems
    assert (problem.key, problem.reason) == ("projects.clinic.keywords.BOOK", reason)
    assert problem.suggestion == suggestion


def test_a_broken_flow_is_named(tmp_path: Path) -> None:
    """A flow that cannot be loaded is told with its file and line."""
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows/booking.py").write_text("def broken(:\n")
    (problem,) = _check(tmp_path).problems
    assert problem.file == tmp_path / "flows/booking.py"
    assert problem.key == "line 1"


def test_a_broken_text_is_named(tmp_path: Path) -> None:
    """A text that is no template is a problem, in the language of the project."""
    _template(tmp_path, "parking.en.txt", "{{ brand }}: {% if open_now %}yes")
    (problem,) = _check(tmp_path).problems
    assert problem.file == tmp_path / "templates/sms/parking.en.txt"


def test_a_text_is_asked_for_in_every_language(tmp_path: Path) -> None:
    """A project of two languages needs each text in both."""
    _template(tmp_path, "parking.en.txt", "{{ brand }}: level two.")
    text = WITH_LEGAL.replace("help_phone", 'locales = ["en", "fr"]\nhelp_phone')
    (problem,) = check(load(tmp_path, text)).problems
    assert "'fr'" in problem.reason


def test_a_dear_text_is_a_warning(tmp_path: Path) -> None:
    """A text that one letter makes dearer can be sent; the letter is told."""
    _template(tmp_path, "parking.en.txt", "{{ brand }}: level two — free.")
    report = _check(tmp_path)
    assert report.good
    assert "U+2014" in report.warnings[0]


def test_a_value_of_a_backend_is_no_problem(tmp_path: Path) -> None:
    """Values that a flow or backend gives are accepted; one that nearly is ours is asked about."""
    _template(tmp_path, "visit.en.txt", "{{ brand }}: see you at {{ appointment }}.")
    assert _check(tmp_path).warnings == ()
    _template(tmp_path, "visit.en.txt", "{{ brnad }}: see you.")
    report = _check(tmp_path)
    assert report.good
    assert "did you mean 'brand'?" in report.warnings[0]


def test_a_named_folder_exists(tmp_path: Path) -> None:
    """A folder that the file names must be there; the shipped one does not silently serve."""
    (problem,) = _check(tmp_path, '[content]\nflows = "floews"').problems
    assert problem.key == "content.flows"


def test_the_clocks_are_those_of_the_package() -> None:
    """After the check, zones follow the shipped data, which knows that Alberta keeps UTC-6."""
    check(load_settings(ROOT / "config.toml", {}))
    december = datetime(2026, 12, 15, 12, tzinfo=ZoneInfo("America/Edmonton"))
    assert december.utcoffset() == timedelta(hours=-6)


def test_the_effective_configuration_is_shown_masked(tmp_path: Path) -> None:
    """What is in force can be printed: defaults and overrides included, secrets masked."""
    text = (
        WITH_LEGAL.replace('kind = "simulator"', 'kind = "simulator"\nbase_url = "http://u:carrier-token@h"\n'
        'token = "carrier-token"\nsecrets = ["carrier-secret"]')
        + '[security]\nsecret = "a secret of the house"\n[database]\nurl = "postgresql://u:hidden-word@h/d"'
    )  # fmt: skip
    shown = effective(load(tmp_path, text, {"GATEWAY_SERVER__PORT": "9000"}))
    printed = json.dumps(shown)
    assert not [word for word in ("carrier-", "of the house", "hidden-word") if word in printed]
    assert shown["server"]["port"] == 9000
    assert shown["database"]["url"] == "postgresql://u:***@h/d"
    assert shown["providers"]["demo"]["base_url"] == "http://u:***@h"
    assert shown["lanes"]["settle_after"] == "10s"
    assert shown["senders"]["+15145550100"]["kind"] == "long_code"
    assert shown["tzdata"] >= "2026"
