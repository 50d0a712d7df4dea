"""The documents are true: what they name exists, and what exists is named."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import BaseModel

from gateway.settings import project, tables

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
SETTINGS_PAGE = (ROOT / "gateway/web/guide/settings.md").read_text()

MODELS: tuple[type[BaseModel], ...] = (
    tables.Server,
    tables.Security,
    tables.Database,
    tables.SenderTable,
    tables.Lanes,
    tables.Effort,
    tables.Intake,
    tables.Content,
    project.Project,
    project.Legal,
    project.OptOut,
    project.Keyword,
    project.Frequency,
)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_setting_is_explained(model: type[BaseModel]) -> None:
    """Each key of the configuration stands in the settings page with its explanation."""
    for name, field in model.model_fields.items():
        assert f"| `{name}` | {field.description} |" in SETTINGS_PAGE


def test_readme_names_files_that_exist() -> None:
    """Every path in README is a file or folder of the project."""
    paths = re.findall(r"`((?:gateway|tests|flows|templates|web|traffic|domain)/[\w/.-]*\w/?)`", README)
    missing = [p for p in paths if not ((ROOT / p).exists() or (ROOT / "gateway" / p).exists())]
    own = {
        "tests/providers/test_NAME.py",
        "flows/NAME.py",
        "gateway/providers/NAME.py",
        "templates/sms/NAME/",
    }
    assert paths
    assert [p for p in missing if p not in own] == []


def test_readme_names_every_command() -> None:
    """Each subcommand of the command line stands in README."""
    listed = subprocess.run(
        [sys.executable, "-m", "gateway", "--help"], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout
    commands = re.findall(r"^\s*[│|]?\s{1,2}([a-z]+)\s{2,}", listed, re.MULTILINE)
    assert {"run", "check", "say", "inspect"} <= set(commands)
    assert [c for c in commands if f"gateway {c}" not in README] == []
