"""Settings: a mistake is refused with its place, the reason and the nearest right name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gateway.errors import Problem, SettingsError
from gateway.settings import load_settings
from tests.test_settings import SMALL, load

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def _problems(folder: Path, text: str, environ: Mapping[str, str] | None = None) -> dict[str, Problem]:
    with pytest.raises(SettingsError) as caught:
        load(folder, text, environ)
    return {problem.key: problem for problem in caught.value.problems}


MISTAKES: dict[str, tuple[str, str, str, str | None]] = {
    "unknown key": ("[server]\nprot = 1", "server.prot", "unknown key", "port"),
    "unknown table": ("[databse]", "databse", "unknown table", "database"),
    "inner key": (
        "[projects.clinic.legal]\nphon = '1'",
        "projects.clinic.legal.phon",
        "unknown key",
        "phone",
    ),
    "wrong type": ("[intake]\ncapacity = 'many'", "intake.capacity", "valid integer", None),
    "wrong choice": (
        "[projects.clinic.optout]\nscope = 'markting'",
        "projects.clinic.optout.scope",
        "'all' or 'marketing'",
        "marketing",
    ),
    "not a table": ("[projects]\nother = 1", "projects.other", "should be a table", None),
    "database": ("[database]\nurl = 'mysql://x'", "database.url", "sqlite:///", None),
    "postgres without secret": (
        "[database]\nurl = 'postgresql://u@h/d'",
        "security.secret",
        "required with PostgreSQL",
        None,
    ),
    "short secret": ("[security]\nsecret = 'short'", "security.secret", "at least 16", None),
    "provider kind": (
        "[providers.x]\nkind = 'simulatr'",
        "providers.x.kind",
        "no provider of kind",
        "simulator",
    ),
    "provider without kind": ("[providers.x]", "providers.x.kind", "is required", None),
    "provider key": (
        "[providers.x]\nkind = 'simulator'\ntimout = 1",
        "providers.x.timout",
        "unknown key",
        "timeout",
    ),
    "bad name": ("[projects.'No Good']", 'projects."No Good"', "lower-case", None),
    "project of sender": (
        "[senders.'51234']\nproject = 'clnic'\nprovider = 'demo'\ncountry = 'CA'",
        "senders.51234.project",
        "no project 'clnic'",
        "clinic",
    ),
    "provider of sender": (
        "[senders.'51234']\nproject = 'clinic'\nprovider = 'dmeo'",
        "senders.51234.provider",
        "no provider 'dmeo'",
        "demo",
    ),
    "no project": ("[senders.'51234']\nprovider = 'demo'", "senders.51234", "project or projects", None),
    "phone number": (
        "[senders.'+1514']\nproject = 'clinic'\nprovider = 'demo'",
        'senders."+1514"',
        "too short",
        None,
    ),
    "same number": (
        "[senders.'514-555-0100']\nproject = 'clinic'\nprovider = 'demo'\ncountry = 'CA'",
        "senders.514-555-0100",
        "same number as +15145550100",
        None,
    ),
    "rate": (
        "[senders.'51234']\nproject = 'clinic'\nprovider = 'demo'\nrate = 0",
        "senders.51234.rate",
        "greater than 0",
        None,
    ),
    "default sender": (
        "[projects.two]\ndefault_sender = '+15145550100'",
        "projects.two.default_sender",
        "not a sender of this project",
        None,
    ),
    "zone": (
        "[projects.two]\ntimezone = 'America/Motnreal'",
        "projects.two.timezone",
        "no time zone",
        "America/Montreal",
    ),
    "hours": (
        "[projects.two]\nhours = ['mno 09:00-17:00']",
        "projects.two.hours",
        "'mno' is no weekday",
        None,
    ),
    "holidays": ("[projects.two]\nholidays = 'XX'", "projects.two.holidays", "no public holidays", None),
    "locales": ("[projects.two]\nlocales = ['fr']", "projects.two.locales", "should contain", None),
    "reserved word": (
        "[projects.clinic.keywords]\n'Arrêt' = 'x'",
        "projects.clinic.keywords.Arrêt",
        "reserved word (stop)",
        None,
    ),
    "empty keyword": (
        "[projects.clinic.keywords]\nBOOK = {}",
        "projects.clinic.keywords.BOOK",
        "WORD =",
        None,
    ),
    "quiet purpose": (
        "[projects.clinic.quiet_hours]\nalert = ['daily 09:00-20:00']",
        "projects.clinic.quiet_hours.alert",
        "no quiet hours",
        None,
    ),
    "duration": ("[lanes]\nsettle_after = 'soon'", "lanes.settle_after", "no duration", None),
    "words nobody can send": (
        (
            "[projects.fr]\ncountry = 'FR'\n[projects.fr.keywords]\nRDV = 'x'\n"
            "[senders.Clinique]\nproject = 'fr'\nprovider = 'demo'"
        ),
        "projects.fr.keywords",
        "cannot write to any sender",
        None,
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named(mistake: str, tmp_path: Path) -> None:
    """One mistake gives one problem: its key, its reason, and the nearest right name."""
    text, key, reason, suggestion = MISTAKES[mistake]
    server = SMALL.replace("[server]\n", "") if text.startswith("[server]") else SMALL
    joined = f"{text}\n{server}" if server is not SMALL else f"{SMALL}\n{text}"
    problems = _problems(tmp_path, joined)
    assert list(problems) == [key]
    assert reason in problems[key].reason
    assert problems[key].suggestion == suggestion
    assert problems[key].file == tmp_path / "config.toml"


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    """The operator corrects the file once: tables, references and variables are all looked at."""
    text = """
        [server]
        port = "x"
        [providers.a]
        kind = "nothing"
        [senders."+1514"]
        project = "clnic"
        provider = "a"
        [projects.clinic]
        timezone = "Mars"
        locale = "es"
        [projects.clinic.legal]
        adress = "x"
    """
    problems = _problems(tmp_path, text, {"GATEWAY_DATABASE__ULR": "x"})
    assert set(problems) == {
        "server.port",
        "server.public_url",
        "GATEWAY_DATABASE__ULR",
        "providers.a.kind",
        "projects.clinic.timezone",
        "projects.clinic.locale",
        "projects.clinic.legal.adress",
        'senders."+1514".project',
        'senders."+1514"',
    }


VARIABLES = {
    "GATEWAY_SERVER__PROT": ("unknown key", "GATEWAY_SERVER__PORT"),
    "GATEWAY_SERVR__PORT": ("no such setting", "GATEWAY_SERVER__PORT"),
    "GATEWAY_FOO": ("no such setting", None),
    "GATEWAY_CONFIGURATION": ("no such setting", None),
    "GATEWAY_SERVER": ("should be a table", None),
    "GATEWAY_INTAKE__CAPACITY": ("valid integer", None),
}


@pytest.mark.parametrize("variable", VARIABLES)
def test_a_mistyped_variable_is_named(variable: str, tmp_path: Path) -> None:
    """A variable that sets nothing, or nothing right, is told as the variable that it is."""
    reason, suggestion = VARIABLES[variable]
    problem = _problems(tmp_path, SMALL, {variable: "x"})[variable]
    assert problem.file == "environment"
    assert reason in problem.reason
    assert problem.suggestion == suggestion


def test_a_variable_hidden_by_another_is_told(tmp_path: Path) -> None:
    """Of two variables that cannot both hold, the one that would be ignored is named."""
    environ = {"GATEWAY_SERVER__PORT": "9000", "GATEWAY_SERVER__PORT__X": "1"}
    assert "GATEWAY_SERVER__PORT__X" in _problems(tmp_path, SMALL, environ)


def test_a_reference_to_nothing_is_told_once(tmp_path: Path) -> None:
    """An unset variable and an unreadable file are the problem; the empty value is not a second one."""
    text = SMALL.replace("public_url", 'metrics_token = "file:nowhere"\npublic_url')
    problems = _problems(tmp_path, text + '\n[database]\nurl = "env:NOWHERE"')
    assert set(problems) == {"server.metrics_token", "database.url"}
    assert "No such file" in problems["server.metrics_token"].reason
    assert problems["database.url"].reason == "env:NOWHERE is not set in the environment"


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"[server]\nport = = 1\n", "line 2"), (b"\xff", "is not UTF-8"), (None, "no such file")],
)
def test_a_file_that_cannot_be_read_is_told(content: bytes | None, reason: str, tmp_path: Path) -> None:
    """Broken TOML names its line, a missing file says how to get one."""
    file = tmp_path / "config.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingsError, match=reason) as caught:
        load_settings(file, {})
    assert [problem.file for problem in caught.value.problems] == [file]
