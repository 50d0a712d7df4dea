"""`init`, `check`, `migrate`, `backup`: an operator's folder from its first day."""

from __future__ import annotations

import json
import os
import shutil
import stat
from pathlib import Path

import pytest

from tests.cli.program import ROOT, gateway


def test_init_makes_a_folder_that_is_good(tmp_path: Path) -> None:
    """A new folder holds configuration, flows and texts, and `gateway check` finds nothing against it."""
    made = gateway("init", "clinic", folder=tmp_path)
    assert (made.returncode, made.stderr) == (0, "")
    assert "gateway check --config clinic/config.toml" in made.stdout
    checked = gateway("check", folder=tmp_path / "clinic")
    assert (checked.returncode, checked.stderr) == (0, "")
    assert checked.stdout.splitlines()[-1] == "config.toml is good: 1 project, 3 senders, 1 provider"
    shipped = list((ROOT / "templates/sms").rglob("*.txt"))
    assert len(list((tmp_path / "clinic/templates/sms").rglob("*.txt"))) == len(shipped)


def test_init_never_overwrites(folder: Path) -> None:
    """Where one of the files is there already nothing is written, and each such file is named."""
    (folder / "config.toml").write_text("mine")
    done = gateway("init", ".", folder=folder)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        f"{n}: exists already" for n in ("config.toml", "flows", "templates/sms")
    ]
    assert (folder / "config.toml").read_text() == "mine"


def test_check_names_every_problem(folder: Path) -> None:
    """Every problem of the file is told with its key and the nearest right name, and the exit code is 1."""
    config = folder / "config.toml"
    config.write_text(
        config.read_text().replace("help_phone", "help_fone").replace('kind = "sim', 'kind = "zim')
    )
    done = gateway("check", folder=folder)
    assert done.returncode == 1
    assert "projects.clinic.help_fone" in done.stderr
    assert "did you mean 'help_phone'?" in done.stderr
    assert "there is no provider of kind 'zimulator'" in done.stderr
    assert "Traceback" not in done.stderr


def test_check_reads_flows_and_texts(folder: Path) -> None:
    """A flow with a slip and a text that cannot be rendered are problems as well."""
    (folder / "flows/booking.py").write_text("class Booking(\n")
    (folder / "templates/sms/help/help.en.txt").write_text("{{ help_fone }} {% if %}")
    done = gateway("check", folder=folder)
    assert done.returncode == 1
    assert "booking.py: line 1: syntax error" in done.stderr
    assert "help.en.txt" in done.stderr
    assert done.stderr.splitlines()[-1].endswith("problems")


def test_check_shows_what_is_in_force(folder: Path) -> None:
    """Environment over file over default is shown as it counts, and no secret with it."""
    environ = {"GATEWAY_SERVER__PORT": "9000", "GATEWAY_SECURITY__SECRET": "a secret of some length"}
    done = gateway("check", folder=folder, environ=environ)
    assert "server.port = 9000" in done.stdout.splitlines()
    assert "a secret of some length" not in done.stdout
    found = json.loads(gateway("check", "--json", folder=folder, environ=environ).stdout)
    assert (found["good"], found["effective"]["server"]["port"]) == (True, 9000)


def test_the_configuration_is_found(folder: Path, tmp_path: Path) -> None:
    """--config, else GATEWAY_CONFIG, else config.toml of this folder; a missing one is a plain sentence."""
    config = str(folder / "config.toml")
    assert gateway("check", "--config", config, folder=tmp_path).returncode == 0
    assert gateway("check", folder=tmp_path, environ={"GATEWAY_CONFIG": config}).returncode == 0
    missing = gateway("check", folder=tmp_path)
    assert missing.returncode == 1
    assert missing.stderr == "config.toml: there is no such file; `gateway init DIR` writes one\n"


def test_migrate_brings_the_database_up_to_date(folder: Path) -> None:
    """The first time it names what it applied, the second time there is nothing to do."""
    first, second = gateway("migrate", folder=folder), gateway("migrate", folder=folder)
    assert (first.returncode, second.returncode) == (0, 0)
    assert first.stdout.startswith("applied 0001_")
    assert second.stdout == "the database is up to date\n"
    online = gateway("check", "--online", folder=folder)
    assert online.stdout.splitlines()[-1] == "the database is reached"


@pytest.mark.slow
def test_backup_copies_everything(folder: Path) -> None:
    """The copy is a database of its own, readable by its owner only, and holds what was written."""
    sent = gateway("send", "--to", "+15145550123", "--body", "Your file is ready", folder=folder)
    id_ = sent.stdout.splitlines()[0]
    copied = gateway("backup", "copy.db", folder=folder)
    assert copied.returncode == 0, copied.stderr
    assert "gateway.secret" in copied.stdout
    assert stat.S_IMODE(os.stat(folder / "copy.db").st_mode) == 0o600
    (folder / "var/gateway.db").unlink()
    shutil.copy(folder / "var/gateway.secret", folder / "copy.secret")
    environ = {"GATEWAY_DATABASE__URL": "sqlite:///copy.db"}
    assert gateway("messages", "show", id_, folder=folder, environ=environ).returncode == 0
    again = gateway("backup", "copy.db", folder=folder)
    assert again.returncode == 1
    assert again.stderr.endswith("\n")


@pytest.mark.parametrize("command", [(), ("--help",), ("messages", "--help"), ("threads", "reply", "--help")])
def test_help_is_there(command: tuple[str, ...], tmp_path: Path) -> None:
    """Every command explains itself."""
    done = gateway(*command, folder=tmp_path)
    assert "Usage: gateway" in done.stdout + done.stderr
    assert done.returncode == (0 if command else 2)


def test_both_doors_are_the_same(tmp_path: Path) -> None:
    """Help lists every command of the contract, the two fast ones included."""
    listed = gateway("--help", folder=tmp_path).stdout
    names = "demo init run check migrate say test inspect classify send messages threads flows backup"
    assert [name for name in names.split() if f" {name} " not in listed] == []
