"""`gateway flows draw`."""

from __future__ import annotations

import shutil
from pathlib import Path

from gateway.content import shipped_folder
from gateway.content.flows import load_flows
from tests.cli.program import gateway


def test_every_transition_is_drawn(tmp_path: Path) -> None:
    """The Mermaid text of a flow has one arrow for each transition and each state that it starts from."""
    done = gateway("flows", "draw", "info", folder=tmp_path)
    flow = load_flows([shipped_folder("flows")]).get("info")
    assert flow
    arrows = sum(len(transition.source) for transition in flow.transitions)
    assert (done.returncode, done.stderr) == (0, "")
    assert "stateDiagram-v2" in done.stdout
    assert done.stdout.count("-->") == arrows + 1
    assert "    nudged --> closed: after 24 h / close" in done.stdout.splitlines()


def test_all_flows_are_drawn(folder: Path) -> None:
    """Without a name all flows are drawn, the operator's own too; an unknown name is answered with those known."""
    (folder / "flows/booking.py").write_text((folder / "flows/help.py").read_text())
    drawn = gateway("flows", "draw", folder=folder)
    assert "title: booking" in drawn.stdout
    assert "title: info" in drawn.stdout
    unknown = gateway("flows", "draw", "inof", folder=folder)
    assert unknown.returncode == 1
    assert "there is no flow 'inof'" in unknown.stderr


def test_svg_or_a_word_why_not(tmp_path: Path) -> None:
    """With graphviz the picture is SVG; without it the command says what to install."""
    done = gateway("flows", "draw", "info", "--svg", folder=tmp_path)
    if done.returncode == 0:
        assert "<svg" in done.stdout
    without = gateway("flows", "draw", "info", "--svg", folder=tmp_path, environ={"PATH": str(tmp_path)})
    if without.returncode:
        assert "parley-gateway[diagrams]" in without.stderr
    assert shutil.which("dot") is None or done.returncode == 0
