"""Settings: what an operator writes is understood."""

from __future__ import annotations

import stat
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import BaseModel, SecretStr

from gateway.domain.message import Number, Purpose
from gateway.domain.retry import DEADLINE
from gateway.domain.sender import OptOutHandler, SenderKind
from gateway.errors import SettingsError
from gateway.settings import Project, Settings, load_settings
from gateway.settings.tables import Content, Database, Intake, Lanes, Security, SenderTable, Server

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parent.parent
SMALL = """
[server]
public_url = "https://sms.example.org/"
[providers.demo]
kind = "simulator"
[senders."+15145550100"]
project = "clinic"
provider = "demo"
[projects.clinic]
"""


def load(folder: Path, text: str, environ: Mapping[str, str] | None = None) -> Settings:
    """Write a file and load it."""
    file = folder / "config.toml"
    file.write_text(text, encoding="utf-8")
    return load_settings(file, environ or {})


def test_the_shipped_file_loads() -> None:
    """The demo is right as it is, and nothing in it is unusual."""
    settings = load_settings(ROOT / "config.toml", {})
    assert settings.warnings == ()
    assert [sender.kind for sender in settings.senders.values()] == [
        SenderKind.LONG_CODE,
        SenderKind.TOLL_FREE,
        SenderKind.SHORT_CODE,
    ]
    clinic = settings.projects["clinic"]
    assert (clinic.name, clinic.locales, clinic.help_phone) == ("Clinic", ("en", "fr"), "1-800-555-0199")


def test_a_small_file_is_complete(tmp_path: Path) -> None:
    """Whatever is not written has a default, those that follow from other values included."""
    settings = load(tmp_path, SMALL)
    project, sender = settings.projects["clinic"], settings.senders[Number("+15145550100")]
    assert (settings.server.port, settings.server.public_url) == (8080, "https://sms.example.org")
    assert (project.name, project.locales, project.countries) == ("Clinic", ("en",), ("CA",))
    assert (project.timezone, project.default_sender) == ("America/Toronto", "+15145550100")
    assert (sender.kind, sender.rate, sender.optout_handled_by) == (
        SenderKind.LONG_CODE,
        1,
        OptOutHandler.APP,
    )
    assert settings.lanes.expiry(Purpose.MARKETING) == DEADLINE[Purpose.MARKETING]
    assert settings.database.migrates
    assert [warning.split(":")[0] for warning in settings.warnings] == ["projects.clinic"] * 2


def test_values_of_every_sort(tmp_path: Path) -> None:
    """Durations, prices, words by language, short and long keywords are read as they are meant."""
    more = """
        help_phone = "1-800-555-0199"
        [projects.clinic.optout]
        words = ["BASTA"]
        [projects.clinic.keywords]
        BOOK = "booking"
        PARKING = { reply = "parking" }
        [lanes]
        settle_after = 20
        [lanes.reminder]
        attempts = 3
        expires_after = "1d12h"
    """
    settings = load(tmp_path, SMALL + more)
    project = settings.projects["clinic"]
    assert project.optout.words == {"en": ("BASTA",), "fr": ("BASTA",)}
    assert (project.keywords["BOOK"].flow, project.keywords["PARKING"].reply) == ("booking", "parking")
    assert settings.lanes.settle_after == timedelta(seconds=20)
    assert settings.lanes.retry(Purpose.REMINDER).attempts == 3
    assert settings.lanes.expiry(Purpose.REMINDER) == timedelta(hours=36)


def test_the_environment_wins(tmp_path: Path) -> None:
    """Variables override single keys, as text or as JSON, and names of the file keep their letters."""
    environ = {
        "GATEWAY_SERVER__PORT": "9000",
        "GATEWAY_PROJECTS__CLINIC__HELP_PHONE": "18005550199",
        "GATEWAY_PROJECTS__CLINIC__HOURS": '["mon-fri 09:00-17:00"]',
        "GATEWAY_SENDERS__+15145550100__RATE": "0.5",
        "GATEWAY_PROJECTS__CLINIC__KEYWORDS__BOOK": "other",
        "GATEWAY_DATABASE__MIGRATE": "false",
        "GATEWAY_CONFIG": "elsewhere.toml",
        "GATEWAY_TEST_POSTGRES": "postgresql://x",
        "GATEWAY_BENCH_ROUNDS": "3",
        "PATH": "/bin",
    }
    settings = load(tmp_path, SMALL + '[projects.clinic.keywords]\nBOOK = "booking"', environ)
    project = settings.projects["clinic"]
    assert settings.server.port == 9000
    assert (project.help_phone, project.hours) == ("18005550199", ("mon-fri 09:00-17:00",))
    assert {word: keyword.flow for word, keyword in project.keywords.items()} == {"BOOK": "other"}
    assert settings.senders[Number("+15145550100")].rate == 0.5
    assert not settings.database.migrates


