"""What belongs to a flow: its texts in both languages, and a transcript that shows it."""

import ast
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from gateway.content import shipped_folder
from gateway.content.texts import LOCALES, Texts
from gateway.domain.consent import Scope
from gateway.domain.transcript import AgentWrites, ReplyExpected, parse_transcript
from tests.flows.shipped import FLOWS

TRANSCRIPTS = Path(__file__).parents[1] / "transcripts"
TEXTS = Texts([shipped_folder("templates")])
ENGINE = {"engine/fallback", "engine/suggestion", "stop/clarify", "answer/hours"}
"""Texts that no flow names: the engine's own, and the answer that the demo's configuration names."""


def _replies_of(name: str) -> set[str]:
    tree = ast.parse((shipped_folder("flows") / f"{name}.py").read_text())
    strings = (
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    return {text for text in strings if text.startswith(f"{name}/")}


@pytest.mark.parametrize("name", FLOWS.names)
def test_a_flow_has_its_texts_and_its_transcript(name: str) -> None:
    """Each flow is a file, a folder of texts and a transcript; each of its texts exists in each language."""
    assert (TRANSCRIPTS / f"{name}.txt").is_file()
    files = {f"{reply}.{locale}.txt" for reply in _replies_of(name) for locale in LOCALES}
    sms = shipped_folder("templates") / "sms"
    assert {file for file in files if not (sms / file).is_file()} == set()


def test_no_shipped_text_is_left_over() -> None:
    """Every text is used by a flow or by the engine."""
    assert set(TEXTS.names) == {reply for name in FLOWS.names for reply in _replies_of(name)} | ENGINE


def _everything_that_can_be_said() -> set[str]:
    monday = datetime(2026, 11, 23, tzinfo=ZoneInfo("America/Toronto"))
    openings = [None, *(monday + timedelta(days=day, hours=hour) for day in range(7) for hour in (8, 10))]
    legal = {
        "name": "Clinic Inc.",
        "address": "100 rue Sherbrooke, Montreal QC H2X 1A1",
        "registration": "NEQ 1140000000",
        "phone": "1-800-555-0199",
        "email": "hello@clinic.example",
    }
    common = {
        "brand": "Clinic",
        "help_phone": "1-800-555-0199",
        "legal": legal,
        "notice_url": "http://127.0.0.1:8080/p/clinic",
        "monthly_messages": 8,
    }
    return {
        TEXTS.render(
            name, locale, common | {"open_now": not opens, "opens_at": opens, "word": word, "scope": scope}
        ).text
        for name in TEXTS.names
        for locale in LOCALES
        for opens in openings
        for word in ("HOURS", "HORAIRE")
        for scope in Scope
    }


@pytest.mark.parametrize("file", sorted(TRANSCRIPTS.glob("*.txt")), ids=lambda file: file.stem)
def test_transcripts_expect_what_the_texts_say(file: Path) -> None:
    """A text and the transcripts that expect it are changed together."""
    sayable = _everything_that_can_be_said()
    for conversation in parse_transcript(file.read_text("utf-8"), file):
        by_agents = {line.text for line in conversation.steps if isinstance(line, AgentWrites)}
        expected = {line.text for line in conversation.steps if isinstance(line, ReplyExpected)}
        assert expected - by_agents - sayable == set()
