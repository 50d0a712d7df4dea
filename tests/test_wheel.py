"""The wheel alone, outside the checkout: what a user who types `pip install` gets."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.cli.program import environment, running

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel, install it into an empty environment and give the command `gateway` in there.

    Its dependencies are those of this environment, lent by path; the package itself is not among them,
    because an editable install is a line in a .pth file, and a lent path reads no .pth files.
    """
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder / "dist")]
    _run(build, ROOT)
    (wheel,) = (folder / "dist").glob("*.whl")
    _run([sys.executable, "-m", "venv", "--without-pip", str(folder / "venv")], folder)
    python = folder / "venv/bin/python"
    install = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(python),
        "install",
        "--no-deps",
        "--no-index",
        "-q",
    ]
    _run([*install, str(wheel)], folder)
    paths = _run([str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], folder)
    (Path(paths.strip()) / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / "venv/bin/gateway"


def _run(command: list[str], folder: Path) -> str:
    done = subprocess.run(
        command, cwd=folder, env=environment(), capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_the_package_comes_from_the_wheel(program: Path, tmp_path: Path) -> None:
    """Nothing of the checkout is used."""
    python = str(program.parent / "python")
    found = _run([python, "-c", "import gateway; print(gateway.__file__)"], tmp_path)
    assert str(ROOT) not in found
    assert str(program.parent.parent) in found


@pytest.mark.slow
def test_an_installed_gateway_runs(program: Path, tmp_path: Path) -> None:
    """init, check and run work in a new folder: it is ready, and SIGTERM ends it with 0."""
    _run([str(program), "init", "clinic"], tmp_path)
    folder = tmp_path / "clinic"
    checked = _run([str(program), "check"], folder)
    assert checked.splitlines()[-1].startswith("config.toml is good")
    with running(folder=folder, program=(str(program),)) as server:
        server.until_ready()
        assert server.stop() == 0


@pytest.mark.slow
def test_an_installed_gateway_needs_no_folders(program: Path, tmp_path: Path) -> None:
    """With a configuration alone the flows and texts inside the package serve."""
    _run([str(program), "init", "whole"], tmp_path)
    (tmp_path / "alone").mkdir()
    (tmp_path / "whole/config.toml").rename(tmp_path / "alone/config.toml")
    assert "is good" in _run([str(program), "check"], tmp_path / "alone")
    drawn = _run([str(program), "flows", "draw"], tmp_path / "alone")
    assert "title: info" in drawn
