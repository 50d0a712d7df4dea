"""`gateway run` and `gateway demo`: what an operator sees at the start and at the stop."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path

import pytest

from tests.cli.program import PATIENCE, PROGRAM, environment, program, running

pytestmark = pytest.mark.slow


def test_run_serves_until_it_is_told_to_stop(folder: Path) -> None:
    """It is ready, says with what it started, and SIGTERM or Ctrl-C end it with code 0."""
    for number in (signal.SIGTERM, signal.SIGINT):
        with running(folder=folder) as server:
            server.until_ready()
            assert server.stop(number) == 0
        started = next(json.loads(line) for line in server.log if '"gateway.started"' in line)
        assert started["database"] == "sqlite"
        assert started["version"]
        assert started["tzdata"] >= "2026"


def test_a_second_server_on_the_same_file_is_refused(folder: Path) -> None:
    """One SQLite file, one server: the second says whose it is and ends with 1; the first goes on."""
    with running(folder=folder) as server:
        second = program("run", "--port", "0", folder=folder)
        assert second.returncode == 1
        assert f"in use by another gateway (process {server.process.pid})" in second.stderr
        assert "Traceback" not in second.stderr
        assert server.stop() == 0


def test_run_does_not_start_with_a_problem(folder: Path) -> None:
    """Every problem of configuration, flows and texts is named before anything is served."""
    (folder / "flows/booking.py").write_text("class Booking(\n")
    (folder / "templates/sms/help/help.en.txt").write_text("{% if %}")
    done = program("run", "--port", "0", folder=folder)
    assert done.returncode == 1
    assert "booking.py: line 1" in done.stderr
    assert "help.en.txt" in done.stderr


def test_a_taken_port_is_said(folder: Path, tmp_path: Path) -> None:
    """An address that is in use is a plain sentence, and exit code 1."""
    with running(folder=folder) as server:
        port = server.url.rsplit(":", 1)[1]
        environ = {"GATEWAY_DATABASE__URL": f"sqlite:///{tmp_path}/other.db"}
        done = program("run", "--port", port, folder=folder, environ=environ)
    assert done.returncode == 1
    assert f"cannot listen on 127.0.0.1:{port}" in done.stderr
    assert "Traceback" not in done.stderr


def test_workers_need_postgres(folder: Path) -> None:
    """Several processes on one SQLite file are refused in words."""
    done = program("run", "--workers", "2", folder=folder)
    assert (done.returncode, done.stdout) == (1, "")
    assert "PostgreSQL" in done.stderr


def test_demo_needs_nothing(tmp_path: Path) -> None:
    """Outside any folder it makes one of its own, and prints its address and a link to sign in once."""
    environ = {"XDG_STATE_HOME": str(tmp_path / "state"), "HOME": str(tmp_path)}
    with subprocess.Popen(
        [*PROGRAM, "demo", "--port", "0"],
        cwd=tmp_path,
        env=environment(environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout
        try:
            first, second = process.stdout.readline(), process.stdout.readline()
        finally:
            process.terminate()
        assert process.wait(PATIENCE) == 0
    address = first.removeprefix("The demo is at ").strip()
    assert second.startswith(f"Sign in once with {address}/")
    assert (tmp_path / "state/parley-gateway/demo/config.toml").is_file()