def test_references_are_followed(tmp_path: Path) -> None:
    """Any text may stand in the environment or in a file beside the configuration."""
    (tmp_path / "token").write_text("from-a-file\n")
    more = """
        help_phone = "env:PHONE"
        countries = ["env:COUNTRY", "CA"]
        [security]
        secret = ["env:SECRET", "an older secret of the house"]
    """
    text = SMALL.replace("public_url", 'metrics_token = "file:token"\npublic_url') + more
    environ = {"PHONE": "1-800-555-0199", "COUNTRY": "US", "SECRET": "a secret of the house"}
    settings = load(tmp_path, text, environ)
    assert settings.server.metrics_token == SecretStr("from-a-file")
    assert settings.projects["clinic"].help_phone == "1-800-555-0199"
    assert settings.projects["clinic"].countries == ("US", "CA")
    assert len(settings.keyring().derive_all("hash")) == 2


def test_secrets_do_not_show(tmp_path: Path) -> None:
    """Printing settings, or an error about them, shows no secret; those who must hide them get them."""
    words = ("database-password", "a secret of the house", "carrier-token-1", "carrier-secret-1")
    text = SMALL.replace(
        'kind = "simulator"', f'kind = "simulator"\ntoken = "{words[2]}"\nsecrets = ["{words[3]}"]'
    )
    text += f"""
        [security]
        secret = "{words[1]}"
        [database]
        url = "postgresql://gateway:{words[0]}@db/gateway"
    """
    settings = load(tmp_path, text)
    assert not [word for word in words if word in repr(settings)]
    assert set(settings.secret_values()) == set(words)
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, text + "\n[lanes]\nx = 1\n", {"GATEWAY_DATABASE__URL": "secret-url"})
    assert not [word for word in (*words, "secret-url") if word in str(caught.value)]


def test_sqlite_keeps_a_secret_of_its_own(tmp_path: Path) -> None:
    """Without a secret one is made beside the database, once, and only its owner can read it."""
    settings = load(tmp_path, SMALL)
    key = settings.keyring().derive("cookie")
    assert stat.S_IMODE((tmp_path / "var/gateway.secret").stat().st_mode) == 0o600
    assert load(tmp_path, SMALL).keyring().derive("cookie") == key


def test_what_is_unusual_is_a_warning(tmp_path: Path) -> None:
    """A fast rate and a shared code start, and are said."""
    more = """
        [projects.other]
        [senders."51234"]
        projects = ["clinic", "other"]
        provider = "demo"
        rate = 5000
        price = 0.01
    """
    settings = load(tmp_path, SMALL + more)
    assert settings.senders[Number("51234")].shared
    for part in ("5000 segments/s", "51234 is shared"):
        assert any(part in warning for warning in settings.warnings), part


def test_opening_hours_close_on_holidays(tmp_path: Path) -> None:
    """Naming holidays is enough: the customer service is closed on them."""
    more = 'hours = ["mon-fri 09:00-17:00"]\nholidays = "CA-QC"'
    opening = load(tmp_path, SMALL + more).projects["clinic"].opening()
    assert (opening.closed_on_holidays, opening.calendar) == (True, "CA-QC")


def _tables() -> list[type[BaseModel]]:
    found: list[type[BaseModel]] = [Server, Security, Database, SenderTable, Lanes, Intake, Content, Project]
    inner: list[Any] = [field.annotation for field in Project.model_fields.values()]
    return found + [table for table in inner if isinstance(table, type) and issubclass(table, BaseModel)]


@pytest.mark.parametrize("table", _tables(), ids=lambda table: table.__name__)
def test_every_key_explains_itself(table: type[BaseModel]) -> None:
    """Each key says in one line what it is for."""
    silent = [name for name, field in table.model_fields.items() if not field.description]
    assert not silent


def test_settings_cannot_be_changed(tmp_path: Path) -> None:
    """What was checked at start is what runs."""
    settings = load(tmp_path, SMALL)
    with pytest.raises(AttributeError):
        settings.warnings = ()  # type: ignore[misc]
    with pytest.raises(ValueError, match="frozen"):
        settings.server.port = 1  # type: ignore[misc]


def test_help_on_a_canadian_short_code_is_toll_free(tmp_path: Path) -> None:
    """A local telephone for HELP is told as a warning where the code's rules want a toll-free one."""
    code = '[senders."51234"]\nproject = "clinic"\nprovider = "demo"\ncountry = "CA"\n'
    local = load(tmp_path, SMALL + 'help_phone = "514-555-0199"\n' + code)
    assert any("toll-free" in warning for warning in local.warnings)
    free = load(tmp_path, SMALL + 'help_phone = "1-800-555-0199"\n' + code)
    assert not any("toll-free" in warning for warning in free.warnings)
